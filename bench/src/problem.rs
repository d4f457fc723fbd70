//! The one error type of this crate.

use std::io;

/// Why a measurement cannot go on: one sentence for the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The address of the server is not one that this loader can use.
    #[error("`{0}` is not an address such as ws://127.0.0.1:3000")]
    Address(String),
    /// A connection or the poll behind it failed.
    #[error("cannot {attempt}: {error}")]
    Io {
        /// What was attempted.
        attempt: &'static str,
        /// What the operating system says.
        error: io::Error,
    },
    /// The server ended a connection.
    #[error("the server closed the connection of client {0}")]
    Closed(usize),
    /// The server said something that the protocol does not have in this place.
    #[error("client {client} got `{got}`, and {expected} was expected")]
    Unexpected {
        /// Which client.
        client: usize,
        /// The beginning of what came.
        got: String,
        /// What should have come.
        expected: &'static str,
    },
    /// Something did not happen in time.
    #[error("{0} took longer than a minute")]
    Late(&'static str),
    /// A file of `/proc` is missing or not as expected.
    #[error("cannot read {0}: measuring needs Linux and a process that runs")]
    Proc(String),
    /// Memory is asked for, and whose is not said.
    #[error("memory is that of a process: say which with --pid")]
    NoProcess,
    /// A process that should serve does not.
    #[error("{0}")]
    Server(String),
}

impl Problem {
    /// For `map_err` on system calls.
    pub fn io(attempt: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |error| Self::Io { attempt, error }
    }

    /// A packet that does not belong where it came.
    pub(crate) fn unexpected(client: usize, got: &[u8], expected: &'static str) -> Self {
        let got = String::from_utf8_lossy(&got[..got.len().min(60)]).into_owned();
        Self::Unexpected {
            client,
            got,
            expected,
        }
    }
}
