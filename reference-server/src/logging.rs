//! The log of the program.
//!
//! A thread of its own writes it, so that a reader who has stopped reading, or a slow disk,
//! stops nobody else. Between the server and that thread lines wait in a bounded queue. What
//! finds it full is dropped, counted, and told in the log as soon as there is room again.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
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
    dropped: Dropped,
    _telling: AbortOnDropHandle<()>,
    // Dropped last: it writes the rest.
    _writing: WorkerGuard,
}

/// How many lines were dropped, and how many of them the log has told of.
#[derive(Debug, Clone)]
struct Dropped {
    lines: ErrorCounter,
    told: Arc<AtomicUsize>,
}

impl Log {
    /// Counts the lines that were dropped because the log was not written fast enough.
    pub(crate) fn dropped_lines(&self) -> impl Fn() -> u64 + Send + Sync + 'static {
        let Dropped { lines, .. } = self.dropped.clone();
        move || lines.dropped_lines().try_into().unwrap_or(u64::MAX)
    }
}

impl Drop for Log {
    fn drop(&mut self) {
        self.dropped.tell();
    }
}

impl Dropped {
    /// Tells how many lines were dropped, if there are some that it was not told of.
    fn tell(&self) {
        let lines = self.lines.dropped_lines();
        let untold = lines - self.told.load(Ordering::Relaxed);
        if untold == 0 {
            return;
        }
        warn!(
            lines = untold,
            "dropped lines of the log, because it was not written fast enough"
        );
        // If this line was dropped as well, the next one counts all of them again.
        if self.lines.dropped_lines() == lines {
            self.told.store(lines, Ordering::Relaxed);
        }
    }
}

/// Logs to standard error from here on. Standard output is for the addresses alone,
/// so that scripts can read them.
pub(crate) fn start(config: &LogConfig) -> Result<Log, String> {
    let filter = filter(config)?;
    let (writer, writing) = NonBlockingBuilder::default()
        .buffered_lines_limit(WAITING_LINES)
        .lossy(true)
        .thread_name("log")
        .finish(std::io::stderr());
    let dropped = Dropped {
        lines: writer.error_counter(),
        told: Arc::default(),
    };
    let layer = tracing_subscriber::fmt::layer().with_writer(move || OneLine(writer.clone()));
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

/// What is logged. The error is a sentence for the terminal.
pub(crate) fn filter(config: &LogConfig) -> Result<EnvFilter, String> {
    match &config.filter {
        Some(filter) => EnvFilter::try_new(filter)
            .map_err(|error| format!("cannot read the log filter `{filter}`: {error}")),
        None => Ok(EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"))),
    }
}

/// Writes each event as one line, whatever texts of clients are in it: nobody makes up
/// lines of ours. The formatter hands an event over as a whole.
struct OneLine<W>(W);

impl<W: Write> Write for OneLine<W> {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let line = event.strip_suffix(b"\n").unwrap_or(event);
        if !line.iter().any(|byte| matches!(byte, b'\n' | b'\r')) {
            self.0.write_all(event)?;
            return Ok(event.len());
        }
        let mut escaped = Vec::with_capacity(event.len() + 16);
        for byte in line {
            match byte {
                b'\n' => escaped.extend(br"\n"),
                b'\r' => escaped.extend(br"\r"),
                byte => escaped.push(*byte),
            }
        }
        escaped.push(b'\n');
        self.0.write_all(&escaped)?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Tells how many lines were dropped, now and then.
async fn tell_dropped(dropped: Dropped) {
    let mut tick = tokio::time::interval(TELL_DROPPED);
    loop {
        tick.tick().await;
        dropped.tell();
    }
}

/// Whether standard error is a terminal that shows colours, and the user has not said no
/// (<https://no-color.org>).
fn shows_colours() -> bool {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let is_dumb = set("TERM").is_some_and(|term| term == "dumb");
    std::io::stderr().is_terminal() && !is_dumb && set("NO_COLOR").is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_one_line() {
        let mut log = Vec::new();
        for event in ["INFO plain\n", "WARN made\nINFO up\r\n\n", "no end"] {
            assert_eq!(
                OneLine(&mut log).write(event.as_bytes()).unwrap(),
                event.len()
            );
        }
        let text = String::from_utf8(log).unwrap();
        assert_eq!(text, "INFO plain\nWARN made\\nINFO up\\r\\n\nno end");
    }
}
