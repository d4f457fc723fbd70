//! The one place where the relay meets its connections.
//!
//! Everything here happens under one lock, the sending included. Sending only
//! puts a packet into a queue, so the lock is held for microseconds, and in
//! return the order of all that happens is the same for everybody: if A's
//! message to a room made B answer, nobody in the room sees the answer first
//! (SRV-MSG-28).

mod delivery;
mod forwarding;
mod joining;
mod shared_event;

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::Duration;

use sio_p2p_engine::{CloseReason, Generation, Sid, Socket};
use sio_p2p_protocol::Dialect;
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::{debug, info};

use super::authentication::AuthOutcome;
use super::disconnect_reason::DisconnectReason;
use super::frame::Encoded;
use super::metrics::{ShellCounters, ShellMetrics};
use super::rates::{Excess, Rates};
use super::session::{Batch, Connection, Phase, Session, span};
use crate::Config;
use crate::driver::Misstep;
use crate::host::{HostDriver, new_driver};
use crate::relay::{Answer, ConnectionId, Request, give_back};

/// A connection that is outside of the default namespace.
#[derive(Debug, Clone, Copy)]
struct Outside {
    since: Instant,
    /// How long it may stay there.
    timeout: Duration,
}

/// The default namespace, the only one there is: its connections, those that have not
/// joined it yet, and the relay that says what to send to them.
#[derive(Debug)]
pub(crate) struct Namespace {
    /// The relay, and the host's part in it.
    driver: HostDriver,
    /// Every open connection, joined or not.
    connections: HashMap<Sid, Connection>,
    /// Those that the relay knows, by the name it knows them under.
    joined: HashMap<ConnectionId, Connection>,
    /// Those that are outside of the default namespace.
    outside: HashMap<Sid, Outside>,
    /// Those that may not stay for ever, and until when.
    expiring: HashMap<Sid, Instant>,
    /// Those for which something was queued under this lock, to be written after it.
    pub(crate) batch: Batch,
    /// A receiver that has little room left, since somebody sent something.
    crowded: Option<Weak<Socket<Session>>>,
    /// How often somebody has joined; the next connection id of the relay.
    joins: u64,
    /// The server stops: new connections are closed.
    stopping: bool,
    config: Arc<Config>,
    /// How often an id may come.
    rates: Arc<Rates>,
    /// What has happened here, in numbers.
    counters: ShellCounters,
    /// How many connections are open, for a shutdown that waits for the last to go.
    open: watch::Sender<usize>,
}

impl Namespace {
    /// A namespace without connections.
    pub(crate) fn new(config: Arc<Config>, rates: Arc<Rates>) -> Self {
        Self {
            driver: new_driver(&config),
            connections: HashMap::new(),
            joined: HashMap::new(),
            outside: HashMap::new(),
            expiring: HashMap::new(),
            batch: Batch::new(),
            crowded: None,
            joins: 0,
            stopping: false,
            config,
            rates,
            counters: ShellCounters::default(),
            open: watch::Sender::new(0),
        }
    }

    /// The relay, for what the host wants done. What that gives rise to must be
    /// [delivered](Self::deliver).
    pub(crate) fn driver(&self) -> &HostDriver {
        &self.driver
    }

    /// As [`driver`](Self::driver), to change it.
    pub(crate) fn driver_mut(&mut self) -> &mut HostDriver {
        &mut self.driver
    }

    /// Tells how many connections are open, now and whenever that changes.
    pub(crate) fn open_connections(&self) -> watch::Receiver<usize> {
        self.open.subscribe()
    }

    /// Any connection, for tests that have only one.
    #[cfg(test)]
    pub(crate) fn connection(&self) -> Option<Connection> {
        self.connections.values().next().cloned()
    }

    /// What the relay holds, for tests.
    #[cfg(test)]
    pub(crate) fn gauges(&self) -> crate::relay::Gauges {
        self.driver.relay.gauges()
    }

    /// All metrics that are under the lock.
    pub(crate) fn metrics(&self) -> ShellMetrics {
        ShellMetrics {
            open: self.connections.len(),
            shell: self.counters.clone(),
            gauges: self.driver.relay.gauges(),
            counters: self.driver.outbox.counters().clone(),
            ..ShellMetrics::default()
        }
    }

    /// All open connections.
    pub(crate) fn connections(&self) -> Vec<Connection> {
        self.connections.values().cloned().collect()
    }

    /// A transport was opened. Engine.IO 3 clients are in the default namespace
    /// from the start; those of Engine.IO 4 have to ask.
    pub(crate) fn open(&mut self, connection: Connection, outcome: AuthOutcome) {
        self.connections
            .insert(connection.id(), Arc::clone(&connection));
        self.put_outside(&connection, self.config.engine.connect_timeout);
        self.open.send_replace(self.connections.len());
        if self.stopping {
            self.close(&connection, DisconnectReason::Stopping);
        } else if connection.generation() == Generation::V3 {
            self.admit(&connection, outcome);
        }
    }

    /// The client has left the namespace; its transport stays open.
    pub(crate) fn leave(&mut self, connection: &Connection) {
        if !matches!(connection.data().phase(), Phase::Joined(_)) {
            return;
        }
        if self.driver.errs(Misstep::IgnoreLeave) {
            return;
        }
        self.leave_relay(connection, Phase::Left);
        // It may join again; until then it is on borrowed time.
        self.put_outside(connection, self.config.engine.connect_timeout);
        self.deliver();
    }

