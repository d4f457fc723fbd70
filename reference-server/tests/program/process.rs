//! The binary as a child process.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// How long a test waits for the process to end.
const DEADLINE: Duration = Duration::from_secs(20);

/// A running server on a free port. It is killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Program {
    child: Child,
    first_line: String,
}

impl Program {
    /// Starts the program and waits until it has told its address.
    pub(crate) fn start(options: &[&str]) -> Self {
        let mut child = command()
            .args(["--listen", "127.0.0.1:0"])
            .args(options)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary can be started");
        let stdout = child.stdout.as_mut().expect("it is piped");
        let mut first_line = String::new();
        BufReader::new(stdout)
            .read_line(&mut first_line)
            .expect("it is text");
        Self {
            child,
            first_line: first_line.trim_end().to_owned(),
        }
    }

    /// The first line on standard output.
    pub(crate) fn first_line(&self) -> &str {
        &self.first_line
    }

    /// The URL for clients, without a path.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    pub(crate) fn address(&self) -> SocketAddr {
        let address = self.first_line.strip_prefix("listening on http://");
        let address = address.and_then(|rest| rest.strip_suffix("/socket.io/"));
        address
            .expect(&self.first_line)
            .parse()
            .expect("it is an address")
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits for the end and returns what was logged. Panics if the exit code
    /// is not 0.
    pub(crate) fn ended(mut self) -> String {
        let start = Instant::now();
        let status = loop {
            // A process can only be asked; a short pause keeps the asking cheap.
            match self.child.try_wait().expect("it is our child") {
                Some(status) => break status,
                None => std::thread::sleep(Duration::from_millis(5)),
            }
            assert!(start.elapsed() < DEADLINE, "the program must end");
        };
        let mut log = String::new();
        let mut stderr = self.child.stderr.take().expect("it is piped");
        stderr.read_to_string(&mut log).expect("it is text");
        assert!(status.success(), "{status}: {log}");
        log
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// Runs the program with options that make it end at once.
pub(crate) fn run(options: &[&str]) -> Output {
    command()
        .args(options)
        .output()
        .expect("the binary can be started")
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_p2p-server"));
    command.env_remove("RUST_LOG").env_remove("COLUMNS");
    command
}
