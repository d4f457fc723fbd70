//! Recordings: packet traces as JSON lines, see `fixtures/recorded/README.md`.

pub mod convert;
mod file;
mod holes;
pub mod line;
mod private;
pub mod recorder;
pub mod recording;
mod state;
pub(crate) mod text;
mod tokens;

pub use line::{Kind, Line};
pub use recorder::{Recorder, Summary};
pub use recording::{Difference, Recording};
