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
