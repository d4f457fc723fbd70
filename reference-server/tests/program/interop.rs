//! Real JavaScript clients, with the original client plugin on top of them,
//! exchange messages through the server.

use std::process::Command;

use crate::node::Project;
use crate::process::Program;

/// Every kind of client to every other, in both dialects; see
/// `tests/js/interop.js`.
#[test]
fn original_clients_understand_each_other_through_the_server() {
    let project = Project::install();
    let server = Program::start(&[]);
    let output = Command::new("node")
        .arg(project.path().join("interop.js"))
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
