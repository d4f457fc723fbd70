//! Python: is it there, and is what a requirements file names installed?
//!
//! Only the Python driver of the suite and the tools that read the schemas need it. Packages
//! go into environments below `target/`, one for each requirements file, never into the
//! system's.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use crate::{
    apt,
    workspace::{Problem, Workspace, run_quietly},
};

/// The system's interpreter.
const PYTHON: &str = if cfg!(windows) { "python" } else { "python3" };

/// Makes the environment of a requirements file match it. Gives its interpreter.
pub(crate) fn environment(workspace: &Workspace, requirements: &Path) -> Result<PathBuf, Problem> {
    let place = requirements
        .strip_prefix(workspace.root())
        .unwrap_or(requirements);
    let name = place.parent().unwrap_or(place).to_string_lossy();
    let name = name.replace(['/', '\\'], "-");
    let folder = workspace.scratch()?.join("python").join(name);
    let python = folder.join(if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    });
    let wanted =
        fs::read(requirements).map_err(|error| Problem::io("read", requirements, &error))?;
    // Written last, so that an interrupted installation never has one.
    let stamp = folder.join("installed-from.txt");
    if python.exists() && fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(|error| Problem::io("remove", &folder, &error))?;
    }
    fs::create_dir_all(&folder).map_err(|error| Problem::io("create", &folder, &error))?;
    create(workspace, &folder)?;
    eprintln!("pip install of {}", place.display());
    run_quietly(
        Command::new(&python)
            .args([
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
            ])
            .args(["--only-binary", ":all:", "--requirement"])
            .arg(requirements),
    )?;
    fs::write(&stamp, wanted).map_err(|error| Problem::io("write", &stamp, &error))?;
    Ok(python)
}

/// Creates an empty environment; what that needs is installed through apt when it is
/// missing and this process may do so.
fn create(workspace: &Workspace, folder: &Path) -> Result<(), Problem> {
    let create = || {
        Command::new(PYTHON)
            .args(["-m", "venv"])
            .arg(folder)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    if create() {
        return Ok(());
    }
    if apt::may_be_used() {
        println!("{PYTHON} with venv is missing; asking apt-get, as this is root");
        apt::install(workspace, &["python3", "python3-venv"])?;
        if create() {
            return Ok(());
        }
    }
    Err(Problem::new(format!(
        "{PYTHON} cannot make an environment: install Python 3.9 or later with venv \
         (Debian and Ubuntu: apt-get install python3 python3-venv)"
    )))
}
