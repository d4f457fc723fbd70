//! Recordings: packet traces as JSON lines, see `fixtures/recorded/README.md`.

pub mod convert;
mod file;
pub mod line;
mod private;
pub mod recorder;
pub mod recording;
mod state;
mod tokens;
mod variables;

pub use line::{Kind, Line};
pub use recorder::{Recorder, Summary};
pub use recording::{Difference, Recording, RecordingError};
