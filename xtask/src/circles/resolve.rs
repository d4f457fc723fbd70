//! From a path to the file that defines what it names.

use std::path::Path;

use super::modules::Modules;

/// More re-exports than this in a row are taken for a circle of their own.
const MOST_HOPS: usize = 32;

/// What a path leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target<'a> {
    /// Something that is defined in this file.
    Item(&'a Path),
    /// A module, with its file, and whether it declares modules of its own.
    Module(&'a Path, bool),
}

/// Follows a path that is written in the module `from`. Nothing comes of one that leads
/// out of the crate, or to a name that no `use` has brought in.
pub(super) fn resolve<'a>(
    modules: &'a Modules,
    from: &[String],
    words: &[String],
) -> Option<Target<'a>> {
    follow(modules, from, words, true, MOST_HOPS)
}

/// Follows a path from a module on. Its first word may be one of `crate`, `self`,
/// `super`; if `begins`, it may also be a word that leads out of the crate.
fn follow<'a>(
    modules: &'a Modules,
    from: &[String],
    words: &[String],
    begins: bool,
    hops: usize,
) -> Option<Target<'a>> {
    let module = modules.get(from)?;
    let Some((word, rest)) = words.split_first() else {
        return Some(Target::Module(&module.file, !module.children.is_empty()));
    };
    let hops = hops.checked_sub(1)?;
    match word.as_str() {
        "crate" => return follow(modules, &[], rest, false, hops),
        "self" => return follow(modules, from, rest, false, hops),
        "super" => {
            let (_, parent) = from.split_last()?;
            return follow(modules, parent, rest, false, hops);
        }
        _ => {}
    }
    let child = module.children.contains(word);
    // A module and something else may share a name; more words follow on a module only.
    if child && !rest.is_empty() {
        let inner = [from, std::slice::from_ref(word)].concat();
        return follow(modules, &inner, rest, false, hops);
    }
    if let Some(stands_for) = module.imports.names.get(word) {
        let whole = [stands_for, rest].concat();
        if whole != words {
            return follow(modules, from, &whole, true, hops);
        }
    }
    if child {
        let inner = [from, std::slice::from_ref(word)].concat();
        return follow(modules, &inner, rest, false, hops);
    }
    (!begins).then_some(Target::Item(&module.file))
}
