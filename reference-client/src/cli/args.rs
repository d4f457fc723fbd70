//! The command line, and with it the help.

use std::path::{Path, PathBuf};

use clap::{ArgGroup, Args, Parser, Subcommand, ValueEnum};
use sio_p2p_client::{Dialect, EioVersion, Transports};

use super::exit::Exit;
use super::packaging::{Completions, Man};

const CODES: &str = "\
Exit codes: 0 done, 1 failed, 2 mistake on the command line, 3 no connection,
4 no answer in time, 5 refused, 6 connection or stream lost, 130 interrupted.
Binary data in JSON, given or printed, is {\"$bin\": base64}.";

const PIPE: &str = "\
From one machine to another: `p2p --id bob pipe --accept > copy` here and
`p2p pipe --to bob < file` there. Both tell the hash of what went through, and
the sender compares.";

const PROVIDE: &str = "\
The command runs once for each call. The arguments are a JSON array on its
standard input; what it prints is the answer, as JSON if it is, else as text. A
command that fails answers {\"error\": ..}.";

const PUBLISH: &str = "\
This client is the service; subscribers name its id. Each line is one
publication: a JSON array is its arguments, other JSON its only argument, and
what is no JSON a text. The topic ends with the input.";

/// Talks to other clients of a Socket.IO peer-to-peer server.
#[derive(Debug, Parser)]
#[command(name = "p2p", version, max_term_width = 80, after_help = CODES)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) connect: Connect,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// How to connect, and how to say what happens.
#[derive(Debug, Args)]
#[command(next_help_heading = "Connection")]
pub(crate) struct Connect {
    /// The server: http, https, ws or wss, host and port, and the path below which it is
    #[arg(
        long,
        env = "P2P_URL",
        default_value = "http://localhost:3000",
        global = true
    )]
    pub(crate) url: String,
    /// The id under which others reach this client [default: a random one]
    #[arg(long, env = "P2P_ID", global = true)]
    pub(crate) id: Option<String>,
    /// The dialect to speak, v1 or v2 [default: v1 for topics, else v2]
    #[arg(long, global = true)]
    pub(crate) dialect: Option<Dialect>,
    /// The generation of Engine.IO, 3 or 4
    #[arg(long, default_value_t = EioVersion::V4, global = true)]
    pub(crate) eio: EioVersion,
    /// The transport: websocket, polling, or upgrade (from polling)
    #[arg(long, default_value_t = Transports::WebSocket, global = true)]
    pub(crate) transport: Transports,
    /// The auth payload, a JSON object (Engine.IO 4)
    #[arg(long, value_name = "JSON", global = true, conflicts_with = "token")]
    pub(crate) auth: Option<String>,
    /// A token: member `token` of the auth payload, in Engine.IO 3 of the query
    #[arg(long, env = "P2P_TOKEN", hide_env_values = true, global = true)]
    pub(crate) token: Option<String>,
    /// A header field for the HTTP requests, may repeat
    #[arg(long, value_name = "NAME: VALUE", global = true)]
    pub(crate) header: Vec<String>,
    /// The path of the HTTP requests [default: /socket.io/, below the path of the URL]
    #[arg(long, global = true)]
    pub(crate) path: Option<String>,
    /// Trust the authorities of a PEM file, too
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) ca: Option<PathBuf>,
    /// Trust whatever certificate the server has: for tests only
    #[arg(long, global = true, conflicts_with = "ca")]
    pub(crate) insecure: bool,
    /// Present the certificate of a PEM file
    #[arg(long, value_name = "FILE", global = true, requires = "key")]
    pub(crate) cert: Option<PathBuf>,
    /// The private key of the certificate
    #[arg(long, value_name = "FILE", global = true, requires = "cert")]
    pub(crate) key: Option<PathBuf>,
    /// Connect through a proxy: http, socks5 or socks5h; `env` for what the environment says
    #[arg(long, value_name = "URL", global = true)]
    pub(crate) proxy: Option<String>,
    /// How long to wait for a connection and for each answer
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = seconds, global = true)]
    pub(crate) timeout: std::time::Duration,
    /// Text for people or a JSON object per line [default: text on a terminal]
    #[arg(long, value_enum, default_value_t = Format::Auto, hide_default_value = true, global = true)]
    pub(crate) format: Format,
}

