//! `p2p-server`: the reference server as a program.

mod cli;

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::process::ExitCode;

use clap::Parser;
use sio_p2p_server::config::Loaded;
use sio_p2p_server::{Config, PATH, serve};
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

use crate::cli::Options;

/// The exit code for a mistake in the flags or settings, as clap has it too.
const USAGE: u8 = 2;

fn main() -> ExitCode {
    let options = Options::parse();
    #[cfg(feature = "faults")]
    if options.list_faults {
        for fault in sio_p2p_server::faults::Fault::ALL {
            print(&format!("{:<26} {}\n", fault.name(), fault.text()));
        }
        return ExitCode::SUCCESS;
    }
    // Settings are read and checked before anything else happens.
    let loaded = match options.load(std::env::vars_os()) {
        Ok(loaded) => loaded,
        Err(error) => {
            for line in error.to_string().lines() {
                eprintln!("p2p-server: {line}");
            }
            return ExitCode::from(USAGE);
        }
    };
    if options.print_config {
        print(&loaded.to_toml());
        return ExitCode::SUCCESS;
    }
    // Keys are part of the settings, although they are in files of their own.
    if let Err(problem) = loaded.config.auth.authenticator() {
        let misfit = loaded.misfit(&problem);
        eprintln!("p2p-server: {misfit}");
        return ExitCode::from(USAGE);
    }
    if options.check_config {
        return ExitCode::SUCCESS;
    }
    match start(loaded) {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("p2p-server: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the server on a runtime of its own.
#[tokio::main]
async fn start(loaded: Loaded) -> Result<(), String> {
    run(loaded.config).await
}

/// Serves until a signal comes. The error is a sentence for the terminal.
async fn run(config: Config) -> Result<(), String> {
    log_to_stderr(config.log.filter.as_deref())?;
    // Before the address is announced: whoever reads it may send a signal at once.
    let shutdown =
        Signals::listen().map_err(|error| format!("cannot wait for signals: {error}"))?;
    let wanted = config.listen.address;
    // Bound here and not by the library, which takes any listener: so the address
    // is known, even that of port 0.
    let listener = TcpListener::bind(wanted)
        .await
        .map_err(|error| format!("cannot listen on {wanted}: {error}"))?;
    let address = listener
        .local_addr()
        .map_err(|error| format!("cannot tell the address: {error}"))?;
    announce(address);
    serve(listener, config, shutdown.any())
        .await
        .map_err(|error| format!("cannot serve on {address}: {error}"))
}

/// Prints the address that clients connect to.
fn announce(address: SocketAddr) {
    print(&format!("listening on http://{address}{PATH}/\n"));
}

/// Prints to standard output. A reader that has gone away is no reason to fail.
fn print(text: &str) {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes()).ok();
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
