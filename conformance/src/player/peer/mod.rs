//! Peers: clients of the runner's own, on the wire.

pub(crate) mod actor;
mod causes;
mod connect;
mod engine;
mod fences;
pub(crate) mod heartbeat;
pub(crate) mod leftovers;
pub(crate) mod look;
pub(crate) mod lowering;
pub mod pace;
mod questions;
pub(crate) mod strangers;
mod take;

pub(crate) use causes::Causes;
