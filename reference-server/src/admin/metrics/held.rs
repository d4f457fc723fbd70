//! What the server holds at this moment.

use std::fmt::Error;

use prometheus_client::registry::Unit;

use super::Snapshot;
use crate::admin::writer::Writer;

impl Snapshot {
    /// What the relay remembers.
    pub(super) fn held(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
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
    pub(super) fn queues(&self, writer: &mut Writer<'_>) -> Result<(), Error> {
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
