//! The client against the original's servers and clients, against `p2p-server`, and against
//! recordings and scripts at packet level.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on fails; helpers count as tests"
)]

mod cancel;
mod cli;
mod core;
mod golden;
mod listeners;
mod message;
mod reconnect;
mod service;
mod stream;
mod support;
