//! Handing plain messages and acks on, without anything in between.

use sio_p2p_engine::Room;
use sio_p2p_protocol::MessageRef;
use tokio::time::Instant;

use super::Namespace;
use crate::relay::{AckRoute, ConnectionId, Route};
use crate::shell::session::Connection;

impl Namespace {
    /// Hands a message on, if that is all there is to be done. If not, nothing has
    /// happened but that time has passed.
    pub(crate) fn forward(
        &mut self,
        connection: &Connection,
        from: ConnectionId,
        message: &MessageRef<'_>,
        ack: Option<u64>,
        now: Instant,
    ) -> bool {
        let Some(Route { to, ack, confirm }) = self.driver.route(now, from, message, ack, 0) else {
            return false;
        };
        self.note_dialect(connection, from, message.form.dialect());
        self.crowded = None;
        let mut number = itoa::Buffer::new();
        let id = ack.map_or("", |id| number.format(id));
        let [open, event, comma, args, close] = message.forwarded();
        self.counters.events += 1;
        self.send_parts(to, &["2", id, open, event, comma, args, close]);
        if let Some(id) = confirm {
            self.counters.acks += 1;
            self.send_parts(from, &["3", number.format(id), "[]"]);
        }
        self.deliver();
        self.hold_up(connection);
        true
    }

    /// Hands an ack on, likewise.
    pub(crate) fn forward_ack(
        &mut self,
        from: ConnectionId,
        id: u64,
        list: &str,
        now: Instant,
    ) -> bool {
        let Some(AckRoute { to, id }) = self.driver.route_ack(now, from, id) else {
            return false;
        };
        let mut number = itoa::Buffer::new();
        self.counters.acks += 1;
        self.send_parts(to, &["3", number.format(id), list]);
        self.deliver();
        true
    }

    /// Queues a text packet, given in parts, for a connection that has joined.
    fn send_parts(&mut self, to: ConnectionId, parts: &[&str]) {
        let Some(connection) = self.joined.get(&to) else {
            return;
        };
        let outcome = connection.send(parts, &[], &mut self.batch);
        let bytes = parts.iter().map(|part| part.len()).sum();
        if outcome == Ok(Room::Enough) {
            self.counters.queue(1, bytes);
        } else {
            let connection = connection.clone();
            self.sent(&connection, outcome, 1, bytes);
        }
    }
}
