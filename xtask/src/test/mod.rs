//! `cargo xtask test`: the one test command.
//!
//! Every step runs even when an earlier one failed, so that one run tells all there
//! is to mend. A step that cannot run is a failed step, and so is one that ran
//! no tests.

use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

use clap::{Args, ValueEnum};

use crate::{
    chromium, circles, gateway, make, node, openssl,
    original::SocketIo,
    ports, python,
    workspace::{Problem, Workspace},
};

mod book;
pub(crate) mod cargo;
mod clients;
mod languages;
mod replay;
mod reports;
mod schemas;
pub(crate) mod suite;
mod tally;

/// Installs what is missing, then checks and tests everything.
#[derive(Debug, Args)]
pub(crate) struct Test {
    /// Run only this step; may be given several times.
    #[arg(long, value_name = "STEP")]
    only: Vec<Step>,
}

/// The steps, in the order in which they run. Cheap ones and those whose failure
/// explains others come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Step {
    /// The toolchain's components, node, npm, and the packages of the lock files.
    Install,
    /// `cargo fmt --check`.
    Fmt,
    /// `cargo clippy`, warnings are errors.
    Clippy,
    /// `cargo doc`, warnings are errors.
    Doc,
    /// `cargo xtask generate --check`: are the generated files up to date?
    Generate,
    /// Stock tools on the schemas: each takes what is valid and refuses what is not.
    Schemas,
    /// The types of other languages, each with its compiler: do they agree with the instances?
    Languages,
    /// `cargo xtask circles`: does no folder import what imports it?
    Circles,
    /// `p2p-conformance lint`: are the scenarios well-formed?
    Lint,
    /// The book: does every link lead somewhere, and do its commands do what it says?
    Book,
    /// `cargo test`: unit, integration and documentation tests.
    Tests,
    /// The conformance suite against the embedded reference server.
    Suite,
    /// Does every scenario notice the faults that it names, and every fault get noticed?
    Prove,
    /// The conformance suite against the relay on an application's own socketioxide.
    Attached,
    /// The client role of the suite: seven clients in six languages, each against its baseline.
    Clients,
    /// The conformance suite against the original on Socket.IO 2.5.
    #[value(name = "original-2")]
    Original2,
    /// The conformance suite against the original on Socket.IO 4.8.
    #[value(name = "original-4")]
    Original4,
    /// Recordings against the embedded reference server, and those of the original against it.
    Replay,
    /// The pages of the suite in a real browser.
    Reports,
}

impl Step {
    /// Does the work. Gives what the summary says about it.
    fn run(self, workspace: &Workspace) -> Result<String, Problem> {
        match self {
            Self::Install => install(workspace),
            Self::Fmt => cargo::fmt(workspace),
            Self::Clippy => cargo::clippy(workspace),
            Self::Doc => cargo::doc(workspace),
            Self::Generate => cargo::generate_check(workspace),
            Self::Schemas => schemas::schemas(workspace),
            Self::Languages => languages::languages(workspace),
            Self::Circles => circles::check(workspace),
            Self::Lint => suite::lint(workspace),
            Self::Book => book::book(workspace),
            Self::Tests => cargo::tests(workspace),
            Self::Suite => suite::embedded(workspace),
            Self::Prove => suite::prove(workspace),
            Self::Attached => suite::attached(workspace),
            Self::Clients => clients::clients(workspace),
            Self::Original2 => suite::original(workspace, SocketIo::Two),
            Self::Original4 => suite::original(workspace, SocketIo::Four),
            Self::Replay => replay::all(workspace),
            Self::Reports => reports::pages(workspace),
        }
    }

    /// The name on the command line.
    fn name(self) -> String {
        self.to_possible_value()
            .map_or_else(String::new, |value| value.get_name().to_owned())
    }

    /// What the step is about, for its heading.
    fn title(self) -> String {
        self.to_possible_value()
            .and_then(|value| value.get_help().map(ToString::to_string))
            .unwrap_or_default()
    }
}

/// A step that has run.
struct Done {
    step: Step,
    outcome: Result<String, Problem>,
    took: Duration,
}

impl Test {
    /// Runs the chosen steps and prints the summary; success if all of them passed.
    pub(crate) fn run(self, workspace: &Workspace) -> ExitCode {
        let chosen = |step: &Step| self.only.is_empty() || self.only.contains(step);
        let done: Vec<Done> = Step::value_variants()
            .iter()
            .copied()
            .filter(chosen)
            .map(|step| {
                println!("\n=== {}: {}", step.name(), step.title());
                let start = Instant::now();
                let outcome = step.run(workspace);
                if let Err(problem) = &outcome {
                    println!("--- {} failed: {problem}", step.name());
                }
                Done {
                    step,
                    outcome,
                    took: start.elapsed(),
                }
            })
            .collect();
        print!("{}", summary(&done));
        let all_passed = done.iter().all(|done| done.outcome.is_ok());
        if all_passed {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

/// Installs what the other steps need.
fn install(workspace: &Workspace) -> Result<String, Problem> {
    cargo::require_components(workspace)?;
    openssl::require_or_install(workspace)?;
    make::require_or_install(workspace)?;
    chromium::require_or_install(workspace)?;
    ports::require_or_install(workspace)?;
    gateway::require_or_install(workspace)?;
    let version = node::require_or_install(workspace)?;
    let packages = node::packages(workspace)?;
    for requirements in [
        clients::PYTHON_REQUIREMENTS,
        languages::PYTHON_REQUIREMENTS,
        schemas::PYTHON_REQUIREMENTS,
    ] {
        python::environment(workspace, &workspace.path(requirements))?;
    }
    let mut renewed = 0;
    for folder in &packages {
        renewed += usize::from(node::install(workspace, folder)?);
    }
    Ok(format!(
        "node {version}, {} lock files, {renewed} installed anew",
        packages.len()
    ))
}

/// The table and the closing line.
fn summary(done: &[Done]) -> String {
    use std::fmt::Write;

    let mut text = format!("\n{:<11} {:<7} {:>8}  what\n", "step", "result", "time");
    for Done {
        step,
        outcome,
        took,
    } in done
    {
        let (result, what) = match outcome {
            Ok(what) => ("ok", what.clone()),
            Err(problem) => ("FAILED", problem.to_string()),
        };
        let name = step.name();
        let seconds = took.as_secs_f64();
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name:<11} {result:<7} {seconds:>6.1} s  {what}");
    }
    let total: f64 = done.iter().map(|done| done.took.as_secs_f64()).sum();
    let passed = done.iter().filter(|done| done.outcome.is_ok()).count();
    let failed = done.len() - passed;
    let _ = writeln!(
        text,
        "\nsteps: {passed} passed, {failed} failed, in {total:.0} s"
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_has_a_name_and_a_title() {
        for step in Step::value_variants() {
            assert!(!step.name().is_empty(), "{step:?}");
            assert!(!step.title().is_empty(), "{step:?}");
        }
    }

    #[test]
    fn summary_shows_each_step_and_counts_them() {
        let done = [
            Done {
                step: Step::Fmt,
                outcome: Ok("formatted".to_owned()),
                took: Duration::from_millis(400),
            },
            Done {
                step: Step::Original2,
                outcome: Err(Problem::new("node is missing")),
                took: Duration::from_secs(62),
            },
        ];
        let expected = "
step        result      time  what
fmt         ok         0.4 s  formatted
original-2  FAILED    62.0 s  node is missing

steps: 1 passed, 1 failed, in 62 s
";
        assert_eq!(summary(&done), expected);
    }
}
