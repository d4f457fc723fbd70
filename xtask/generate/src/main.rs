//! Writes the files that are derived from the types, or says which are out of date.
//!
//! `cargo xtask generate` is how people call it. It is a program of its own because it needs
//! all that is derived from, and the other tasks need none of it.

mod drift;
mod files;
mod pages;
mod problem;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use sio_p2p_conformance::requirements;

use crate::drift::compare;
use crate::files::{FOLDERS, PRODUCERS, produce};
use crate::problem::Problem;

/// Writes the generated files of `spec/`, or says which are out of date.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask generate", bin_name = "cargo xtask generate")]
struct Generate {
    /// Change nothing; fail if a file differs from what would be written.
    #[arg(long)]
    check: bool,
}

fn main() -> ExitCode {
    match Generate::parse().run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("error: {problem}");
            ExitCode::FAILURE
        }
    }
}

impl Generate {
    fn run(self) -> Result<(), Problem> {
        for revision in requirements::REVISIONS {
            revision
                .check()
                .map_err(|thawed| Problem::Frozen(thawed.to_string()))?;
        }
        // The checkout that this program was built from.
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let wanted = produce(PRODUCERS)?;
        let differences = compare(&root, &wanted, FOLDERS)?;
        if !self.check {
            for difference in &differences {
                difference.mend(&root, &wanted)?;
                println!("{}", difference.told(true));
            }
            println!("{} generated files are up to date", wanted.len());
            return Ok(());
        }
        for difference in &differences {
            println!("{}", difference.told(false));
        }
        match differences.len() {
            0 => Ok(()),
            count => Err(Problem::OutOfDate(count)),
        }
    }
}
