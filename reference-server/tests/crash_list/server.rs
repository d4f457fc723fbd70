//! The program under test.

use std::net::SocketAddr;
use std::time::Duration;

use crate::process::Program;

/// How long a test waits for something that must come. Never waited out unless
/// the test fails.
pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// A running `p2p-server`. It is killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    program: Program,
}

impl Server {
    pub(crate) fn start() -> Self {
        let program = Program::start(&["--log", "error"]);
        Self {
            address: program.address(),
            program,
        }
    }

    /// Ends the server. What a client sends is no reason for an error in the
    /// server's log, let alone for a panic in one of its tasks.
    pub(crate) fn killed_without_complaint(self) {
        assert_eq!(self.program.killed(), "");
    }
}
