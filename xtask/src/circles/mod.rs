//! `cargo xtask circles`: no folder of a crate imports what imports it.
//!
//! The check reads the sources of every library and program of the workspace and draws
//! a graph: its nodes are files, and an edge leads from the file that uses a name to the
//! file that defines it. An edge between two folders that is part of a circle is a
//! failure. Within a folder circles are allowed: there two types may be one idea.
//!
//! **What is an import.** A private `use`, and every path in the code (types,
//! expressions, arguments of macros) that begins with `crate`, `super`, `self`, a module,
//! or a name that a `use` has brought in. Not read are tests (`#[cfg(test)]`),
//! documentation, methods (whose file a path does not show) and the names of
//! `macro_rules!` macros.
//!
//! **Which file is meant.** A path is followed through modules and through every `use` on
//! its way to the file with the definition. So a re-export (`pub use`) is no import of the
//! file that holds it, and a file that uses its name imports the file behind it. A path that
//! ends at a module imports the file of that, unless it declares modules itself: then what
//! is used through it counts. A glob imports the file of its module.
//!
//! **Which folder a file is in.** The one where it lies, with two exceptions: a file
//! `name.rs` with modules in a folder `name` counts to that folder, and a `name/mod.rs`
//! that has no modules but its tests counts as if it were `name.rs`.
//!
//! `xtask/circles.txt` lists pairs of folders in which circles are left, one a line:
//! `from -> to`. A pair that is not listed fails the check, and so does a listed one that
//! is no longer there.

mod graph;
mod imports;
mod ledger;
mod modules;
mod resolve;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{ExitCode, Stdio};

use clap::Args;

use self::graph::{Circle, Graph};
use self::ledger::Ledger;
use crate::workspace::{Problem, Workspace, described, shown};

/// Where the circles that are left are listed.
const LEDGER: &str = "xtask/circles.txt";

/// Lists circles of imports between the folders of a crate; none may be new.
#[derive(Debug, Args)]
pub(crate) struct Circles {
    /// Write the list of circles that are left anew.
    #[arg(long)]
    write: bool,
    /// Show every circle, also those that are listed.
    #[arg(long)]
    all: bool,
}

impl Circles {
    /// Reads all sources, prints what is wrong, and fails if there is anything.
    pub(crate) fn run(self, workspace: &Workspace) -> Result<ExitCode, Problem> {
        let found = found(workspace)?;
        if self.write {
            let path = workspace.path(LEDGER);
            std::fs::write(&path, Ledger::of(&found).to_string())
                .map_err(|error| Problem::io("write", &path, &error))?;
        }
        if self.all {
            for circle in &found {
                println!("{circle}");
            }
        }
        println!("{}", judge(workspace, &found)?);
        Ok(ExitCode::SUCCESS)
    }
}

/// The same check as a step of the test command. Gives what the summary says.
pub(crate) fn check(workspace: &Workspace) -> Result<String, Problem> {
    judge(workspace, &found(workspace)?)
}

/// All circles of the workspace, in order.
fn found(workspace: &Workspace) -> Result<Vec<Circle>, Problem> {
    let mut circles = BTreeMap::new();
    for root in roots(workspace)? {
        let read = |path: &Path| std::fs::read_to_string(workspace.root().join(path)).ok();
        let modules = modules::read(&root, &read)?;
        for circle in Graph::of(&modules).circles() {
            circles.insert((circle.from.clone(), circle.to.clone()), circle);
        }
    }
    Ok(circles.into_values().collect())
}

/// Compares what was found with what is listed.
fn judge(workspace: &Workspace, found: &[Circle]) -> Result<String, Problem> {
    let path = workspace.path(LEDGER);
    let text =
        std::fs::read_to_string(&path).map_err(|error| Problem::io("read", &path, &error))?;
    let ledger = Ledger::read(&text).map_err(Problem::new)?;
    let verdict = ledger.compare(found);
    for circle in &verdict.new {
        println!("{circle}");
    }
    for (from, to) in &verdict.stale {
        println!("{from} -> {to}: listed in {LEDGER}, but there is no such circle any more");
    }
    if verdict.new.is_empty() && verdict.stale.is_empty() {
        return Ok(match found.len() {
            0 => "no circles of imports".to_owned(),
            left => format!("no new circles of imports, {left} are left"),
        });
    }
    Err(Problem::new(format!(
        "{} new circles of imports between folders, {} entries of {LEDGER} are out of date",
        verdict.new.len(),
        verdict.stale.len()
    )))
}

/// The first file of every library and program of the workspace, from its root.
fn roots(workspace: &Workspace) -> Result<Vec<PathBuf>, Problem> {
    let mut command = workspace.cargo();
    command.args(["metadata", "--no-deps", "--format-version", "1"]);
    let line = shown(&command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| Problem::start(&line, &error))?;
    if !output.status.success() {
        return Err(Problem::new(format!(
            "`{line}` {}",
            described(output.status)
        )));
    }
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| Problem::new(format!("`{line}` printed no JSON: {error}")))?;
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let targets = packages.flat_map(|package| package["targets"].as_array().into_iter().flatten());
    let is_code = |target: &&serde_json::Value| {
        let kinds = target["kind"].as_array().into_iter().flatten();
        let mut kinds = kinds.filter_map(|kind| kind.as_str());
        kinds.any(|kind| matches!(kind, "lib" | "bin"))
    };
    let from_root = |target: &serde_json::Value| {
        let path = Path::new(target["src_path"].as_str()?);
        Some(path.strip_prefix(workspace.root()).ok()?.to_path_buf())
    };
    Ok(targets.filter(is_code).filter_map(from_root).collect())
}
