//! The step that judges clients through their drivers.

use super::{cargo, suite};
use crate::{
    node, ports, python,
    workspace::{Problem, Workspace},
};

/// Where the drivers are.
const FOLDER: &str = "conformance/drivers";

/// All ways to connect.
const TRANSPORTS: &[&str] = &["websocket", "polling", "upgrade"];

/// An interpreter for each client takes its time, so that these are played in one way. The
/// baselines know what they do in the others.
const WEBSOCKET: &[&str] = &["websocket"];

/// What the Python driver needs.
pub(super) const PYTHON_REQUIREMENTS: &str = "conformance/drivers/python/requirements.txt";

/// A client that is judged.
struct Judged {
    /// The end of the name of its baseline.
    name: &'static str,
    /// What starts its driver.
    driver: String,
    transports: &'static [&'static str],
    /// The Engine.IO generation, if not all that it speaks are played.
    eio: Option<&'static str>,
    /// It is held to every `should`.
    strict: bool,
}

/// The client role of the suite against seven clients: the verdicts on each must equal its
/// baseline.
pub(crate) fn clients(workspace: &Workspace) -> Result<String, Problem> {
    node::require()?;
    node::install(workspace, &workspace.path(&format!("{FOLDER}/js")))?;
    let requirements = workspace.path(PYTHON_REQUIREMENTS);
    let python = python::environment(workspace, &requirements)?;
    let reference = cargo::example(workspace, "p2p-driver")?;
    let judged = |name, driver, transports, eio| Judged {
        name,
        driver,
        transports,
        eio,
        strict: false,
    };
    let strict = |judged| Judged {
        strict: true,
        ..judged
    };
    let js = |generation| format!("node {FOLDER}/js/driver.js {generation}");
    let python = format!("{} {FOLDER}/python/driver.py", python.display());
    let drivers = [
        judged(
            "reference",
            reference.display().to_string(),
            TRANSPORTS,
            None,
        ),
        judged("original-js-2", js(2), WEBSOCKET, None),
        judged("original-js-4", js(4), WEBSOCKET, None),
        judged("python", python, WEBSOCKET, None),
        strict(judged("go", ports::go(workspace)?, WEBSOCKET, None)),
        // Both speak both generations, which differ below all that scenarios are about: one of
        // them plays one, and the other the other.
        strict(judged(
            "ruby",
            ports::ruby(workspace)?,
            WEBSOCKET,
            Some("4"),
        )),
        strict(judged(
            "java",
            ports::java(workspace)?,
            WEBSOCKET,
            Some("3"),
        )),
    ];
    let mut said = Vec::new();
    for client in drivers {
        let name = client.name;
        let mut command = suite::runner(workspace)?;
        command.args(["client", "--cmd", &client.driver]);
        for transport in client.transports {
            command.args(["--transport", transport]);
        }
        if let Some(eio) = client.eio {
            command.args(["--eio", eio]);
        }
        if client.strict {
            command.arg("--strict");
        }
        // Some stories wait for a heartbeat or a deadline: others can be played meanwhile.
        let jobs = if name == "reference" { "8" } else { "4" };
        command.args(["--jobs", jobs]);
        // Interpreters that start while others do are slow; what is right is not slower for it.
        command.args(["--timeout", "10000"]);
        let baseline = format!("fixtures/baselines/client-{name}.json");
        command.args(["--baseline", &baseline]);
        let counts = suite::judge(workspace, command, &format!("client-{name}"))?;
        said.push(format!("{name} {counts}"));
        if BRINGING.contains(&name) {
            brings_along(workspace, &client)?;
        }
    }
    Ok(format!("as the baselines say: {}", said.join("; ")))
}

/// Drivers whose clients can bring along what a gateway wants.
const BRINGING: [&str; 4] = ["reference", "original-js-2", "original-js-4", "python"];

/// A few stories with a server that wants more than an address, and gets it.
fn brings_along(workspace: &Workspace, client: &Judged) -> Result<(), Problem> {
    let mut command = suite::runner(workspace)?;
    command.args(["client", "--cmd", &client.driver]);
    command.args(["--select", "client-emit", "--select", "client-among-many"]);
    command.args([
        "--path",
        "/base/socket.io/",
        "--header",
        "X-Api-Key: sesame",
    ]);
    command.args(["--token", "0123456789", "--timeout", "10000"]);
    // A page of a browser cannot send a header by WebSocket; these are no pages.
    suite::judge(workspace, command, &format!("client-{}-gate", client.name)).map(drop)
}
