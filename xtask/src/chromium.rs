//! Chromium: the browser in which the pages of the suite are looked at.

use std::{
    env,
    path::PathBuf,
    process::{Command, Stdio},
};

use crate::{
    apt,
    workspace::{Problem, Workspace},
};

/// What it is called on different systems.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// The path of the program; the error says what to install.
pub(crate) fn require() -> Result<PathBuf, Problem> {
    let folders = env::var_os("PATH").unwrap_or_default();
    let paths = env::split_paths(&folders).flat_map(|folder| NAMES.map(|name| folder.join(name)));
    let works = |path: &PathBuf| {
        Command::new(path)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    let mut there = paths.filter(|path| path.is_file());
    there.find(works).ok_or_else(|| {
        Problem::new(
            "chromium is missing, so that the pages of reports were not checked: install it \
             (Debian: apt-get install chromium fonts-dejavu-core)",
        )
    })
}

/// Like [`require`], but installs it through apt when it is missing and this process may do so.
pub(crate) fn require_or_install(workspace: &Workspace) -> Result<PathBuf, Problem> {
    match require() {
        Err(missing) if apt::may_be_used() => {
            println!("{missing}; asking apt-get, as this is root");
            // Without a font there is no text to look at.
            apt::install(workspace, &["chromium", "fonts-dejavu-core"])?;
            require()
        }
        answer => answer,
    }
}
