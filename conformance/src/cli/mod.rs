//! The program `p2p-conformance`.

mod access;
mod args;
mod client;
mod compare;
mod convert;
mod driver;
mod embedded;
mod explain;
mod failure;
mod input;
mod lint;
mod list;
mod output;
mod packaging;
#[cfg(feature = "faults")]
mod prove;
mod proxy;
mod record;
mod replay;
mod report;
mod run;
mod schema;
mod validate;
mod view;

use std::time::Duration;

use clap::Parser;
use clap::error::ErrorKind;
#[cfg(unix)]
use tokio::signal::unix::{SignalKind, signal};

use self::failure::{Failure, OrFail as _, Outcome};
use crate::exit::Exit;
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
            // If even this cannot be printed, there is no other place to say so.
            let _ = error.print();
            return if wanted { Exit::Conforms } else { Exit::Usage };
        }
    };
    let outcome = match cli.command {
        Command::Run(args) => block_on(run::run(*args)),
        Command::Record(args) => block_on_own_signals(record::record(args)),
        Command::Proxy(args) => block_on_own_signals(proxy::proxy(args)),
        Command::Convert(args) => convert::convert_command(&args),
        Command::Replay(args) => block_on(replay::replay(args)),
        Command::Client(args) => block_on(client::client(*args)),
        #[cfg(feature = "faults")]
        Command::Prove(args) => block_on(prove::prove(args)),
        Command::Report(args) => report::report(&args),
        Command::View(args) => view::view(&args),
        Command::List(args) => list::list(&args),
        Command::Explain(args) => explain::explain(&args),
        Command::Lint(args) => lint::lint(args.dir.as_deref()),
        Command::Completions(args) => {
            let printed = packaging::completions(&args);
            let printed = printed.or_fail(Exit::Trouble, "cannot print the completions");
            printed.map(|()| Exit::Conforms)
        }
        Command::Man(args) => {
            let written = packaging::man(&args);
            let written = written.or_fail(Exit::Trouble, "cannot write the man pages");
            written.map(|()| Exit::Conforms)
        }
        Command::Schema(args) => schema::schema(&args),
        Command::Validate(args) => validate::validate_command(&args),
    };
    outcome.unwrap_or_else(Failure::told)
}

/// Runs a command that talks, until it is done or interrupted.
fn block_on(command: impl Future<Output = Outcome>) -> Outcome {
    block_on_own_signals(async {
        tokio::select! {
            outcome = command => outcome,
            () = interrupted() => {
                eprintln!("interrupted");
                Ok(Exit::Trouble)
            }
        }
    })
}

/// Runs a command that has to be interrupted to come to its end.
fn block_on_own_signals(command: impl Future<Output = Outcome>) -> Outcome {
    let runtime = tokio::runtime::Runtime::new();
    let runtime = runtime.or_fail(Exit::Trouble, "cannot start the runtime")?;
    let outcome = runtime.block_on(command);
    // Servers that were started end with their workers; connections that are still saying
    // goodbye are not waited for.
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome
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
        // The signal cannot be heard.
        std::future::pending::<()>().await;
    }
}
