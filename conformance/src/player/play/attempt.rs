//! What comes of looking once for what an observation expects.

use super::finding::Finding;

/// What an attempt to match an observation comes to.
pub(crate) enum Attempt {
    /// It is there, and has been taken out.
    Matched,
    /// Nothing yet.
    Pending,
    /// Something else is there.
    Mismatch(Finding),
}

impl Attempt {
    /// It was there and has been taken out, or there is nothing yet.
    pub(crate) fn taken(taken: bool) -> Self {
        if taken { Self::Matched } else { Self::Pending }
    }

    /// Something else is there than is expected.
    pub(crate) fn mismatch(
        message: impl Into<String>,
        expected: impl Into<String>,
        actual: impl Into<String>,
    ) -> Self {
        Self::Mismatch(Finding::new(message).comparing(expected, actual))
    }
}
