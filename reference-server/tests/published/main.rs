//! The client tests that the original plugin publishes, against `p2p-server`.
//!
//! The files are run as npm installs them, by the test runner they were written
//! for. Only the helper that starts their server is replaced; see
//! `tests/js/published-helper.js`. They wait for fixed times, so they have a test
//! program of their own and do not compete with other tests.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::node::Project;
use crate::process::Program;

#[path = "../program/node.rs"]
#[expect(dead_code, reason = "other test programs use the rest of it")]
mod node;
#[path = "../program/process.rs"]
#[expect(dead_code, reason = "other test programs use the rest of it")]
mod process;

/// Where the package keeps them.
const FOLDER: &str = "node_modules/@gigasource/socket.io-p2p-plugin/test/mocha/client";

/// The files, and how many tests each has. A test that is gone or new must be
/// noticed, and so must one that is left out.
const FILES: [(&str, u64); 4] = [
    ("core-test.js", 2),
    ("message-test.js", 7),
    ("service-test.js", 7),
    ("stream-test.js", 21),
];

/// How long one test may take that does not say so itself. It is for machines that
/// are busy otherwise: mocha's own 2 s are half used up by the fixed waits.
const TIMEOUT_MS: &str = "30000";

/// How many clients connect before each test.
const CLIENTS: u64 = 4;

/// The generation that the plugin 1.12.1 is made for, three times in a row.
#[test]
fn all_pass_three_times_in_a_row_on_socket_io_2() {
    for _ in 0..3 {
        all_pass("socket.io-client");
    }
}

/// The generation that it is used with besides.
#[test]
fn all_pass_on_socket_io_4() {
    all_pass("socket.io-client-4");
}

/// Runs every file with a fresh server for each, as the original's helper does.
fn all_pass(client: &str) {
    let project = Project::install();
    let servers = FILES.map(|_| Program::start(&["--log", "info"]));
    let urls: Vec<String> = servers.iter().map(Program::url).collect();
    let report = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{client}.json"));
    // A report of an earlier run must not be taken for one of this.
    fs::remove_file(&report).ok();

    let output = project
        .node()
        .arg("node_modules/mocha/bin/mocha.js")
        .args(["--exit", "--timeout", TIMEOUT_MS])
        .args(["--reporter", "json", "--reporter-option"])
        .arg(format!("output={}", report.display()))
        .args(["--require", "./published-helper.js"])
        .args(FILES.map(|(file, _)| format!("{FOLDER}/{file}")))
        .env("P2P_SERVERS", urls.join(","))
        .env("P2P_CLIENT", client)
        .output()
        .expect("node is there, it has just installed packages");

    let report = fs::read_to_string(&report).ok();
    let report = report.and_then(|report| serde_json::from_str::<Value>(&report).ok());
    let report = report.unwrap_or_else(|| panic!("mocha tells nothing: {output:?}"));
    let expected: u64 = FILES.iter().map(|(_, tests)| tests).sum();
    let failures = &report["failures"];
    assert!(output.status.success(), "{failures:#}");
    for (count, expected) in [
        ("tests", expected),
        ("passes", expected),
        ("failures", 0),
        ("pending", 0),
    ] {
        assert_eq!(report["stats"][count], expected, "{count}: {failures:#}");
    }

    // Nobody but our servers can have served these clients: they saw them all.
    for (server, (file, tests)) in servers.into_iter().zip(FILES) {
        let log = server.killed();
        let joined = log.lines().filter(|line| line.contains("joined")).count();
        let expected = tests * CLIENTS;
        assert_eq!(u64::try_from(joined), Ok(expected), "{file}:\n{log}");
    }
}
