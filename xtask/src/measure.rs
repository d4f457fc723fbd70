//! `cargo xtask measure`: what tests show by counting, in figures.
//!
//! Each measurement takes the release profile, and real clients: the scripts of
//! `reference-server/tests/js`.

use std::{
    ffi::OsString,
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
/// The relays of npm that ours is compared with.
const RELAYS: &str = "bench/servers";

/// Measures a release build of the server with real JavaScript clients.
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
    /// receivers that do not read; and for comparison, while it floods another process.
    Stall {
        /// How long each phase takes, in seconds.
        #[arg(long, default_value_t = 10, value_name = "SECONDS")]
        seconds: u32,
        /// What may wait for one receiver, in bytes.
        #[arg(long, default_value_t = 8 << 20, value_name = "BYTES")]
        queue_bytes: u32,
    },
    /// Memory of the server for each idle session: WebSocket and polling, without and with
    /// TLS.
    Sessions {
        /// How many sessions of each kind are opened.
        #[arg(long, default_value_t = 1_000, value_name = "NUMBER")]
        number: u32,
    },
    /// Persistent messages while an embedding server is killed again and again and its
    /// receivers come and go: none is lost, order is kept, doubles have a reason.
    Persistent {
        /// How many messages are sent to all receivers together.
        #[arg(long, default_value_t = 10_000, value_name = "NUMBER")]
        messages: u32,
        /// How often the server is killed meanwhile.
        #[arg(long, default_value_t = 60, value_name = "NUMBER")]
        kills: u32,
        /// Decides when; as far as processes allow, a run can be repeated.
        #[arg(long, default_value_t = 1, value_name = "NUMBER")]
        seed: u32,
    },
    /// The relay: what a message costs the server beside a floor, Bun and Node, in turns;
    /// messages per second, latency and memory.
    Relay {
        /// Options of the program that measures, such as `--rounds 3` or `--only plain`;
        /// `-- --help` lists them.
        #[arg(
            trailing_var_arg = true,
            allow_hyphen_values = true,
            value_name = "OPTION"
        )]
        options: Vec<OsString>,
    },
    /// The Rust client: long streams between Rust and JavaScript clients with the hashes of
    /// both ends compared and memory watched, and a server that is killed in use.
    Client {
        /// How many MiB go from Rust to Rust.
        #[arg(long, default_value_t = 1_024, value_name = "MIB")]
        mib: u32,
        /// How many MiB go from Rust to JavaScript, and as many back.
        #[arg(long, default_value_t = 200, value_name = "MIB")]
        js_mib: u32,
        /// How often the server is killed.
        #[arg(long, default_value_t = 50, value_name = "NUMBER")]
        kills: u32,
    },
}

impl Measure {
    /// Builds what is measured and runs the script; success if it succeeds.
    pub(crate) fn run(self, workspace: &Workspace) -> Result<ExitCode, Problem> {
        node::require()?;
        let folder = match self.what {
            What::Relay { .. } => RELAYS,
            _ => FOLDER,
        };
        node::install(workspace, &workspace.path(folder))?;
        match self.what {
            What::Streams { mib, pairs } => {
                let server = Server::start(workspace, &[])?;
                let url = server.url.clone();
                script(workspace, "bulk.js", &[url, mib.to_string(), pairs])
            }
            What::Stall {
                seconds,
                queue_bytes,
            } => {
                let setting = format!("queue.bytes={queue_bytes}");
                let server = Server::start(workspace, &["--set", &setting])?;
                let url = server.url.clone();
                let [pid, bytes, seconds] =
                    [server.child.id(), queue_bytes, seconds].map(|number| number.to_string());
                script(workspace, "stall.js", &[url, pid, bytes, seconds])
            }
            What::Sessions { number } => sessions(workspace, number),
            What::Persistent {
                messages,
                kills,
                seed,
            } => {
                // The test is the measurement, only longer.
                let mut cargo = workspace.cargo();
                cargo.args(["test", "--release", "--package", "sio-p2p-server"]);
                cargo.args(["--test", "persistent"]);
                cargo.env("P2P_MESSAGES", messages.to_string());
                cargo.env("P2P_KILLS", kills.to_string());
                cargo.env("P2P_SEED", seed.to_string());
                run(&mut cargo)?;
                Ok(ExitCode::SUCCESS)
            }
            What::Relay { options } => relay(workspace, &options),
            What::Client { mib, js_mib, kills } => {
                let amount = "SIO_P2P_BULK_MIB";
                client(workspace, "bulk: Rust to Rust", amount, mib)?;
                client(workspace, "bulk: Rust to JavaScript", amount, js_mib)?;
                client(workspace, "bulk: JavaScript to Rust", amount, js_mib)?;
                client(workspace, "killed:", "SIO_P2P_KILLS", kills)?;
                Ok(ExitCode::SUCCESS)
            }
        }
    }
}

