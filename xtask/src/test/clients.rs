//! The step that judges clients through their drivers.

use super::{cargo, suite};
use crate::{
    node, python,
    workspace::{Problem, Workspace},
};

/// Where the drivers are.
const FOLDER: &str = "conformance/drivers";

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
    let drivers = [
        ("reference", reference.display().to_string()),
        ("original-js-2", format!("node {FOLDER}/js/driver.js 2")),
        ("original-js-4", format!("node {FOLDER}/js/driver.js 4")),
        (
            "python",
            format!("{} {FOLDER}/python/driver.py", python.display()),
        ),
    ];
    let mut said = Vec::new();
    for (name, driver) in drivers {
        let mut command = suite::runner(workspace)?;
        command.args(["client", "--cmd", &driver]);
        // Interpreters that start while others do are slow; what is right is not slower for it.
        command.args(["--timeout", "10000"]);
        let baseline = format!("fixtures/baselines/client-{name}.json");
        command.args(["--baseline", &baseline]);
        let counts = suite::judge(workspace, command, &format!("client-{name}"))?;
        said.push(format!("{name} {counts}"));
    }
    Ok(format!("as the baselines say: {}", said.join("; ")))
}
