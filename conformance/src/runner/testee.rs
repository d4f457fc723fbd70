//! Servers that the runner starts itself, from a command.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use sio_p2p_transport::{ConnectError, EioVersion, PacketSocket};
use tokio::net::TcpStream;
use tokio::process::Child;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

use crate::access::SharedAccess;
use crate::child::{self, LastWords, split};
use crate::scenario::{DEFAULT_DEADLINE, TransportName};

/// How long a server may take until it answers: installing packages included.
const START_LIMIT: Duration = Duration::from_mins(2);
/// How long one attempt to be accepted may take.
const GREETING: Duration = Duration::from_secs(5);
/// Pause between two attempts to reach a server that is starting.
const START_PAUSE: Duration = Duration::from_millis(20);
/// Ports for servers: below those that systems usually give to outgoing connections.
const PORTS: std::ops::Range<u16> = 16_000..32_000;
/// How often a server is started that ends before it answers: its port may have been taken.
const ATTEMPTS: usize = 3;
/// How notes begin that hold output of the server.
pub const SERVER_SAID: &str = "server | ";
/// How long a dead server's exit status is waited for.
const EXIT_PATIENCE: Duration = Duration::from_secs(2);

/// A command that starts a server, with a place for its address.
#[derive(Debug, Clone)]
pub struct StartCommand {
    words: Vec<String>,
    text: String,
}

/// Why a server could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The command is empty or has an open quote.
    #[error("the start command {0:?} is not a command: {1}")]
    Words(String, &'static str),
    /// No free port.
    #[error("no free port on the loopback interface: {0}")]
    Port(std::io::Error),
    /// The program could not be executed.
    #[error("cannot execute {0:?}: {1}")]
    Spawn(String, std::io::Error),
    /// It ended before it answered.
    #[error("the server ended before it answered ({status}){}", last_words(.output))]
    Ended {
        /// How it ended.
        status: String,
        /// Its last output.
        output: Vec<String>,
    },
    /// It did not answer in time.
    #[error("the server did not answer within {} s{}", START_LIMIT.as_secs(), last_words(.output))]
    Silent {
        /// Its last output.
        output: Vec<String>,
    },
}

fn last_words(output: &[String]) -> String {
    if output.is_empty() {
        String::new()
    } else {
        format!("; it said:\n{}", output.join("\n"))
    }
}

impl StartCommand {
    /// Splits a command line as a shell does: blanks separate, quotes and backslashes hold
    /// together. `{addr}` stands for `127.0.0.1:<port>`, `{port}` and `{host}` for its parts.
    pub fn parse(text: &str) -> Result<Self, StartError> {
        let words = split(text).map_err(|why| StartError::Words(text.to_owned(), why))?;
        if words.is_empty() {
            return Err(StartError::Words(text.to_owned(), "it has no words"));
        }
        if !words
            .iter()
            .any(|word| word.contains("{addr}") || word.contains("{port}"))
        {
            let why = "it has no place for the address; write {addr} or {port} there";
            return Err(StartError::Words(text.to_owned(), why));
        }
        Ok(Self {
            words,
            text: text.to_owned(),
        })
    }

    /// The command as the user gave it.
    pub fn text(&self) -> &str {
        &self.text
    }
}

/// A running server that belongs to one worker.
#[derive(Debug)]
pub struct Instance {
    child: Child,
    knock: Knock,
    address: SocketAddr,
    words: LastWords,
    /// The tasks that read its output; they end with it.
    listeners: JoinSet<()>,
}

impl Instance {
    /// Starts a server and waits until it answers a handshake of one of these generations.
    pub async fn start(command: &StartCommand, eio: &[EioVersion]) -> Result<Self, StartError> {
        let access = SharedAccess::default();
        Self::start_reaching(command, eio, &access, TransportName::default()).await
    }

    /// The same for a server that wants more of its clients.
    pub async fn start_reaching(
        command: &StartCommand,
        eio: &[EioVersion],
        access: &SharedAccess,
        transport: TransportName,
    ) -> Result<Self, StartError> {
        let mut attempts = 1;
        loop {
            match Self::start_once(command, eio, access, transport).await {
                Err(StartError::Ended { .. }) if attempts < ATTEMPTS => attempts += 1,
                result => return result,
            }
        }
    }

