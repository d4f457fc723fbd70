//! nginx and tinyproxy, which tests of the suite put in front of a server.

use std::process::{Command, Stdio};

use crate::{
    apt,
    workspace::{Problem, Workspace},
};

/// Checks that both are there; installs them through apt when they are missing and this process
/// may do so.
pub(crate) fn require_or_install(workspace: &Workspace) -> Result<(), Problem> {
    // Elsewhere these tests are not built.
    if !cfg!(unix) || present() {
        return Ok(());
    }
    if apt::may_be_used() {
        println!("nginx or tinyproxy is missing; asking apt-get, as this is root");
        apt::install(workspace, &["nginx-light", "tinyproxy-bin"])?;
        if present() {
            return Ok(());
        }
    }
    Err(Problem::new(
        "nginx or tinyproxy is missing, by which tests reach a server as users do: install both \
         (Debian and Ubuntu: apt-get install nginx-light tinyproxy-bin)",
    ))
}

fn present() -> bool {
    [("nginx", "-v"), ("tinyproxy", "-v")]
        .iter()
        .all(|(program, version)| {
            Command::new(program)
                .arg(version)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .is_ok_and(|status| status.success())
        })
}
