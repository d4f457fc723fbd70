//! Tests of the binary `p2p-server`, as its users meet it.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod auth;
#[cfg(feature = "faults")]
mod faults;
mod interop;
mod node;
mod options;
mod process;
mod signals;
