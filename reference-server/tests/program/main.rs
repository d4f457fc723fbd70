//! Tests of the binary `p2p-server`, as its users meet it.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod auth;
#[path = "../operation/certificates.rs"]
mod certificates;
#[cfg(feature = "faults")]
mod faults;
mod host;
mod interop;
#[cfg(unix)]
mod log_pipe;
mod logs;
mod node;
mod options;
mod process;
#[path = "../operation/secure.rs"]
mod secure;
mod service;
mod signals;
mod tls;
