//! The original plugin's streams and APIs, on real JavaScript clients of each
//! generation and on each transport, through the server.

use std::process::Command;

use crate::node::Project;
use crate::process::Program;

fn run(script: &str) {
    let project = Project::install();
    let server = Program::start(&[]);
    let output = Command::new("node")
        .arg(project.path().join(script))
        .arg(server.url())
        .output()
        .expect("node is there, it has just installed packages");
    assert!(
        output.status.success(),
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Bulk, several at once, early data, refusals and every way to end; see
/// `tests/js/streams.js`.
#[test]
fn streams_of_the_original_plugin_work_through_the_server() {
    run("streams.js");
}

/// See `tests/js/services.js`.
#[test]
fn apis_of_the_original_plugin_work_through_the_server() {
    run("services.js");
}
