//! What clients have sent, and what became of it.

use std::fmt::Error;
use std::time::Duration;

use prometheus_client::registry::Unit;

use super::Snapshot;
use crate::admin::writer::Writer;
use crate::relay::RoundTrips;
use crate::shell::latency::BOUNDS;
use crate::shell::metrics::ShellMetrics;

impl Snapshot {
    /// What clients sent, and what became of it.
    pub(super) fn relayed(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        let ShellMetrics {
            counters,
            shell,
            read,
            latencies,
            ..
        } = &self.metrics;
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
                shell.refused,
            ),
            (
                "events_sent",
                "Events queued for clients",
                None,
                shell.events,
            ),
            ("acks_sent", "Acks queued for clients", None, shell.acks),
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
                shell.packets,
            ),
            (
                "sent",
                "Bytes of these messages",
                Some(&Unit::Bytes),
                shell.bytes,
            ),
        ] {
            writer.counter(name, help, unit, count)?;
        }
        writer.histogram(
            "relay",
            "From reading a packet until all that it gives rise to is queued",
            BOUNDS.map(Duration::from_micros),
            &latencies.counts,
            latencies.sum,
        )?;
        let RoundTrips { counts, sum } = &counters.round_trips;
        writer.histogram(
            "ack_round_trip",
            "From asking a client for an ack on behalf of another until it comes",
            RoundTrips::BOUNDS.map(Duration::from_millis),
            counts,
            *sum,
        )
    }
}
