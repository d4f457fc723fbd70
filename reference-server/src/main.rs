//! `p2p-server`: the reference server as a program.

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use sio_p2p_server::{Config, PATH, serve};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

/// Relays messages between Socket.IO clients that speak the P2P protocol.
///
/// Serves both dialects of the protocol and both generations of Socket.IO
/// clients at once. The first line on standard output names the address; logs
/// go to standard error. Ctrl-C or SIGTERM disconnects the clients and ends.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 80)]
struct Options {
    /// Address to listen on; port 0 takes any free port.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:3000")]
    listen: SocketAddr,

    /// Milliseconds between two heartbeats.
    #[arg(long, value_name = "MS", default_value = "25000", value_parser = millis)]
    ping_interval: Duration,

    /// Milliseconds that a heartbeat may stay unanswered.
    #[arg(long, value_name = "MS", default_value = "20000", value_parser = millis)]
    ping_timeout: Duration,

    /// Largest message in bytes, attachments included.
    #[arg(long, value_name = "BYTES", default_value = "1000000")]
    max_message: usize,

    /// What to log, such as `info` or `sio_p2p_server=debug`; instead of `RUST_LOG`.
    #[arg(long, value_name = "FILTER")]
    log: Option<String>,
}

/// Reads a duration that is a positive number of milliseconds.
fn millis(text: &str) -> Result<Duration, String> {
    match text.parse() {
        Ok(millis @ 1..) => Ok(Duration::from_millis(millis)),
        _ => Err("expected a number of milliseconds above 0".to_owned()),
    }
}

#[tokio::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    match run(options).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("p2p-server: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// Does what the options say. The error is a sentence for the terminal.
async fn run(options: Options) -> Result<(), String> {
    log_to_stderr(options.log.as_deref())?;
    // Before the address is announced: whoever reads it may send a signal at once.
    let shutdown =
        Signals::listen().map_err(|error| format!("cannot wait for signals: {error}"))?;
    let mut config = Config::default();
    config.engine.ping_interval = options.ping_interval;
    config.engine.ping_timeout = options.ping_timeout;
    config.engine.max_message = options.max_message;
    // Bound here and not by the library, which takes any listener: so the address
    // is known, even that of port 0.
    let listener = TcpListener::bind(options.listen)
        .await
        .map_err(|error| format!("cannot listen on {}: {error}", options.listen))?;
    let address = listener
        .local_addr()
        .map_err(|error| format!("cannot tell the address: {error}"))?;
    announce(address);
    serve(listener, config, shutdown.any())
        .await
        .map_err(|error| format!("cannot serve on {address}: {error}"))
}

/// Prints the address that clients connect to. A reader that has gone away is
/// no reason not to serve.
fn announce(address: SocketAddr) {
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "listening on http://{address}{PATH}/").ok();
    stdout.flush().ok();
}

/// Standard output is for the address alone, so that scripts can read it.
fn log_to_stderr(filter: Option<&str>) -> Result<(), String> {
    let filter = match filter {
        Some(filter) => EnvFilter::try_new(filter)
            .map_err(|error| format!("cannot read the log filter `{filter}`: {error}"))?,
        None => EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info")),
    };
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .init();
    Ok(())
}

/// The signals that end the program.
#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    /// From here on, a signal does not end the process by itself.
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    /// Waits for either. What the signal means is the same: a terminal sends the
    /// one, a service manager the other.
    async fn any(mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// The signals that end the program.
#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn any(self) {
        tokio::signal::ctrl_c().await.ok();
    }
}
