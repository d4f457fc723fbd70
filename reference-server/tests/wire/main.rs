//! Tests at the level of packets: literal frames over real sockets, with clients
//! that share no code with the server.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod auth;
mod bodies;
mod client;
mod exact;
#[cfg(feature = "faults")]
mod faults;
mod handshake;
mod host;
mod host_streams;
mod hostile;
mod instances;
mod leaving;
mod order;
mod persistent;
mod policies;
mod polling;
mod rates;
mod server;
mod services;
mod slow;
mod streams;
mod websocket;
