//! The steps that are cargo commands.
//!
//! All of them use the dev profile and the same features, so that dependencies are
//! compiled once for checking (clippy, doc) and once for running (tests, suite).

use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::Stdio,
};

use super::tally::Tally;
use crate::workspace::{Problem, Workspace, described, run, shown};

/// What is compiled, in every step: the same packages with the same features.
const EVERYTHING: [&str; 2] = ["--workspace", "--all-features"];

/// Makes sure that rustfmt and clippy are there; a minimal toolchain has neither.
pub(crate) fn require_components(workspace: &Workspace) -> Result<(), Problem> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        let present = workspace
            .cargo()
            .args([subcommand, "--version"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success());
        if present {
            continue;
        }
        println!("{component} is missing; asking rustup");
        let mut rustup = workspace.command("rustup");
        run(rustup.args(["component", "add", component])).map_err(|problem| {
            Problem::new(format!(
                "{component} is missing and could not be added: {problem}"
            ))
        })?;
    }
    Ok(())
}

pub(crate) fn fmt(workspace: &Workspace) -> Result<String, Problem> {
    run(workspace.cargo().args(["fmt", "--all", "--check"]))?;
    Ok("formatted".to_owned())
}

pub(crate) fn clippy(workspace: &Workspace) -> Result<String, Problem> {
    let mut command = workspace.cargo();
    command.arg("clippy").args(EVERYTHING);
    run(command.args(["--all-targets", "--", "-D", "warnings"]))?;
    Ok("no warnings".to_owned())
}

pub(crate) fn doc(workspace: &Workspace) -> Result<String, Problem> {
    let mut command = workspace.cargo();
    command.arg("doc").args(EVERYTHING).arg("--no-deps");
    run(command.env("RUSTDOCFLAGS", "-D warnings"))?;
    Ok("no warnings".to_owned())
}

/// Looks for drift as a person does who types the command.
pub(crate) fn generate_check(workspace: &Workspace) -> Result<String, Problem> {
    let program = binary(workspace, "sio-p2p-generate")?;
    run(workspace.command(&program.to_string_lossy()).arg("--check"))?;
    Ok("generated files are up to date".to_owned())
}

/// Runs all tests, showing their output while counting it.
pub(crate) fn tests(workspace: &Workspace) -> Result<String, Problem> {
    let mut command = workspace.cargo();
    command.arg("test").args(EVERYTHING).arg("--no-fail-fast");
    // The tally reads plain lines, whatever the surroundings prefer.
    command.env("CARGO_TERM_COLOR", "never");
    command.env("CARGO_TERM_QUIET", "false");
    let line = shown(&command);
    let start = |error| Problem::start(&line, &error);

    // Which file runs is on stderr, what it did on stdout: one pipe keeps the order.
    let (reader, writer) = std::io::pipe().map_err(start)?;
    command.stdout(writer.try_clone().map_err(start)?);
    command.stderr(writer);
    let mut child = command.spawn().map_err(start)?;
    // The command holds the writing ends; the pipe ends when only the child had them.
    drop(command);

    let mut tally = Tally::default();
    let mut lines = BufReader::new(reader);
    let mut bytes = Vec::new();
    while lines.read_until(b'\n', &mut bytes).map_err(start)? > 0 {
        let text = String::from_utf8_lossy(&bytes);
        print!("{text}");
        tally.read(&text);
        bytes.clear();
    }
    let status = child.wait().map_err(start)?;
    let verdict = tally.verdict();
    if status.success() {
        return verdict.map_err(Problem::new);
    }
    // Also when all counted tests passed: one binary may not have compiled, or died.
    let counted = verdict.unwrap_or_else(|why| why);
    Err(Problem::new(format!(
        "`{line}` {}: {counted}",
        described(status)
    )))
}

/// Builds everything that `cargo test` builds and gives the path of one binary.
///
/// The build is the same as that of the tests, not one of the binary alone: with
/// other packages in the build, dependencies have other features, and all would be
/// compiled again.
pub(crate) fn binary(workspace: &Workspace, name: &str) -> Result<PathBuf, Problem> {
    built(workspace, "bin", name)
}

/// As [`binary`], for an example.
pub(crate) fn example(workspace: &Workspace, name: &str) -> Result<PathBuf, Problem> {
    built(workspace, "example", name)
}

fn built(workspace: &Workspace, kind: &str, name: &str) -> Result<PathBuf, Problem> {
    let mut command = workspace.cargo();
    command.arg("build").args(EVERYTHING);
    command.args(["--all-targets", "--message-format=json-render-diagnostics"]);
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
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .find_map(|message| executable(message, kind, name))
        .ok_or_else(|| Problem::new(format!("`{line}` built no {kind} called {name}")))
}

/// The executable that one of cargo's messages announces, if it is this one and
/// not its test harness.
fn executable(message: &str, kind: &str, name: &str) -> Option<PathBuf> {
    let message: serde_json::Value = serde_json::from_str(message).ok()?;
    let is_it = message["reason"] == "compiler-artifact"
        && message["target"]["name"] == name
        && message["target"]["kind"] == serde_json::json!([kind])
        && message["profile"]["test"] == false;
    is_it.then(|| message["executable"].as_str().map(PathBuf::from))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_binary_and_not_its_test_harness() {
        let message = |test: bool| {
            serde_json::json!({
                "reason": "compiler-artifact",
                "target": {"kind": ["bin"], "name": "it"},
                "profile": {"test": test},
                "executable": "target/debug/it",
            })
            .to_string()
        };
        assert_eq!(
            executable(&message(false), "bin", "it"),
            Some(PathBuf::from("target/debug/it"))
        );
        assert_eq!(executable(&message(true), "bin", "it"), None);
        assert_eq!(executable(&message(false), "bin", "other"), None);
        assert_eq!(executable("not JSON", "bin", "it"), None);
    }
}
