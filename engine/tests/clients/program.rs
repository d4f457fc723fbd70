//! The example as a program of its own.

use std::env;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

/// Tells this executable that it is the example, and not the tests.
const MEANT: &str = "ENGINE_ECHO_EXAMPLE";

/// A running server. It is killed when it is dropped.
pub(crate) struct Program {
    pub(crate) address: SocketAddr,
    child: Child,
}

impl Program {
    /// Whether this process has to be the example.
    pub(crate) fn is_meant() -> bool {
        env::var_os(MEANT).is_some()
    }

    /// Starts the example and waits until it has told its address.
    pub(crate) fn start(options: &[&str]) -> Self {
        let this = env::current_exe().expect("tests are a program");
        let mut child = Command::new(this)
            .env(MEANT, "1")
            .arg("--listen=127.0.0.1:0")
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .expect("the example can be started");
        let stdout = child.stdout.take().expect("it is piped");
        let mut line = String::new();
        let mut lines = BufReader::new(stdout);
        lines.read_line(&mut line).expect("it is text");
        let rest = line.strip_prefix("listening on http://").expect(&line);
        let (address, _) = rest.split_once('/').expect(&line);
        Self {
            address: address.parse().expect(&line),
            child,
        }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
