//! The step that looks at the pages of the suite in a real browser.

use std::{fs, path::Path, process::Command};

use super::{cargo, suite};
use crate::{
    chromium, node,
    workspace::{Problem, Workspace, described, run, shown},
};

/// Where the script is that looks at the pages.
const FOLDER: &str = "conformance/tests/browser";

/// The report of a large run, a matrix and a view of recordings: each is made of what the
/// program itself writes.
pub(crate) fn pages(workspace: &Workspace) -> Result<String, Problem> {
    node::require()?;
    let browser = chromium::require_or_install(workspace)?;
    node::install(workspace, &workspace.path(FOLDER))?;
    let folder = workspace.scratch()?.join("reports");
    fs::create_dir_all(&folder).map_err(|error| Problem::io("create", &folder, &error))?;
    let path = |name: &str| folder.join(name).display().to_string();
    let report = path("run.json");
    write_large(workspace, Path::new(&report))?;
    let [page, matrix, view] = ["run.html", "matrix.html", "view.html"].map(path);
    let conformance = |args: &[&str]| run(suite::runner(workspace)?.args(args));
    conformance(&["report", &report, "--html", &page])?;
    let [one, other] = ["one", "other"].map(|name| format!("{name}={report}"));
    let recorded = "fixtures/recorded/v1.5.0-sio2";
    conformance(&["report", &one, &other, recorded, "--html", &matrix])?;
    let examples = "fixtures/recorded/examples";
    conformance(&["view", examples, recorded, "--out", &view])?;

    let mut check = workspace.command("node");
    check.arg(format!("{FOLDER}/check.mjs")).arg(browser);
    check.args([&page, &matrix, &view]);
    said(&mut check)
}

/// Writes the JSON report of a large run.
fn write_large(workspace: &Workspace, path: &Path) -> Result<(), Problem> {
    let example = cargo::example(workspace, "large-report")?;
    let file = fs::File::create(path).map_err(|error| Problem::io("create", path, &error))?;
    run(workspace.command(&example.to_string_lossy()).stdout(file))
}

/// Runs the check; its last line is the summary, all others are what is wrong.
fn said(check: &mut Command) -> Result<String, Problem> {
    let output = check
        .output()
        .map_err(|error| Problem::start(&shown(check), &error))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let mut lines: Vec<_> = text.lines().collect();
    if output.status.success() {
        return lines
            .pop()
            .map(ToOwned::to_owned)
            .ok_or_else(|| Problem::new("the check of the pages said nothing"));
    }
    print!("{text}");
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    Err(Problem::new(format!(
        "the check of the pages {}; its own words are above",
        described(output.status)
    )))
}
