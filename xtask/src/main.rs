//! Project tasks, run as `cargo xtask TASK`.
//!
//! One file per task. A task is a clap `Args` struct with a
//! `run(self, &Workspace) -> Result<ExitCode, Problem>`; to add one is to add a
//! module, a variant of [`Task`] and its line in [`Task::run`].

use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod apt;
mod chromium;
mod circles;
mod gateway;
mod generate;
mod make;
mod matrix;
mod measure;
mod node;
mod openssl;
mod original;
mod ports;
mod prove;
mod python;
mod test;
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
enum Task {
    Test(test::Test),
    Circles(circles::Circles),
    Generate(generate::Generate),
    Matrix(matrix::Matrix),
    Measure(measure::Measure),
    Original(original::Original),
    Prove(prove::Prove),
}

impl Task {
    fn run(self, workspace: &Workspace) -> Result<ExitCode, Problem> {
        match self {
            Self::Test(task) => Ok(task.run(workspace)),
            Self::Circles(task) => task.run(workspace),
            Self::Generate(task) => task.run(workspace),
            Self::Matrix(task) => task.run(workspace),
            Self::Measure(task) => task.run(workspace),
            Self::Original(task) => task.run(workspace),
            Self::Prove(task) => task.run(workspace),
        }
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