// Comments on the variants would stretch the help over two screens.
/// How to say what happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Auto,
    Text,
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List the connected clients
    Clients,
    /// Print the messages that arrive
    Listen(Listen),
    /// Send a message to a client or a room
    Emit(Emit),
    /// Ask a client and print its answer
    Request(Request),
    /// Send a file or standard input to a client, or receive it
    #[command(after_help = PIPE)]
    Pipe(Pipe),
    /// Provide an API by a shell command
    #[command(after_help = PROVIDE)]
    Provide(Provide),
    /// Call an API and print its answer
    Call(Call),
    /// Publish the lines of standard input as a topic
    #[command(after_help = PUBLISH)]
    Publish(Publish),
    /// Print what a topic publishes
    Subscribe(Subscribe),
    /// Print completions for a shell
    #[command(hide = true)]
    Completions(Completions),
    /// Write man pages
    #[command(hide = true)]
    Man(Man),
}

/// Arguments of a message: JSON where it is JSON, else text.
#[derive(Debug, Args)]
pub(crate) struct Values {
    /// Arguments: JSON, with {"$bin": base64} for binary data, or else text
    #[arg(value_name = "ARG")]
    pub(crate) args: Vec<String>,
    /// Send every argument as text, JSON or not
    #[arg(long)]
    pub(crate) text: bool,
    /// A file as a further argument, binary; may repeat
    #[arg(long, value_name = "FILE")]
    pub(crate) binary: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Listen {
    /// The events to listen to
    #[arg(required = true, value_name = "EVENT")]
    pub(crate) events: Vec<String>,
    /// Join a room first, may repeat
    #[arg(long)]
    pub(crate) room: Vec<String>,
    /// Answer every question with this JSON array of arguments
    #[arg(long, value_name = "JSON")]
    pub(crate) answer: Option<String>,
    /// End after so many messages
    #[arg(long, value_name = "N")]
    pub(crate) count: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct Emit {
    /// The client, or with --room the room
    pub(crate) target: String,
    /// The event
    pub(crate) event: String,
    #[command(flatten)]
    pub(crate) values: Values,
    /// Send to every member of a room
    #[arg(long)]
    pub(crate) room: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Request {
    /// The client
    pub(crate) target: String,
    /// The event
    pub(crate) event: String,
    #[command(flatten)]
    pub(crate) values: Values,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("side").required(true)))]
pub(crate) struct Pipe {
    /// The file to send, or to receive into [default: standard input or output]
    pub(crate) file: Option<PathBuf>,
    /// Send to this client
    #[arg(long, value_name = "CLIENT", group = "side")]
    pub(crate) to: Option<String>,
    /// Wait for a stream and receive it
    #[arg(long, group = "side")]
    pub(crate) accept: bool,
    /// Receive from this client only
    #[arg(long, value_name = "CLIENT", conflicts_with = "to")]
    pub(crate) from: Option<String>,
    /// The channel of the stream (dialect v2)
    #[arg(long)]
    pub(crate) channel: Option<String>,
    /// How many chunks may be under way; more than 1 only to peers of this library
    #[arg(long, default_value = "1", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) window: u16,
}

#[derive(Debug, Args)]
pub(crate) struct Provide {
    /// The name of the API
    pub(crate) api: String,
    /// The shell command
    #[arg(long, value_name = "COMMAND")]
    pub(crate) exec: String,
    /// How many calls to serve at a time
    #[arg(long, value_name = "N", default_value = "1", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) jobs: u16,
    /// End after so many calls
    #[arg(long, value_name = "N")]
    pub(crate) count: Option<u64>,
}

#[derive(Debug, Args)]
pub(crate) struct Call {
    /// The name of the API
    pub(crate) api: String,
    #[command(flatten)]
    pub(crate) values: Values,
    /// The service that provides it: a client, or a name of the server's (dialect v1)
    #[arg(long, value_name = "CLIENT")]
    pub(crate) service: Option<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Publish {
    /// The topic
    pub(crate) topic: String,
}

#[derive(Debug, Args)]
pub(crate) struct Subscribe {
    /// The service that publishes
    pub(crate) service: String,
    /// The topic
    pub(crate) topic: String,
    /// End after so many publications
    #[arg(long, value_name = "N")]
    pub(crate) count: Option<u64>,
}

fn seconds(text: &str) -> Result<std::time::Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "not a number".to_owned())?;
    std::time::Duration::try_from_secs_f64(seconds).map_err(|error| error.to_string())
}

/// Reads a file that the command line names.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Exit> {
    std::fs::read(path)
        .map_err(|error| Exit::Usage(format!("cannot read {}: {error}", path.display())))
}
