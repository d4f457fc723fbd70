//! What every shell drives, and how the host gets at it.

use std::ops::DerefMut;

use sio_p2p_protocol::MessageRef;
use tokio::time::Instant;

use super::desk::Desk;
use crate::relay::{
    AckRoute, Answer, ConnectionId, Handshake, Host, Outbox, Output, Policy, Rate, Relay, Request,
    Route,
};

/// The relay, its outbox, and the host's desk.
///
/// A shell puts in what connections sent, and then takes packets out of
/// [`next`](Self::next) until there are none. What concerns the host is dealt
/// with on the way.
#[derive(Debug)]
pub(crate) struct Core {
    /// What the protocol says.
    pub(crate) relay: Relay,
    /// Empty whenever the lock is free; kept because its memory is.
    pub(crate) outbox: Outbox,
    /// The host's own affairs.
    pub(crate) desk: Desk,
    /// What goes wrong on purpose.
    #[cfg(feature = "faults")]
    pub(crate) faults: crate::faults::Faults,
    /// When the relay's time began. The relay itself has no clock.
    began: Instant,
}

/// The way through a shell's lock to its core.
pub(crate) trait Door: Send + Sync {
    /// Takes the lock. When the guard is dropped, what was done under it is
    /// delivered and the lock is free again.
    fn enter(&self) -> Inside<'_>;
}

/// The lock of a shell, held.
pub(crate) type Inside<'a> = Box<dyn DerefMut<Target = Core> + 'a>;

impl Core {
    /// A core without connections.
    pub(crate) fn new(policy: Policy) -> Self {
        Self {
            relay: Relay::new(policy),
            outbox: Outbox::default(),
            desk: Desk::default(),
            #[cfg(feature = "faults")]
            faults: crate::faults::Faults::default(),
            began: Instant::now(),
        }
    }

    /// A connection has joined; see [`Relay::connected`].
    pub(crate) fn connected(&mut self, connection: ConnectionId, handshake: Handshake) {
        self.pass_time();
        #[cfg(feature = "faults")]
        if self.faults.any() {
            let Self {
                relay,
                outbox,
                faults,
                ..
            } = self;
            return faults.connected(relay, outbox, connection, handshake);
        }
        self.relay
            .connected(connection, handshake, &mut self.outbox);
    }

    /// A connection has sent an event; see [`Relay::received`].
    pub(crate) fn received(&mut self, from: ConnectionId, request: Request) {
        self.pass_time();
        #[cfg(feature = "faults")]
        if self.faults.any() {
            let Self {
                relay,
                outbox,
                faults,
                ..
            } = self;
            return faults.received(relay, outbox, from, request);
        }
        self.relay.received(from, request, &mut self.outbox);
    }

    /// A connection has sent a message that is perhaps only to be handed on; see
    /// [`Relay::route`]. `None` says that it is to be [received](Self::received).
    pub(crate) fn route(
        &mut self,
        now: Instant,
        from: ConnectionId,
        message: &MessageRef<'_>,
        ack: Option<u64>,
        attached: usize,
    ) -> Option<Route> {
        self.is_plain(now)
            .then(|| {
                self.relay
                    .route(from, message, ack, attached, &mut self.outbox)
            })
            .flatten()
    }

    /// A connection has sent an ack that is perhaps only to be handed on; see
    /// [`Relay::route_ack`]. `None` says that it is to be given to [`acked`](Self::acked).
    pub(crate) fn route_ack(
        &mut self,
        now: Instant,
        from: ConnectionId,
        id: u64,
    ) -> Option<AckRoute> {
        self.is_plain(now)
            .then(|| self.relay.route_ack(from, id, &mut self.outbox))
            .flatten()
    }

    /// Lets time pass until now, and says whether anything may be handed on that does
    /// not come out of [`next`](Self::next): nothing is falsified.
    fn is_plain(&mut self, now: Instant) -> bool {
        #[cfg(feature = "faults")]
        if self.faults.any() {
            return false;
        }
        let since = now.saturating_duration_since(self.began);
        self.relay.advance(since, &mut self.outbox);
        true
    }

    /// A connection has sent an event too many; see [`Relay::too_fast`].
    pub(crate) fn too_fast(&mut self, from: ConnectionId, rate: Rate) {
        self.relay.too_fast(from, rate, &mut self.outbox);
    }

    /// A connection comes too soon after others; see [`Relay::too_often`].
    pub(crate) fn too_often(&mut self, connection: ConnectionId, rate: Rate) {
        self.relay.too_often(connection, rate, &mut self.outbox);
    }

