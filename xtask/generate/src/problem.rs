//! Why files could not be generated.

use std::io;
use std::path::{Path, PathBuf};

/// Why files could not be generated: one sentence for the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    /// A file operation failed.
    #[error("cannot {attempt} {path}: {error}", path = path.display())]
    Io {
        attempt: &'static str,
        path: PathBuf,
        error: io::Error,
    },
    /// Two producers give the same file.
    #[error("two producers write {0}")]
    Twice(String),
    /// A frozen requirement set is no longer what it was.
    #[error("{0}")]
    Frozen(String),
    /// Files are not what they should be.
    #[error("{0} generated file(s) out of date; run `cargo xtask generate` and commit the result")]
    OutOfDate(usize),
}

impl Problem {
    /// A file operation that failed, with what was attempted.
    pub(crate) fn io(attempt: &'static str, path: &Path, error: io::Error) -> Self {
        let path = path.to_path_buf();
        Self::Io {
            attempt,
            path,
            error,
        }
    }
}
