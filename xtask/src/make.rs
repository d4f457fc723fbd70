//! `make`: the server's allocator is built with it.

use std::process::{Command, Stdio};

use crate::{
    apt,
    workspace::{Problem, Workspace},
};

/// Checks that there is `make`; installs it through apt when it is missing and this process
/// may do so.
pub(crate) fn require_or_install(workspace: &Workspace) -> Result<(), Problem> {
    // Elsewhere the allocator of the system is used, or the developer tools have it.
    if !cfg!(target_os = "linux") || present() {
        return Ok(());
    }
    if apt::may_be_used() {
        println!("make is missing; asking apt-get, as this is root");
        apt::install(workspace, &["make"])?;
        if present() {
            return Ok(());
        }
    }
    Err(Problem::new(
        "make is missing, with which jemalloc is built: install it \
         (Debian and Ubuntu: apt-get install make)",
    ))
}

fn present() -> bool {
    Command::new("make")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
