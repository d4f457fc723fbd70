//! Pings under way: which connections were asked for a sign of life.

use std::time::Duration;

use super::ConnectionId;
use super::deadlines::Deadlines;
use super::hash::CountedMap;

/// The `SERVER_PING`s that are not answered (SRV-CORE-14).
///
/// There is one entry for each connection, however often it is pinged: an id that
/// is replaced again and again must not make the table grow. The first deadline
/// stays, so that nobody can put it off; only the newest ping can be answered.
#[derive(Debug, Default)]
pub(super) struct Pings {
    waiting: CountedMap<ConnectionId, Ping>,
    deadlines: Deadlines<ConnectionId>,
}

#[derive(Debug)]
struct Ping {
    /// The id of the ack that is waited for.
    id: u64,
    due: Duration,
    /// The connection has sent something since, be it an answer or not.
    alive: bool,
}

impl Pings {
    /// A ping is on its way, to be answered under this id.
    pub(super) fn sent(&mut self, connection: ConnectionId, id: u64, due: Duration) {
        if let Some(ping) = self.waiting.get_mut(&connection) {
            ping.id = id;
            return;
        }
        let alive = false;
        self.waiting.insert(connection, Ping { id, due, alive });
        self.deadlines.insert(due, connection);
    }

    /// A connection has sent something and so is alive.
    pub(super) fn heard_of(&mut self, connection: ConnectionId) {
        // Nearly always there is nothing to be looked up.
        if !self.waiting.is_empty()
            && let Some(ping) = self.waiting.get_mut(&connection)
        {
            ping.alive = true;
        }
    }

    /// An ack has come. True if it answers the ping of this connection.
    pub(super) fn answered(&mut self, connection: ConnectionId, id: u64) -> bool {
        let ping = self.waiting.get(&connection);
        let answered = ping.is_some_and(|ping| ping.id == id);
        if answered {
            self.remove(connection);
        }
        answered
    }

    /// Forgets a connection.
    pub(super) fn remove(&mut self, connection: ConnectionId) {
        if let Some(ping) = self.waiting.remove(&connection) {
            self.deadlines.remove(ping.due, connection);
        }
    }

    /// A connection that has let its deadline pass, and whether it has sent
    /// anything else instead.
    pub(super) fn expired(&mut self, now: Duration) -> Option<(ConnectionId, bool)> {
        let connection = self.deadlines.next(now)?;
        let ping = self.waiting.remove(&connection)?;
        Some((connection, ping.alive))
    }

    /// How many pings are under way.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: ConnectionId = ConnectionId(1);
    const B: ConnectionId = ConnectionId(2);

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn the_newest_ping_is_answered_and_the_first_deadline_counts() {
        let mut pings = Pings::default();
        pings.sent(A, 1, ms(10));
        pings.sent(A, 2, ms(20));
        pings.sent(B, 3, ms(12));
        assert_eq!(pings.waiting(), 2);
        assert!(!pings.answered(A, 1));
        assert!(!pings.answered(B, 2));
        assert!(pings.answered(B, 3));
        assert_eq!(pings.expired(ms(9)), None);
        assert_eq!(pings.expired(ms(10)), Some((A, false)));
        assert!(pings.waiting.is_empty() && pings.deadlines.is_empty());
    }

    #[test]
    fn whatever_is_sent_is_a_sign_of_life() {
        let mut pings = Pings::default();
        pings.heard_of(A);
        pings.sent(A, 1, ms(10));
        pings.sent(B, 2, ms(10));
        pings.heard_of(B);
        pings.remove(A);
        pings.remove(A);
        assert_eq!(pings.expired(ms(10)), Some((B, true)));
        assert_eq!(pings.expired(ms(10)), None);
        assert!(pings.deadlines.is_empty());
    }
}
