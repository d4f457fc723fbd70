//! Node and npm: are they there, and is what a lock file names installed?
//!
//! Only tests need Node. Nothing of it is ever committed, so each folder with a
//! `package-lock.json` gets its `node_modules` here.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    apt,
    workspace::{Problem, Workspace, run_quietly},
};

/// The oldest Node that all JavaScript here runs on.
const OLDEST: u32 = 18;

/// A copy of the lock file that `node_modules` was made from. `npm ci` clears the
/// folder first, so an interrupted installation never has one.
const STAMP: &str = "node_modules/.installed-from.json";

/// Folders that hold no packages of ours.
const SKIPPED: [&str; 3] = ["node_modules", "target", ".git"];

/// npm is a script on Windows, where a script's name needs its extension.
const NPM: &str = if cfg!(windows) { "npm.cmd" } else { "npm" };

/// Checks that node and npm can be used.
///
/// Gives the version of Node, for example `v20.11.0`; the error says what to install.
pub(crate) fn require() -> Result<String, Problem> {
    let version = version_of("node")?;
    let major = version
        .trim_start_matches('v')
        .split('.')
        .next()
        .and_then(|number| number.parse::<u32>().ok());
    if major.is_none_or(|major| major < OLDEST) {
        return Err(Problem::new(format!(
            "node is {version}, and version {OLDEST} or later is needed"
        )));
    }
    version_of(NPM)?;
    Ok(version)
}

/// Like [`require`], but installs node and npm through apt when they are missing and
/// this process may do so.
pub(crate) fn require_or_install(workspace: &Workspace) -> Result<String, Problem> {
    match require() {
        Err(missing) if apt::may_be_used() => {
            println!("{missing}; asking apt-get, as this is root");
            // Some package sources bring npm inside nodejs and refuse it beside it, so
            // it is asked for only when it is still missing.
            for (program, package) in [("node", "nodejs"), (NPM, "npm")] {
                if version_of(program).is_err() {
                    apt::install(workspace, &[package])?;
                }
            }
            require()
        }
        answer => answer,
    }
}

/// The version a program prints, or what to install when there is none.
fn version_of(program: &str) -> Result<String, Problem> {
    let missing = || {
        Problem::new(format!(
            "{program} is missing: install Node {OLDEST} or later with npm \
             (Debian and Ubuntu: apt-get install nodejs npm)"
        ))
    };
    let output = Command::new(program)
        .arg("--version")
        .stderr(Stdio::null())
        .output()
        .map_err(|_| missing())?;
    if !output.status.success() {
        return Err(missing());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Every folder of the repository with a `package-lock.json`, in order of path.
pub(crate) fn packages(workspace: &Workspace) -> Result<Vec<PathBuf>, Problem> {
    let mut found = Vec::new();
    let mut open = vec![workspace.root().to_path_buf()];
    while let Some(folder) = open.pop() {
        let entries =
            fs::read_dir(&folder).map_err(|error| Problem::io("list", &folder, &error))?;
        for entry in entries {
            let entry = entry.map_err(|error| Problem::io("list", &folder, &error))?;
            let name = entry.file_name();
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            if is_folder && !SKIPPED.iter().any(|skipped| name == *skipped) {
                open.push(entry.path());
            } else if !is_folder && name == "package-lock.json" {
                found.push(folder.clone());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Makes `node_modules` of a folder match its lock file. Gives whether there was
/// anything to do.
///
/// Two tasks may come here at once; a lock lets the second one find the work done.
pub(crate) fn install(workspace: &Workspace, folder: &Path) -> Result<bool, Problem> {
    let guard = workspace.scratch()?.join("npm.lock");
    let guard_file = File::create(&guard).map_err(|error| Problem::io("create", &guard, &error))?;
    guard_file
        .lock()
        .map_err(|error| Problem::io("lock", &guard, &error))?;

    let lock = folder.join("package-lock.json");
    let wanted = fs::read(&lock).map_err(|error| Problem::io("read", &lock, &error))?;
    let stamp = folder.join(STAMP);
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(false);
    }
    let place = folder.strip_prefix(workspace.root()).unwrap_or(folder);
    eprintln!("npm ci in {}", place.display());
    run_quietly(
        Command::new(NPM)
            .args(["ci", "--no-audit", "--no-fund"])
            .current_dir(folder),
    )?;
    fs::write(&stamp, wanted).map_err(|error| Problem::io("write", &stamp, &error))?;
    Ok(true)
}
