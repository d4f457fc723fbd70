//! The command-line client. Each family of commands has a file; all of them end in an
//! [`Exit`], which is the exit code and a sentence for standard error.

mod args;
mod clients;
mod connect;
mod exit;
mod message;
mod output;
mod packaging;
mod pipe;
mod service;
mod topic;

use std::process::ExitCode;

pub(crate) use args::Cli;

use args::Command;
use exit::{Exit, Outcome};
use output::Output;

/// Runs a command to its end.
pub(crate) fn run(cli: Cli) -> ExitCode {
    let output = Output::new(cli.connect.format);
    let packaged = match &cli.command {
        Command::Completions(args) => Some(packaging::completions(args)),
        Command::Man(args) => Some(packaging::man(args)),
        _ => None,
    };
    if let Some(packaged) = packaged {
        return packaged.map_or_else(
            |error| Exit::Failed(format!("cannot write: {error}")).report(),
            |()| ExitCode::SUCCESS,
        );
    }
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return Exit::Failed(format!("cannot start: {error}")).report(),
    };
    let outcome = runtime.block_on(command(cli, output));
    // A read from standard input cannot be broken off; it must not keep the program.
    runtime.shutdown_background();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(exit) => exit.report(),
    }
}

/// Runs a command until it is done or a signal comes.
async fn command(cli: Cli, output: Output) -> Outcome {
    let Cli { connect, command } = cli;
    let work = async {
        match command {
            Command::Clients => clients::list(&connect, &output).await,
            Command::Listen(args) => message::listen(&connect, args, &output).await,
            Command::Emit(args) => message::emit(&connect, args).await,
            Command::Request(args) => message::request(&connect, args, &output).await,
            Command::Pipe(args) => pipe::pipe(&connect, args).await,
            Command::Provide(args) => service::provide(&connect, args, &output).await,
            Command::Call(args) => service::call(&connect, args, &output).await,
            Command::Publish(args) => topic::publish(&connect, args, &output).await,
            Command::Subscribe(args) => topic::subscribe(&connect, args, &output).await,
            // They need no connection, and are done already.
            Command::Completions(_) | Command::Man(_) => Ok(()),
        }
    };
    tokio::select! {
        outcome = work => outcome,
        () = connect::interrupted() => Err(Exit::Interrupted),
    }
}
