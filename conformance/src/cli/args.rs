//! The command line. It is stable: scripts of other projects depend on it.

use std::path::PathBuf;

use clap::{Arg, Args, Parser, Subcommand};
use sio_p2p_protocol::Dialect;
use sio_p2p_transport::EioVersion;

use super::access::{AccessArgs, HttpArgs};
use super::explain::ExplainArgs;
use super::list::ListArgs;
use super::packaging::{Completions, Man};
use super::schema::SchemaArgs;
use super::validate::ValidateArgs;
use super::view::ViewArgs;
use crate::exit::Exit;
use crate::fault::Kind as _;
use crate::proxy::faults::{ProxyFault, ProxyFaultSpec};
use crate::report::file::Render;
use crate::report::{badge, endpoint, github, html, json, junit, markdown, tap};
use crate::scenario::{Capability, TransportName};

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
    /// Record the packets that pass between clients and a server
    #[command(after_help = exit_codes())]
    Record(RecordArgs),
    /// Stand between clients and a server, and do one thing wrong
    #[command(after_help = proxy_faults())]
    Proxy(ProxyArgs),
    /// Turn a recording into a scenario
    Convert(ConvertArgs),
    /// Play recordings of packets against a server
    #[command(after_help = exit_codes())]
    Replay(ReplayArgs),
    /// Play the scenarios about clients against a client, through its driver
    #[command(after_help = exit_codes())]
    Client(Box<ClientArgs>),
    /// Make other reports from the JSON report of a run, or compare several of them
    Report(FromArgs),
    /// Show recordings as a page of sequence diagrams
    View(ViewArgs),
    /// List the scenarios, or the clauses and what checks them
    List(ListArgs),
    /// Explain a scenario, a clause, an event, a failure, a deviation or a setting
    Explain(ExplainArgs),
    /// Check scenario files
    Lint(LintArgs),
    /// Print completions for a shell
    #[command(hide = true)]
    Completions(Completions),
    /// Write man pages
    #[command(hide = true)]
    Man(Man),
    /// Write schemas, types of other languages, or the catalogue, as they are in spec/
    #[command(after_help = exit_codes())]
    Schema(SchemaArgs),
    /// Check packets that were captured: raw frames, a recording, or a browser's HAR file
    #[command(after_help = exit_codes())]
    Validate(ValidateArgs),
    /// Prove that every scenario can fail, by faults of the embedded server
    #[cfg(feature = "faults")]
    #[command(hide = true)]
    Prove(super::prove::args::ProveArgs),
}

/// Options of `run`.
#[derive(Debug, Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own, with nothing to combine"
)]
pub struct RunArgs {
    /// URL of the server (`http://host:port`), or several of a cluster, over which actors are
    /// spread; without it and without --start the reference server that is part of this
    /// program is judged
    pub url: Vec<String>,
    /// Dialect, may repeat [default: v1 and v2]
    #[arg(long, value_name = "v1|v2")]
    pub dialect: Vec<Dialect>,
    /// Engine.IO generation, may repeat [default: 4]
    #[arg(long, value_name = "3|4")]
    pub eio: Vec<EioVersion>,
    /// Transport: websocket, polling or upgrade, which begins by polling; may repeat; the
    /// server is asked for no other one [default: websocket]
    #[arg(long, value_enum, value_name = "NAME", hide_possible_values = true)]
    pub transport: Vec<TransportName>,
    /// Only scenarios whose id, family or one of whose clauses matches; * stands for any
    /// characters; may repeat
    #[arg(long, value_name = "PATTERN")]
    pub select: Vec<String>,
    #[command(flatten)]
    pub reports: ReportArgs,
    /// File of the failures that are known and explained
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// File of the checks that are known to be flaky: they are reported, and neither pass nor
    /// fail
    #[arg(long, value_name = "FILE", alias = "flickers")]
    pub flaky: Option<PathBuf>,
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
    #[arg(long, value_name = "CAPABILITY", value_delimiter = ',')]
    pub claim: Vec<Capability>,
    /// File of what the implementation claims to be: dialects, capabilities, revision,
    /// levels (fixtures/claims has some)
    #[arg(long, value_name = "FILE")]
    pub claims: Option<PathBuf>,
    /// Take the scenarios from this folder instead of those in the program
    #[arg(long, value_name = "DIR")]
    pub scenarios: Option<PathBuf>,
    /// Play every check so many times; one that does not always pass has failed
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    pub repeat: u32,
    /// Play in a random order; the same seed gives the same order
    #[arg(long, value_name = "SEED", num_args = 0..=1, default_missing_value = RANDOM, value_parser = seed)]
    pub shuffle: Option<u64>,
    /// Stop at the first failure that the baseline does not expect
    #[arg(long)]
    pub fail_fast: bool,
    /// Stop after so many failures that the baseline does not expect
    #[arg(long, value_name = "N", conflicts_with = "fail_fast", value_parser = clap::value_parser!(u32).range(1..))]
    pub max_failures: Option<u32>,
    /// Print only failures and the summary
    #[arg(long, short)]
    pub quiet: bool,
    /// Milliseconds that a server or a driver may take for one step, if that is more than the
    /// scenario gives it [default: 2000; 10000 for the server that is part of this program]
    #[arg(long, value_name = "MS", value_parser = clap::value_parser!(u32).range(1..))]
    pub timeout: Option<u32>,
    /// A `should` that is broken is a failure, not a warning
    #[arg(long)]
    pub strict: bool,
    /// Seconds that a server may refuse one connection for the moment (HTTP 429 or 503), and up
    /// to 10 of which it may not listen, before it is given up
    #[arg(long, value_name = "SECONDS", default_value = "30", value_parser = clap::value_parser!(u32).range(0..=3600))]
    pub patience: u32,
    #[command(flatten)]
    pub access: AccessArgs,
}

