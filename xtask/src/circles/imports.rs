//! What one module brings in, and which paths its code uses.

use std::collections::{BTreeSet, HashMap};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, ImplItem, Item, ItemUse, Macro, MetaList, TraitItem, UseTree, Visibility};

use super::modules::is_test;

/// A path as it is written.
pub(super) type Words = Vec<String>;

/// The imports of one module.
#[derive(Debug, Default)]
pub(super) struct Imports {
    /// What each name stands for that a `use` brings in.
    pub(super) names: HashMap<String, Words>,
    /// Paths that are used: by private `use`, and in the code.
    pub(super) used: BTreeSet<Words>,
    /// Modules of which a glob takes everything.
    pub(super) globs: BTreeSet<Words>,
}

/// Reads the items of a module; modules in it are read for themselves.
pub(super) fn read(items: &[Item]) -> Imports {
    let mut reader = Reader::default();
    for item in items {
        if !matches!(item, Item::Mod(_)) {
            reader.visit_item(item);
        }
    }
    reader.imports
}

#[derive(Default)]
struct Reader {
    imports: Imports,
}

impl Reader {
    /// Enters what a part of a `use` stands for.
    fn tree(&mut self, tree: &UseTree, before: &[String], private: bool) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.tree(&path.tree, &with(&path.ident), private),
            UseTree::Name(name) if name.ident == "self" => {
                let own = before.last().cloned().unwrap_or_default();
                self.name(own, before.to_vec(), private);
            }
            UseTree::Name(name) => self.name(name.ident.to_string(), with(&name.ident), private),
            UseTree::Rename(name) => {
                let path = if name.ident == "self" {
                    before.to_vec()
                } else {
                    with(&name.ident)
                };
                self.name(name.rename.to_string(), path, private);
            }
            UseTree::Glob(_) => {
                self.imports.globs.insert(before.to_vec());
            }
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.tree(tree, before, private);
                }
            }
        }
    }

    fn name(&mut self, name: String, path: Words, private: bool) {
        if private {
            self.imports.used.insert(path.clone());
        }
        // One word alone is another crate.
        if path.len() > 1 {
            self.imports.names.insert(name, path);
        }
    }

    /// Enters the paths among the arguments of a macro.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path = Words::new();
        // What stands before the word that comes next.
        let (mut colons, mut dot) = (0, false);
        for token in tokens {
            match token {
                TokenTree::Ident(word) => {
                    if colons != 2 {
                        self.end(&mut path);
                    }
                    if !dot {
                        path.push(word.to_string());
                    }
                    (colons, dot) = (0, false);
                }
                TokenTree::Punct(mark) if mark.as_char() == ':' => colons += 1,
                TokenTree::Punct(mark) => {
                    self.end(&mut path);
                    (colons, dot) = (0, mark.as_char() == '.');
                }
                TokenTree::Group(group) => {
                    self.end(&mut path);
                    (colons, dot) = (0, false);
                    self.tokens(group.stream());
                }
                TokenTree::Literal(_) => {
                    self.end(&mut path);
                    (colons, dot) = (0, false);
                }
            }
        }
        self.end(&mut path);
    }

    fn end(&mut self, path: &mut Words) {
        if !path.is_empty() {
            self.imports.used.insert(std::mem::take(path));
        }
    }
}

impl<'ast> Visit<'ast> for Reader {
    fn visit_item(&mut self, item: &'ast Item) {
        if !is_test(attributes(item)) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let test = matches!(item, ImplItem::Fn(function) if is_test(&function.attrs));
        if !test {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_trait_item(&mut self, item: &'ast TraitItem) {
        let test = matches!(item, TraitItem::Fn(function) if is_test(&function.attrs));
        if !test {
            visit::visit_trait_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        if item.leading_colon.is_none() {
            let private = matches!(item.vis, Visibility::Inherited);
            self.tree(&item.tree, &[], private);
        }
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            let words = path.segments.iter();
            let words = words.map(|word| word.ident.to_string()).collect();
            self.imports.used.insert(words);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        self.tokens(call.tokens.clone());
        visit::visit_macro(self, call);
    }

    fn visit_meta_list(&mut self, list: &'ast MetaList) {
        self.tokens(list.tokens.clone());
        visit::visit_meta_list(self, list);
    }

    /// `pub(in path)` uses nothing.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}
}

/// The attributes of an item that may stand in front of tests.
fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Const(item) => &item.attrs,
        Item::Enum(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Macro(item) => &item.attrs,
        Item::Mod(item) => &item.attrs,
        Item::Static(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        Item::Trait(item) => &item.attrs,
        Item::Type(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    }
}
