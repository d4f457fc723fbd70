//! The servers as child processes.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use crate::node::Project;
use crate::target::Server;

/// A running server. It is killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Program {
    pub(crate) server: Server,
    pub(crate) address: SocketAddr,
    child: Child,
}

impl Program {
    /// Starts a server and waits until it has told its address.
    pub(crate) fn start(server: Server) -> Self {
        let mut command = match server {
            Server::Ours => {
                let mut ours = Command::new(env!("CARGO_BIN_EXE_p2p-server"));
                ours.args(["--listen", "127.0.0.1:0", "--log", "error"]);
                ours
            }
            Server::Official2 => official("2"),
            Server::Official4 => official("4"),
        };
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .expect("the server can be started");
        let stdout = child.stdout.take().expect("it is piped");
        let mut line = String::new();
        let mut lines = BufReader::new(stdout);
        lines.read_line(&mut line).expect("it is text");
        let address = line.trim_end().strip_prefix("listening on http://");
        let address = address.and_then(|rest| rest.strip_suffix("/socket.io/"));
        Self {
            server,
            address: address.expect(&line).parse().expect("it is an address"),
            child,
        }
    }
}

fn official(generation: &str) -> Command {
    let mut command = Project::install().node();
    command.args(["engine-official.js", generation]);
    command
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
