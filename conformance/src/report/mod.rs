//! Reporters: listeners to the events of a run.
//!
//! The terminal reporter shows results as they come. All others turn the finished
//! [`model::Report`] into one file each.

pub mod badge;
mod clauses;
pub mod endpoint;
pub mod failure;
pub mod file;
pub mod github;
pub mod html;
pub mod json;
pub mod junit;
pub mod layout;
pub mod made;
pub mod markdown;
pub mod matrix;
pub mod model;
pub mod style;
pub mod tap;
pub mod terminal;
pub mod view;
