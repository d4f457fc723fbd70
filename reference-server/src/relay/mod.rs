//! The relay: the protocol, without sockets.
//!
//! A [`Relay`] takes what a connection received and says what is to be sent to
//! whom. It is plain data and plain functions: no sockets, no tasks, no clock.
//! So it can be driven by real connections, by a test, or by a model.
//!
//! Each concern has its own table that can forget a connection: the `registry`
//! of client ids, `links`, `rooms`, `apis`, pending `acks`, `stream`, `pings`.
//! [`Relay::gone`] is the one place where all of that is undone. Each API family has its
//! own file in `family`, in which its events are handled and answered.
//!
//! ```
//! use sio_p2p_server::relay::{ConnectionId, Handshake, Outbox, Packet, Policy, Relay, Request};
//!
//! let mut relay = Relay::new(Policy::default());
//! let mut outbox = Outbox::default();
//! let (alice, bob) = (ConnectionId(1), ConnectionId(2));
//! for (connection, name) in [(alice, "alice"), (bob, "bob")] {
//!     let handshake = Handshake { client_id: Some(name.into()), sid: format!("sid of {name}") };
//!     relay.connected(connection, handshake, &mut outbox);
//! }
//!
//! let message = Request::read(r#"["P2P_EMIT","bob","hi",[1,2],null]"#, vec![], None)?;
//! relay.received(alice, message, &mut outbox);
//!
//! let output = outbox.next().expect("bob is connected");
//! assert_eq!(output.to, bob);
//! assert!(matches!(output.packet, Packet::Event { data, .. } if data.json == r#"["hi",1,2]"#));
//! # Ok::<(), sio_p2p_protocol::DecodeError>(())
//! ```

mod acks;
mod admission;
mod apis;
mod authorize;
mod counters;
mod deadlines;
mod failure;
mod family;
mod hash;
mod host;
mod host_event;
mod identity;
mod intercept;
mod limit;
mod links;
mod lists;
mod members;
mod output;
mod pings;
mod policy;
mod registry;
mod respond;
mod rooms;
mod route;
mod services;
mod small_map;
mod stream;
mod timeouts;

use std::time::Duration;

use sio_p2p_protocol::{
    ClientId, Dialect, Failure, RoomName, ServerEvent, TargetDisconnected, TargetDisconnectedV1,
};
use tracing::debug;

use self::acks::Acks;
use self::apis::Apis;
use self::authorize::Hook;
pub use self::authorize::{Action, Authorize, PermissionDenied, Sender};
pub use self::counters::{Counters, RoundTrips};
pub(crate) use self::hash::give_back;
pub use self::host::Host;
pub use self::host_event::{Callee, HostCall, HostEvent, Peer};
pub use self::limit::Rate;
use self::links::Links;
pub use self::output::{Answer, ConnectionId, Data, Handshake, Outbox, Output, Packet, Request};
use self::pings::Pings;
pub use self::policy::{DuplicateIds, Identities, ListClients, Policy, RoomEmitters, RoomMoves};
use self::registry::{Departed, Registry};
use self::respond::RequestContext;
use self::rooms::Rooms;
pub use self::route::{AckRoute, Route};
use self::services::Services;
pub(crate) use self::stream::SERVER_SIDE;
use self::stream::{AbandonedRequests, EarlyData, HostEnds, OpenStreams};

/// Everything the server knows about its clients, and the rules it follows.
#[derive(Debug, Default)]
pub struct Relay {
    policy: Policy,
    registry: Registry,
    links: Links,
    rooms: Rooms,
    acks: Acks,
    early_data: EarlyData,
    abandoned: AbandonedRequests,
    apis: Apis,
    pings: Pings,
    open_streams: OpenStreams,
    hook: Hook,
    /// How long the driver's clock has been running.
    now: Duration,
    services: Services,
    host_ends: HostEnds,
    /// What goes wrong on purpose.
    #[cfg(feature = "faults")]
    pub(crate) faults: RelayFaults,
}

