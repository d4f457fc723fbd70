//! `cargo xtask original`: the original JavaScript plugin, served in the foreground.

use std::process::{Command, ExitCode};

use clap::{Args, ValueEnum};

use crate::{
    node,
    workspace::{Problem, Workspace},
};

/// Where the hosts live.
pub(crate) const FOLDER: &str = "conformance/testees/original-js";

/// Starts the original plugin 1.12.1 on a Socket.IO server, installing it when needed.
///
/// Prints one line, `{"listening":"http://HOST:PORT"}`, when clients can connect.
#[derive(Debug, Args)]
pub(crate) struct Original {
    /// Which Socket.IO serves it: 2 (2.5, Engine.IO 3) or 4 (4.8, Engine.IO 3 and 4).
    #[arg(long, value_name = "VERSION")]
    socketio: SocketIo,

    /// Where to listen, as HOST:PORT; port 0 takes a free one.
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:0")]
    listen: String,

    /// Let the newest of two connections with one client id win, instead of
    /// rejecting it (the plugin's `clientOverwrite`).
    #[arg(long)]
    client_overwrite: bool,
}

/// A major version of Socket.IO that a host exists for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SocketIo {
    /// Socket.IO 2.5.
    #[value(name = "2")]
    Two,
    /// Socket.IO 4.8.
    #[value(name = "4")]
    Four,
}

impl SocketIo {
    /// The host script, relative to the repository root, with forward slashes.
    pub(crate) fn script(self) -> String {
        let name = match self {
            Self::Two => "host-2.js",
            Self::Four => "host-4.js",
        };
        format!("{FOLDER}/{name}")
    }
}

impl Original {
    /// Installs what is missing and becomes the host: its signals and its exit code
    /// are those of this process.
    pub(crate) fn run(self, workspace: &Workspace) -> Result<ExitCode, Problem> {
        node::require()?;
        node::install(workspace, &workspace.path(FOLDER))?;
        let mut host = workspace.command("node");
        host.arg(self.socketio.script())
            .args(["--listen", &self.listen]);
        if self.client_overwrite {
            host.arg("--client-overwrite");
        }
        replace(host)
    }
}

/// Replaces this process by the command, so that there is no parent to forward
/// signals or to leave a child behind.
#[cfg(unix)]
fn replace(mut command: Command) -> Result<ExitCode, Problem> {
    use std::os::unix::process::CommandExt;
    Err(Problem::start("node", &command.exec()))
}

/// Waits for the command and passes its exit code on. Ctrl-C reaches both processes.
#[cfg(not(unix))]
fn replace(mut command: Command) -> Result<ExitCode, Problem> {
    let status = command
        .status()
        .map_err(|error| Problem::start("node", &error))?;
    let code = status.code().and_then(|code| u8::try_from(code).ok());
    Ok(ExitCode::from(code.unwrap_or(1)))
}
