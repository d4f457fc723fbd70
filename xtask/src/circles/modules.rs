//! The modules of one library or program, read from its files.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use syn::{Attribute, Expr, Item, ItemMod, Lit, Meta};

use super::imports::{self, Imports};
use crate::workspace::Problem;

/// A module by the names that lead to it from the root of its crate.
pub(super) type ModulePath = Vec<String>;

/// What is known of one module.
#[derive(Debug, Default)]
pub(super) struct Module {
    /// The file that holds it.
    pub(super) file: PathBuf,
    /// The modules that it declares, but for those of tests.
    pub(super) children: BTreeSet<String>,
    /// What it brings in and uses.
    pub(super) imports: Imports,
}

/// All modules of one library or program.
#[derive(Debug, Default)]
pub(super) struct Modules {
    by_path: BTreeMap<ModulePath, Module>,
    /// Files that have a folder of modules of their own, and which.
    folders: HashMap<PathBuf, PathBuf>,
}

impl Modules {
    /// The module of this path.
    pub(super) fn get(&self, path: &[String]) -> Option<&Module> {
        self.by_path.get(path)
    }

    /// All modules with their paths.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&ModulePath, &Module)> {
        self.by_path.iter()
    }

    /// The folder that a file counts to.
    pub(super) fn folder<'a>(&'a self, file: &'a Path) -> &'a Path {
        let lies_in = file.parent().unwrap_or(Path::new(""));
        match self.folders.get(file) {
            Some(own) => own,
            None if file.ends_with("mod.rs") => lies_in.parent().unwrap_or(lies_in),
            None => lies_in,
        }
    }
}

/// Reads a crate, beginning with its first file. `read` gives the text of a file, or
/// nothing if there is none.
pub(super) fn read(
    root: &Path,
    read: &dyn Fn(&Path) -> Option<String>,
) -> Result<Modules, Problem> {
    let mut reader = Reader {
        read,
        modules: Modules::default(),
    };
    reader.file(Vec::new(), root.to_path_buf(), parent(root))?;
    Ok(reader.modules)
}

struct Reader<'a> {
    read: &'a dyn Fn(&Path) -> Option<String>,
    modules: Modules,
}

impl Reader<'_> {
    /// Reads the file of a module. The files of its children lie in `folder`.
    fn file(&mut self, path: ModulePath, file: PathBuf, folder: PathBuf) -> Result<(), Problem> {
        let problem = |what: &str| Problem::new(format!("{}: {what}", file.display()));
        let text = (self.read)(&file).ok_or_else(|| problem("there is no such file"))?;
        let parsed = syn::parse_file(&text).map_err(|error| problem(&error.to_string()))?;
        self.module(path, &file, &folder, &parsed.items)
    }

    /// Enters a module with these items, and its children.
    fn module(
        &mut self,
        path: ModulePath,
        file: &Path,
        folder: &Path,
        items: &[Item],
    ) -> Result<(), Problem> {
        let mut module = Module {
            file: file.to_path_buf(),
            children: BTreeSet::new(),
            imports: imports::read(items),
        };
        for item in items {
            let Item::Mod(child) = item else { continue };
            if is_test(&child.attrs) {
                continue;
            }
            let name = child.ident.to_string();
            // Declared twice, once for each setting of a feature.
            if module.children.insert(name.clone()) {
                self.child(&path, file, folder, &name, child)?;
            }
        }
        self.modules.by_path.insert(path, module);
        Ok(())
    }

    fn child(
        &mut self,
        parent_path: &[String],
        file: &Path,
        folder: &Path,
        name: &str,
        child: &ItemMod,
    ) -> Result<(), Problem> {
        let path: ModulePath = [parent_path, &[name.to_owned()]].concat();
        if let Some((_, items)) = &child.content {
            return self.module(path, file, &folder.join(name), items);
        }
        let own = (file.to_path_buf(), folder.to_path_buf());
        self.modules.folders.extend([own]);
        if let Some(elsewhere) = path_attribute(&child.attrs) {
            let file = tidy(&parent(file).join(elsewhere));
            let folder = parent(&file);
            return self.file(path, file, folder);
        }
        let (plain, in_folder) = (folder.join(format!("{name}.rs")), folder.join(name));
        if (self.read)(&plain).is_some() {
            return self.file(path, plain, in_folder);
        }
        self.file(path, in_folder.join("mod.rs"), in_folder)
    }
}

fn parent(file: &Path) -> PathBuf {
    file.parent().unwrap_or(Path::new("")).to_path_buf()
}

/// A path without `..`.
fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for part in path.components() {
        if part.as_os_str() == ".." {
            tidy.pop();
        } else {
            tidy.push(part);
        }
    }
    tidy
}

/// What `#[path = "..."]` says.
fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| {
        let Meta::NameValue(pair) = &attribute.meta else {
            return None;
        };
        match &pair.value {
            Expr::Lit(value) if pair.path.is_ident("path") => match &value.lit {
                Lit::Str(text) => Some(text.value()),
                _ => None,
            },
            _ => None,
        }
    })
}

/// True if something is compiled only for tests.
pub(super) fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        if attribute.path().is_ident("test") {
            return true;
        }
        let mut only_for_tests = false;
        if attribute.path().is_ident("cfg") {
            // What cannot be read as a condition is none of tests.
            let _ = attribute.parse_nested_meta(|meta| {
                only_for_tests |= meta.path.is_ident("test");
                if meta.path.is_ident("all") {
                    meta.parse_nested_meta(|part| {
                        only_for_tests |= part.path.is_ident("test");
                        if part.input.peek(syn::Token![=]) {
                            part.value()?.parse::<Lit>()?;
                        }
                        Ok(())
                    })?;
                }
                Ok(())
            });
        }
        only_for_tests
    })
}
