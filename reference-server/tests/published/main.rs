//! The client tests that the original plugin publishes, against `p2p-server`.
//!
//! The files are run as npm installs them, by the test runner they were written
//! for, on Node.js as it comes. Only the server that their helper starts is replaced;
//! see `tests/js/published-helper.js`. They wait for fixed times, so they have a test
//! program of their own and do not compete with other tests. On a machine that is too
//! busy for these times they fail against any server. So a run that fails counts only
//! if the original passes at the same time, which is asked then.

#![expect(
    clippy::expect_used,
    reason = "a test fails by panicking, in its helpers too"
)]

use std::fs;
use std::path::Path;
use std::process::Command;

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

/// How many runs must pass one after the other.
const ROW: usize = 5;

/// How many runs may not count, because the machine was too busy for the original too.
const BUSY: usize = 10;

/// How many clients connect before each test.
const CLIENTS: u64 = 4;

/// First with the generation that the plugin 1.12.1 is made for, then with the one
/// that it is used with besides. One test, so that they do not compete.
#[test]
fn all_pass_five_times_in_a_row_on_socket_io_2_and_once_on_socket_io_4() {
    let project = Project::install();
    let clients = [("socket.io-client", ROW), ("socket.io-client-4", 1)];
    let mut busy = 0;
    for (client, row) in clients {
        let mut passed = 0;
        while passed < row {
            match run(&project, client) {
                Ok(()) => passed += 1,
                Err(failures) => {
                    assert!(!original_passes(&project), "{client}: {failures}");
                    busy += 1;
                    assert!(busy < BUSY, "this machine is too busy: {failures}");
                }
            }
        }
    }
}

/// Runs every file with a fresh server for each, as the original's helper does.
fn run(project: &Project, client: &str) -> Result<(), String> {
    // One test has a client ask for another that leaves at once, on connections of their
    // own. Which of them is heard first is kept by a single thread alone, as on Node.js.
    let options = ["--log", "info", "--set", "runtime.threads=1"];
    let servers = FILES.map(|_| Program::start(&options));
    let urls: Vec<String> = servers.iter().map(Program::url).collect();
    let mut mocha = mocha(project);
    mocha
        .args(["--require", "./published-helper.js"])
        .env("P2P_SERVERS", urls.join(","))
        .env("P2P_CLIENT", client);
    judge(&mut mocha)?;

    // Nobody but our servers can have served these clients. One that leaves at once may
    // not have joined before.
    for (server, (file, tests)) in servers.into_iter().zip(FILES) {
        let log = server.killed();
        let joined = log.lines().filter(|line| line.contains("joined")).count();
        let expected = tests..=tests * CLIENTS;
        let joined = u64::try_from(joined).expect("they are few");
        assert!(expected.contains(&joined), "{file}:\n{log}");
    }
    Ok(())
}

/// Whether the same files pass as they are, with the server they were written for,
/// three times in a row: a machine is not equally busy all the time.
fn original_passes(project: &Project) -> bool {
    (0..3).all(|_| judge(&mut mocha(project)).is_ok())
}

/// The test runner, told to run the files.
fn mocha(project: &Project) -> Command {
    let mut mocha = project.node();
    mocha
        .args(["node_modules/mocha/bin/mocha.js", "--exit"])
        .args(FILES.map(|(file, _)| format!("{FOLDER}/{file}")));
    mocha
}

/// Runs the files and reads what the runner reports. The error is what has failed.
fn judge(mocha: &mut Command) -> Result<(), String> {
    let report = Path::new(env!("CARGO_TARGET_TMPDIR")).join("published.json");
    // A report of an earlier run must not be taken for one of this.
    fs::remove_file(&report).ok();
    let output = mocha
        .args(["--reporter", "json", "--reporter-option"])
        .arg(format!("output={}", report.display()))
        .output()
        .expect("node is there, it has just installed packages");

    let report = fs::read_to_string(&report).ok();
    let report = report.and_then(|report| serde_json::from_str::<Value>(&report).ok());
    let report = report.ok_or_else(|| format!("mocha tells nothing: {output:?}"))?;
    let stats = &report["stats"];
    let expected: u64 = FILES.iter().map(|(_, tests)| tests).sum();
    // What is missing or left out is no matter of a busy machine.
    assert_eq!(stats["tests"], expected, "{report:#}");
    assert_eq!(stats["pending"], 0, "{report:#}");
    if output.status.success() && stats["passes"] == expected && stats["failures"] == 0 {
        Ok(())
    } else {
        Err(format!("{:#}", report["failures"]))
    }
}
