//! Project tasks, run as `cargo xtask TASK`.
//!
//! One file per task. A task is a clap `Args` struct with a
//! `run(self, &Workspace) -> Result<ExitCode, Problem>`; to add one is to add a
//! module and a line in [`Task`].

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod workspace;

use workspace::{Problem, Workspace};

/// Builds, checks and demonstrations of sio-p2p.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

/// Everything that can be asked for, one variant per file.
#[derive(Debug, Subcommand)]
enum Task {}

impl Task {
    fn run(self, _workspace: &Workspace) -> Result<ExitCode, Problem> {
        match self {}
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.task.run(&Workspace::locate()) {
        Ok(code) => code,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}
