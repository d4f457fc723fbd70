//! Conformance suite of the Socket.IO peer-to-peer protocol: scenarios as data, a runner
//! that plays them against any server, and reports that say which clause is broken.

pub mod access;
pub mod baseline;
mod child;
pub mod claims;
pub mod cli;
pub mod exit;
pub mod fault;
mod files;
pub mod flickers;
mod host;
mod json;
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
#[cfg(test)]
mod testing;

pub use player::client;
pub use schemas::schemas;