/// Options of `record`.
#[derive(Debug, Args)]
pub struct RecordArgs {
    /// URL of the server (`http://host:port` or `https://host:port`, and the path below which it is)
    #[arg(long, value_name = "URL")]
    pub upstream: String,
    /// Address where clients connect instead; port 0 takes a free one
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:0")]
    pub listen: String,
    /// File that the recording is written to, line by line; - stands for standard output
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
    /// Record the values of queries and auth payloads, too, which are left out by default
    #[arg(long)]
    pub keep_secrets: bool,
    /// Turn the recording into a scenario, too, and write that here
    #[arg(long, value_name = "FILE")]
    pub scenario: Option<PathBuf>,
    #[command(flatten)]
    pub http: HttpArgs,
}

/// Options of `proxy`.
#[derive(Debug, Args)]
pub struct ProxyArgs {
    /// URL of the server (`http://host:port` or `https://host:port`, and the path below which it is)
    #[arg(long, value_name = "URL")]
    pub upstream: String,
    /// Address where clients connect instead, by WebSocket; port 0 takes a free one
    #[arg(long, value_name = "HOST:PORT", default_value = "127.0.0.1:0")]
    pub listen: String,
    /// What goes wrong, perhaps followed by the event that it hits:
    /// proxy-lose:TARGET_DISCONNECT [default: nothing]
    #[arg(long, value_name = "FAULT")]
    pub fault: Option<ProxyFaultSpec>,
    /// Leave events alone that hold this text
    #[arg(long, value_name = "TEXT")]
    pub spare: Option<String>,
    /// Let each message wait for a random time up to so many milliseconds, in order
    #[arg(long, value_name = "MS", default_value = "0", value_parser = clap::value_parser!(u32).range(..=60_000))]
    pub jitter: u32,
    #[command(flatten)]
    pub http: HttpArgs,
}

/// Options of `convert`.
#[derive(Debug, Args)]
pub struct ConvertArgs {
    /// The recording
    pub recording: PathBuf,
    /// File of the scenario, whose id is its name [default: standard output]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// Options of `replay`.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// Recordings (FILE.jsonl, or folders of them), and the URL of the server; without a URL
    /// and without --start, each is played against a reference server of its own
    #[arg(required = true, value_name = "FILE|URL")]
    pub what: Vec<String>,
    /// Start the server with this command; {addr}, {host} and {port} stand for the address to
    /// listen on
    #[arg(long, value_name = "COMMAND")]
    pub start: Option<String>,
    /// Only recordings in which clients speak this dialect
    #[arg(long, value_name = "v1|v2")]
    pub dialect: Option<Dialect>,
    /// Engine.IO generation [default: the one that was recorded]
    #[arg(long, value_name = "3|4")]
    pub eio: Option<EioVersion>,
    /// The recorded implementation itself is on trial: the differences that recordings name
    /// are none here, and error texts have to be worded as they were
    #[arg(long)]
    pub exact: bool,
    /// A capability that the server declares, may repeat
    #[arg(long, value_name = "CAPABILITY", value_delimiter = ',')]
    pub claim: Vec<Capability>,
    /// How many recordings at a time
    #[arg(long, value_name = "N", default_value = "8", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: u16,
    /// Milliseconds that a packet is waited for
    #[arg(long, value_name = "MS", default_value = "5000", value_parser = clap::value_parser!(u32).range(1..))]
    pub timeout: u32,
    /// Write the outcomes as JSON; - stands for standard output
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    #[command(flatten)]
    pub access: AccessArgs,
}

/// Options of `client`: those of `run`, but for what is about servers.
#[derive(Debug, Args)]
#[command(mut_args(about_clients))]
pub struct ClientArgs {
    /// Command that starts the driver of the client, once for each client of a scenario: words,
    /// quotes hold them together, no shell; the protocol is in spec/driver.md
    #[arg(long, value_name = "COMMAND")]
    pub cmd: String,
    #[command(flatten)]
    pub run: RunArgs,
}

