//! The log of the program.
//!
//! A thread of its own writes it, so that a reader who has stopped reading, or a slow disk,
//! stops nobody else. Between the server and that thread lines wait in a bounded queue. What
//! finds it full is dropped, counted, and told in the log as soon as there is room again.

use std::io::IsTerminal;
use std::time::Duration;

use sio_p2p_server::config::{LogConfig, LogFormat};
use tokio_util::task::AbortOnDropHandle;
use tracing::warn;
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::prelude::*;

/// How many lines may wait to be written. A line has some 200 bytes, so that is about 2 MB.
const WAITING_LINES: usize = 8_192;

/// How often the log tells how many lines it has dropped, if there are more of them.
const TELL_DROPPED: Duration = Duration::from_secs(1);

/// The log, until it is dropped. That writes what still waits, or gives it up after a second.
#[derive(Debug)]
pub(crate) struct Log {
    dropped: ErrorCounter,
    _telling: AbortOnDropHandle<()>,
    // Dropped last: it writes the rest.
    _writing: WorkerGuard,
}

impl Log {
    /// Counts the lines that were dropped because the log was not written fast enough.
    pub(crate) fn dropped_lines(&self) -> impl Fn() -> u64 + Send + Sync + 'static {
        let dropped = self.dropped.clone();
        move || dropped.dropped_lines().try_into().unwrap_or(u64::MAX)
    }
}

/// Logs to standard error from here on. Standard output is for the addresses alone,
/// so that scripts can read them.
pub(crate) fn start(config: &LogConfig) -> Result<Log, String> {
    let filter = match &config.filter {
        Some(filter) => EnvFilter::try_new(filter)
            .map_err(|error| format!("cannot read the log filter `{filter}`: {error}"))?,
        None => EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info")),
    };
    let (writer, writing) = NonBlockingBuilder::default()
        .buffered_lines_limit(WAITING_LINES)
        .lossy(true)
        .thread_name("log")
        .finish(std::io::stderr());
    let dropped = writer.error_counter();
    let layer = tracing_subscriber::fmt::layer().with_writer(writer);
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
    let telling = tokio::spawn(tell_dropped(dropped.clone()));
    Ok(Log {
        dropped,
        _telling: AbortOnDropHandle::new(telling),
        _writing: writing,
    })
}

/// Tells how many lines were dropped, as soon as one gets through that says so.
async fn tell_dropped(counter: ErrorCounter) {
    let mut tick = tokio::time::interval(TELL_DROPPED);
    let mut told = 0;
    loop {
        tick.tick().await;
        let dropped = counter.dropped_lines();
        if dropped > told {
            warn!(
                lines = dropped - told,
                "dropped lines of the log, because it was not written fast enough"
            );
            // If this line was dropped as well, the next one counts all of them again.
            if counter.dropped_lines() == dropped {
                told = dropped;
            }
        }
    }
}

/// Whether standard error is a terminal that shows colours, and the user has not said no
/// (<https://no-color.org>).
fn shows_colours() -> bool {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let is_dumb = set("TERM").is_some_and(|term| term == "dumb");
    std::io::stderr().is_terminal() && !is_dumb && set("NO_COLOR").is_none()
}
