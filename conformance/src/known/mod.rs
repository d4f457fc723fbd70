//! What is known of an implementation, in files beside it: the failures that are expected
//! (a baseline), and the checks that sometimes pass and sometimes do not (flaky ones).

mod baseline;
mod flaky;
mod list;

pub(crate) use baseline::BaselineDocument;
pub use baseline::{Baseline, Entry, Seen, Stale};
pub(crate) use flaky::FlakyDocument;
pub use flaky::{Flaky, FlakyChecks};
pub use list::CheckKey;
