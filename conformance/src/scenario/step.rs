//! The verbs: everything a step can say, in the protocol's own terms.
//!
//! A step is an object with exactly one key, its verb. In all of them `from` is who
//! acts, `at` is who observes, `to` is who is addressed and `who` is whom it is about;
//! all four are names of actors. A verb never names an event of the wire: the lowering
//! picks it from the protocol's catalogue by the dialect of the actor.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::text::Text;
use super::value::{ArgumentsPattern, Pattern};
use sio_p2p_protocol::Dialect;

/// One step as the file has it. Groups keep the text of their inner steps, so that every
/// step knows its line and column.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(title = "Step")]
pub enum StepDocument<'a> {
    /// A remark for the reader; shown in failure reports, does nothing.
    Note(String),

    // --- coming and going -------------------------------------------------------------
    /// These actors connect, one after the other, each completely: afterwards the server
    /// has accepted them. May be used again after the actor has left.
    Connect(Vec<String>),
    /// The actor tries to connect and must not be accepted: the handshake is refused, or
    /// the namespace is, or the connection is closed before it is accepted.
    Refused(At),
    /// The actor leaves. From then on it does and sees nothing, until it connects again.
    Disconnect(Disconnect),
    /// The server ends the actor's connection, by a disconnect packet or by closing the
    /// transport.
    Closed(Closed),

    // --- messages ---------------------------------------------------------------------
    /// A message to another client that asks for no ack.
    Emit(Emit),
    /// A message to another client that asks for an ack.
    Request(Request),
    /// The next event at this actor is this one.
    Receive(Receive),
    /// The actor that received a request answers it. Answering twice is allowed and sends
    /// two acks.
    Answer(Answer),
    /// The ack of a request arrives. Acks are matched by request, apart from the order of
    /// events, for an ack may overtake events.
    Acked(Acked),
    /// The request has got no ack: proven by fences from its source and from its target
    /// to its source, not by waiting.
    Unanswered(RequestName),
    /// The next event at this actor is `SERVER_ERROR`.
    ServerError(ServerErrorSeen),

    // --- targets ----------------------------------------------------------------------
    /// Add a target: the request that links two clients.
    AddTarget(AddTarget),
    /// The next event at this actor says that another client added it as a target.
    TargetAdded(TargetAdded),
    /// The next event at this actor says that a linked client has left.
    TargetLeft(TargetLeft),

    // --- rooms ------------------------------------------------------------------------
    /// Join a room. Without `as` no ack is asked for, and a fence makes sure that the
    /// server has done it before the next step.
    JoinRoom(RoomChange),
    /// Leave a room; as for `join_room`.
    LeaveRoom(RoomChange),
    /// An event to everybody else in a room.
    EmitRoom(EmitRoom),

    // --- presence ---------------------------------------------------------------------
    /// Ask for the list of clients, and look for (or miss) some of them in the answer.
    /// Other ids in the list are ignored: a live server has other users.
    ListClients(ListClients),
    /// Ask for the list of clients until an actor that has left is no longer in it. This
    /// is how a scenario waits for the server to notice a departure.
    Gone(Gone),
    /// Ask whether a client is connected (`v2` only), and compare the answer.
    ConnectionStatus(ConnectionStatus),

    // --- raw packets ------------------------------------------------------------------
    /// An event packet exactly as given: for packets that no client library would send.
    SendPacket(SendPacket),
    /// A transport message exactly as given, Engine.IO type included: `42["x"]`.
    SendFrame(SendFrame),
    /// The next packet at this actor that is neither an event nor an ack.
    ReceivePacket(ReceivePacket),

    // --- proofs -----------------------------------------------------------------------
    /// A message from one actor to another, waited for: whatever `from` caused at `to`
    /// before has arrived when this step is done.
    Fence(Fence),
    /// Nothing that has not been matched has arrived at these actors, and nothing is on
    /// its way: proven by fences from every connected actor to them.
    Silent(Observers),
    /// Two clients that have nothing to do with the scenario connect to the server and
    /// exchange a message with an ack.
    StillServing(Nothing),

    // --- groups -----------------------------------------------------------------------
    /// All of these observations come true, in any order.
    #[serde(borrow)]
    All(#[schemars(with = "Vec<StepDocument<'a>>")] Vec<&'a RawValue>),
    /// Exactly one of these sequences happens: the first whose first step, an
    /// observation, comes true is followed to its end. An alternative that is empty, or
    /// begins with `silent` or `unanswered`, is taken when fences show that none of the
    /// others has begun.
    #[serde(borrow)]
    AnyOf(#[schemars(with = "Vec<Vec<StepDocument<'a>>>")] Vec<Vec<&'a RawValue>>),
    /// The steps several times; `${n}` counts from 0.
    #[serde(borrow)]
    Repeat(Repeat<'a>),
    /// The steps only in some dialects or Engine.IO generations.
    #[serde(borrow)]
    When(When<'a>),
    /// The steps with another deadline for each.
    #[serde(borrow)]
    Within(Within<'a>),
    /// The place of the steps of a case.
    Case(Nothing),
}

/// A body without fields: `{}`.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// One observing actor.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct At {
    /// The actor.
    pub at: String,
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
    /// The ack carries this failure and nothing else: the code of a failure of the
    /// protocol, in one of the wordings of the actor's dialect.
    #[serde(default)]
    pub failure: Option<String>,
    /// The client that the failure is about.
    #[serde(default)]
    pub who: Option<String>,
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
    /// Code of the failure whose text is expected, in one of the wordings of the actor's
    /// dialect. Default: any text.
    #[serde(default)]
    pub failure: Option<String>,
    /// The client that the failure is about.
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

/// Body of `repeat`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Repeat<'a> {
    /// How often.
    #[schemars(range(min = 1, max = 100_000))]
    pub times: u32,
    /// What.
    #[serde(borrow)]
    #[schemars(with = "Vec<StepDocument<'a>>")]
    pub steps: Vec<&'a RawValue>,
}

/// Body of `when`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct When<'a> {
    /// Only if the run's dialect is one of these. Default: all.
    #[serde(default)]
    pub dialects: Vec<Dialect>,
    /// Only if the run's Engine.IO generation is one of these. Default: all.
    #[serde(default)]
    #[schemars(with = "Vec<super::model::EioNumber>")]
    pub eio: Vec<u8>,
    /// What.
    #[serde(borrow)]
    #[schemars(with = "Vec<StepDocument<'a>>")]
    pub steps: Vec<&'a RawValue>,
}

/// Body of `within`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Within<'a> {
    /// Deadline of every single step inside, in milliseconds.
    #[schemars(range(min = 1, max = 60_000))]
    pub ms: u64,
    /// What.
    #[serde(borrow)]
    #[schemars(with = "Vec<StepDocument<'a>>")]
    pub steps: Vec<&'a RawValue>,
}
