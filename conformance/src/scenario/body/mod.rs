//! What the verbs need to know: one type per verb with a body.

mod engine;
mod service;
mod stream;
mod time;

use schemars::JsonSchema;
use serde::Deserialize;

use super::text::Text;
use super::value::{ArgumentsPattern, Pattern};
use sio_p2p_protocol::Dialect;

pub use engine::{Http, Noops, Probe, ProbeEnd};
pub use service::{CheckApi, CreateApi, DestroyApi, UseApi};
pub use stream::{OpenStream, StreamOffered};
pub use time::{Heartbeat, PassTime};

/// A body without fields: `{}`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// An actor that is not let in, and why.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Refused {
    /// The actor.
    pub at: String,
    /// The reason it is given when the namespace is refused. Default: any, or none.
    #[serde(default)]
    pub text: Option<String>,
    /// The HTTP status by which the handshake is refused. Default: any, or a refusal of
    /// another kind.
    #[serde(default)]
    pub status: Option<u16>,
}

/// Several observing actors.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Observers {
    /// The actors.
    #[schemars(length(min = 1))]
    pub at: Vec<String>,
}

/// Body of `disconnect`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Disconnect {
    /// The actor that leaves.
    pub from: String,
    /// How it leaves.
    pub how: Leaving,
}

/// The ways to leave.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Leaving {
    /// A disconnect packet, then the transport is closed in good order.
    Clean,
    /// The TCP connection is dropped without a word.
    Abrupt,
    /// Nothing is read or sent any more, heartbeats included, and TCP stays open.
    Silent,
}

/// Body of `closed`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Closed {
    /// The actor whose connection the server ends.
    pub at: String,
    /// By what means. Default: either.
    #[serde(default)]
    pub by: Option<ClosedBy>,
}

/// How a server can end a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClosedBy {
    /// A disconnect packet (`41`).
    Packet,
    /// The transport is closed without one.
    Transport,
}

/// Body of `emit`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Emit {
    /// The sender.
    pub from: String,
    /// The addressed actor. One that never connects is an unknown target.
    pub to: String,
    /// Name of the event that the target is to see.
    pub event: Text,
    /// The arguments, without the sender's id that dialect `v1` puts in front.
    #[serde(default)]
    pub args: Vec<Pattern>,
}

/// Body of `request`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// The sender.
    pub from: String,
    /// The addressed actor.
    pub to: String,
    /// Name of the event that the target is to see.
    pub event: Text,
    /// The arguments, as for `emit`.
    #[serde(default)]
    pub args: Vec<Pattern>,
    /// Name of this request for `acked` and `unanswered`.
    pub r#as: Text,
    /// The number by which the ack is asked for, instead of the next one of the connection.
    #[serde(default)]
    #[schemars(range(max = 9_007_199_254_740_991_u64))]
    pub number: Option<u64>,
}

/// Body of `receive`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Receive {
    /// The receiver.
    pub at: String,
    /// Name of the event.
    pub event: Text,
    /// The sender of the message. If it speaks `v1`, its id is expected before `args`.
    /// Left out for events without a source, such as room events.
    #[serde(default)]
    pub from: Option<String>,
    /// The arguments.
    #[serde(default)]
    pub args: ArgumentsPattern,
    /// The event must ask for an ack, which `answer` gives under this name; usually the
    /// name of the `request`. Without `as` the event must not ask for one.
    #[serde(default)]
    pub r#as: Option<Text>,
}

/// Body of `answer`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// Name given by the `as` of a `receive` or `target_added`.
    pub request: Text,
    /// Arguments of the ack.
    #[serde(default)]
    pub args: Vec<Pattern>,
}

/// Body of `acked`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Acked {
    /// Name given by the `as` of the step that asked.
    pub request: Text,
    /// Arguments of the ack, unless `failure` says what they are.
    #[serde(default)]
    pub args: Option<ArgumentsPattern>,
    /// The ack carries the text of this failure and nothing else, in one of the wordings of
    /// the actor's dialect.
    #[serde(default)]
    pub failure: Option<FailureCodes>,
    /// The client that the failure is about. Default: anybody.
    #[serde(default)]
    pub who: Option<String>,
    /// The ack is the next packet, event or ack, that arrives at the actor. Without it the
    /// ack may come at any time.
    #[serde(default)]
    pub next: bool,
}

/// The code of a failure of the protocol; `target-missing` for an unknown target in
/// `SERVER_ERROR`, `add-target-refused` or `stream-refused` for one in the ack of an add or a
/// stream request, whatever the dialect calls it; or several codes, of which those of the
/// actor's dialect count.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged, expecting = "a failure code or an array of them")]
pub enum FailureCodes {
    /// One code.
    One(String),
    /// Several codes.
    Several(Vec<String>),
}

