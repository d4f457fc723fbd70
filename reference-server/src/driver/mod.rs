//! The driver of the relay: what every shell has under its lock.
//!
//! The relay has no clock, and does not know what the host is made of. The driver gives
//! it both: it tells the relay how late it is before anything else happens, and hands
//! what the host is told to the host's own [state](HostSide). A shell puts in what
//! connections sent, and then takes packets out of [`Driver::next`] until there are none.
//!
//! With the feature `faults`, shells drive a wrapper of this driver; see
//! [`faults`](crate::faults).

mod misstep;

use sio_p2p_protocol::MessageRef;
use tokio::time::Instant;

pub(crate) use self::misstep::Misstep;
use crate::relay::{
    AckRoute, Answer, ConnectionId, Handshake, Host, HostEvent, Outbox, Output, Policy, Rate,
    Relay, Request, Route,
};

/// What the host keeps under the lock of a shell.
pub(crate) trait HostSide: Default {
    /// The relay has something to tell the host, which may act upon it at once.
    fn take(&mut self, event: HostEvent, host: &mut Host<'_>);

    /// The server has ended.
    fn close(&mut self, host: &mut Host<'_>);
}

/// The relay with a clock, its outbox, and the state of the host.
#[derive(Debug)]
pub(crate) struct Driver<S> {
    /// What the protocol says.
    pub(crate) relay: Relay,
    /// Empty whenever the lock is free; kept because its memory is.
    pub(crate) outbox: Outbox,
    /// What the host keeps.
    pub(crate) state: S,
    /// When the relay's time began. The relay itself has no clock.
    began: Instant,
}

impl<S: HostSide> Driver<S> {
    /// A driver without connections.
    pub(crate) fn new(policy: Policy) -> Self {
        Self {
            relay: Relay::new(policy),
            outbox: Outbox::default(),
            state: S::default(),
            began: Instant::now(),
        }
    }

    /// A connection has joined; see [`Relay::connected`].
    pub(crate) fn connected(&mut self, connection: ConnectionId, handshake: Handshake) {
        self.pass_time();
        self.relay
            .connected(connection, handshake, &mut self.outbox);
    }

    /// A connection has sent an event; see [`Relay::received`].
    pub(crate) fn received(&mut self, from: ConnectionId, request: Request) {
        self.pass_time();
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
        self.pass_time_until(now);
        self.relay
            .route(from, message, ack, attached, &mut self.outbox)
    }

    /// A connection has sent an ack that is perhaps only to be handed on; see
    /// [`Relay::route_ack`]. `None` says that it is to be given to [`acked`](Self::acked).
    pub(crate) fn route_ack(
        &mut self,
        now: Instant,
        from: ConnectionId,
        id: u64,
    ) -> Option<AckRoute> {
        self.pass_time_until(now);
        self.relay.route_ack(from, id, &mut self.outbox)
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
        self.relay.acked(from, id, answer, &mut self.outbox);
    }

    /// A connection has gone; see [`Relay::gone`].
    pub(crate) fn gone(&mut self, connection: ConnectionId) {
        self.relay.gone(connection, &mut self.outbox);
    }

    /// Tells the relay how late it is; see [`Relay::advance`]. What is due by now
    /// comes before what is put in next. A shell also calls this when nothing has
    /// happened for a while.
    pub(crate) fn pass_time(&mut self) {
        self.relay.advance(self.began.elapsed(), &mut self.outbox);
    }

    /// The same, for a moment that the shell has measured itself.
    fn pass_time_until(&mut self, now: Instant) {
        let since = now.saturating_duration_since(self.began);
        self.relay.advance(since, &mut self.outbox);
    }

    /// Lets the host act in the relay.
    pub(crate) fn host(&mut self) -> Host<'_> {
        self.pass_time();
        self.relay.as_host(&mut self.outbox)
    }

    /// The host's state, and the host itself, for what needs both.
    pub(crate) fn split(&mut self) -> (&mut S, Host<'_>) {
        let host = self.relay.as_host(&mut self.outbox);
        (&mut self.state, host)
    }

    /// The server has ended: every part of the program that waits for something is told.
    pub(crate) fn close(&mut self) {
        self.state.close(&mut self.relay.as_host(&mut self.outbox));
    }

    /// The next packet that is to be sent to a connection.
    pub(crate) fn next(&mut self) -> Option<Output> {
        self.tell_host();
        self.outbox.next()
    }

    /// Tells the host what has happened. It is told before packets are taken out: what it
    /// has to say to an event belongs behind the packets that are waiting already.
    pub(crate) fn tell_host(&mut self) {
        while let Some(event) = self.outbox.next_host_event() {
            let (state, mut host) = self.split();
            state.take(event, &mut host);
        }
    }

    /// Whether the shell shall make this mistake now. Only a driver with faults says yes.
    #[cfg(not(feature = "faults"))]
    #[expect(
        clippy::unused_self,
        reason = "the driver with faults looks at its own"
    )]
    pub(crate) fn errs(&mut self, _: Misstep) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use allocation_counter::measure;

    use super::*;

    const A: ConnectionId = ConnectionId(1);
    const B: ConnectionId = ConnectionId(2);

    /// A host that listens to nothing.
    #[derive(Debug, Default)]
    struct Deaf;

    impl HostSide for Deaf {
        fn take(&mut self, _: HostEvent, _: &mut Host<'_>) {}

        fn close(&mut self, _: &mut Host<'_>) {}
    }

    /// A driver with two clients.
    fn driver(policy: Policy) -> Driver<Deaf> {
        let mut driver = Driver::new(policy);
        for (connection, client) in [(A, "a"), (B, "b")] {
            let handshake = Handshake {
                client_id: Some(client.to_owned()),
                sid: format!("sid of {client}"),
            };
            driver.connected(connection, handshake);
        }
        assert!(driver.next().is_none());
        driver
    }

    fn message() -> MessageRef<'static> {
        MessageRef::read(r#"["P2P_EMIT","b","e",[1]]"#).unwrap()
    }

    #[test]
    fn messages_and_acks_are_routed_without_memory() {
        let mut driver = driver(Policy::default());
        let (began, message) = (Instant::now(), message());
        let mut rounds = |rounds: u32| {
            for round in 0..rounds {
                let now = began + Duration::from_micros(1) * round;
                let ids = [1, 2, 3].map(|id| {
                    let route = driver.route(now, A, &message, Some(id), 0).unwrap();
                    (id, route.ack.unwrap())
                });
                for (id, asked) in ids {
                    let route = driver.route_ack(now, B, asked);
                    assert_eq!(route, Some(AckRoute { to: A, id }));
                }
            }
        };
        rounds(1_000);
        assert_eq!(measure(|| rounds(4_000)).count_total, 0);
    }

    #[test]
    fn what_is_due_by_now_goes_first() {
        let mut driver = driver(Policy {
            ack_timeout: Duration::from_millis(5),
            ..Policy::default()
        });
        let (now, message) = (Instant::now(), message());
        assert!(driver.route(now, A, &message, Some(1), 0).is_some());
        let late = now + Duration::from_millis(6);
        assert_eq!(driver.route(late, A, &message, None, 0), None);
        assert!(driver.next().is_some(), "the ack was given up");
        assert!(driver.route(late, A, &message, None, 0).is_some());
    }
}
