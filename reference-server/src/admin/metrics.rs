//! The figures of a server in the text format of `OpenMetrics`.
//!
//! The server keeps plain numbers and knows nothing of this format. They are copied
//! at each request and written here, each with the sentence that explains it.

use std::fmt::Error;
use std::sync::Arc;
use std::time::SystemTime;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, text};
use prometheus_client::registry::{Registry, Unit};

use super::readiness::{Readiness, Stage};
use super::writer::Writer;
use crate::net::Traffic;
use crate::shell::ending::Ending;
use crate::shell::engine::Engine;
use crate::shell::figures::{Figures, Spoken};

/// The content type of what [`render`] writes.
pub(super) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The generations of Engine.IO, in the order in which they are counted.
const ENGINES: [&str; 2] = ["3", "4"];

/// Where the pages get what they tell.
#[derive(Debug)]
pub(crate) struct Sources {
    /// Whether clients should be sent here.
    pub(crate) readiness: Arc<Readiness>,
    /// What happens above TCP.
    pub(crate) engine: Arc<Engine>,
    /// What happens to TCP connections.
    pub(crate) traffic: Arc<Traffic>,
    /// When the server was started.
    pub(crate) started: SystemTime,
}

/// Writes all figures.
pub(super) fn render(sources: &Sources) -> Result<String, Error> {
    let started = sources.started.duration_since(SystemTime::UNIX_EPOCH);
    let snapshot = Snapshot {
        ready: sources.readiness.stage() == Stage::Serving,
        started: started.unwrap_or_default().as_secs_f64(),
        figures: sources.engine.figures(),
        traffic: Arc::clone(&sources.traffic),
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
    figures: Figures,
    traffic: Arc<Traffic>,
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
        )
    }

    /// TCP, TLS and HTTP.
    fn network(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        let Traffic {
            accepted,
            ended,
            no_handshake,
            stalled,
            foreign,
            too_many,
            read,
            written,
        } = &*self.traffic;
        // Read before the other, so that the difference is never negative.
        let gone = ended.get();
        writer.gauge(
            "tcp_connections",
            "TCP connections that are open",
            None,
            accepted.get().saturating_sub(gone),
        )?;
        for (name, help, unit, count) in [
            (
                "tcp_accepted",
                "TCP connections that were accepted",
                None,
                accepted,
            ),
            (
                "tcp_stalled",
                "TCP connections that were dropped because the client took no byte for too long",
                None,
                stalled,
            ),
            (
                "tls_failed",
                "TCP connections that did not get through the TLS handshake",
                None,
                no_handshake,
            ),
            (
                "too_many_sessions",
                "Requests to connect from addresses that ask too often or have too many",
                None,
                too_many,
            ),
            (
                "foreign_origins",
                "Requests of web pages whose origin may not connect",
                None,
                foreign,
            ),
            (
                "tcp_read",
                "Bytes read from TCP connections, with all that HTTP and TLS add",
                Some(&Unit::Bytes),
                read,
            ),
            (
                "tcp_written",
                "Bytes written to TCP connections, with all that HTTP and TLS add",
                Some(&Unit::Bytes),
                written,
            ),
        ] {
            writer.counter(name, help, unit, count.get())?;
        }
        Ok(())
    }

    /// Engine.IO connections and who they are.
    fn connections(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        let Figures { tally, open, .. } = &self.figures;
        writer.gauge(
            "transports",
            "Engine.IO connections that are open, in the namespace or not",
            None,
            *open as u64,
        )?;
        let spoken = (0..).map(|bits| Spoken::from_bits(bits).name());
        let joined = ENGINES.iter().zip(&tally.joined).flat_map(|(eio, counts)| {
            let counts = spoken.clone().zip(counts);
            counts.map(move |(dialect, count)| ([("eio", *eio), ("dialect", dialect)], *count))
        });
        writer.gauges(
            "connections",
            "Connections in the namespace, by generation of Engine.IO and the dialects they have spoken",
            joined,
        )?;
        writer.counters(
            "joins",
            "Connections that have joined the namespace, by generation of Engine.IO",
            ENGINES
                .iter()
                .zip(&tally.joins)
                .map(|(eio, count)| ([("eio", *eio)], *count)),
        )?;
        let ended = Ending::ALL.iter().zip(&tally.ended);
        writer.counters(
            "transports_ended",
            "Engine.IO connections that have ended, by reason",
            ended.map(|(ending, count)| ([("reason", ending.name())], *count)),
        )
    }

    /// What clients sent, and what became of it.
    fn relayed(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        let Figures {
            counters,
            tally,
            read,
            latencies,
            ..
        } = &self.figures;
        let mut requests: Vec<_> = counters.requests.iter().collect();
        requests.sort_unstable();
        writer.counters(
            "requests",
            "Events that clients have sent, by dialect (`any` where both have the same) and name",
            requests.into_iter().map(|(key, count)| {
                let (dialect, event) = key.split_once('.').unwrap_or(("any", key));
                ([("dialect", dialect), ("event", event)], *count)
            }),
        )?;
        let mut failures: Vec<_> = counters.failures.iter().collect();
        failures.sort_unstable();
        writer.counters(
            "failures",
            "Failures that clients were told, by code",
            failures
                .into_iter()
                .map(|(code, count)| ([("code", code.as_str())], *count)),
        )?;
        let messages = [("v1", counters.messages_v1), ("v2", counters.messages_v2)];
        writer.counters(
            "messages",
            "Messages that were passed on to a client, data on streams included, by dialect",
            messages.map(|(dialect, count)| ([("dialect", dialect)], count)),
        )?;
        for (name, help, unit, count) in [
            (
                "unreadable_requests",
                "Events of clients that could not be read",
                None,
                counters.unreadable,
            ),
            (
                "room_events",
                "Events that clients received because they are in a room",
                None,
                counters.room_events,
            ),
            (
                "acks",
                "Acks of clients that were passed on to whoever asked",
                None,
                counters.acks,
            ),
            (
                "stray_acks",
                "Acks of clients that nobody waited for",
                None,
                counters.stray_acks,
            ),
            (
                "streams_opened",
                "Streams that were accepted",
                None,
                counters.streams,
            ),
            (
                "streams_idle",
                "Streams that were ended because nothing came on them for too long",
                None,
                counters.idle_streams,
            ),
            ("pongs", "Answers to SERVER_PING", None, counters.pongs),
            (
                "pongs_missed",
                "SERVER_PINGs that were not answered in time",
                None,
                counters.missed_pongs,
            ),
            (
                "joins_refused",
                "Requests to join that were refused, because of who asked",
                None,
                tally.refused,
            ),
            (
                "events_sent",
                "Events queued for clients",
                None,
                tally.events,
            ),
            ("acks_sent", "Acks queued for clients", None, tally.acks),
            (
                "packets_received",
                "Engine.IO messages read from clients, attachments counted each",
                None,
                read.0,
            ),
            (
                "received",
                "Bytes of these messages",
                Some(&Unit::Bytes),
                read.1,
            ),
            (
                "packets_sent",
                "Engine.IO messages queued for clients, attachments counted each",
                None,
                tally.packets,
            ),
            (
                "sent",
                "Bytes of these messages",
                Some(&Unit::Bytes),
                tally.bytes,
            ),
        ] {
            writer.counter(name, help, unit, count)?;
        }
        writer.histogram(
            "relay",
            "From reading a packet until all that it gives rise to is queued",
            latencies,
        )
    }

    /// What the relay remembers.
    fn held(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        let census = &self.figures.census;
        for (name, help, count) in [
            ("clients", "Client ids that are connected", census.clients),
            (
                "link_ends",
                "Ends of links between clients, two for most links",
                census.link_ends,
            ),
            (
                "rooms",
                "Rooms that have members, the own room of each connection included",
                census.rooms,
            ),
            (
                "room_memberships",
                "Memberships in all rooms together",
                census.memberships,
            ),
            ("apis", "API names that are taken", census.apis),
            (
                "pending_acks",
                "Acks that are under way",
                census.pending_acks,
            ),
            (
                "streams",
                "Streams that were accepted and have not ended",
                census.streams,
            ),
            (
                "topics",
                "Topics, counted at the clients that made them",
                census.topics,
            ),
            (
                "host_services",
                "Events and topics of services that the server itself provides",
                census.host_services,
            ),
            (
                "host_stream_ends",
                "Ends of streams that the server itself has opened",
                census.host_ends,
            ),
            (
                "pending_stream_requests",
                "Requests to open a stream that are not answered yet",
                census.stream_requests,
            ),
            (
                "held_stream_events",
                "Messages that wait until their stream is open",
                census.early_events,
            ),
        ] {
            writer.gauge(name, help, None, count as u64)?;
        }
        Ok(())
    }

    /// What waits for slow consumers.
    fn queues(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        let waiting = &self.figures.waiting;
        for (name, help, unit, count) in [
            (
                "queue_connections",
                "Connections for which something waits",
                None,
                waiting.connections,
            ),
            (
                "queue_packets",
                "Packets that wait for all of them",
                None,
                waiting.packets,
            ),
            (
                "queue",
                "Bytes that wait for all of them",
                Some(&Unit::Bytes),
                waiting.bytes,
            ),
            (
                "queue_largest_packets",
                "The most packets that wait for one connection",
                None,
                waiting.most_packets,
            ),
            (
                "queue_largest",
                "The most bytes that wait for one connection",
                Some(&Unit::Bytes),
                waiting.most_bytes,
            ),
        ] {
            writer.gauge(name, help, unit, count as u64)?;
        }
        Ok(())
    }
}
