//! The command line. It is stable: scripts of other projects depend on it.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use sio_p2p_protocol::Dialect;
use sio_p2p_transport::EioVersion;

use crate::exit::Exit;
use crate::scenario::Capability;

/// Checks whether an implementation follows the Socket.IO peer-to-peer protocol.
#[derive(Debug, Parser)]
#[command(name = "p2p-conformance", version, term_width = 80, after_help = exit_codes())]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Play the scenarios against a server
    #[command(after_help = exit_codes())]
    Run(Box<RunArgs>),
    /// List the scenarios, or the clauses and what checks them
    List(ListArgs),
    /// Explain a scenario or a clause
    Explain(ExplainArgs),
    /// Check scenario files
    Lint(LintArgs),
}

/// Options of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// URL of the server (`http://host:port`); without it and without --start the reference
    /// server that is part of this program is judged
    pub url: Option<String>,
    /// Dialect, may repeat [default: v1 and v2]
    #[arg(long, value_name = "v1|v2")]
    pub dialect: Vec<Dialect>,
    /// Engine.IO generation, may repeat [default: 4]
    #[arg(long, value_name = "3|4")]
    pub eio: Vec<EioVersion>,
    /// Only scenarios whose id, family or one of whose clauses matches; * stands for any
    /// characters; may repeat
    #[arg(long, value_name = "PATTERN")]
    pub select: Vec<String>,
    /// Write a JSON report (- for standard output)
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// File of the failures that are known and explained
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Rewrite the baseline to what happens now; reasons are kept
    #[arg(long, requires = "baseline")]
    pub update_baseline: bool,
    /// How many checks at a time [default: 16, with --start one per processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
    /// Start the server with this command, one for each job, again when it has died;
    /// {addr}, {host} and {port} stand for the address to listen on
    #[arg(long, value_name = "COMMAND", conflicts_with = "url")]
    pub start: Option<String>,
    /// A capability that the server declares, may repeat
    #[arg(
        long,
        alias = "claims",
        value_name = "CAPABILITY",
        value_delimiter = ','
    )]
    pub claim: Vec<Capability>,
    /// Take the scenarios from this folder instead of those in the program
    #[arg(long, value_name = "DIR")]
    pub scenarios: Option<PathBuf>,
}

/// Options of `list`.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// List the clauses, each with the scenarios that check it
    #[arg(long)]
    pub clauses: bool,
    /// Take the scenarios from this folder instead of those in the program
    #[arg(long, value_name = "DIR")]
    pub scenarios: Option<PathBuf>,
}

/// Options of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// Id of a scenario, of a case (SCENARIO/CASE) or of a clause
    pub id: String,
    /// Take the scenarios from this folder instead of those in the program
    #[arg(long, value_name = "DIR")]
    pub scenarios: Option<PathBuf>,
}

/// Options of `lint`.
#[derive(Debug, Args)]
pub struct LintArgs {
    /// Folder of scenarios [default: those in the program, and whether every clause has one]
    pub dir: Option<PathBuf>,
}

fn exit_codes() -> String {
    let mut text = "Exit codes:\n".to_owned();
    for (exit, meaning) in Exit::ALL {
        text.push_str("  ");
        text.push_str(&exit.code().to_string());
        text.push_str("  ");
        text.push_str(meaning);
        text.push('\n');
    }
    text.trim_end().to_owned()
}
