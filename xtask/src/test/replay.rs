//! The step that replays recordings.

use std::{fs, path::Path};

use super::suite::runner;
use crate::{
    node,
    original::{FOLDER, SocketIo},
    workspace::{Problem, Workspace, run},
};

/// Where the recordings are.
const RECORDED: &str = "fixtures/recorded";
/// Those of the original that can be installed.
const ORIGINAL: [&str; 2] = [
    "fixtures/recorded/v1.12.1-sio2",
    "fixtures/recorded/examples",
];

/// All recordings against the embedded server, where they differ only as they say; and those
/// of the original 1.12.1 against itself, where nothing differs.
pub(crate) fn all(workspace: &Workspace) -> Result<String, Problem> {
    let ours = replay(workspace, "embedded", &[RECORDED], &[])?;
    node::require()?;
    node::install(workspace, &workspace.path(FOLDER))?;
    let host = SocketIo::Two.script();
    let start = format!("node {host} --listen 127.0.0.1:{{port}}");
    let overwrites = format!("{start} --client-overwrite");
    let mut theirs = 0;
    for (name, claim, start) in [
        ("original", "client-reject", start),
        ("original-overwriting", "client-overwrite", overwrites),
    ] {
        let more = ["--exact", "--claim", claim, "--start", &start];
        theirs += replay(workspace, name, &ORIGINAL, &more)?;
    }
    Ok(format!(
        "{ours} as recorded or meant; {theirs} exactly so by the original"
    ))
}

/// Replays and gives how many recordings came out as they should; none is a problem.
fn replay(
    workspace: &Workspace,
    name: &str,
    what: &[&str],
    more: &[&str],
) -> Result<usize, Problem> {
    let report = workspace.scratch()?.join(format!("replay-{name}.json"));
    let mut command = runner(workspace)?;
    command.arg("replay").args(what).args(more);
    run(command.arg("--json").arg(&report))?;
    match same(&report)? {
        0 => Err(Problem::new(format!("{name}: nothing was replayed"))),
        count => Ok(count),
    }
}

/// How many recordings of a report came out as they should.
fn same(report: &Path) -> Result<usize, Problem> {
    let text = fs::read_to_string(report)
        .map_err(|error| Problem::io("read the report", report, &error))?;
    let outcomes: Vec<serde_json::Value> = serde_json::from_str(&text)
        .map_err(|error| Problem::new(format!("{}: {error}", report.display())))?;
    let same = outcomes
        .iter()
        .filter(|outcome| outcome["verdict"] == "same");
    Ok(same.count())
}
