//! `cargo xtask measure`: what tests show by counting, in figures.
//!
//! Each measurement starts a `p2p-server` of the release profile on a free port and
//! runs one script of `reference-server/tests/js` against it, with real clients.

use std::{
    io::{BufRead, BufReader},
    process::{Child, ExitCode, Stdio},
};

use clap::{Args, Subcommand};

use crate::{
    node,
    workspace::{Problem, Workspace, run},
};

/// Where the scripts and their packages live.
const FOLDER: &str = "reference-server/tests/js";

/// Measures a release build of p2p-server with real JavaScript clients.
#[derive(Debug, Args)]
pub(crate) struct Measure {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Streams of one size between pairs of clients, both directions at once, with
    /// the hashes of both ends compared, and the time that each took.
    Streams {
        /// How many MiB go each way.
        #[arg(long, default_value_t = 100, value_name = "MIB")]
        mib: u32,
        /// Only the pairs whose line matches this regular expression, such as
        /// `v1, .*websocket to .*websocket`. Without it all 72 run.
        #[arg(long, default_value = "", value_name = "REGEX")]
        pairs: String,
    },
    /// Memory of the server, and the latency that others see, while a sender floods
    /// receivers that do not read.
    Stall {
        /// How long each phase takes, in seconds.
        #[arg(long, default_value_t = 10, value_name = "SECONDS")]
        seconds: u32,
        /// What may wait for one receiver, in bytes.
        #[arg(long, default_value_t = 8 << 20, value_name = "BYTES")]
        queue_bytes: u32,
    },
}

impl Measure {
    /// Builds the server, starts it and runs the script; success if it succeeds.
    pub(crate) fn run(self, workspace: &Workspace) -> Result<ExitCode, Problem> {
        node::require()?;
        node::install(workspace, &workspace.path(FOLDER))?;
        let build = ["build", "--release", "--bin", "p2p-server"];
        run(workspace.cargo().args(build))?;

        let mut options = Vec::new();
        if let What::Stall { queue_bytes, .. } = &self.what {
            options = vec!["--set".to_owned(), format!("queue.bytes={queue_bytes}")];
        }
        let server = Server::start(workspace, &options)?;
        let url = server.url.clone();
        let (script, arguments) = match self.what {
            What::Streams { mib, pairs } => ("bulk.js", vec![url, mib.to_string(), pairs]),
            What::Stall {
                seconds,
                queue_bytes,
            } => {
                let pid = server.child.id().to_string();
                let figures = [queue_bytes, seconds].map(|figure| figure.to_string());
                ("stall.js", [vec![url, pid], figures.to_vec()].concat())
            }
        };
        let mut node = workspace.command("node");
        node.arg(workspace.path(FOLDER).join(script))
            .args(arguments);
        let status = node
            .status()
            .map_err(|error| Problem::start("node", &error))?;
        Ok(if status.success() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

/// A running server. It is killed when it is dropped.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start(workspace: &Workspace, options: &[String]) -> Result<Self, Problem> {
        let name = format!("p2p-server{}", std::env::consts::EXE_SUFFIX);
        let program = workspace.path("target/release").join(name);
        let mut child = workspace
            .command(&program.display().to_string())
            .args(["--listen", "127.0.0.1:0", "--log", "warn"])
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| Problem::start("p2p-server", &error))?;
        let mut line = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout)
                .read_line(&mut line)
                .map_err(|error| Problem::start("p2p-server", &error))?;
        }
        let url = line.trim().strip_prefix("listening on ");
        let url = url.and_then(|url| url.strip_suffix("/socket.io/"));
        let url = url.map(str::to_owned);
        // Made before the check, so that a server that says something else is ended.
        let server = Self {
            child,
            url: url.clone().unwrap_or_default(),
        };
        url.map(|_| server)
            .ok_or_else(|| Problem::new(format!("p2p-server begins with `{}`", line.trim())))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended by itself if this fails.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
