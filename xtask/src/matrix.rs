//! `cargo xtask matrix`: the project's own page, all implementations beside each other.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;

use crate::{
    test::suite,
    workspace::{Problem, Workspace, run},
};

/// The implementations: name, report of the test command, and the step that writes it.
const RUNS: [(&str, &str, &str); 11] = [
    ("reference server", "embedded", "suite"),
    ("relay on socketioxide", "attached", "attached"),
    ("original 1.12.1, Socket.IO 2.5", "original-2", "original-2"),
    ("original 1.12.1, Socket.IO 4.8", "original-4", "original-4"),
    ("reference client", "client-reference", "clients"),
    ("original client, 2.5", "client-original-js-2", "clients"),
    ("original client, 4.8", "client-original-js-4", "clients"),
    ("Python client", "client-python", "clients"),
    ("Go client", "client-go", "clients"),
    ("Java client", "client-java", "clients"),
    ("Ruby client", "client-ruby", "clients"),
];

/// Published versions that are known by recordings of them.
const RECORDED: [(&str, &str); 3] = [
    ("plugin 1.5.0", "v1.5.0-sio2"),
    ("plugin 1.12.1", "v1.12.1-sio2"),
    ("plugin 2.0.0", "v2.0.0-sio4"),
];

/// Writes the page of all implementations, from the reports that `cargo xtask test` leaves.
#[derive(Debug, Args)]
pub(crate) struct Matrix {
    /// File of the page.
    #[arg(
        long,
        value_name = "FILE",
        default_value = "target/xtask/implementations.html"
    )]
    out: PathBuf,
}

impl Matrix {
    pub(crate) fn run(self, workspace: &Workspace) -> Result<ExitCode, Problem> {
        let folder = workspace.scratch()?;
        let mut command = suite::runner(workspace)?;
        command.arg("report");
        for (name, file, step) in RUNS {
            let report = folder.join(format!("{file}.json"));
            if !report.exists() {
                return Err(Problem::new(format!(
                    "there is no report on the {name} yet: run `cargo xtask test --only {step}`"
                )));
            }
            command.arg(format!("{name}={}", report.display()));
        }
        for (name, recordings) in RECORDED {
            command.arg(format!("{name}=fixtures/recorded/{recordings}"));
        }
        run(command.arg("--html").arg(&self.out))?;
        println!("{}", self.out.display());
        Ok(ExitCode::SUCCESS)
    }
}
