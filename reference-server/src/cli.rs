//! The command line: flags that stand for settings, and what to do with them.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use sio_p2p_server::config::{LoadError, Loaded, Loader};

use crate::packaging::{Completions, Man};

/// Relays messages between Socket.IO clients that speak the P2P protocol.
///
/// Serves both dialects of the protocol and both generations of Socket.IO
/// clients at once. The first line on standard output names the address; logs
/// go to standard error. Ctrl-C or SIGTERM disconnects the clients and ends.
///
/// Settings come from built-in defaults, a preset, a TOML file, environment
/// variables such as `P2P_SERVER_ENGINE__MAX_MESSAGE`, and flags; the later wins.
#[derive(Debug, Parser)]
#[command(name = "p2p-server", version, max_term_width = 80)]
#[cfg_attr(
    feature = "faults",
    expect(
        clippy::struct_excessive_bools,
        reason = "each is a flag of its own, with nothing to combine"
    )
)]
pub(crate) struct Options {
    /// TOML file with settings; instead of `P2P_SERVER_CONFIG`.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Defaults to start from: `compatible` with old clients, or `strict` for
    /// the open internet.
    #[arg(long, value_name = "NAME")]
    preset: Option<String>,

    /// Address to listen on [default: 127.0.0.1:3000]; port 0 takes any free
    /// port.
    #[arg(long, value_name = "ADDR")]
    listen: Option<String>,

    /// Milliseconds between two heartbeats [default: 25000].
    #[arg(long, value_name = "MS")]
    ping_interval: Option<String>,

    /// Milliseconds that a heartbeat may stay unanswered [default: 20000].
    #[arg(long, value_name = "MS")]
    ping_timeout: Option<String>,

    /// Largest message in bytes, attachments included [default: 1000000].
    #[arg(long, value_name = "BYTES")]
    max_message: Option<String>,

    /// Any setting by its name, such as `queue.packets=1000`. May be repeated.
    #[arg(long, value_name = "KEY=VALUE", value_parser = assignment)]
    set: Vec<(String, String)>,

    /// What to log, such as `info` or `sio_p2p_server=debug`; instead of `RUST_LOG`.
    #[arg(long, value_name = "FILTER")]
    log: Option<String>,

    /// Address for health checks and metrics, such as `127.0.0.1:9464`.
    #[arg(long, value_name = "ADDR")]
    admin: Option<String>,

    /// A fault to switch on, such as `drop-ack:1`; see FAULTS.md. May be repeated.
    // Hidden, so that the help is the same in every build.
    #[cfg(feature = "faults")]
    #[arg(long, value_name = "FAULT", hide = true)]
    fault: Vec<sio_p2p_server::faults::FaultSpec>,

    /// Print all faults and end.
    #[cfg(feature = "faults")]
    #[arg(long, hide = true)]
    pub(crate) list_faults: bool,

    /// Print the settings that hold, and where each comes from, and end.
    #[arg(long)]
    pub(crate) print_config: bool,

    /// Read all settings and end; complain if something is wrong with them.
    #[arg(long)]
    pub(crate) check_config: bool,

    /// Ask the running server of these settings whether it is alive, by its admin
    /// address, and end. The exit code is the answer.
    #[arg(long)]
    pub(crate) health: bool,

    #[command(subcommand)]
    pub(crate) packaging: Option<Packaging>,
}

/// What is done instead of serving.
#[derive(Debug, Subcommand)]
pub(crate) enum Packaging {
    /// Print completions for a shell
    #[command(hide = true)]
    Completions(Completions),
    /// Write man pages
    #[command(hide = true)]
    Man(Man),
}

/// Takes `KEY=VALUE` apart. The value may have more of these signs in it. What is
/// wrong with it is told without the value, which may be a secret.
fn assignment(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=');
    let (key, value) = parts.ok_or("expected a setting, `=` and its value")?;
    Ok((key.trim().to_owned(), value.to_owned()))
}

impl Options {
    /// The flags that stand for one setting each: its name and what was given.
    fn settings(&self) -> [(&'static str, &'static str, Option<&str>); 7] {
        [
            ("--preset", "preset", self.preset.as_deref()),
            ("--listen", "listen.address", self.listen.as_deref()),
            (
                "--ping-interval",
                "engine.ping_interval_ms",
                self.ping_interval.as_deref(),
            ),
            (
                "--ping-timeout",
                "engine.ping_timeout_ms",
                self.ping_timeout.as_deref(),
            ),
            (
                "--max-message",
                "engine.max_message",
                self.max_message.as_deref(),
            ),
            ("--log", "log.filter", self.log.as_deref()),
            ("--admin", "admin.listen", self.admin.as_deref()),
        ]
    }

    /// Gathers the settings from everywhere.
    ///
    /// A flag of its own beats `--set`, so that a script may add its `--listen` to
    /// whatever others give.
    pub(crate) fn load(
        &self,
        environment: impl Iterator<Item = (OsString, OsString)>,
    ) -> Result<Loaded, LoadError> {
        let environment: Vec<_> = environment.collect();
        let mut named = environment
            .iter()
            .filter(|(name, file)| name == "P2P_SERVER_CONFIG" && !file.is_empty());
        let file = self.config.clone();
        let file = file.or_else(|| named.next().map(|(_, file)| file.into()));
        let mut loader = Loader::default().environment(environment.iter().cloned());
        if let Some(file) = file {
            loader = loader.file(file);
        }
        for (key, value) in &self.set {
            loader = loader.set("--set", key, value);
        }
        #[cfg(feature = "faults")]
        if !self.fault.is_empty() {
            let faults = self
                .fault
                .iter()
                .map(|fault| format!("{:?}", fault.to_string()));
            let list = format!("[{}]", faults.collect::<Vec<_>>().join(", "));
            loader = loader.set("--fault", "faults.on", &list);
        }
        for (flag, key, value) in self.settings() {
            if let Some(value) = value {
                loader = loader.set(flag, key, value);
            }
        }
        loader.load()
    }
}
