//! One line of a recording: a packet, or something that is not on the wire.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sio_p2p_transport::{Data, Packet};

use crate::attachments::from_wire;
use crate::json::{elements, quote, unquote};
use crate::player::play::trace::Way;

/// What a line is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A namespace was asked for (`out`) or confirmed (`in`).
    Connect,
    /// A namespace was refused.
    ConnectError,
    /// An event packet.
    Event,
    /// An ack packet.
    Ack,
    /// A namespace was left.
    Disconnect,
    /// The transport was closed without a packet.
    Close,
    /// Nothing on the wire: what somebody did, or a remark.
    Control,
}

impl Kind {
    /// As it is written in recordings.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::ConnectError => "connect_error",
            Self::Event => "event",
            Self::Ack => "ack",
            Self::Disconnect => "disconnect",
            Self::Close => "close",
            Self::Control => "control",
        }
    }
}

/// One line. Arguments keep their text: numbers, escapes and the order of keys are those of
/// the wire; attachments stand in them as `{"$bin": base64}`.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Sequence number in the file, from 1.
    pub t: u64,
    /// Name of the client; `$server` for what the application on the server did.
    pub client: String,
    /// `out`: from the client to the server; `in`: from the server to the client.
    pub dir: Way,
    /// What the line is about.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// Name of the event, or of what was done.
    pub event: Option<String>,
    /// The arguments.
    pub args: Vec<Box<RawValue>>,
    /// Number of the ack that is asked for or given.
    pub id: Option<u64>,
    /// Number of attachments.
    pub binary: u64,
    /// The namespace, if it is not the default one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nsp: Option<String>,
}

/// The client of the lines that say what the application on the server did.
pub const SERVER: &str = "$server";

impl Line {
    /// A line that says no more than this, without number and client; from the server.
    pub(crate) fn new(kind: Kind) -> Self {
        Self {
            t: 0,
            client: String::new(),
            dir: Way::In,
            kind,
            event: None,
            args: Vec::new(),
            id: None,
            binary: 0,
            nsp: None,
        }
    }

    /// A control line of this name.
    pub(crate) fn control(name: &str) -> Self {
        Self {
            event: Some(name.to_owned()),
            ..Self::new(Kind::Control)
        }
    }

    /// The same with arguments, the text of a JSON array.
    #[must_use]
    pub(crate) fn with_args(mut self, list: &str) -> Self {
        let args = elements(list).unwrap_or_default();
        self.args = args.into_iter().map(ToOwned::to_owned).collect();
        self
    }

    /// What a packet says; `rename` may give other texts for its strings.
    pub(crate) fn of_packet(
        packet: Packet,
        rename: &mut dyn FnMut(&str) -> Option<String>,
    ) -> Self {
        let nsp = Some(packet.namespace().to_owned()).filter(|nsp| nsp != "/");
        let listed = |data: Option<String>| Data::new(format!("[{}]", data.unwrap_or_default()));
        let (kind, data, id) = match packet {
            Packet::Connect { data, .. } => (Kind::Connect, listed(data), None),
            Packet::ConnectError { data, .. } => (Kind::ConnectError, listed(data), None),
            Packet::Disconnect { .. } => (Kind::Disconnect, listed(None), None),
            Packet::Event { data, ack, .. } => (Kind::Event, data, ack),
            Packet::Ack { data, id, .. } => (Kind::Ack, data, Some(id)),
        };
        let mut line = Self::new(kind).with_args(&from_wire(&data, rename));
        if kind == Kind::Event {
            let name = line.args.drain(..1.min(line.args.len())).next();
            let name = name.as_ref().map_or("", |name| name.get());
            line.event = Some(unquote(name).unwrap_or_else(|| name.to_owned()));
        }
        let binary = data.attachments.len() as u64;
        Self {
            id,
            binary,
            nsp,
            ..line
        }
    }

    /// Whether this is a control line of this name.
    pub fn is_control(&self, name: &str) -> bool {
        self.kind == Kind::Control && self.event.as_deref() == Some(name)
    }

    /// Whether it says what the application on the server did.
    pub fn is_server(&self) -> bool {
        self.client == SERVER
    }

    /// The arguments as the text of a JSON array.
    pub fn list(&self) -> String {
        let args: Vec<_> = self.args.iter().map(|arg| arg.get()).collect();
        format!("[{}]", args.join(","))
    }

    /// The whole array of an event packet, with the name in front.
    pub fn event_list(&self) -> String {
        let name = quote(self.event.as_deref().unwrap_or_default());
        let mut parts = vec![name.as_str()];
        parts.extend(self.args.iter().map(|arg| arg.get()));
        format!("[{}]", parts.join(","))
    }

    /// The argument at this position, if it is a string.
    pub fn text(&self, position: usize) -> Option<String> {
        unquote(self.args.get(position)?.get())
    }
}

/// The line in words: `sum [1,2] #0`, `ack #0 [3]`, `connect`.
impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.id.map(|id| format!(" #{id}")).unwrap_or_default();
        let args = self.list();
        let args = if args == "[]" { "" } else { args.as_str() };
        let space = if args.is_empty() { "" } else { " " };
        match self.kind {
            Kind::Event | Kind::Control => {
                let name = self.event.as_deref().unwrap_or_default();
                write!(f, "{name}{space}{args}{id}")
            }
            Kind::Ack => write!(f, "ack{id} {}", self.list()),
            kind => write!(f, "{}{space}{args}", kind.as_str()),
        }
    }
}