/// Faults that only the relay itself can commit; see [`faults`](crate::faults).
#[cfg(feature = "faults")]
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct RelayFaults {
    /// The APIs of a connection that goes are kept.
    pub(crate) keep_apis: bool,
    /// Data of a stream is not held back.
    pub(crate) hold_nothing: bool,
}

/// How much a relay holds. All numbers are zero when everybody has left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Gauges {
    /// Connections, anonymous ones included.
    pub connections: usize,
    /// Client ids.
    pub clients: usize,
    /// Ends of links; two for a link between two connections.
    pub link_ends: usize,
    /// Rooms that have members.
    pub rooms: usize,
    /// Memberships in all rooms together.
    pub memberships: usize,
    /// Topics, counted at the clients that made them and are in their rooms.
    pub topics: usize,
    /// Acks that are under way.
    pub pending_acks: usize,
    /// Requests to open a stream that are not answered yet. Each of them is a
    /// pending ack too.
    pub stream_requests: usize,
    /// Requests to open a stream that were given up and may still be accepted.
    pub given_up_requests: usize,
    /// Streams that were accepted and have not ended.
    pub streams: usize,
    /// Messages on streams that wait until their stream is open.
    pub early_events: usize,
    /// API names that are taken.
    pub apis: usize,
    /// `SERVER_PING`s that are not answered yet.
    pub pings: usize,
    /// Events and topics of the host's services. They are the host's to give up.
    pub host_services: usize,
    /// Ends of streams that the host has opened.
    pub host_ends: usize,
}

