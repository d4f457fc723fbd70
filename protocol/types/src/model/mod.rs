//! What all languages are written from, and what is written.

pub(crate) mod catalogue;
pub(crate) mod list;
pub(crate) mod words;

/// One written file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeFile {
    /// The path below the folder of all types, such as `go/events.go`.
    pub path: String,
    /// The content.
    pub text: String,
}

impl TypeFile {
    pub(crate) fn new(path: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            text: text.into(),
        }
    }
}
