//! System packages through apt: only on a system that has it, and only as root.

use std::process::{Command, Stdio};

use crate::workspace::{Problem, Workspace, run_quietly};

/// Whether this is root on a system with apt.
pub(crate) fn may_be_used() -> bool {
    let root = Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    root && Command::new("apt-get")
        .arg("--version")
        .stdout(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Installs packages, and says so: what changes a system is not done silently.
pub(crate) fn install(workspace: &Workspace, packages: &[&str]) -> Result<(), Problem> {
    let apt = |arguments: &[&str]| {
        println!("apt-get {}", arguments.join(" "));
        run_quietly(
            workspace
                .command("apt-get")
                .args(arguments)
                .env("DEBIAN_FRONTEND", "noninteractive"),
        )
    };
    apt(&["update"])?;
    apt(&[&["install", "-y", "--no-install-recommends"], packages].concat())
}
