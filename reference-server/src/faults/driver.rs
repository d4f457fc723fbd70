//! The driver of the relay, with faults.

use std::ops::{Deref, DerefMut};

use sio_p2p_protocol::MessageRef;
use tokio::time::Instant;

use super::{Fault, Faults};
use crate::driver::{Driver, HostSide, Misstep};
use crate::relay::{AckRoute, Answer, ConnectionId, Handshake, Output, Policy, Request, Route};

/// A driver around the [`Driver`] that does single things wrong.
///
/// What it does not define itself, it leaves to the driver inside.
#[derive(Debug)]
pub(crate) struct FaultyDriver<S> {
    inner: Driver<S>,
    /// What goes wrong on purpose.
    pub(crate) faults: Faults,
}

impl<S> Deref for FaultyDriver<S> {
    type Target = Driver<S>;

    fn deref(&self) -> &Driver<S> {
        &self.inner
    }
}

impl<S> DerefMut for FaultyDriver<S> {
    fn deref_mut(&mut self) -> &mut Driver<S> {
        &mut self.inner
    }
}

impl<S: HostSide> FaultyDriver<S> {
    /// A driver without connections.
    pub(crate) fn new(policy: Policy, faults: Faults) -> Self {
        Self {
            inner: Driver::new(policy),
            faults,
        }
    }

    /// As [`Driver::connected`].
    pub(crate) fn connected(&mut self, connection: ConnectionId, handshake: Handshake) {
        if !self.faults.any() {
            return self.inner.connected(connection, handshake);
        }
        self.inner.pass_time();
        let Driver { relay, outbox, .. } = &mut self.inner;
        self.faults.connected(relay, outbox, connection, handshake);
    }

    /// As [`Driver::received`].
    pub(crate) fn received(&mut self, from: ConnectionId, request: Request) {
        if !self.faults.any() {
            return self.inner.received(from, request);
        }
        self.inner.pass_time();
        let Driver { relay, outbox, .. } = &mut self.inner;
        self.faults.received(relay, outbox, from, request);
    }

    /// As [`Driver::route`]. What may go wrong is never only handed on.
    pub(crate) fn route(
        &mut self,
        now: Instant,
        from: ConnectionId,
        message: &MessageRef<'_>,
        ack: Option<u64>,
        attached: usize,
    ) -> Option<Route> {
        if self.faults.any() {
            return None;
        }
        self.inner.route(now, from, message, ack, attached)
    }

    /// As [`Driver::route_ack`], likewise.
    pub(crate) fn route_ack(
        &mut self,
        now: Instant,
        from: ConnectionId,
        id: u64,
    ) -> Option<AckRoute> {
        if self.faults.any() {
            return None;
        }
        self.inner.route_ack(now, from, id)
    }

    /// As [`Driver::acked`].
    pub(crate) fn acked(&mut self, from: ConnectionId, id: u64, answer: Answer) {
        if !self.faults.any() {
            return self.inner.acked(from, id, answer);
        }
        self.inner.pass_time();
        let Driver { relay, outbox, .. } = &mut self.inner;
        self.faults.acked(relay, outbox, from, id, answer);
    }

    /// As [`Driver::gone`].
    pub(crate) fn gone(&mut self, connection: ConnectionId) {
        if !self.faults.any() {
            return self.inner.gone(connection);
        }
        let Driver { relay, outbox, .. } = &mut self.inner;
        self.faults.gone(relay, outbox, connection);
    }

    /// As [`Driver::next`]: every packet passes the faults, which decide what is sent.
    pub(crate) fn next(&mut self) -> Option<Output> {
        if !self.faults.any() {
            return self.inner.next();
        }
        self.inner.tell_host();
        loop {
            if let Some(output) = self.faults.ready() {
                return Some(output);
            }
            let output = self.inner.outbox.next()?;
            self.faults.pass(output);
        }
    }

    /// Whether the shell shall make this mistake now.
    pub(crate) fn errs(&mut self, misstep: Misstep) -> bool {
        self.faults.hit(match misstep {
            Misstep::TolerateGarbage => Fault::TolerateGarbage,
            Misstep::AcceptNamespace => Fault::AcceptNamespace,
            Misstep::DropConnect => Fault::DropConnect,
            Misstep::IgnoreLeave => Fault::IgnoreLeave,
            Misstep::Break(connection) => return self.faults.resets(connection),
        })
    }
}
