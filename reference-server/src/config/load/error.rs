//! What can be wrong with the sources of a configuration.

use std::fmt;
use std::io;

use super::Origin;

/// Why there is no configuration.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file is not there, or may not be read.
    #[error("cannot read the configuration file {file}: {source}")]
    Unreadable {
        /// Its path.
        file: String,
        /// What the operating system says.
        source: io::Error,
    },
    /// Settings that do not exist, or cannot be what they are; one on each line.
    #[error("{}", lines(.0))]
    Misfits(Vec<Misfit>),
}

/// One mistake and its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misfit {
    /// Where the mistake was made.
    pub origin: Origin,
    /// What is wrong and what would be right. Never quotes a secret.
    pub complaint: String,
}

impl Misfit {
    pub(super) fn new(origin: &Origin, complaint: impl Into<String>) -> Self {
        Self {
            origin: origin.clone(),
            complaint: complaint.into(),
        }
    }
}

impl From<Misfit> for LoadError {
    fn from(misfit: Misfit) -> Self {
        Self::Misfits(vec![misfit])
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Origin::Default => f.write_str(&self.complaint),
            // The column matters for finding a mistake, not for knowing a source.
            Origin::File { file, line, column } => {
                write!(f, "{file}:{line}:{column}: {}", self.complaint)
            }
            other => write!(f, "{other}: {}", self.complaint),
        }
    }
}

fn lines(misfits: &[Misfit]) -> String {
    let lines: Vec<_> = misfits.iter().map(Misfit::to_string).collect();
    lines.join("\n")
}
