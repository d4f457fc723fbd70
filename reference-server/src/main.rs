//! `p2p-server`: the reference server as a program.

mod cli;
mod descriptors;
mod health;
mod logging;
mod packaging;
mod signals;
mod threads;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use sio_p2p_server::config::Loaded;
use sio_p2p_server::{BoundServer, Certificates, Config, P2pServer};
use tokio::net::TcpListener;

use crate::cli::{Options, Packaging};
use crate::signals::Signals;

/// Gives memory back to the system some seconds after it was needed, which glibc does not.
#[cfg(all(feature = "jemalloc", not(target_env = "msvc")))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

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
    if let Some(command) = &options.packaging {
        let packaged = match command {
            Packaging::Completions(args) => packaging::completions(args),
            Packaging::Man(args) => packaging::man(args),
        };
        return match packaged {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("p2p-server: cannot write: {error}");
                ExitCode::FAILURE
            }
        };
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
        return checked(&loaded);
    }
    let outcome = if options.health {
        health::check(loaded.config.admin.listen)
    } else {
        start(loaded)
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("p2p-server: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// Says what else would keep the server from starting with these settings.
fn checked(loaded: &Loaded) -> ExitCode {
    let config = &loaded.config;
    let log = logging::filter(&config.log).map_err(|complaint| ("log.filter", complaint));
    let tls = Certificates::check(&config.tls);
    if let Ok(Some(warning)) = tls {
        let origin = loaded.origin("tls.certificate");
        eprintln!("p2p-server: warning: {origin}: `tls.certificate`: {warning}");
    }
    let tls = tls.map_err(|error| ("tls.certificate", error.to_string()));
    let mut outcome = ExitCode::SUCCESS;
    for (key, complaint) in [log.map(drop), tls.map(drop)]
        .into_iter()
        .filter_map(Result::err)
    {
        let origin = loaded.origin(key);
        eprintln!("p2p-server: {origin}: `{key}`: {complaint}");
        outcome = ExitCode::from(USAGE);
    }
    outcome
}

/// Runs the server on a runtime of its own.
fn start(loaded: Loaded) -> Result<(), String> {
    let runtime = threads::runtime(&loaded.config.runtime)
        .map_err(|error| format!("cannot start the threads of `runtime.threads`: {error}"))?;
    runtime.block_on(run(loaded.config))
}

/// Serves until a signal comes. The error is a sentence for the terminal.
async fn run(config: Config) -> Result<(), String> {
    // Kept until the end, so that the last lines are written.
    let log = logging::start(&config.log)?;
    descriptors::ask_for_more();
    // Before the address is announced: its reader may send a signal at once.
    let signals = Signals::listen().map_err(|error| format!("cannot wait for signals: {error}"))?;
    let wanted = config.listen.address;
    // Bound here and not by the library, which takes any listener: so the address
    // is known, even that of port 0.
    let listener = TcpListener::bind(wanted)
        .await
        .map_err(|error| format!("cannot listen on {wanted}: {error}"))?;
    let path = config.engine.base_path().to_owned();
    let server = P2pServer::builder()
        .config(config)
        .dropped_log_lines(log.dropped_lines())
        .build()
        .bind(listener)
        .await
        .map_err(|error| format!("cannot serve on {wanted}: {error}"))?;
    announce(&server, &path);
    signals::serve(server, signals).await
}

/// Prints the address that clients connect to, and then that of the admin pages if
/// there are any.
fn announce(server: &BoundServer, path: &str) {
    let encrypted = server.certificates().is_some();
    let scheme = if encrypted { "https" } else { "http" };
    let address = server.address();
    print(&format!("listening on {scheme}://{address}{path}/\n"));
    if let Some(address) = server.admin_address() {
        print(&format!("admin pages on http://{address}/\n"));
    }
}

/// Prints to standard output. A reader that has gone away is no reason to fail.
fn print(text: &str) {
    let mut stdout = std::io::stdout().lock();
    stdout.write_all(text.as_bytes()).ok();
    stdout.flush().ok();
}
