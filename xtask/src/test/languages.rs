//! The step that holds the types of other languages to the published instances, each with the
//! real compiler of its language: what is sent is read and written the same, what is refused
//! is refused.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
};

use super::cargo;
use crate::{
    node, ports, python,
    workspace::{Problem, Workspace, described, run_quietly, shown},
};

/// Where the checks are, one folder for each language.
const CHECKS: &str = "protocol/types/tests";
/// Where those are that need packages of npm.
const NPM: &str = "protocol/types/tests/npm";
/// What the check in Python needs.
pub(super) const PYTHON_REQUIREMENTS: &str = "protocol/types/tests/python/requirements.txt";
/// The types, and what they are held to.
const TYPES: &str = "spec/types";
const INSTANCES: &str = "spec/schema/instances";
/// All languages at a time: they are programs of their own, some of which use one processor.
pub(crate) fn languages(workspace: &Workspace) -> Result<String, Problem> {
    ports::require_compilers(workspace)?;
    node::require()?;
    node::install(workspace, &workspace.path(NPM))?;
    let python = python::environment(workspace, &workspace.path(PYTHON_REQUIREMENTS))?;
    let server = cargo::binary(workspace, "p2p-server")?;
    let scratch = workspace.scratch()?.join("types");
    fs::create_dir_all(&scratch).map_err(|error| Problem::io("create", &scratch, &error))?;
    let (scratch, server, python) = (&scratch, &server, &python);
    let said = thread::scope(|scope| {
        let started = [
            scope.spawn(move || typescript(workspace, scratch, server)),
            scope.spawn(move || check_python(workspace, scratch, python)),
            scope.spawn(move || java(workspace, scratch)),
            scope.spawn(move || go(workspace, scratch)),
            scope.spawn(move || asyncapi(workspace)),
        ];
        started.map(|check| {
            check
                .join()
                .unwrap_or_else(|_| Err(Problem::new("a check panicked")))
        })
    });
    let names = ["TypeScript", "Python", "Java", "Go", "AsyncAPI"];
    let mut faults = Vec::new();
    for (name, said) in names.iter().zip(said) {
        match said {
            Ok(said) => println!("{name}: {said}"),
            Err(problem) => faults.push(format!("{name}: {problem}")),
        }
    }
    if faults.is_empty() {
        let names = names.join(", ");
        return Ok(format!("the types for {names} agree with the instances"));
    }
    Err(Problem::new(faults.join("; ")))
}

fn typescript(workspace: &Workspace, scratch: &Path, server: &Path) -> Result<String, Problem> {
    let mut check = workspace.command("node");
    check.arg(format!("{NPM}/typescript/check.js"));
    check.args([&format!("{TYPES}/typescript"), INSTANCES]);
    told(check.arg(scratch.join("typescript")).arg(server))
}

fn asyncapi(workspace: &Workspace) -> Result<String, Problem> {
    let mut check = workspace.command("node");
    check.arg(format!("{NPM}/asyncapi/check.js"));
    told(check.args([&format!("{TYPES}/asyncapi.json"), INSTANCES]))
}

fn check_python(workspace: &Workspace, scratch: &Path, python: &Path) -> Result<String, Problem> {
    let mut check = workspace.command(&python.to_string_lossy());
    check.arg(format!("{CHECKS}/python/check.py"));
    told(
        check
            .args([&format!("{TYPES}/python"), INSTANCES])
            .arg(scratch),
    )
}

fn java(workspace: &Workspace, scratch: &Path) -> Result<String, Problem> {
    let classes = scratch.join("java");
    renew(&classes)?;
    let mut compile = workspace.command("javac");
    // What is wrong with the classes of libraries, or is not commented inside of the package,
    // is of no interest.
    compile.args(["-Xlint:all,-classfile", "-Xdoclint:all,-missing", "-Werror"]);
    compile
        .args(["--release", "17", "-cp", ports::JACKSON, "-d"])
        .arg(&classes);
    for folder in [&format!("{TYPES}/java/siop2p"), &format!("{CHECKS}/java")] {
        compile.args(files_of(&workspace.path(folder))?);
    }
    run_quietly(&mut compile)?;
    let mut check = workspace.command("java");
    check
        .arg("-cp")
        .arg(format!("{}:{}", ports::JACKSON, classes.display()));
    told(check.args(["siop2p.Instances", INSTANCES]))
}

fn go(workspace: &Workspace, scratch: &Path) -> Result<String, Problem> {
    let folder = scratch.join("go");
    renew(&folder)?;
    let copies = [
        (format!("{TYPES}/go"), "types"),
        (format!("{CHECKS}/go"), "check"),
    ];
    for (from, to) in copies {
        let to = folder.join(to);
        fs::create_dir(&to).map_err(|error| Problem::io("create", &to, &error))?;
        for file in files_of(&workspace.path(&from))? {
            let copy = to.join(file.file_name().unwrap_or_default());
            fs::copy(&file, &copy).map_err(|error| Problem::io("copy", &file, &error))?;
        }
    }
    let mut format = workspace.command("gofmt");
    let unformatted = said(format.arg("-l").arg(&folder))?;
    if !unformatted.trim().is_empty() {
        let files = unformatted
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(", ");
        return Err(Problem::new(format!("gofmt would change {files}")));
    }
    let tool = |arguments: &[&str]| {
        let mut command = Command::new("go");
        command.args(arguments).current_dir(folder.join("check"));
        // Nothing is fetched, and nothing that was found before counts.
        command.env("GO111MODULE", "on").env("GOFLAGS", "");
        command.env("GOPROXY", "off").env("GOWORK", "off");
        command.env("INSTANCES", workspace.path(INSTANCES));
        command
    };
    run_quietly(&mut tool(&["vet", ".", "sio-p2p/p2p"]))?;
    let told = said(&mut tool(&["test", "-count=1", "-v", "."]))?;
    let line = told
        .lines()
        .find_map(|line| line.split_once("instances_test.go:"));
    let summary = line.and_then(|(_, told)| told.split_once(": "));
    let summary = summary.map(|(_, told)| told.to_owned());
    summary.ok_or_else(|| Problem::new("the check in Go looked at no instances"))
}

/// The files of a folder, in order of name.
fn files_of(folder: &Path) -> Result<Vec<PathBuf>, Problem> {
    let entries = fs::read_dir(folder).map_err(|error| Problem::io("list", folder, &error))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path()));
    let paths: Result<Vec<PathBuf>, _> = paths.collect();
    let mut paths = paths.map_err(|error| Problem::io("list", folder, &error))?;
    paths.retain(|path| path.is_file());
    paths.sort();
    Ok(paths)
}

/// An empty folder in the place of an old one.
fn renew(folder: &Path) -> Result<(), Problem> {
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(|error| Problem::io("remove", folder, &error))?;
    }
    fs::create_dir_all(folder).map_err(|error| Problem::io("create", folder, &error))
}

/// What a command prints; anything but success is a problem, with all that it said above.
fn said(command: &mut Command) -> Result<String, Problem> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| Problem::start(&shown(command), &error))?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        return Ok(text);
    }
    eprint!("{text}{}", String::from_utf8_lossy(&output.stderr));
    Err(Problem::new(format!(
        "`{}` {}; its own words are above",
        shown(command),
        described(output.status)
    )))
}

/// The last line that a check prints, which is its summary.
fn told(command: &mut Command) -> Result<String, Problem> {
    let text = said(command)?;
    let line = text.lines().last().map(ToOwned::to_owned);
    line.ok_or_else(|| Problem::new(format!("`{}` said nothing", shown(command))))
}
