//! Admission: who may come in under which client id, and what happens when an id
//! is held twice.

use sio_p2p_protocol::{ClientId, Failure, PongAck, ServerEvent, ServerPing};
use tracing::{debug, info};

use super::failure::{duplicate, unanswered_ping};
use super::limit::Limit;
use super::policy::DuplicateIds;
use super::respond::server_error;
use super::{Answer, ConnectionId, Outbox, Relay};

impl Relay {
    /// Decides whether a connection may come in under a client id, and returns
    /// the id to register.
    ///
    /// A connection without id is welcome: it is served like any other, but is
    /// neither listed nor addressable (SRV-CORE-5, SRV-CORE-17).
    pub(super) fn admit(
        &self,
        client_id: Option<String>,
        sid: &str,
    ) -> Result<Option<ClientId>, Failure> {
        let clients = self.registry.connections() + 1;
        self.policy.check(Limit::Clients, clients)?;
        let Some(client) = client_id.and_then(|id| ClientId::new(id).ok()) else {
            return Ok(None);
        };
        self.policy
            .check(Limit::ClientIdBytes, client.as_str().len())?;
        let holders = self.registry.holders(&client).len();
        match self.policy.duplicate_ids {
            // Whether a holder is still alive cannot be known: its connection may
            // be half-open until the heartbeat finds out.
            DuplicateIds::Reject if holders > 0 => Err(duplicate(&client, sid)),
            _ => {
                self.policy.check(Limit::ConnectionsPerId, holders + 1)?;
                Ok(Some(client))
            }
        }
    }

    /// Enters a connection that was admitted, and does what the policy asks for
    /// if it takes the place of an older one (SRV-CORE-F1).
    ///
    /// The older connection stays open and may go on sending. Everything that it
    /// takes part in stays its own: links, rooms, APIs, streams and unanswered
    /// questions belong to connections and not to ids.
    pub(super) fn enter(
        &mut self,
        connection: ConnectionId,
        client: Option<ClientId>,
        outbox: &mut Outbox,
    ) {
        let Some(replaced) = self.registry.insert(connection, client) else {
            return;
        };
        debug!(
            newer = connection.0,
            older = replaced.0,
            "an id is held twice"
        );
        // The first dialect replaces in silence (SRV-CORE-15), the second asks
        // both for a sign of life, the newcomer first (SRV-CORE-14).
        if self.policy.duplicate_ids == DuplicateIds::Replace {
            self.ping(connection, outbox);
            self.ping(replaced, outbox);
        }
    }

    /// Asks a connection for a sign of life.
    ///
    /// Nobody knows at this point which dialect it speaks. Clients of the first
    /// have no listener for the event and pass over it.
    fn ping(&mut self, connection: ConnectionId, outbox: &mut Outbox) {
        let id = self.acks.issue();
        let due = self.due_in(self.policy.server_ping_timeout);
        self.pings.sent(connection, id, due);
        let event = ServerEvent::from(ServerPing);
        outbox.event(connection, event.encode().into(), Some(id));
    }

    /// Takes an ack if it answers a ping. The answer stays here: it is counted and
    /// written to the log, and nobody is told.
    pub(super) fn takes_pong(
        &mut self,
        from: ConnectionId,
        id: u64,
        answer: &Answer,
        outbox: &mut Outbox,
    ) -> bool {
        let answered = self.pings.answered(from, id);
        if answered {
            outbox.counters.pongs += 1;
            // Any answer is a sign of life; one that names the client is polite.
            let pong = PongAck::decode(&answer.data.json).ok();
            let client = pong.map(|pong| pong.client);
            debug!(connection = from.0, ?client, "pong");
        }
        answered
    }

    /// Deals with pings that were not answered in time.
    ///
    /// Only a connection that was replaced, and that has sent nothing else since
    /// it was pinged, is taken for half-open and let go of, and only if the policy
    /// says so: a client of the first dialect never answers, and if it has nothing
    /// to send, it cannot be told from one that is gone.
    pub(super) fn expire_pings(&mut self, outbox: &mut Outbox) {
        while let Some((connection, alive)) = self.pings.expired(self.now) {
            debug!(connection = connection.0, alive, "a ping was not answered");
            outbox.counters.missed_pongs += 1;
            let client = self.registry.client(connection);
            let replaced = client.and_then(|client| self.registry.find(client)) != Some(connection);
            if self.policy.disconnect_replaced && replaced && !alive {
                info!(
                    connection = connection.0,
                    "letting go of a replaced connection"
                );
                let failure = unanswered_ping(self.policy.server_ping_timeout);
                server_error(outbox, connection, &failure);
                self.gone(connection, outbox);
                outbox.disconnect(connection);
            }
        }
    }
}
