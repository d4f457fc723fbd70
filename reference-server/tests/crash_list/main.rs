//! Everything that ended or misled an original, against one `p2p-server`.
//!
//! `fixtures/hostile/observed` has 528 recordings of what one client can send, and
//! what it did to three originals: for 181 of them the process ended. Here all are
//! sent to one process, one after another, over both generations of Engine.IO and
//! both transports. After each one, the same two bystanders must be connected,
//! listed and served, and must not have seen anything that was not meant for them
//! (SRV-ROB-1 to SRV-ROB-11).
//!
//! Recordings that begin with something the original itself did (its options, its own
//! services and streams) are played against a server inside of the test that has done
//! the same.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

mod actors;
mod case;
mod hosted;
mod more;
mod play;
mod server;

#[path = "../wire/client.rs"]
#[expect(dead_code, reason = "other test programs use the rest of it")]
mod client;
#[path = "../wire/polling.rs"]
#[expect(dead_code, reason = "other test programs use the rest of it")]
mod polling;
#[path = "../program/process.rs"]
#[expect(dead_code, reason = "other test programs use the rest of it")]
mod process;
#[path = "../wire/websocket.rs"]
#[expect(dead_code, reason = "other test programs use the rest of it")]
mod websocket;

use std::collections::BTreeSet;

use crate::actors::Actors;
use crate::case::Case;
use crate::client::WAYS;
use crate::server::Server;

/// What was recorded with each original, how many recordings that are, and how
/// many of them ended it. A file that lost its lines must be noticed.
const RECORDINGS: [(&str, usize, usize); 3] = [
    ("v1.5.0-sio2", 160, 43),
    ("v1.12.1-sio2", 184, 68),
    ("v2.0.0-sio4", 184, 70),
];

/// How many recordings begin with something that the server did.
const HOSTED: usize = 36;

/// One process life for all other recordings, in each way to connect.
#[tokio::test]
async fn every_recording_leaves_the_server_serving() {
    let server = Server::start();
    let mut actors = Actors::enter(&server).await;
    for (name, recorded, ended) in RECORDINGS {
        let cases = case::recorded(name);
        assert_eq!(cases.len(), recorded, "{name}");
        let crashes = cases.iter().filter(|case| case.server_crashed).count();
        assert_eq!(crashes, ended, "{name}");
        for way in WAYS {
            for case in cases.iter().filter(|case| !is_hosted(case)) {
                play::play(&server, way, case, &mut actors).await;
            }
        }
    }
    server.killed_without_complaint();
}

/// Whether a recording begins with something that the server did.
fn is_hosted(case: &Case) -> bool {
    case.setup.as_deref().is_some_and(hosted::concerns)
}

/// One life for all recordings that begin alike with what the server did.
#[tokio::test]
async fn so_does_every_recording_that_begins_with_what_the_server_did() {
    let recordings = RECORDINGS.map(|(name, ..)| case::recorded(name));
    let cases: Vec<_> = recordings
        .iter()
        .flatten()
        .filter(|case| is_hosted(case))
        .collect();
    assert_eq!(cases.len(), HOSTED);
    let setups: BTreeSet<_> = cases
        .iter()
        .filter_map(|case| case.setup.as_deref())
        .collect();
    for setup in setups {
        let server = hosted::server(setup).await;
        let mut actors = Actors::enter(&server).await;
        for way in WAYS {
            for case in cases
                .iter()
                .filter(|case| case.setup.as_deref() == Some(setup))
            {
                play::play(&server, way, case, &mut actors).await;
            }
        }
        server.killed_without_complaint();
    }
}

/// The entries of the crash list that no recording has: what ends JavaScript
/// clients (CATALOGUE 7.5), and the depths in between and beyond.
#[tokio::test]
async fn what_is_not_recorded_leaves_the_server_serving_too() {
    let server = Server::start();
    let mut actors = Actors::enter(&server).await;
    for way in WAYS {
        for case in &more::cases() {
            play::play(&server, way, case, &mut actors).await;
        }
    }
    server.killed_without_complaint();
}
