//! `cargo xtask generate`: writes the files that are derived from the types.

use std::process::ExitCode;

use clap::Args;

use crate::test::cargo;
use crate::workspace::{Problem, Workspace, run};

/// Writes the generated files of `spec/`, or says which are out of date.
#[derive(Debug, Args)]
pub(crate) struct Generate {
    /// Change nothing; fail if a file differs from what would be written.
    #[arg(long)]
    check: bool,
}

impl Generate {
    pub(crate) fn run(self, workspace: &Workspace) -> Result<ExitCode, Problem> {
        let program = cargo::binary(workspace, "sio-p2p-generate")?;
        let mut command = workspace.command(&program.to_string_lossy());
        if self.check {
            command.arg("--check");
        }
        run(&mut command)?;
        Ok(ExitCode::SUCCESS)
    }
}