impl FailureCodes {
    /// The codes.
    pub fn as_slice(&self) -> &[String] {
        match self {
            Self::One(code) => std::slice::from_ref(code),
            Self::Several(codes) => codes,
        }
    }
}

/// The name of a request.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestName {
    /// Name given by the `as` of the step that asked.
    pub request: Text,
}

/// Body of `server_error`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ServerErrorSeen {
    /// The observer.
    pub at: String,
    /// The failure whose text is expected, in one of the wordings of the actor's dialect.
    /// Default: any text.
    #[serde(default)]
    pub failure: Option<FailureCodes>,
    /// The client that the failure is about. Default: anybody.
    #[serde(default)]
    pub who: Option<String>,
}

/// Body of `add_target`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AddTarget {
    /// Who adds.
    pub from: String,
    /// Who is added.
    pub to: String,
    /// Name of this request for `acked` and `unanswered`.
    pub r#as: Text,
}

/// Body of `target_added`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetAdded {
    /// Who has been added.
    pub at: String,
    /// Who added it.
    pub from: String,
    /// Name under which `answer` answers.
    pub r#as: Text,
    /// Dialect of the packet, where the two actors speak different ones. Default: that
    /// of `from`.
    #[serde(default)]
    #[schemars(with = "Option<sio_p2p_driver::schema::DialectName>")]
    pub dialect: Option<Dialect>,
}

/// Body of `target_left`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TargetLeft {
    /// Who is told.
    pub at: String,
    /// Who has left.
    pub who: String,
    /// Dialect of the packet, where the two actors speak different ones. Default: that
    /// of `at`.
    #[serde(default)]
    #[schemars(with = "Option<sio_p2p_driver::schema::DialectName>")]
    pub dialect: Option<Dialect>,
}

/// Body of `join_room` and `leave_room`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RoomChange {
    /// Who joins or leaves.
    pub from: String,
    /// The room; `${room:x}` is a name generated for this run.
    pub room: Text,
    /// Ask for an ack under this name.
    #[serde(default)]
    pub r#as: Option<Text>,
}

/// Body of `emit_room`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EmitRoom {
    /// The sender, a member or not.
    pub from: String,
    /// The room.
    pub room: Text,
    /// Name of the event.
    pub event: Text,
    /// The arguments. No dialect adds a source id to them.
    #[serde(default)]
    pub args: Vec<Pattern>,
}

/// Body of `list_clients`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListClients {
    /// Who asks.
    pub from: String,
    /// These actors' ids are in the list, each exactly once.
    #[serde(default)]
    pub includes: Vec<String>,
    /// The ids of `includes` are in the list in this order; others may stand between them.
    #[serde(default)]
    pub in_order: bool,
    /// These actors' ids are not in the list.
    #[serde(default)]
    pub excludes: Vec<String>,
}

/// Body of `gone`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Gone {
    /// Who asks for the list.
    pub at: String,
    /// Who must vanish from it.
    pub who: String,
}

/// Body of `connection_status`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ConnectionStatus {
    /// Who asks.
    pub from: String,
    /// About whom.
    pub who: String,
    /// The expected answer.
    pub connected: bool,
}

/// Body of `send_packet`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendPacket {
    /// The sender.
    pub from: String,
    /// Name of the event, written as it is.
    pub event: Text,
    /// All arguments, written as they are: nothing is added in any dialect.
    #[serde(default)]
    pub args: Vec<Pattern>,
    /// Ask for an ack under this name.
    #[serde(default)]
    pub r#as: Option<Text>,
}

/// Body of `send_frame`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendFrame {
    /// The sender.
    pub from: String,
    /// A text message of the transport.
    #[serde(default)]
    pub text: Option<Text>,
    /// A binary message of the transport, in base64.
    #[serde(default)]
    pub binary: Option<String>,
}

/// Body of `receive_packet`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReceivePacket {
    /// The observer.
    pub at: String,
    /// Kind of packet.
    pub kind: PacketKind,
    /// Its namespace. Default `/`.
    #[serde(default)]
    pub namespace: Option<Text>,
    /// Its data, which may be missing from the packet (`null`). Default: anything.
    #[serde(default)]
    pub data: Option<Pattern>,
}

/// The packets that are neither events nor acks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PacketKind {
    /// A namespace has been joined.
    Connect,
    /// A namespace has been refused.
    ConnectError,
}

/// Body of `fence`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fence {
    /// Who sends.
    pub from: String,
    /// Who must have received.
    pub to: String,
}
