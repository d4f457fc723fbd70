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
            async fn $test() { super::$test(crate::support::Target::V4_AS_EIO3).await })*
        }
    };
}

/// The same over long-polling, and over long-polling that is being upgraded meanwhile.
macro_rules! against_every_server_by_polling {
    ($($test:ident),* $(,)?) => {
        over!(socketio_2_polling, V2, Polling, $($test),*);
        over!(socketio_2_upgrade, V2, PollingThenUpgrade, $($test),*);
        over!(socketio_4_polling, V4, Polling, $($test),*);
        over!(socketio_4_upgrade, V4, PollingThenUpgrade, $($test),*);
        over!(socketio_4_as_eio_3_polling, V4_AS_EIO3, Polling, $($test),*);
        over!(socketio_4_as_eio_3_upgrade, V4_AS_EIO3, PollingThenUpgrade, $($test),*);
    };
}

macro_rules! over {
    ($module:ident, $target:ident, $transports:ident, $($test:ident),*) => {
        mod $module {
            $(#[tokio::test] async fn $test() {
                use sio_p2p_transport::Transports;
                let target = crate::support::Target::$target;
                super::$test(target.over(Transports::$transports)).await
            })*
        }
    };
}

mod closing;
mod events;
mod handshake;
mod heartbeat;
mod hostile;
mod hostile_http;
mod http_answers;
mod packets;
mod polling;
mod proxies;
mod socketioxide;
mod tls;
mod upgrade;
