//! Reporters: listeners to the events of a run.

pub mod json;