/// Counts the memory of idle sessions, each kind on a server of its own.
fn sessions(workspace: &Workspace, number: u32) -> Result<ExitCode, Problem> {
    let [chain, key] = certificate(workspace)?;
    let tls = ["--set", chain.as_str(), "--set", key.as_str()];
    let plain: &[&str] = &[];
    for (kind, options) in [
        ("websocket", plain),
        ("polling", plain),
        ("websocket", &tls),
        ("polling", &tls),
    ] {
        let server = Server::start(workspace, options)?;
        let arguments = [
            server.url.clone(),
            server.child.id().to_string(),
            kind.to_owned(),
            number.to_string(),
        ];
        let outcome = script(workspace, "sessions.js", &arguments)?;
        if outcome != ExitCode::SUCCESS {
            return Ok(outcome);
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Makes a certificate for this machine, and gives the settings that name it and its key.
fn certificate(workspace: &Workspace) -> Result<[String; 2], Problem> {
    let folder = workspace.scratch()?;
    let files = ["certificate.pem", "key.pem"].map(|name| folder.join(name).display().to_string());
    let mut openssl = workspace.command("openssl");
    openssl.args(["req", "-x509", "-newkey", "ec", "-pkeyopt"]);
    openssl.args(["ec_paramgen_curve:prime256v1", "-nodes", "-subj"]);
    openssl.args(["/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1"]);
    openssl.args(["-out", &files[0], "-keyout", &files[1]]);
    run(openssl.stderr(Stdio::null()))?;
    Ok([
        format!("tls.certificate={}", files[0]),
        format!("tls.key={}", files[1]),
    ])
}

/// Builds the servers and the program that compares them, and runs it.
fn relay(workspace: &Workspace, options: &[OsString]) -> Result<ExitCode, Problem> {
    let mut build = workspace.cargo();
    build.args(["build", "--release", "--bin", "p2p-server"]);
    run(&mut build)?;
    // In a build of its own, so that it changes no features of the server's dependencies.
    let mut build = workspace.cargo();
    build.args(["build", "--release", "--package", "sio-p2p-bench"]);
    run(&mut build)?;
    let name = format!("compare{}", std::env::consts::EXE_SUFFIX);
    let program = workspace.path("target/release").join(name);
    let mut compare = workspace.command(&program.display().to_string());
    compare
        .arg("--scripts")
        .arg(workspace.path(RELAYS))
        .args(options);
    run(&mut compare)?;
    Ok(ExitCode::SUCCESS)
}

/// Runs one test of the client, which is the measurement, only longer.
fn client(workspace: &Workspace, trial: &str, setting: &str, value: u32) -> Result<(), Problem> {
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--release", "--package", "sio-p2p-client"]);
    cargo.args(["--test", "interop", "--", trial]);
    run(cargo.env(setting, value.to_string()))
}

/// Runs a script with its output shown, and takes over whether it succeeds.
fn script(workspace: &Workspace, name: &str, arguments: &[String]) -> Result<ExitCode, Problem> {
    let mut node = workspace.command("node");
    node.arg(workspace.path(FOLDER).join(name)).args(arguments);
    let status = node.status();
    let status = status.map_err(|error| Problem::start("node", &error))?;
    Ok(if status.success() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// A running server. It is killed when it is dropped.
struct Server {
    child: Child,
    url: String,
}

impl Server {
    /// Builds the server and starts it on a free port.
    fn start(workspace: &Workspace, options: &[&str]) -> Result<Self, Problem> {
        let build = ["build", "--release", "--bin", "p2p-server"];
        run(workspace.cargo().args(build))?;
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