    async fn start_once(
        command: &StartCommand,
        eio: &[EioVersion],
        access: &SharedAccess,
        transport: TransportName,
    ) -> Result<Self, StartError> {
        let address = free_address().map_err(StartError::Port)?;
        let fill = |word: &String| {
            word.replace("{addr}", &address.to_string())
                .replace("{host}", &address.ip().to_string())
                .replace("{port}", &address.port().to_string())
        };
        let words: Vec<_> = command.words.iter().map(fill).collect();
        let mut child = child::command(&words).spawn().map_err(|error| {
            StartError::Spawn(words.first().cloned().unwrap_or_default(), error)
        })?;
        let words = LastWords::default();
        let mut listeners = JoinSet::new();
        if let Some(stderr) = child.stderr.take() {
            listeners.spawn(words.clone().listen(stderr));
        }
        if let Some(stdout) = child.stdout.take() {
            listeners.spawn(words.clone().listen(stdout));
        }
        let knock = Knock {
            url: format!("http://{address}"),
            access: Arc::clone(access),
            transport,
        };
        let mut instance = Self {
            child,
            knock,
            address,
            words,
            listeners,
        };
        instance.wait_until_it_answers(eio).await?;
        Ok(instance)
    }

    async fn wait_until_it_answers(&mut self, eio: &[EioVersion]) -> Result<(), StartError> {
        let until = Instant::now() + START_LIMIT;
        while Instant::now() < until {
            if let Some(status) = self.ended() {
                return Err(StartError::Ended {
                    status,
                    output: self.last_words().await,
                });
            }
            if TcpStream::connect(self.address).await.is_ok() {
                for &eio in eio {
                    let greeted = self.knock.greet(eio, GREETING).await.is_ok();
                    // Somebody else may have answered, who had the port first.
                    if greeted && self.ended().is_none() {
                        return Ok(());
                    }
                }
            }
            sleep(START_PAUSE).await;
        }
        Err(StartError::Silent {
            output: self.last_words().await,
        })
    }

    /// Where the server is.
    pub fn url(&self) -> String {
        self.knock.url.clone()
    }

    /// Whether it accepts a client that nobody knows.
    pub(super) async fn serves(&self, eio: EioVersion) -> bool {
        self.knock.greet(eio, DEFAULT_DEADLINE).await.is_ok()
    }

    /// How the server ended, if it has.
    pub fn ended(&mut self) -> Option<String> {
        self.child
            .try_wait()
            .ok()
            .flatten()
            .map(|status| status.to_string())
    }

    /// Waits a little for the end of a server that seems dead.
    pub async fn end(&mut self) -> Option<String> {
        timeout(EXIT_PATIENCE, self.child.wait())
            .await
            .ok()?
            .ok()
            .map(|status| status.to_string())
    }

    /// The last lines that it has written, whichever stream they went to. If it has ended,
    /// nothing is missing.
    pub async fn last_words(&mut self) -> Vec<String> {
        if self.ended().is_some() {
            let all = async { while self.listeners.join_next().await.is_some() {} };
            // What it has started in turn may still hold the pipe.
            let _ = timeout(EXIT_PATIENCE, all).await;
        }
        self.words.lines()
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // The group first, while the process is there to tell which it is.
        #[cfg(unix)]
        if let (Some(id), None) = (self.child.id(), self.ended()) {
            child::kill_group(id);
        }
        let _ = self.child.start_kill();
    }
}

/// How to find out whether a server accepts a client that nobody knows.
#[derive(Debug, Clone)]
pub struct Knock {
    /// Where it is.
    pub url: String,
    /// What a connection brings along.
    pub access: SharedAccess,
    /// How it is carried.
    pub transport: TransportName,
}

impl Knock {
    /// Connects and leaves again.
    pub async fn greet(&self, eio: EioVersion, patience: Duration) -> Result<(), ConnectError> {
        let id = format!("hello-{}", crate::player::play::bindings::fresh());
        crate::player::peer::strangers::introduce(&id);
        let options = self
            .access
            .options(&self.url, eio)?
            .query("clientId", &id)
            .transports(self.transport.into())
            .connect_timeout(patience)
            .close_timeout(patience);
        let socket = PacketSocket::connect(&options).await?;
        socket.close().await;
        Ok(())
    }
}

/// An address that is free now and that no other instance of this run was given.
///
/// Not one of those that the system gives to outgoing connections: the runner makes
/// thousands of them, and one could take the port before the server does.
fn free_address() -> std::io::Result<SocketAddr> {
    static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());
    let seed = RandomState::new().hash_one(Instant::now());
    let mut error = None;
    for step in 0..PORTS.len() as u64 {
        let offset = (seed.wrapping_add(step)) % PORTS.len() as u64;
        let port = PORTS.start + u16::try_from(offset).unwrap_or(0);
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if let Err(taken) = TcpListener::bind(address) {
            error = Some(taken);
            continue;
        }
        let mut given = GIVEN.lock();
        // Whoever starts servers for days may come round again.
        if given.len() > PORTS.len() / 2 {
            given.clear();
        }
        if given.insert(port) {
            return Ok(address);
        }
    }
    Err(error.unwrap_or_else(|| std::io::Error::from(std::io::ErrorKind::AddrInUse)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_has_a_place_for_the_address() {
        assert!(StartCommand::parse("node server.js {port}").is_ok());
        assert!(StartCommand::parse("node server.js").is_err());
        assert!(StartCommand::parse("  ").is_err());
    }
}
