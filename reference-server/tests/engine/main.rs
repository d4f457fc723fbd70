//! Engine.IO as clients of both generations meet it, side by side with the official
//! servers of Socket.IO 2.5 and 4.8.
//!
//! Every check runs against each server in the generation that it speaks. What the
//! official servers answer is so never a matter of opinion: a check that they do not
//! pass is wrong. Requests and frames are literal bytes, which share no code with any
//! server or client.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

mod errors;
mod handshake;
mod jsonp;
mod polling;
mod program;
mod session;
mod target;
mod upgrade;
mod wire;

#[path = "../program/node.rs"]
mod node;

use libtest_mimic::{Arguments, Trial};

use crate::node::Project;
use crate::program::Program;
use crate::target::{Server, Target};

/// A check of one server.
type Check = fn(&Target);

/// Every check on bytes.
const CHECKS: &[(&str, Check)] = &[
    (
        "handshake_has_the_official_words",
        handshake::official_words,
    ),
    ("without_eio_it_is_generation_3", handshake::without_eio),
    (
        "odd_characters_in_the_query_pass",
        handshake::odd_characters,
    ),
    ("answers_are_not_stored", handshake::no_store),
    ("errors_are_json_with_a_number", errors::json),
    ("impossible_upgrades_are_refused", errors::upgrades),
    ("the_first_subprotocol_is_taken", errors::subprotocol),
    ("a_large_post_is_413", errors::too_large),
    ("two_polls_end_the_session", polling::two_polls),
    ("two_posts_end_the_session", polling::two_posts),
    ("a_broken_poll_ends_the_session", polling::broken_poll),
    ("a_broken_post_ends_the_session", polling::broken_post),
    ("a_close_packet_ends_the_session", polling::close_packet),
    ("nonsense_ends_the_session", polling::nonsense),
    ("heartbeats_have_a_direction", polling::heartbeats),
    ("an_upgrade_moves_the_session", upgrade::moves),
    (
        "an_upgraded_session_takes_no_other_transport",
        upgrade::no_way_back,
    ),
    ("a_second_probe_is_refused", upgrade::second_probe),
    ("a_failed_probe_leaves_the_session", upgrade::failed_probes),
    ("empty_polls_while_probing_are_paced", upgrade::pace),
    ("jsonp_works", jsonp::works),
];

/// Scripts with real clients of both libraries.
const SCRIPTS: [(&str, &str); 3] = [
    ("sessions_survive_a_spoilt_probe", "engine-probe.js"),
    ("a_killed_poller_is_noticed", "engine-killed.js"),
    ("clients_with_protocols_connect", "engine-protocols.js"),
];

fn main() {
    let arguments = Arguments::from_args();
    // Those who only list the tests need no servers.
    let servers = (!arguments.list).then(|| Server::ALL.map(Program::start));
    let url = |server: Server| {
        let programs = servers.as_ref()?.iter();
        let mut found = programs.filter(|program| program.server == server);
        found.next().map(|program| program.address)
    };
    let mut trials = Vec::new();
    for server in Server::ALL {
        let address = url(server);
        for &generation in server.generations() {
            for &(name, check) in CHECKS {
                let name = format!("{name}::{}_eio{generation}", server.name());
                trials.push(Trial::test(name, move || {
                    check(&Target {
                        server,
                        generation,
                        address: address.expect("servers run while tests do"),
                    });
                    Ok(())
                }));
            }
        }
        for (name, script) in SCRIPTS {
            let name = format!("{name}::{}", server.name());
            trials.push(Trial::test(name, move || {
                let url = format!("http://{}", address.expect("servers run while tests do"));
                // The clients that a server can serve.
                let clients = if server == Server::Official2 {
                    "v2"
                } else {
                    "v"
                };
                Project::install().run(script, &[&url, clients]);
                Ok(())
            }));
        }
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    // Before the process ends, which runs no destructors.
    drop(servers);
    conclusion.exit();
}
