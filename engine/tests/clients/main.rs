//! The echo example, with the official clients of both generations and with bytes.
//!
//! What a whole Socket.IO server makes of Engine.IO is compared with the official servers
//! by the tests of `reference-server`, in much more detail. These show that the engine can
//! be used by itself.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

#[path = "../../examples/echo.rs"]
mod echo;
#[path = "../../../reference-server/tests/program/node.rs"]
mod node;
mod program;
mod raw;

use std::process::ExitCode;

use libtest_mimic::{Arguments, Trial};

use crate::node::Project;
use crate::program::Program;

fn main() -> ExitCode {
    if Program::is_meant() {
        return match echo::main() {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error}");
                ExitCode::FAILURE
            }
        };
    }
    let trial = |name: &str, run: fn()| {
        Trial::test(name, move || {
            run();
            Ok(())
        })
    };
    let trials = vec![
        trial("official_clients_get_every_message_back", messages),
        trial("official_clients_see_the_options", options),
        trial("other_paths_are_not_found", raw::paths),
        trial("a_silent_client_is_given_up", raw::silence),
        trial("frames_may_come_byte_by_byte", raw::bytewise),
        trial("a_post_that_is_too_large_is_refused", raw::too_large),
        trial("questions_without_end_are_bounded", raw::flood),
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

/// Text and binary data over polling, WebSocket, the upgrade between them, and JSONP.
fn messages() {
    // All messages go in one request, which JSONP makes three times as long.
    let program = Program::start(&["--max-payload=4000000"]);
    Project::install().run("echo.js", &[&program.url(), "/engine.io/"]);
}

/// Heartbeats, the largest message and the path are those of the options.
fn options() {
    let program = Program::start(&[
        "--path=/some/where/",
        "--ping-interval-ms=50",
        "--ping-timeout-ms=5000",
        "--max-payload=12345",
    ]);
    let arguments = [&program.url(), "/some/where/", "50", "5000", "12345"];
    Project::install().run("heartbeat.js", &arguments);
}
