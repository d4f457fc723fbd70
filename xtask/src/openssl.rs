//! OpenSSL's headers: `rust_socketio`, a client that tests talk to, is built with them.

use std::process::{Command, Stdio};

use crate::{
    apt,
    workspace::{Problem, Workspace},
};

/// Checks that crates that need OpenSSL can be built; installs its headers through apt
/// when they are missing and this process may do so.
pub(crate) fn require_or_install(workspace: &Workspace) -> Result<(), Problem> {
    // Elsewhere the system's own TLS takes its place.
    if !cfg!(target_os = "linux") || present() {
        return Ok(());
    }
    if apt::may_be_used() {
        println!("OpenSSL's headers are missing; asking apt-get, as this is root");
        apt::install(workspace, &["libssl-dev", "pkg-config"])?;
        if present() {
            return Ok(());
        }
    }
    Err(Problem::new(
        "the headers of OpenSSL are missing: install them with pkg-config \
         (Debian and Ubuntu: apt-get install libssl-dev pkg-config)",
    ))
}

/// Whether the build script that looks for OpenSSL will find it: where it is told to
/// look, or where pkg-config knows it.
fn present() -> bool {
    std::env::var_os("OPENSSL_DIR").is_some()
        || Command::new("pkg-config")
            .args(["--exists", "openssl"])
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
}