    /// The client has sent an event.
    pub(crate) fn receive(
        &mut self,
        connection: &Connection,
        from: ConnectionId,
        request: Request,
    ) {
        if let Some(dialect) = request.dialect() {
            self.note_dialect(connection, from, dialect);
        }
        // What somebody else has sent is not this sender's doing.
        self.crowded = None;
        self.driver.received(from, request);
        self.deliver();
        self.hold_up(connection);
    }

    /// The client has spoken a dialect.
    fn note_dialect(&mut self, connection: &Connection, from: ConnectionId, dialect: Dialect) {
        let before = connection.data().spoken();
        let now = before.with(dialect);
        // It may have left since the packet was read.
        if now != before && self.joined.contains_key(&from) {
            connection.data().speak(now);
            self.counters.speak(connection.generation(), before, now);
        }
    }

    /// The client has sent an event, and too many before it.
    pub(crate) fn refuse_too_fast(
        &mut self,
        connection: &Connection,
        from: ConnectionId,
        excess: Excess,
    ) {
        self.driver.too_fast(from, excess.rate);
        self.deliver();
        let since = connection.data().backpressure.exceed(excess.wait);
        if since >= self.config.rates.excess_timeout {
            self.close(connection, DisconnectReason::TooFast);
        }
    }

    /// The client has answered an event.
    pub(crate) fn answer(&mut self, from: ConnectionId, id: u64, answer: Answer) {
        self.driver.acked(from, id, answer);
        self.deliver();
    }

    /// Sends a packet that is none of the relay's business.
    pub(crate) fn reply(&mut self, connection: &Connection, packet: Encoded) {
        self.send(connection, packet);
        self.deliver();
    }

    /// Closes a connection and tells everybody concerned at once, however long
    /// the closing itself may take.
    pub(crate) fn close(&mut self, connection: &Connection, reason: DisconnectReason) {
        self.close_without_delivery(connection, reason);
        self.deliver();
    }

    /// The engine has let go of a connection, and says why. If we closed it ourselves,
    /// everybody has been told already, and we know better.
    pub(crate) fn closed(&mut self, connection: &Connection, reason: DisconnectReason) {
        self.leave_relay(connection, Phase::Closed);
        self.outside.remove(&connection.id());
        if self.connections.remove(&connection.id()).is_some() {
            self.counters
                .end(connection.data().disconnect_reason().unwrap_or(reason));
            self.open.send_replace(self.connections.len());
            self.give_back();
        }
        self.deliver();
    }

    /// Gives memory back once a crowd has left.
    fn give_back(&mut self) {
        give_back(&mut self.connections);
        give_back(&mut self.joined);
        give_back(&mut self.outside);
        give_back(&mut self.expiring);
    }

    /// Closes every connection, and every one that is still to come.
    pub(crate) fn disconnect_all(&mut self) {
        self.stopping = true;
        let connections: Vec<_> = self.connections.values().cloned().collect();
        for connection in connections {
            self.close(&connection, DisconnectReason::Stopping);
        }
    }

    /// Does what is due by time alone.
    pub(crate) fn housekeep(&mut self) {
        // Deadlines of the relay pass, whether or not anybody sends anything.
        self.driver.pass_time();
        self.deliver();
        // A connection that stays outside of the default namespace for too long is closed.
        let late = self
            .outside
            .iter()
            .filter(|(_, outside)| outside.since.elapsed() >= outside.timeout);
        let mut finished: Vec<_> = late
            .map(|(sid, _)| (*sid, DisconnectReason::NotJoined))
            .collect();
        // So is one whose token has expired. It may come again with a
        // fresh token, which its library does by itself after a closed transport.
        let now = Instant::now();
        let expired = self.expiring.iter().filter(|(_, until)| **until <= now);
        finished.extend(expired.map(|(sid, _)| (*sid, DisconnectReason::Expired)));
        for (sid, reason) in finished {
            self.outside.remove(&sid);
            if let Some(connection) = self.connections.get(&sid).cloned() {
                self.close(&connection, reason);
            }
        }
    }

    /// Closes a connection; what that gives rise to is left in the outbox.
    fn close_without_delivery(&mut self, connection: &Connection, reason: DisconnectReason) {
        span(connection).in_scope(|| debug!(reason = reason.name(), "closing"));
        connection.data().set_disconnect_reason(reason);
        self.leave_relay(connection, Phase::Closed);
        self.outside.remove(&connection.id());
        match reason {
            // It would have to read all that waits before it learns of its end.
            DisconnectReason::SlowConsumer | DisconnectReason::Transport => {
                connection.abort(CloseReason::TransportError);
            }
            _ => connection.close(&mut self.batch),
        }
    }

    /// Ends the membership of a connection in the relay, if it has one.
    fn leave_relay(&mut self, connection: &Connection, phase: Phase) {
        if let Phase::Joined(id) = connection.data().phase() {
            span(connection).in_scope(|| info!("left"));
            self.remove_joined(connection, id);
            self.driver.gone(id);
        }
        self.expiring.remove(&connection.id());
        connection.data().enter(phase);
    }

    /// A connection is outside of the default namespace and may stay there for a
    /// while.
    fn put_outside(&mut self, connection: &Connection, timeout: Duration) {
        let since = Instant::now();
        self.outside
            .insert(connection.id(), Outside { since, timeout });
    }

    /// Ends the membership of a connection here, if it has one.
    fn remove_joined(&mut self, connection: &Connection, id: ConnectionId) {
        if self.joined.remove(&id).is_some() {
            self.counters
                .leave(connection.generation(), connection.data().spoken());
        }
    }
}
