//! What the relay takes in and gives out.

use std::collections::VecDeque;
use std::sync::Arc;

use bytes::Bytes;
use sio_p2p_protocol::{
    Args, Arguments, ClientEvent, DecodeError, DecodeErrorKind, Dialect, EventName, InvalidPayload,
    argument_list, forward,
};

use super::counters::Counters;
use super::host_event::HostEvent;

/// A connection, as the relay and its driver call it.
///
/// The driver chooses the number and never uses one twice: a client that comes
/// back comes on another connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConnectionId(pub u64);

impl ConnectionId {
    /// The program that the server is part of. It takes part in the protocol like
    /// a connection, but without one: what it is sent comes out as [`HostEvent`]s,
    /// and what it does goes in through [`Host`](super::Host).
    pub const HOST: Self = Self(u64::MAX);
}

/// What a connection has said about itself when it connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handshake {
    /// The client id, decoded; `None` if none was given (SRV-CORE-5).
    pub client_id: Option<String>,
    /// The Socket.IO id of the connection. It is a room name too.
    pub sid: String,
}

/// The content of a packet: JSON and the attachments that it refers to.
///
/// The relay never looks into attachments and never changes their order, so
/// the placeholders in the JSON stay valid.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Data {
    /// The text of a JSON array.
    pub json: String,
    /// The attachments in the order of their numbers.
    pub attachments: Vec<Bytes>,
}

impl Data {
    /// The content of an event with this name and these arguments.
    pub(super) fn named(event: &EventName, args: Args) -> Self {
        let (arguments, attachments) = args.into_parts();
        Self {
            json: forward(event, &arguments),
            attachments,
        }
    }

    /// How many bytes it has, attachments included.
    pub(super) fn size(&self) -> usize {
        self.json.len() + self.attachments.iter().map(Bytes::len).sum::<usize>()
    }
}

impl From<String> for Data {
    fn from(json: String) -> Self {
        Self {
            json,
            attachments: Vec::new(),
        }
    }
}

/// The content of an ack with these arguments.
impl From<Args> for Data {
    fn from(args: Args) -> Self {
        let (arguments, attachments) = args.into_parts();
        Self {
            json: arguments.as_json().to_owned(),
            attachments,
        }
    }
}

/// An argument list that came in a packet of its own, such as that of an ack.
impl TryFrom<Data> for Args {
    type Error = InvalidPayload;

    fn try_from(data: Data) -> Result<Self, InvalidPayload> {
        let arguments = Arguments::parse(data.json)?;
        Ok(Self::new(arguments, data.attachments))
    }
}

/// An event of a client, read but not yet handled.
///
/// Reading needs no relay, so a driver can do it outside of its lock.
#[derive(Debug, Clone)]
pub struct Request {
    pub(crate) event: Result<ClientEvent, DecodeError>,
    pub(crate) attachments: Vec<Bytes>,
    pub(crate) ack: Option<u64>,
}

impl Request {
    /// Reads the JSON array of an event packet, event name included, with the
    /// ack id that came with it.
    ///
    /// An event that is unknown or ill-formed is still a request; the relay
    /// answers it with an error. A text that is no event at all is not, and
    /// whoever sent it does not speak Socket.IO.
    pub fn read(
        json: &str,
        attachments: Vec<Bytes>,
        ack: Option<u64>,
    ) -> Result<Self, DecodeError> {
        match ClientEvent::decode(json, ack.is_some()) {
            Err(error) if error.kind == DecodeErrorKind::NotAnEvent => Err(error),
            event => Ok(Self {
                event,
                attachments,
                ack,
            }),
        }
    }
}

impl Request {
    /// The dialect that only speaks so; `None` if both do, or it cannot be read.
    pub fn dialect(&self) -> Option<Dialect> {
        match self.event.as_ref().ok()?.dialects() {
            [dialect] => Some(*dialect),
            _ => None,
        }
    }
}

/// The answer of a client to an event, checked to be an argument list.
#[derive(Debug, Clone)]
pub struct Answer {
    pub(crate) data: Data,
}

impl Answer {
    /// Reads the JSON array of an ack packet. It is handed on as it is.
    pub fn read(data: Data) -> Result<Self, InvalidPayload> {
        // Nearly always it is what it should be, and then nothing is copied.
        if argument_list(&data.json).is_some_and(|list| list.len() == data.json.len()) {
            return Ok(Self { data });
        }
        let Data { json, attachments } = data;
        let arguments = Arguments::parse(json)?;
        Ok(Self {
            data: Data {
                json: arguments.as_json().to_owned(),
                attachments,
            },
        })
    }
}

/// One packet that is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Output {
    /// The connection that shall receive it.
    pub to: ConnectionId,
    /// What it shall receive.
    pub packet: Packet,
}

/// What the relay can send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Packet {
    /// An event, with the id under which the client is to answer it.
    Event {
        /// Event name and arguments. All members of a room share them.
        data: Arc<Data>,
        /// The id of the ack that is asked for.
        ack: Option<u64>,
    },
    /// The answer to an event of the client.
    Ack {
        /// The arguments.
        data: Data,
        /// The id that the client gave its event.
        id: u64,
    },
    /// The connection has to leave. The relay has forgotten it already, so the
    /// driver need not report that it has gone.
    Disconnect,
}

/// Packets on their way out, in order.
#[derive(Debug, Default)]
pub struct Outbox {
    outputs: VecDeque<Output>,
    host_events: VecDeque<HostEvent>,
    /// Everything the relay does ends here, so it is counted here.
    pub(super) counters: Counters,
}

/// Takes the packets out, in the order in which they are to be sent.
impl Iterator for Outbox {
    type Item = Output;

    fn next(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }
}

impl Outbox {
    /// What the host is to be told next, in the order in which it happened. It
    /// must be drained as the packets are.
    pub fn next_host_event(&mut self) -> Option<HostEvent> {
        self.host_events.pop_front()
    }

    /// True if nothing waits in it, neither packets nor what the host is to be told.
    pub fn is_empty(&self) -> bool {
        self.outputs.is_empty() && self.host_events.is_empty()
    }

    /// What the relay has done so far.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// Tells the host something.
    pub(super) fn host(&mut self, event: HostEvent) {
        self.host_events.push_back(event);
    }

    pub(super) fn event(&mut self, to: ConnectionId, data: Data, ack: Option<u64>) {
        let data = Arc::new(data);
        self.put(to, Packet::Event { data, ack });
    }

    /// Sends an event to many without copying it for each.
    pub(super) fn event_to_all(
        &mut self,
        members: impl IntoIterator<Item = ConnectionId>,
        data: Data,
    ) {
        let data = Arc::new(data);
        for member in members {
            let data = Arc::clone(&data);
            self.counters.room_events += 1;
            self.put(member, Packet::Event { data, ack: None });
        }
    }

    pub(super) fn ack(&mut self, to: ConnectionId, data: Data, id: u64) {
        if to == ConnectionId::HOST {
            return self.host(HostEvent::Answered { id, answer: data });
        }
        self.put(to, Packet::Ack { data, id });
    }

    pub(super) fn disconnect(&mut self, to: ConnectionId) {
        self.put(to, Packet::Disconnect);
    }

    fn put(&mut self, to: ConnectionId, packet: Packet) {
        self.outputs.push_back(Output { to, packet });
    }
}
