//! Tests of the relay through its public interface, without sockets.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod authorize;
mod behaviour;
mod core_model;
mod deadlines;
mod driver;
mod duplicates;
mod early;
mod host;
mod host_laws;
mod identities;
mod limits;
mod meant;
mod model;
mod open_streams;
mod peers;
mod peers_model;
mod presence;
mod program;
mod replay;
mod rooms;
mod routed;
mod services;
mod sides;
mod streams;
mod streams_model;
mod topics;
