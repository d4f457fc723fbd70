//! Conformance suite of the Socket.IO peer-to-peer protocol: scenarios as data, a runner
//! that plays them against any server, and reports that say which clause is broken.

pub mod access;
mod attachments;
pub mod blame;
mod child;
pub mod claims;
pub mod cli;
pub mod exit;
pub mod fault;
mod files;
pub mod formats;
mod host;
mod json;
pub mod known;
mod nearest;
pub mod player;
pub mod proxy;
pub mod record;
pub mod replay;
pub mod report;
pub mod requirements;
pub mod runner;
pub mod scenario;
mod schemas;
mod settings;
pub mod source;
#[cfg(test)]
mod testing;
pub mod validate;
pub mod verdict;

pub use schemas::{schema_files, schemas};