/// An option of `run` as `client` has it.
fn about_clients(arg: Arg) -> Arg {
    match arg.get_id().as_str() {
        "url" | "start" | "patience" | "ca" | "insecure" | "proxy" => arg.hide(true),
        "path" => arg.help("Where the client has to look for its server [default: /socket.io/]"),
        "header" => arg.help("A header field that the client has to send, may repeat"),
        "auth" => arg.help("The auth payload that the client has to send (Engine.IO 4)"),
        "token" => arg.help(
            "A token that the client has to send: member `token` of the auth payload, in \
             Engine.IO 3 of the query",
        ),
        "eio" => {
            arg.help("Engine.IO generation, may repeat [default: what the driver's hello names]")
        }
        "dialect" => arg.help("Dialect, may repeat [default: what the driver's hello names]"),
        "jobs" => arg.help("How many checks at a time [default: one per processor]"),
        "claim" => arg.help(
            "A capability that the client has, may repeat [default: what the driver's hello names]",
        ),
        _ => arg,
    }
}

/// Which files are written about a run; - stands for standard output.
#[derive(Debug, Args)]
pub struct ReportArgs {
    /// Write everything that was found as JSON (schema: report.json)
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Write a page with a matrix and the packets of each failure
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// Write a report for build servers
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,
    /// Write a report for a pull request
    #[arg(long, value_name = "FILE")]
    pub markdown: Option<PathBuf>,
    /// Write a badge, an SVG image
    #[arg(long, value_name = "FILE")]
    pub badge: Option<PathBuf>,
    /// Write what shields.io makes a badge of (endpoint badge)
    #[arg(long, value_name = "FILE")]
    pub endpoint: Option<PathBuf>,
    /// Write a report in the Test Anything Protocol
    #[arg(long, value_name = "FILE")]
    pub tap: Option<PathBuf>,
    /// Write to standard output what this is read by: github, annotations of a workflow; tap
    #[arg(long, value_enum, value_name = "NAME", hide_possible_values = true)]
    pub format: Option<Format>,
}

/// What is written to standard output in the place of the report for people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Annotations of a workflow run on GitHub.
    Github,
    /// The Test Anything Protocol.
    Tap,
}

impl Format {
    fn render(self) -> Render {
        match self {
            Self::Github => |report| Ok(github::render(report)),
            Self::Tap => |report| Ok(tap::render(report)),
        }
    }
}

impl ReportArgs {
    /// The files that are asked for, and what goes into each.
    pub fn files(&self) -> Vec<(PathBuf, Render)> {
        let all: [(&Option<PathBuf>, Render); 7] = [
            (&self.json, json::render),
            (&self.html, |report| Ok(html::render(report))),
            (&self.junit, junit::render),
            (&self.markdown, |report| Ok(markdown::render(report))),
            (&self.badge, |report| Ok(badge::render(report))),
            (&self.endpoint, |report| Ok(endpoint::render(report))),
            (&self.tap, |report| Ok(tap::render(report))),
        ];
        let files = all.into_iter();
        let files = files.filter_map(|(path, render)| Some((path.clone()?, render)));
        let stdout = || PathBuf::from("-");
        let format = self.format.map(|format| (stdout(), format.render()));
        files.chain(format).collect()
    }
}

/// Stands for a seed that nobody chose.
const RANDOM: &str = "random";

/// Reads a seed. One that nobody chose is short, because people may have to type it.
fn seed(text: &str) -> Result<u64, String> {
    if text == RANDOM {
        return Ok(fastrand::u64(0..1_000_000));
    }
    text.parse()
        .map_err(|_| format!("expected a whole number or `{RANDOM}`"))
}

/// Options of `report`.
#[derive(Debug, Args)]
pub struct FromArgs {
    /// The JSON report of a run; with several, perhaps as NAME=FILE, implementations are
    /// compared, and a folder of recordings may stand for one that was recorded
    #[arg(required = true, value_name = "FILE")]
    pub from: Vec<PathBuf>,
    #[command(flatten)]
    pub reports: ReportArgs,
}

/// Options of `lint`.
#[derive(Debug, Args)]
pub struct LintArgs {
    /// Folder of scenarios [default: those in the program, and whether every clause has one]
    pub dir: Option<PathBuf>,
}

fn proxy_faults() -> String {
    let faults = ProxyFault::ALL.iter();
    let faults: Vec<_> = faults
        .map(|(_, name, sentence)| format!("  {name}\n      {sentence}\n"))
        .collect();
    format!(
        "Faults:\n{}\nAfter a colon a fault may have the event that it hits; event, ack, connect \
         and\ndisconnect stand for all packets of that kind.\n\n{}",
        faults.concat(),
        exit_codes()
    )
}

fn exit_codes() -> String {
    let lines = Exit::ALL.map(|(exit, meaning)| format!("\n  {}  {meaning}", exit.code()));
    format!("Exit codes:{}", lines.concat())
}
