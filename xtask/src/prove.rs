//! `cargo xtask prove`: shows that every scenario can fail, and that every fault is noticed.

use std::process::ExitCode;

use clap::Args;

use crate::workspace::{Problem, Workspace, ending, run, shown};

/// Switches on the faults that each scenario names and fails if one is not noticed.
///
/// The options are those of `p2p-conformance prove`; see `fixtures/scenarios/README.md`.
#[derive(Debug, Args)]
pub(crate) struct Prove {
    /// Such as `--select PATTERN`, `--fault FAULT`, `--depth quick|full|discover`.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    options: Vec<String>,
}

impl Prove {
    pub(crate) fn run(self, workspace: &Workspace) -> Result<ExitCode, Problem> {
        let mut driver = workspace.cargo();
        driver.args(["build", "--quiet", "--package", "sio-p2p-client"]);
        run(driver.args(["--example", "p2p-driver"]))?;
        let driver = workspace.path("target/debug/examples/p2p-driver");
        let mut cargo = workspace.cargo();
        cargo.args(["run", "--quiet", "--package", "sio-p2p-conformance"]);
        cargo.args(["--features", "faults", "--bin", "p2p-conformance"]);
        cargo
            .args(["--", "prove", "--driver"])
            .arg(format!("'{}'", driver.display()));
        cargo.args(&self.options);
        let status = cargo
            .status()
            .map_err(|error| Problem::start(&shown(&cargo), &error))?;
        if status.success() {
            return Ok(ExitCode::SUCCESS);
        }
        Err(Problem::new(format!(
            "not proven: the matrix {}",
            ending(status)
        )))
    }
}
