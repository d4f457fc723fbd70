//! Where the repository is, and the one error type of all tasks.

use std::path::{Path, PathBuf};

/// The checkout that this binary was built from.
#[derive(Debug)]
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// Finds the repository root from where cargo compiled this crate, so tasks
    /// work from any current directory.
    pub(crate) fn locate() -> Self {
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
        Self {
            root: manifest.parent().unwrap_or(manifest).to_path_buf(),
        }
    }

    /// The repository root.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A path below the root, given with forward slashes.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }
}

/// Why a task could not do its work: one sentence for the person at the terminal.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Problem(String);

impl Problem {
    /// A problem with its sentence, lowercase and without a trailing period.
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }

    /// A file operation that failed, with what was attempted.
    pub(crate) fn io(attempt: &str, path: &Path, error: &std::io::Error) -> Self {
        Self(format!("cannot {attempt} {}: {error}", path.display()))
    }
}
