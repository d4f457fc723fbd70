//! Connections: of TCP, of Engine.IO, and of clients.

use std::fmt::Error;

use prometheus_client::registry::Unit;

use super::Snapshot;
use crate::admin::writer::Writer;
use crate::net::Traffic;
use crate::shell::disconnect_reason::DisconnectReason;
use crate::shell::metrics::{ShellMetrics, Spoken};

/// The generations of Engine.IO, in the order in which they are counted.
const ENGINES: [&str; 2] = ["3", "4"];

impl Snapshot {
    /// TCP, TLS and HTTP.
    pub(super) fn network(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        let Traffic {
            io,
            no_handshake,
            foreign,
            too_many,
            too_many_sockets,
        } = &*self.traffic;
        // Read before the other, so that the difference is never negative.
        let gone = io.ended();
        writer.gauge(
            "tcp_connections",
            "TCP connections that are open",
            None,
            io.accepted().saturating_sub(gone),
        )?;
        for (name, help, unit, count) in [
            (
                "tcp_accepted",
                "TCP connections that were accepted",
                None,
                io.accepted(),
            ),
            (
                "tcp_stalled",
                "TCP connections that were dropped because the client took no byte for too long",
                None,
                io.stalled(),
            ),
            (
                "tls_failed",
                "TCP connections that did not get through the TLS handshake",
                None,
                no_handshake.get(),
            ),
            (
                "too_many_sockets",
                "TCP connections that were closed at once, because their address has too many",
                None,
                too_many_sockets.get(),
            ),
            (
                "too_many_sessions",
                "Requests to connect from addresses that ask too often or have too many",
                None,
                too_many.get(),
            ),
            (
                "foreign_origins",
                "Requests of web pages whose origin may not connect",
                None,
                foreign.get(),
            ),
            (
                "tcp_read",
                "Bytes read from TCP connections, with all that HTTP and TLS add",
                Some(&Unit::Bytes),
                io.read(),
            ),
            (
                "tcp_written",
                "Bytes written to TCP connections, with all that HTTP and TLS add",
                Some(&Unit::Bytes),
                io.written(),
            ),
        ] {
            writer.counter(name, help, unit, count)?;
        }
        Ok(())
    }

    /// Engine.IO connections and who they are.
    pub(super) fn connections(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        let ShellMetrics { shell, open, .. } = &self.metrics;
        writer.gauge(
            "transports",
            "Engine.IO connections that are open, in the namespace or not",
            None,
            *open as u64,
        )?;
        let spoken = (0..).map(|bits| Spoken::from_bits(bits).name());
        let joined = ENGINES.iter().zip(&shell.joined).flat_map(|(eio, counts)| {
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
                .zip(&shell.joins)
                .map(|(eio, count)| ([("eio", *eio)], *count)),
        )?;
        let ended = DisconnectReason::ALL.iter().zip(&shell.ended);
        writer.counters(
            "transports_ended",
            "Engine.IO connections that have ended, by reason",
            ended.map(|(reason, count)| ([("reason", reason.name())], *count)),
        )
    }
}
