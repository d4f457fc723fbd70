//! What the host is told, and what clients can call it by.

use sio_p2p_protocol::{ApiName, Args, ClientId, EventName, Failure};

use super::output::{ConnectionId, Data};

/// What the host is told.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum HostEvent {
    /// A connection was let in (SRV-CORE-1).
    Connected {
        /// The connection.
        connection: ConnectionId,
        /// Its client id; `None` if it is anonymous.
        client: Option<ClientId>,
    },
    /// A connection has gone, and everybody else has been told (SRV-CORE-2).
    Gone {
        /// The connection.
        connection: ConnectionId,
        /// Its client id; `None` if it was anonymous.
        client: Option<ClientId>,
    },
    /// A client has answered an event of the host.
    Answered {
        /// The id that the host gave the event.
        id: u64,
        /// The arguments of the ack, as they came.
        answer: Data,
    },
    /// An event of the host will not be answered any more.
    Unanswered {
        /// The id that the host gave the event.
        id: u64,
        /// Why, for example because the client has left.
        failure: Failure,
    },
    /// A client calls something that the host provides.
    Called(HostCall),
    /// The peer of a stream of the host has sent a chunk.
    StreamData {
        /// The end that it is for.
        end: ClientId,
        /// The arguments, of which the first is the chunk.
        args: Args,
        /// The id under which the chunk is to be confirmed.
        ack: Option<u64>,
    },
    /// The peer of a stream of the host has destroyed its end. The host's end is
    /// closed, and the peer has been told so.
    StreamDestroyed {
        /// The end that is closed.
        end: ClientId,
    },
    /// The peer of a stream of the host has left. The host's end is closed.
    StreamLost {
        /// The end that is closed.
        end: ClientId,
    },
}

/// One end of a connection to the host: a client that calls it, or a member of a room.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// The connection.
    pub connection: ConnectionId,
    /// Its client id, which the relay vouches for; `None` if it is anonymous.
    pub client: Option<ClientId>,
}

/// What the host can be called by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Callee {
    /// An API, dialect `v2` (SRV-SVC-12).
    Api(ApiName),
    /// An event of a service, dialect `v1` (SRV-SVC-F2).
    Service {
        /// The name of the service, which stands where a client id would.
        service: ClientId,
        /// The event.
        event: EventName,
    },
}

/// A call of something that the host provides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostCall {
    /// What is called.
    pub callee: Callee,
    /// Who calls.
    pub caller: Peer,
    /// The arguments of the call, without the source that a message of the first
    /// dialect begins with.
    pub args: Args,
    /// The id under which the caller is to be answered; `None` if it wants none.
    pub ack: Option<u64>,
}
