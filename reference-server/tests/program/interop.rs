//! Real JavaScript clients, of each generation and on each transport, talk to each
//! other through the server, in both dialects.

use crate::node::Project;
use crate::process::Program;

/// Runs a script with a server of its own. The clients are well-behaved, so the
/// server has nothing to complain about.
fn run(script: &str) {
    let project = Project::install();
    let server = Program::start(&["--log", "warn"]);
    project.run(script, &[&server.url()]);
    assert_eq!(server.killed(), "", "{script}");
}

/// The original plugin: messages, acks, rooms, targets; see `tests/js/interop.js`.
#[test]
fn original_clients_understand_each_other_through_the_server() {
    run("interop.js");
}

/// The original plugin: bulk, several streams at once, early data, refusals and
/// every way to end; see `tests/js/streams.js`.
#[test]
fn streams_of_the_original_plugin_work_through_the_server() {
    run("streams.js");
}

/// The original plugin's named APIs; see `tests/js/services.js`.
#[test]
fn apis_of_the_original_plugin_work_through_the_server() {
    run("services.js");
}
