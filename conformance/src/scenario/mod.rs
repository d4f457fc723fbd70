//! Scenarios: what they may say, how they are read, found and checked.
//!
//! The format is explained for authors in `fixtures/scenarios/README.md`.

pub mod body;
mod clause;
pub mod danger;
pub mod failures;
pub mod group;
mod library;
pub mod lint;
pub(crate) mod literals;
pub mod model;
mod names;
mod parse;
pub(crate) mod resolve;
mod spanned;
pub mod step;
pub mod text;
mod transport;
pub mod value;
pub mod verb;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod written;

use crate::source;
pub use crate::source::{Location, Problem, Source, message_of};
pub use library::{Library, LibraryError};
pub use model::{Capability, Level, ServerRole, Settings, UnknownCapability};
pub use parse::{DEFAULT_DEADLINE, Scenario, parse};
pub use spanned::Spanned;
pub use transport::TransportName;