    /// A connection has answered an event; see [`Relay::acked`].
    pub(crate) fn acked(&mut self, from: ConnectionId, id: u64, answer: Answer) {
        self.pass_time();
        #[cfg(feature = "faults")]
        if self.faults.any() {
            let Self {
                relay,
                outbox,
                faults,
                ..
            } = self;
            return faults.acked(relay, outbox, from, id, answer);
        }
        self.relay.acked(from, id, answer, &mut self.outbox);
    }

    /// A connection has gone; see [`Relay::gone`].
    pub(crate) fn gone(&mut self, connection: ConnectionId) {
        #[cfg(feature = "faults")]
        if self.faults.any() {
            let Self {
                relay,
                outbox,
                faults,
                ..
            } = self;
            return faults.gone(relay, outbox, connection);
        }
        self.relay.gone(connection, &mut self.outbox);
    }

    /// Tells the relay how late it is; see [`Relay::advance`]. What is due by now
    /// comes before what is put in next. A shell also calls this when nothing has
    /// happened for a while.
    pub(crate) fn pass_time(&mut self) {
        self.relay.advance(self.began.elapsed(), &mut self.outbox);
    }

    /// Lets the host act in the relay.
    pub(crate) fn host(&mut self) -> Host<'_> {
        self.pass_time();
        self.relay.as_host(&mut self.outbox)
    }

    /// The host's desk, and the host itself, for what needs both.
    pub(crate) fn split(&mut self) -> (&mut Desk, Host<'_>) {
        let host = self.relay.as_host(&mut self.outbox);
        (&mut self.desk, host)
    }

    /// The server has ended: whoever in the program waits for something is told.
    pub(crate) fn close(&mut self) {
        self.desk.close(&mut self.relay.as_host(&mut self.outbox));
    }

    /// The next packet that is to be sent to a connection.
    pub(crate) fn next(&mut self) -> Option<Output> {
        // First the host: what it has to say to an event belongs behind the packets
        // that are waiting already.
        while let Some(event) = self.outbox.next_host_event() {
            let (desk, mut host) = self.split();
            desk.take(event, &mut host);
        }
        #[cfg(feature = "faults")]
        while self.faults.any() {
            if let Some(output) = self.faults.ready() {
                return Some(output);
            }
            let output = self.outbox.next()?;
            self.faults.pass(output);
        }
        self.outbox.next()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use allocation_counter::measure;

    use super::*;

    const A: ConnectionId = ConnectionId(1);
    const B: ConnectionId = ConnectionId(2);

    /// A core with two clients.
    fn core(policy: Policy) -> Core {
        let mut core = Core::new(policy);
        for (connection, client) in [(A, "a"), (B, "b")] {
            let handshake = Handshake {
                client_id: Some(client.to_owned()),
                sid: format!("sid of {client}"),
            };
            core.connected(connection, handshake);
        }
        assert!(core.next().is_none());
        core
    }

    fn message() -> MessageRef<'static> {
        MessageRef::read(r#"["P2P_EMIT","b","e",[1]]"#).unwrap()
    }

    #[test]
    fn messages_and_acks_are_routed_without_memory() {
        let mut core = core(Policy::default());
        let (began, message) = (Instant::now(), message());
        let mut rounds = |rounds: u32| {
            for round in 0..rounds {
                let now = began + Duration::from_micros(1) * round;
                let ids = [1, 2, 3].map(|id| {
                    let route = core.route(now, A, &message, Some(id), 0).unwrap();
                    (id, route.ack.unwrap())
                });
                for (id, asked) in ids {
                    let route = core.route_ack(now, B, asked);
                    assert_eq!(route, Some(AckRoute { to: A, id }));
                }
            }
        };
        rounds(1_000);
        assert_eq!(measure(|| rounds(4_000)).count_total, 0);
    }

    #[test]
    fn what_is_due_by_now_goes_first() {
        let mut core = core(Policy {
            ack_timeout: Duration::from_millis(5),
            ..Policy::default()
        });
        let (now, message) = (Instant::now(), message());
        assert!(core.route(now, A, &message, Some(1), 0).is_some());
        let late = now + Duration::from_millis(6);
        assert_eq!(core.route(late, A, &message, None, 0), None);
        assert!(core.next().is_some(), "the ack was given up");
        assert!(core.route(late, A, &message, None, 0).is_some());
    }
}
