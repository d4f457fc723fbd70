//! Recordings: packet traces as JSON lines, see `fixtures/recorded/README.md`.

pub mod line;
pub mod recording;
pub(crate) mod text;

pub use line::{Kind, Line};
pub use recording::{Difference, Recording};
