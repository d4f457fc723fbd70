//! The binary as a child process.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, ChildStdout, Command, ExitStatus, Output, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

#[cfg(unix)]
use rustix::process::{Pid, Signal, kill_process};

/// How long a test waits for the process to end.
const DEADLINE: Duration = Duration::from_secs(20);

/// A running server on a free port. It is killed when it is dropped.
#[derive(Debug)]
pub(crate) struct Program {
    child: Child,
    first_line: String,
    /// What comes after it.
    stdout: BufReader<ChildStdout>,
    /// All that was logged, once the program has ended: its end closes the pipe.
    log: mpsc::Receiver<String>,
    /// Nobody reads the log until this is dropped.
    unread: Option<mpsc::Sender<()>>,
}

impl Program {
    /// Starts the program and waits until it has told its address.
    pub(crate) fn start(options: &[&str]) -> Self {
        Self::start_in(options, &[])
    }

    /// The same with environment variables.
    pub(crate) fn start_in(options: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut program = Self::spawn(options, environment);
        program.read_log();
        program
    }

    /// The same, and nobody reads the log until [`read_log`](Self::read_log).
    pub(crate) fn start_unread(options: &[&str]) -> Self {
        Self::spawn(options, &[])
    }

    /// From now on the log is read all the time.
    pub(crate) fn read_log(&mut self) {
        self.unread.take();
    }

    fn spawn(options: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut child = command()
            .args(["--listen", "127.0.0.1:0"])
            .args(options)
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary can be started");
        let mut stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let mut first_line = String::new();
        stdout.read_line(&mut first_line).expect("it is text");
        let mut stderr = child.stderr.take().expect("it is piped");
        let (told, log) = mpsc::channel();
        let (unread, read) = mpsc::channel::<()>();
        thread::spawn(move || {
            // Nothing is ever sent: it ends when the other side is dropped.
            read.recv().ok();
            let mut text = String::new();
            stderr.read_to_string(&mut text).expect("it is text");
            // Nobody listens any more if the test has failed meanwhile.
            told.send(text).ok();
        });
        Self {
            child,
            first_line: first_line.trim_end().to_owned(),
            stdout,
            log,
            unread: Some(unread),
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
        let address = self.first_line.strip_prefix("listening on http");
        let address = address.map(|rest| rest.trim_start_matches('s'));
        let address = address.and_then(|rest| rest.strip_prefix("://"));
        let address = address.and_then(|rest| rest.strip_suffix("/socket.io/"));
        address
            .expect(&self.first_line)
            .parse()
            .expect("it is an address")
    }

    /// The address of the admin pages, which is told in the second line. It can be
    /// asked for once.
    pub(crate) fn admin(&mut self) -> SocketAddr {
        let mut line = String::new();
        self.stdout.read_line(&mut line).expect("it is text");
        let address = line.trim_end().strip_prefix("admin pages on http://");
        let address = address.and_then(|rest| rest.strip_suffix('/'));
        address.expect(&line).parse().expect("it is an address")
    }

    /// Sends the program a signal.
    #[cfg(unix)]
    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it runs");
    }

    /// Waits for the end and returns what was logged. Panics if the exit code
    /// is not 0.
    pub(crate) fn ended(self) -> String {
        self.ended_by(0)
    }

    /// As [`ended`](Self::ended), with another exit code.
    #[cfg(feature = "faults")]
    pub(crate) fn crashed(self, code: i32) -> String {
        self.ended_by(code)
    }

    fn ended_by(self, code: i32) -> String {
        let (status, log) = self.outcome();
        assert_eq!(status.code(), Some(code), "{status}: {log}");
        log
    }

    /// Waits for the end and returns how it was, and what was logged.
    pub(crate) fn outcome(mut self) -> (ExitStatus, String) {
        let log = self.log.recv_timeout(DEADLINE);
        let log = log.expect("the program must end");
        (self.child.wait().expect("it is our child"), log)
    }

    /// Stops the program in order and returns all that was logged.
    pub(crate) fn stopped(self) -> String {
        #[cfg(unix)]
        {
            self.signal(Signal::TERM);
            self.ended()
        }
        #[cfg(not(unix))]
        self.killed()
    }

    /// Ends the program at once and returns what was logged until then, but for what was not
    /// written yet: the log has a thread of its own.
    pub(crate) fn killed(mut self) -> String {
        self.child.kill().expect("it is our child");
        let log = self.log.recv_timeout(DEADLINE);
        log.expect("nobody survives this")
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
    run_in(options, &[])
}

/// The same with environment variables.
pub(crate) fn run_in(options: &[&str], environment: &[(&str, &str)]) -> Output {
    command()
        .args(options)
        .envs(environment.iter().copied())
        .output()
        .expect("the binary can be started")
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_p2p-server"));
    command.env_remove("RUST_LOG").env_remove("COLUMNS");
    // The settings in the environment of the tests are not ours.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("P2P_SERVER_") {
            command.env_remove(name);
        }
    }
    command
}
