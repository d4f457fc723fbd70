//! The log of the program.

use std::io::IsTerminal;

use sio_p2p_server::config::{LogConfig, LogFormat};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::prelude::*;

/// Logs to standard error from here on. Standard output is for the addresses alone,
/// so that scripts can read them.
pub(crate) fn start(config: &LogConfig) -> Result<(), String> {
    let filter = match &config.filter {
        Some(filter) => EnvFilter::try_new(filter)
            .map_err(|error| format!("cannot read the log filter `{filter}`: {error}"))?,
        None => EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info")),
    };
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let layer = match config.format {
        LogFormat::Text => layer.with_ansi(shows_colours()).boxed(),
        // One object in each line. Its own fields stand at the top, those of the
        // connection that it is about in `span`.
        LogFormat::Json => layer
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .boxed(),
    };
    tracing_subscriber::registry()
        .with(filter)
        .with(layer)
        .init();
    Ok(())
}

/// Whether standard error is a terminal that shows colours, and the user has not said no
/// (<https://no-color.org>).
fn shows_colours() -> bool {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let is_dumb = set("TERM").is_some_and(|term| term == "dumb");
    std::io::stderr().is_terminal() && !is_dumb && set("NO_COLOR").is_none()
}