impl Relay {
    /// A relay without connections.
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            ..Self::default()
        }
    }

    /// Tells the relay how late it is, and lets it do what is due.
    ///
    /// `now` is how long a clock of the driver's choice has been running; it must
    /// be one that never goes back. The driver calls this before each
    /// other call, so that deadlines are counted from the right time, and now and
    /// then when nothing happens, so that they pass. A driver that never does has
    /// a relay in which nothing ever expires.
    pub fn advance(&mut self, now: Duration, outbox: &mut Outbox) {
        self.now = self.now.max(now);
        self.expire_acks(outbox);
        self.expire_streams(outbox);
        self.expire_pings(outbox);
    }

    /// When something is due that may take so long from now.
    fn due_in(&self, wait: Duration) -> Duration {
        self.now.saturating_add(wait)
    }

    /// A connection has joined (SRV-CORE-1).
    ///
    /// It may be turned away, for example because its client id is taken. It
    /// then gets the reason and a [`Packet::Disconnect`] and is not known.
    pub fn connected(
        &mut self,
        connection: ConnectionId,
        handshake: Handshake,
        outbox: &mut Outbox,
    ) {
        let Handshake { client_id, sid } = handshake;
        let client = match self.admit(client_id, &sid) {
            Ok(client) => client,
            Err(reason) => {
                debug!(%reason, %sid, "turning a connection away");
                respond::server_error(outbox, connection, &reason);
                outbox.disconnect(connection);
                return;
            }
        };
        self.enter(connection, client.clone(), outbox);
        // Socket.IO puts every connection into a room of its own, named after
        // it, and applications of the original address connections by it.
        if let Ok(own) = RoomName::new(sid) {
            self.rooms.join_own(connection, &own);
        }
        outbox.host(HostEvent::Connected { connection, client });
    }

    /// A connection has sent an event. One that was turned away or has left is
    /// not listened to.
    pub fn received(&mut self, from: ConnectionId, request: Request, outbox: &mut Outbox) {
        if !self.registry.contains(from) {
            return;
        }
        self.pings.heard_of(from);
        let Request {
            event,
            attachments,
            ack,
        } = request;
        let context = RequestContext {
            from,
            ack,
            attachments,
            outbox,
        };
        context.outbox.counters.request(event.as_ref().ok());
        match event {
            Ok(event) => self.handle(context, event),
            Err(error) => context.fail(&Failure::from(&error)),
        }
    }

    /// A connection has sent an event that is one too many, so it is not read. The
    /// driver counts, because it has the clock.
    pub fn too_fast(&mut self, from: ConnectionId, rate: Rate, outbox: &mut Outbox) {
        if self.registry.contains(from) {
            respond::server_error(outbox, from, &rate.exceeded());
        }
    }

    /// A connection has joined, too soon after others of the same client id. As with
    /// [events](Self::too_fast), the counting is its driver's. It is turned away and
    /// never known.
    pub fn too_often(&mut self, connection: ConnectionId, rate: Rate, outbox: &mut Outbox) {
        respond::server_error(outbox, connection, &rate.exceeded());
        outbox.disconnect(connection);
    }

    /// A connection has answered an event. The answer goes to the client that asked, as
    /// it is; answers that nobody waits for are dropped (SRV-CORE-F6).
    pub fn acked(&mut self, from: ConnectionId, id: u64, answer: Answer, outbox: &mut Outbox) {
        self.pings.heard_of(from);
        let asked = self.acks.asked_at(id);
        if let Some(pending) = self.acks.answer(from, id) {
            outbox.counters.acks += 1;
            let took = self.now.saturating_sub(asked.unwrap_or(self.now));
            outbox.counters.round_trips.observe(took);
            self.answered(outbox, id, &pending, answer);
        } else if !self.takes_pong(from, id, &answer, outbox) {
            outbox.counters.stray_acks += 1;
            debug!(connection = from.0, id, "an ack that nobody waits for");
            self.take_late_acceptance(from, id, &answer, outbox);
        }
    }

    /// A connection has gone, however it went (SRV-CORE-2).
    ///
    /// Everything it took part in is undone here, and everybody concerned is
    /// told once: first those who wait for its answers, then those linked with
    /// it. Before anybody hears of it, its id is free, or stands for the next older
    /// connection that holds it.
    pub fn gone(&mut self, connection: ConnectionId, outbox: &mut Outbox) {
        let Some(Departed { client }) = self.registry.remove(connection) else {
            return;
        };
        self.pings.remove(connection);
        // Before what is not answered any more, so that the host knows why it is not.
        for end in self.host_ends.remove_peer(connection) {
            outbox.host(HostEvent::StreamLost { end });
        }
        self.rooms.remove(connection);
        #[cfg(feature = "faults")]
        let keep_apis = self.faults.keep_apis;
        #[cfg(not(feature = "faults"))]
        let keep_apis = false;
        if !keep_apis {
            self.apis.remove(connection);
        }
        self.open_streams.remove(connection);
        self.forget_offers(connection);
        self.abandoned.remove(connection);
        for pending in self.acks.remove(connection) {
            respond::target_left(outbox, pending);
        }
        for (peer, dialect) in self.links.remove(connection) {
            outbox.event(peer, notice(dialect, client.clone()), None);
        }
        outbox.host(HostEvent::Gone { connection, client });
    }

    /// True while the relay waits for the ack of this id, for a driver that has to
    /// remember whom it has asked.
    #[cfg(feature = "socketioxide")]
    pub(crate) fn awaits(&self, id: u64) -> bool {
        self.acks.awaits(id)
    }

    /// How much the relay holds right now.
    pub fn gauges(&self) -> Gauges {
        Gauges {
            connections: self.registry.connections(),
            clients: self.registry.clients(),
            link_ends: self.links.ends(),
            rooms: self.rooms.rooms(),
            memberships: self.rooms.memberships(),
            topics: self.rooms.topics(),
            pending_acks: self.acks.pending(),
            stream_requests: self.early_data.offers(),
            given_up_requests: self.abandoned.len(),
            streams: self.open_streams.open(),
            early_events: self.early_data.held(),
            apis: self.apis.apis(),
            pings: self.pings.waiting(),
            host_services: self.services.len(),
            host_ends: self.host_ends.len(),
        }
    }
}

/// The notice that a linked client has left (SRV-MSG-2).
fn notice(dialect: Dialect, client: Option<ClientId>) -> Data {
    let notice = match (dialect, client) {
        (Dialect::V2, Some(client)) => ServerEvent::from(TargetDisconnected { client }),
        // Only the first dialect lets a client without id make links.
        (_, client) => ServerEvent::from(TargetDisconnectedV1 { client }),
    };
    notice.encode().into()
}
