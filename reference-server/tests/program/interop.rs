//! Real JavaScript clients, of each generation and on each transport, talk to each
//! other through the server, in both dialects.

use crate::node::Project;
use crate::process::Program;

/// How large the streams of every pair are here. `cargo xtask measure streams`
/// does the same with 100 MiB.
const MIB: &str = "1";

/// Runs a script with a server of its own. The clients are well-behaved, so the
/// server has nothing to complain about.
fn run(script: &str, arguments: &[&str]) {
    let project = Project::install();
    let server = Program::start(&["--log", "warn"]);
    let url = server.url();
    project.run(script, &[&[url.as_str()], arguments].concat());
    assert_eq!(server.stopped(), "", "{script}");
}

/// The original plugin: messages, acks, rooms, targets; see `tests/js/interop.js`.
#[test]
fn original_clients_understand_each_other_through_the_server() {
    run("interop.js", &[]);
}

/// The original plugin: a client that adds one that leaves in this moment hears the
/// notice and no answer, which would end its application (SRV-MSG-30); see
/// `tests/js/race.js`.
#[test]
fn a_target_that_leaves_while_it_is_added_ends_no_application() {
    let project = Project::install();
    // Which of two connections is heard first is kept by a single thread alone.
    let server = Program::start(&["--log", "warn", "--set", "runtime.threads=1"]);
    let mut node = project.node();
    node.args([
        "--unhandled-rejections=strict",
        "race.js",
        &server.url(),
        "20",
    ]);
    Project::finish(&mut node);
    assert_eq!(server.stopped(), "");
}

/// What the original plugin's client makes of answers that its own server does not give,
/// and of the rules of the preset `strict`; `ANSWERS.md` and `STRICT.md` are made of it.
/// See `tests/js/answers.js`.
#[test]
fn what_old_clients_make_of_our_answers() {
    let project = Project::install();
    for (group, settings) in [
        ("default", &[][..]),
        (
            "timeouts",
            &[
                "policy.ack_timeout_ms=300",
                "policy.stream_open_timeout_ms=300",
            ],
        ),
        (
            "limits",
            &[
                "policy.pending_acks=1",
                "policy.links=1",
                "policy.streams=1",
            ],
        ),
        ("rules", &["preset=strict", "auth.mode=none"]),
    ] {
        let mut options = vec!["--log", "error"];
        for setting in settings {
            match setting.strip_prefix("preset=") {
                Some(preset) => options.extend(["--preset", preset]),
                None => options.extend(["--set", setting]),
            }
        }
        let server = Program::start(&options);
        let seen = project.run("answers.js", &[group, &server.url()]);
        insta::assert_snapshot!(format!("answers_{group}"), seen);
    }
}

/// The original plugin: bulk, several streams at once, early data, refusals and
/// every way to end; see `tests/js/streams.js`.
#[test]
fn streams_of_the_original_plugin_work_through_the_server() {
    run("streams.js", &[]);
}

/// The original plugin's named APIs; see `tests/js/services.js`.
#[test]
fn apis_of_the_original_plugin_work_through_the_server() {
    run("services.js", &[]);
}

/// Dialect v1 in its own packets: messages, services, topics, streams, targets,
/// and clients of the other dialect; see `tests/js/v1.js`.
#[test]
fn dialect_v1_works_through_the_server() {
    run("v1.js", &[]);
}

/// Streams in both dialects between all kinds of clients, with hashes; see
/// `tests/js/bulk.js`.
#[test]
fn streams_of_every_pair_arrive_as_they_were_sent() {
    run("bulk.js", &[MIB]);
}
