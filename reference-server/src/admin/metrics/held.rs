//! What the server holds at this moment.

use std::fmt::Error;

use prometheus_client::registry::Unit;

use super::Snapshot;
use crate::admin::writer::Writer;

impl Snapshot {
    /// What the relay remembers.
    pub(super) fn held(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        let gauges = &self.metrics.gauges;
        for (name, help, count) in [
            ("clients", "Client ids that are connected", gauges.clients),
            (
                "link_ends",
                "Ends of links between clients, two for most links",
                gauges.link_ends,
            ),
            (
                "rooms",
                "Rooms that have members, the own room of each connection included",
                gauges.rooms,
            ),
            (
                "room_memberships",
                "Memberships in all rooms together",
                gauges.memberships,
            ),
            ("apis", "API names that are taken", gauges.apis),
            (
                "pending_acks",
                "Acks that are under way",
                gauges.pending_acks,
            ),
            (
                "streams",
                "Streams that were accepted and have not ended",
                gauges.streams,
            ),
            (
                "topics",
                "Topics, counted at the clients that made them",
                gauges.topics,
            ),
            (
                "host_services",
                "Events and topics of services that the server itself provides",
                gauges.host_services,
            ),
            (
                "host_stream_ends",
                "Ends of streams that the server itself has opened",
                gauges.host_ends,
            ),
            (
                "pending_stream_requests",
                "Requests to open a stream that are not answered yet",
                gauges.stream_requests,
            ),
            (
                "held_stream_events",
                "Messages that wait until their stream is open",
                gauges.early_events,
            ),
        ] {
            writer.gauge(name, help, None, count as u64)?;
        }
        Ok(())
    }

    /// What waits for slow consumers.
    pub(super) fn queues(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
        let queues = &self.metrics.queues;
        for (name, help, unit, count) in [
            (
                "queue_connections",
                "Connections for which something waits",
                None,
                queues.connections,
            ),
            (
                "queue_packets",
                "Packets that wait for all of them",
                None,
                queues.packets,
            ),
            (
                "queue",
                "Bytes that wait for all of them",
                Some(&Unit::Bytes),
                queues.bytes,
            ),
            (
                "queue_largest_packets",
                "The most packets that wait for one connection",
                None,
                queues.most_packets,
            ),
            (
                "queue_largest",
                "The most bytes that wait for one connection",
                Some(&Unit::Bytes),
                queues.most_bytes,
            ),
        ] {
            writer.gauge(name, help, unit, count as u64)?;
        }
        Ok(())
    }
}
