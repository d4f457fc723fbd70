//! `cargo xtask prove`: shows that every scenario can fail, and that every fault is noticed.

use std::process::ExitCode;

use clap::Args;

use crate::test::cargo;
use crate::workspace::{Problem, Workspace, described, shown};

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
        let driver = cargo::example(workspace, "p2p-driver")?;
        let runner = cargo::binary(workspace, "p2p-conformance")?;
        let mut prove = workspace.command(&runner.to_string_lossy());
        prove.args(["prove", "--driver"]);
        prove.arg(format!("'{}'", driver.display()));
        prove.args(&self.options);
        let status = prove
            .status()
            .map_err(|error| Problem::start(&shown(&prove), &error))?;
        if status.success() {
            return Ok(ExitCode::SUCCESS);
        }
        Err(Problem::new(format!(
            "not proven: the matrix {}",
            described(status)
        )))
    }
}
