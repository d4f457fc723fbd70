//! The steps that run the conformance suite.

use std::{fs, path::Path, process::Command};

use super::cargo;
use crate::{
    node,
    original::{FOLDER, SocketIo},
    workspace::{Problem, Workspace, described, run, shown},
};

/// The runner's binary.
const RUNNER: &str = "p2p-conformance";

/// Checks the scenario files themselves.
pub(crate) fn lint(workspace: &Workspace) -> Result<String, Problem> {
    run(runner(workspace)?.arg("lint"))?;
    Ok("scenarios are well-formed".to_owned())
}

/// The suite against the embedded reference server, on both generations of Engine.IO.
pub(crate) fn embedded(workspace: &Workspace) -> Result<String, Problem> {
    let mut command = runner(workspace)?;
    command.args(["run", "--claims", "fixtures/claims/embedded.toml"]);
    let counts = judge(workspace, command, "embedded")?;
    if counts.fail > 0 || counts.untestable > 0 {
        return Err(Problem::new(format!("the runner passed although {counts}")));
    }
    Ok(counts.to_string())
}

/// Every fault that a scenario names, until one of its results is red. What takes longer,
/// every result with every fault, is `cargo xtask prove`.
pub(crate) fn prove(workspace: &Workspace) -> Result<String, Problem> {
    let driver = cargo::example(workspace, "p2p-driver")?;
    let mut command = runner(workspace)?;
    command.args(["prove", "--depth", "quick", "--driver"]);
    run(command.arg(format!("'{}'", driver.display())))?;
    Ok("every scenario can fail, and every fault is caught".to_owned())
}

/// The suite against the relay that is attached to an application's own socketioxide,
/// the example of the server: its verdicts must equal the baseline.
///
/// A step may take longer than for others: the transport is not ours to hurry.
pub(crate) fn attached(workspace: &Workspace) -> Result<String, Problem> {
    let example = cargo::example(workspace, "attached")?;
    let mut command = runner(workspace)?;
    command.args(["run", "--claims", "fixtures/claims/attached.toml"]);
    let start = format!("{} {{addr}}", example.display());
    command.args(["--start", &start, "--timeout", "10000"]);
    command.args(["--baseline", "fixtures/baselines/attached.json"]);
    let counts = judge(workspace, command, "attached")?;
    Ok(format!("as the baseline says: {counts}"))
}

/// The suite against the original: its verdicts must equal the baseline.
///
/// The runner starts the host itself, because it has to start it again after each
/// scenario that ends the process.
pub(crate) fn original(workspace: &Workspace, version: SocketIo) -> Result<String, Problem> {
    node::require()?;
    node::install(workspace, &workspace.path(FOLDER))?;
    let name = match version {
        SocketIo::Two => "2",
        SocketIo::Four => "4",
    };
    let mut command = runner(workspace)?;
    let claims = format!("fixtures/claims/original-1.12.1-socketio-{name}.toml");
    command.args(["run", "--claims", &claims]);
    // Soon enough for scenarios to wait for a heartbeat that does not come.
    let start = format!(
        "node {} --listen 127.0.0.1:{{port}} --heartbeat 1000,4000",
        version.script()
    );
    command.args(["--start", &start]);
    let baseline = format!("fixtures/baselines/original-1.12.1-socketio-{name}.json");
    command.args(["--baseline", &baseline]);
    let counts = judge(workspace, command, &format!("original-{name}"))?;
    Ok(format!("as the baseline says: {counts}"))
}

/// The runner, built.
pub(crate) fn runner(workspace: &Workspace) -> Result<Command, Problem> {
    let path = cargo::binary(workspace, RUNNER)?;
    Ok(workspace.command(&path.to_string_lossy()))
}

/// Runs the suite and reads its report. A run without a single verdict is a problem.
pub(super) fn judge(
    workspace: &Workspace,
    mut command: Command,
    name: &str,
) -> Result<Counts, Problem> {
    let report = workspace.scratch()?.join(format!("{name}.json"));
    // The report of an earlier run must not speak for this one.
    if report.exists() {
        fs::remove_file(&report).map_err(|error| Problem::io("remove", &report, &error))?;
    }
    let status = command
        .arg("--json")
        .arg(&report)
        .status()
        .map_err(|error| Problem::start(&shown(&command), &error))?;
    let counts = Counts::read(&report);
    if !status.success() {
        let described = described(status);
        return Err(Problem::new(match counts {
            Ok(counts) => format!("{RUNNER} {described}: {counts}"),
            Err(_) => format!("{RUNNER} {described} without a report"),
        }));
    }
    let counts = counts?;
    if counts.pass == 0 {
        return Err(Problem::new(format!("no scenario passed: {counts}")));
    }
    Ok(counts)
}

/// The summary of a report.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Counts {
    pass: u64,
    fail: u64,
    warn: u64,
    untestable: u64,
    not_applicable: u64,
}

impl Counts {
    fn read(report: &Path) -> Result<Self, Problem> {
        let text = fs::read_to_string(report)
            .map_err(|error| Problem::io("read the report", report, &error))?;
        Self::parse(&text).ok_or_else(|| {
            Problem::new(format!(
                "the report {} has no summary of counts",
                report.display()
            ))
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let report: serde_json::Value = serde_json::from_str(text).ok()?;
        let count = |name: &str| report["summary"][name].as_u64();
        Some(Self {
            pass: count("pass")?,
            fail: count("fail")?,
            warn: count("warn")?,
            untestable: count("untestable")?,
            not_applicable: count("not_applicable")?,
        })
    }
}

impl std::fmt::Display for Counts {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            pass,
            fail,
            warn,
            untestable,
            not_applicable,
        } = self;
        write!(
            formatter,
            "{pass} pass, {fail} fail, {warn} warn, {untestable} untestable, \
             {not_applicable} not applicable"
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_summary_of_a_report() {
        let report = r#"{"summary":{"pass":5,"fail":0,"warn":1,"untestable":0,
            "not_applicable":2},"results":[]}"#;
        let counts = Counts::parse(report).expect("a whole summary");
        assert_eq!(
            counts.to_string(),
            "5 pass, 0 fail, 1 warn, 0 untestable, 2 not applicable"
        );
        assert_eq!(Counts::parse(r#"{"summary":{"pass":5}}"#), None);
        assert_eq!(Counts::parse("not JSON"), None);
    }
}
