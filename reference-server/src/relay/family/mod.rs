//! The families of the API, and how their events are handled.
//!
//! Every file is a part of `impl Relay`.

mod core;
mod dispatch;
mod late_acceptance;
pub(super) mod message;
mod service;
pub(super) mod stream;
mod topic;
