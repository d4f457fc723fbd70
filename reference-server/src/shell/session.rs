//! What the shell knows about one Engine.IO connection.

use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use sio_p2p_engine::{Opening, Sid, Socket};
use tracing::{Span, error_span};

use super::authentication::{Authentication, HandshakeAuth};
use super::backpressure::Backpressure;
use super::disconnect_reason::DisconnectReason;
use super::frame::Decoder;
use super::handshake;
use super::metrics::Spoken;
use super::rates::{Excess, Pace, Permit, Rates};
use crate::ClientAddress;
use crate::relay::ConnectionId;

/// A connection of the engine with our state in it.
pub(crate) type Connection = Arc<Socket<Session>>;

/// What is to be written when the lock is free.
pub(crate) type Batch = sio_p2p_engine::Batch<Session>;

/// The state of one connection: its half-read packet and how far it has come.
#[derive(Debug)]
pub(crate) struct Session {
    /// Reading needs no lock but its own: it changes nothing for others.
    pub(crate) decoder: Decoder,
    /// A [`Phase`] as a number, so that reading it needs no lock. It is changed
    /// only by the holder of the lock of the namespace.
    phase: AtomicU64,
    /// How fast it may send, if there is a limit.
    pace: Option<Box<Pace>>,
    /// The dialects it has spoken, as a number. Changed under the lock of the namespace.
    spoken: AtomicU8,
    /// Why we closed it, if we did.
    disconnect_reason: OnceLock<DisconnectReason>,
    /// Under which ids it has joined.
    joined: Mutex<Option<Joined>>,
    /// The client id that it asks for.
    asked: Option<Box<str>>,
    /// Where it comes from.
    address: Option<ClientAddress>,
    /// What holds it up.
    pub(crate) backpressure: Backpressure,
    /// How often it has joined.
    joins: AtomicU32,
    /// Its place among the sessions of its address.
    _permit: Option<Arc<Permit>>,
    /// What is needed to find out who it is, where somebody wants to know.
    handshake_auth: Option<Box<HandshakeAuth>>,
}

/// The ids under which a connection has joined, last.
#[derive(Debug)]
struct Joined {
    /// That of the relay.
    id: ConnectionId,
    /// That of Socket.IO.
    sid: Sid,
    /// The client id, if it is not the one that the connection asks for.
    other: Option<Box<str>>,
}

/// How far a connection has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    /// It has not joined the default namespace yet.
    Waiting,
    /// It has requested to join and is being authenticated.
    Authenticating,
    /// It was refused, and may not ask again. The transport is still open, so that
    /// it can read why.
    Refused,
    /// It has joined, and the relay knows it by this id.
    Joined(ConnectionId),
    /// It has left the namespace, on its own or the server's account. The
    /// transport is still open.
    Left,
    /// We have closed it. Frames that were read before that are ignored.
    Closed,
}

// Connection ids count up from 0 and do not get this far.
const WAITING: u64 = u64::MAX;
const LEFT: u64 = u64::MAX - 1;
const CLOSED: u64 = u64::MAX - 2;
const AUTHENTICATING: u64 = u64::MAX - 3;
const REFUSED: u64 = u64::MAX - 4;

impl Session {
    /// The state of a connection that is opened now.
    pub(crate) fn new(opening: Opening, authentication: &Authentication, rates: &Rates) -> Self {
        let Opening {
            generation,
            request,
            ..
        } = opening;
        let address = ClientAddress::of(&request.extensions);
        Self {
            decoder: Decoder::default(),
            phase: AtomicU64::new(WAITING),
            pace: rates.pace(address).map(Box::new),
            spoken: AtomicU8::default(),
            disconnect_reason: OnceLock::new(),
            joined: Mutex::new(None),
            asked: handshake::client_id(request.uri.query()).map(String::into_boxed_str),
            address,
            backpressure: Backpressure::default(),
            joins: AtomicU32::new(0),
            _permit: request.extensions.get().cloned(),
            handshake_auth: authentication.keep(generation, request).map(Box::new),
        }
    }

    /// How far the connection has come.
    ///
    /// Without the lock of the namespace the answer may be out of date when it is used. The
    /// relay ignores connections that it does not know, so that does no harm.
    pub(crate) fn phase(&self) -> Phase {
        match self.phase.load(Ordering::Acquire) {
            WAITING => Phase::Waiting,
            LEFT => Phase::Left,
            CLOSED => Phase::Closed,
            AUTHENTICATING => Phase::Authenticating,
            REFUSED => Phase::Refused,
            id => Phase::Joined(ConnectionId(id)),
        }
    }

    /// Notes a new phase. Only the holder of the lock of the namespace may do so.
    pub(crate) fn enter(&self, phase: Phase) {
        let number = match phase {
            Phase::Waiting => WAITING,
            Phase::Left => LEFT,
            Phase::Closed => CLOSED,
            Phase::Authenticating => AUTHENTICATING,
            Phase::Refused => REFUSED,
            Phase::Joined(ConnectionId(id)) => id,
        };
        self.phase.store(number, Ordering::Release);
    }

    /// Counts an event. The error is the rate that this is too much for.
    pub(crate) fn may_send(&self) -> Result<(), Excess> {
        self.pace.as_ref().map_or(Ok(()), |pace| pace.check())
    }

    /// The dialects it has spoken so far.
    pub(crate) fn spoken(&self) -> Spoken {
        Spoken::from_bits(self.spoken.load(Ordering::Relaxed))
    }

    /// Notes what it has spoken. Only the holder of the lock of the namespace may do so.
    pub(crate) fn speak(&self, spoken: Spoken) {
        self.spoken.store(spoken.bits(), Ordering::Relaxed);
    }

    /// Notes why we close it. The first reason counts.
    pub(crate) fn set_disconnect_reason(&self, reason: DisconnectReason) {
        self.disconnect_reason.set(reason).ok();
    }

    /// Why we closed it; `None` if we did not.
    pub(crate) fn disconnect_reason(&self) -> Option<DisconnectReason> {
        self.disconnect_reason.get().copied()
    }

    /// Counts that it joins, and says how often it has done so.
    pub(crate) fn count_join(&self) -> u32 {
        self.joins.fetch_add(1, Ordering::Relaxed).saturating_add(1)
    }

    /// Notes under which ids it joins.
    pub(crate) fn join_as(&self, id: ConnectionId, sid: Sid, client: Option<&str>) {
        let other = (client != self.asked()).then(|| client.unwrap_or_default().into());
        *self.joined.lock() = Some(Joined { id, sid, other });
    }

    /// The client id that it asks for in its handshake.
    pub(crate) fn asked(&self) -> Option<&str> {
        self.asked.as_deref()
    }

    /// What is needed to find out who it is, where somebody wants to know.
    pub(crate) fn handshake_auth(&self) -> Option<&HandshakeAuth> {
        self.handshake_auth.as_deref()
    }
}

/// Who a connection is: the parent of a line of the log that concerns it. Made anew for
/// each line, because most connections have few of them.
pub(crate) fn span(connection: &Connection) -> Span {
    let session = connection.data();
    let joined = session.joined.lock();
    let joined = joined.as_ref();
    let other = joined.and_then(|joined| joined.other.as_deref());
    // A span of a level that is filtered out would leave its lines without names,
    // so it has the highest, which says nothing about the lines.
    error_span!(
        "connection",
        remote = session.address.map(display),
        eio = connection.generation().number(),
        client = handshake::shown(other.or(session.asked())),
        sid = joined.map(|joined| joined.sid.as_str()),
        connection = joined.map(|joined| joined.id.0),
    )
}
