//! Where scenarios come from: out of the binary, or from a folder.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::parse::{Scenario, parse};
use super::source::{Problem, Source};

/// Path (relative to `fixtures/`) and text of every embedded file.
static EMBEDDED: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// Scenarios, sorted by family and id.
#[derive(Debug, Default)]
pub struct Library {
    /// The scenarios, cases expanded.
    pub scenarios: Vec<Arc<Scenario>>,
    /// What is wrong with the files that could not be read as scenarios.
    pub problems: Vec<Problem>,
}

/// Why a folder of scenarios cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// The file system said no.
    #[error("cannot read {path}: {source}")]
    Io {
        /// The file or folder.
        path: String,
        /// Why not.
        source: std::io::Error,
    },
    /// Nothing there.
    #[error("there are no scenarios (*.json) in {0}")]
    Empty(String),
}

impl Library {
    /// The scenarios that came with the program.
    pub fn embedded() -> Self {
        let files: BTreeMap<_, _> = EMBEDDED.iter().copied().collect();
        let mut library = Self::default();
        for (path, text) in EMBEDDED
            .iter()
            .filter(|(path, _)| path.starts_with("scenarios/"))
        {
            let source = Source::new(*path, *text);
            library.add(&source, &|named| {
                let path = relative(path, named);
                let text = files.get(path.as_str()).ok_or("there is no such file")?;
                Ok(Source::new(path, *text))
            });
        }
        library.sort();
        library
    }

    /// The scenarios of a folder and the folders in it.
    pub fn from_folder(folder: &Path) -> Result<Self, LibraryError> {
        let mut files = Vec::new();
        collect(folder, &mut files)?;
        files.sort();
        if files.is_empty() {
            return Err(LibraryError::Empty(folder.display().to_string()));
        }
        let mut library = Self::default();
        for file in files {
            let source = read(&file)?;
            let open = |named: &str| {
                let path = file.parent().unwrap_or(Path::new("")).join(named);
                read(&path).map_err(|error| error.to_string())
            };
            library.add(&source, &open);
        }
        library.sort();
        Ok(library)
    }

    /// Reads one file. Its problems are kept, the others are read all the same.
    fn add(&mut self, source: &Arc<Source>, open: &dyn Fn(&str) -> Result<Arc<Source>, String>) {
        match parse(source, open) {
            Ok(scenarios) => self.scenarios.extend(scenarios.into_iter().map(Arc::new)),
            Err(problems) => self.problems.extend(problems),
        }
    }

    /// The same with only those that judge a client, or only those that judge a server.
    #[must_use]
    pub fn about_clients(mut self, wanted: bool) -> Self {
        self.scenarios
            .retain(|scenario| scenario.server.is_some() == wanted);
        self
    }

    fn sort(&mut self) {
        self.scenarios
            .sort_by(|a, b| (&a.family, &a.id).cmp(&(&b.family, &b.id)));
    }
}

fn read(path: &Path) -> Result<Arc<Source>, LibraryError> {
    Source::read(path).map_err(|source| LibraryError::Io {
        path: path.display().to_string(),
        source,
    })
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), LibraryError> {
    let failed = |source| LibraryError::Io {
        path: folder.display().to_string(),
        source,
    };
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            files.push(path);
        }
    }
    Ok(())
}

/// The path of a file that another one names, `..` resolved.
fn relative(from: &str, named: &str) -> String {
    let mut parts: Vec<_> = from.split('/').collect();
    parts.pop();
    for component in Path::new(named).components() {
        match component {
            Component::ParentDir => {
                parts.pop();
            }
            Component::Normal(part) => parts.push(part.to_str().unwrap_or_default()),
            _ => {}
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn case_files_are_found_relative_to_their_scenario() {
        assert_eq!(
            relative("scenarios/core/a.json", "../../hostile/core.json"),
            "hostile/core.json"
        );
        assert_eq!(
            relative("scenarios/core/a.json", "cases.json"),
            "scenarios/core/cases.json"
        );
    }

    #[test]
    fn the_embedded_scenarios_can_be_read() {
        let library = Library::embedded();
        let problems: Vec<_> = library.problems.iter().map(ToString::to_string).collect();
        assert!(problems.is_empty(), "{}", problems.join("\n"));
        assert!(!library.scenarios.is_empty());
    }
}
