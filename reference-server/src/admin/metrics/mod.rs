//! The metrics of a server in the text format of `OpenMetrics`.
//!
//! The server keeps plain numbers and knows nothing of this format. They are copied
//! at each request and written here, each with the sentence that explains it.

mod held;
mod log;
mod network;
mod relayed;

use std::fmt::Error;
use std::sync::Arc;
use std::time::SystemTime;

pub(crate) use self::log::DroppedLogLines;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, text};
use prometheus_client::registry::{Registry, Unit};

use super::readiness::{Readiness, Stage};
use super::writer::Writer;
use crate::net::Traffic;
use crate::shell::engine::Engine;
use crate::shell::metrics::ShellMetrics;

/// The content type of what [`render`] writes.
pub(super) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Where the pages get what they tell.
#[derive(Debug)]
pub(crate) struct Sources {
    /// Whether clients should be sent here.
    pub(crate) readiness: Arc<Readiness>,
    /// What happens above TCP.
    pub(crate) engine: Arc<Engine>,
    /// What happens to TCP connections.
    pub(crate) traffic: Arc<Traffic>,
    /// What has not got into the log.
    pub(crate) dropped_log_lines: DroppedLogLines,
    /// When the server was started.
    pub(crate) started: SystemTime,
}

/// Writes all metrics.
pub(super) fn render(sources: &Sources) -> Result<String, Error> {
    let started = sources.started.duration_since(SystemTime::UNIX_EPOCH);
    let snapshot = Snapshot {
        ready: sources.readiness.stage() == Stage::Serving,
        started: started.unwrap_or_default().as_secs_f64(),
        metrics: sources.engine.metrics(),
        traffic: Arc::clone(&sources.traffic),
        dropped_log_lines: sources.dropped_log_lines.count(),
    };
    let mut registry = Registry::with_prefix("p2p");
    registry.register_collector(Box::new(snapshot));
    let mut page = String::new();
    text::encode(&mut page, &registry)?;
    Ok(page)
}

/// Everything that is written, as it was at one moment.
#[derive(Debug)]
struct Snapshot {
    ready: bool,
    started: f64,
    metrics: ShellMetrics,
    traffic: Arc<Traffic>,
    dropped_log_lines: u64,
}

impl Collector for Snapshot {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> Result<(), Error> {
        let mut writer = Writer::new(encoder);
        self.process(&mut writer)?;
        self.network(&mut writer)?;
        self.connections(&mut writer)?;
        self.relayed(&mut writer)?;
        self.held(&mut writer)?;
        self.queues(&mut writer)
    }
}

impl Snapshot {
    /// The server as a whole.
    fn process(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        let version = [("version", env!("CARGO_PKG_VERSION"))];
        writer.info("build", "The version of the server", &version)?;
        writer.gauge_f64(
            "start_time",
            "When the server was started, since the beginning of 1970",
            &Unit::Seconds,
            self.started,
        )?;
        writer.gauge(
            "ready",
            "1 while new clients should be sent here, as on /readyz",
            None,
            u64::from(self.ready),
        )?;
        writer.counter(
            "log_lines_dropped",
            "Lines of the log that were dropped because it was not written fast enough",
            None,
            self.dropped_log_lines,
        )
    }
}
