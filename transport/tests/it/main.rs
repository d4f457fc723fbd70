//! The transport against real servers (socket.io 2.5 and 4.8 from npm, socketioxide), and
//! against scripted peers for what real servers do not do.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "the helpers of tests may fail like the tests themselves"
)]

#[path = "../support/mod.rs"]
mod support;

/// Turns async functions that take a `Target` into tests against each kind of server.
macro_rules! against_every_server {
    ($($test:ident),* $(,)?) => {
        mod socketio_2 {
            $(#[tokio::test] async fn $test() { super::$test(crate::support::Target::V2).await })*
        }
        mod socketio_4 {
            $(#[tokio::test] async fn $test() { super::$test(crate::support::Target::V4).await })*
        }
        mod socketio_4_as_eio_3 {
            $(#[tokio::test]
            async fn $test() { super::$test(crate::support::Target::V4AsEio3).await })*
        }
    };
}

mod closing;
mod events;
mod handshake;
mod heartbeat;
mod hostile;
mod packets;
mod socketioxide;
