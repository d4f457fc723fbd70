//! The step that judges clients through their drivers.

use super::{cargo, suite};
use crate::{
    node, python,
    workspace::{Problem, Workspace},
};

/// Where the drivers are.
const FOLDER: &str = "conformance/drivers";

/// All ways to connect.
const TRANSPORTS: &[&str] = &["websocket", "polling", "upgrade"];

/// What the Python driver needs.
pub(super) const PYTHON_REQUIREMENTS: &str = "conformance/drivers/python/requirements.txt";

/// The client role of the suite against four clients: the verdicts on each must equal its
/// baseline.
pub(crate) fn clients(workspace: &Workspace) -> Result<String, Problem> {
    node::require()?;
    node::install(workspace, &workspace.path(&format!("{FOLDER}/js")))?;
    let requirements = workspace.path(PYTHON_REQUIREMENTS);
    let python = python::environment(workspace, &requirements)?;
    let reference = cargo::example(workspace, "p2p-driver")?;
    let websocket = &["websocket"][..];
    // An interpreter for each client takes its time, so that these are played in one way.
    // The baselines know what they do in the others.
    let drivers = [
        ("reference", reference.display().to_string(), TRANSPORTS),
        (
            "original-js-2",
            format!("node {FOLDER}/js/driver.js 2"),
            websocket,
        ),
        (
            "original-js-4",
            format!("node {FOLDER}/js/driver.js 4"),
            websocket,
        ),
        (
            "python",
            format!("{} {FOLDER}/python/driver.py", python.display()),
            websocket,
        ),
    ];
    let mut said = Vec::new();
    for (name, driver, transports) in drivers {
        let mut command = suite::runner(workspace)?;
        command.args(["client", "--cmd", &driver]);
        for transport in transports {
            command.args(["--transport", transport]);
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
    }
    Ok(format!("as the baselines say: {}", said.join("; ")))
}
