//! Reporters: listeners to the events of a run.

pub mod failure;
pub mod json;
pub mod style;
pub mod terminal;
