//! The program `p2p-conformance`.

mod access;
mod args;
mod client;
mod convert;
mod embedded;
mod explain;
mod list;
#[cfg(feature = "faults")]
mod prove;
mod proxy;
mod record;
mod replay;
mod report;
mod run;

use std::io::Write;
use std::path::Path;
use std::time::Duration;

use clap::Parser;
use clap::error::ErrorKind;
#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};

use crate::exit::Exit;
use crate::scenario::lint;
use crate::scenario::{Library, Problem};
pub use args::{Cli, Command};

/// Reads the command line of the process and does what it says.
pub fn main() -> Exit {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let wanted = matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            );
            // Nobody is left to tell if even this cannot be printed.
            let _ = error.print();
            return if wanted { Exit::Conforms } else { Exit::Usage };
        }
    };
    match cli.command {
        Command::Run(args) => block_on(run::run(*args)),
        Command::Record(args) => block_on_own_signals(record::record(args)),
        Command::Proxy(args) => block_on_own_signals(proxy::proxy(args)),
        Command::Convert(args) => convert::convert_command(&args),
        Command::Replay(args) => block_on(replay::replay(args)),
        Command::Client(args) => block_on(client::client(*args)),
        #[cfg(feature = "faults")]
        Command::Prove(args) => block_on(prove::prove(args)),
        Command::Report(args) => report::report(&args),
        Command::List(args) => list::list(&args),
        Command::Explain(args) => explain::explain(&args),
        Command::Lint(args) => lint_command(args.dir.as_deref()),
    }
}

/// Runs a command that talks, until it is done or interrupted.
fn block_on(command: impl Future<Output = Exit>) -> Exit {
    block_on_own_signals(async {
        tokio::select! {
            exit = command => exit,
            () = interrupted() => {
                eprintln!("interrupted");
                Exit::Trouble
            }
        }
    })
}

/// Runs a command that has to be interrupted to come to its end.
fn block_on_own_signals(command: impl Future<Output = Exit>) -> Exit {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("error: cannot start the runtime: {error}");
            return Exit::Trouble;
        }
    };
    let exit = runtime.block_on(command);
    // Servers that were started end with their workers; connections that are still saying
    // goodbye are not waited for.
    runtime.shutdown_timeout(Duration::from_secs(1));
    exit
}

/// Waits for ctrl-c or the signal to terminate. Without it, servers that were started would
/// outlive the program: they have process groups of their own.
async fn interrupted() {
    #[cfg(unix)]
    if let Ok(mut terminate) = signal(SignalKind::terminate()) {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        return;
    }
    if tokio::signal::ctrl_c().await.is_err() {
        // Nobody will tell us.
        std::future::pending::<()>().await;
    }
}

/// The scenarios to work with, or the exit code if they are not fit to be played.
fn library(folder: Option<&Path>) -> Result<Library, Exit> {
    let library = load(folder)?;
    // The embedded ones have been checked by a test.
    let problems = if folder.is_some() {
        lint::lint(&library)
    } else {
        library.problems.clone()
    };
    if problems.is_empty() {
        return Ok(library);
    }
    report_problems(&problems);
    Err(Exit::BadInput)
}

fn load(folder: Option<&Path>) -> Result<Library, Exit> {
    match folder {
        None => Ok(Library::embedded()),
        Some(folder) => Library::from_folder(folder).map_err(|error| {
            eprintln!("error: {error}");
            Exit::BadInput
        }),
    }
}

fn report_problems(problems: &[Problem]) {
    for problem in problems {
        eprintln!("error: {problem}");
    }
}

fn lint_command(folder: Option<&Path>) -> Exit {
    let library = match load(folder) {
        Ok(library) => library,
        Err(exit) => return exit,
    };
    let mut problems = lint::lint(&library);
    if folder.is_none() {
        problems.extend(lint::unproven(&library));
    }
    report_problems(&problems);
    let mut uncovered = Vec::new();
    if folder.is_none() {
        uncovered = lint::uncovered(&library);
        for clause in &uncovered {
            eprintln!("error: no scenario checks {}: {}", clause.id, clause.text);
        }
    }
    let count = problems.len() + uncovered.len();
    if count > 0 {
        eprintln!(
            "{count} {}",
            if count == 1 { "problem" } else { "problems" }
        );
        return Exit::BadInput;
    }
    print(&format!(
        "{} scenarios and cases, no problems\n",
        library.scenarios.len()
    ))
}

/// Prints to standard output; a reader that has gone away is no trouble.
fn print(text: &str) -> Exit {
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => Exit::Conforms,
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Exit::Conforms,
        Err(error) => {
            eprintln!("error: cannot write: {error}");
            Exit::Trouble
        }
    }
}
