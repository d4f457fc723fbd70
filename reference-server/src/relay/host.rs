//! The host: the program that the server is part of, as a participant.
//!
//! The host is a connection without a socket, [`ConnectionId::HOST`]. It acts
//! through [`Host`], and hears through [`HostEvent`]s, which come out of the
//! outbox beside the packets. So everything that links, answers and undoes works
//! for it as it does for clients, and the relay stays free of tasks and channels.

use bytes::Bytes;
use sio_p2p_protocol::{Arguments, ClientId, Dialect, EventName, Failure, forward};

use super::Relay;
use super::acks::{Pending, Question};
use super::failure::no_target;
use super::output::{ConnectionId, Data, Outbox};

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
}

/// The arguments of an event, and the attachments that they refer to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    /// The arguments, without the event name.
    pub args: Arguments,
    /// The attachments in the order of the placeholders in `args`.
    pub attachments: Vec<Bytes>,
}

impl From<Arguments> for Content {
    fn from(args: Arguments) -> Self {
        Self {
            args,
            attachments: Vec::new(),
        }
    }
}

impl Content {
    /// The content of a packet that carries these arguments under a name.
    pub(super) fn named(self, event: &EventName) -> Data {
        Data {
            json: forward(event, &self.args),
            attachments: self.attachments,
        }
    }
}

/// What the host can do. Made by [`Relay::as_host`] for one action or several.
#[derive(Debug)]
pub struct Host<'a> {
    pub(super) relay: &'a mut Relay,
    pub(super) outbox: &'a mut Outbox,
}

impl Relay {
    /// Lets the host act. What its actions give rise to is put into the outbox.
    pub fn as_host<'a>(&'a mut self, outbox: &'a mut Outbox) -> Host<'a> {
        Host {
            relay: self,
            outbox,
        }
    }
}

impl Host<'_> {
    /// Every client id once, in the order of `LIST_CLIENTS` (SRV-CORE-10).
    pub fn clients(&self) -> Vec<ClientId> {
        self.relay.registry.list()
    }

    /// Sends an event to a client (SRV-MSG-26), and asks it for an ack if `ack`
    /// has an id, which comes back with the answer (SRV-MSG-27).
    ///
    /// Fails if the client is not connected or the name of the event is reserved;
    /// nothing is sent then.
    pub fn emit(
        &mut self,
        target: &ClientId,
        event: &EventName,
        content: Content,
        ack: Option<u64>,
    ) -> Result<(), Failure> {
        if event.is_reserved() {
            return Err(Failure::reserved_event_name(event));
        }
        // Only the second dialect has events of the server's own.
        let dialect = Dialect::V2;
        let Some(to) = self.relay.registry.find(target) else {
            return Err(no_target(dialect, target));
        };
        let ack = ack.map(|source_id| {
            let pending = Pending {
                source: ConnectionId::HOST,
                source_id,
                target: to,
                question: Question::Message(dialect, target.clone()),
            };
            self.relay.ask(self.outbox, pending)
        });
        self.outbox.event(to, content.named(event), ack);
        Ok(())
    }
}
