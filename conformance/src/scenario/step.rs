//! The verbs: everything a step can say, in the protocol's own terms.
//!
//! A step is an object with exactly one key, its verb. In all of them `from` is who
//! acts, `at` is who observes, `to` is who is addressed and `who` is whom it is about;
//! all four are names of actors. A verb never names an event of the wire: the lowering
//! picks it from the protocol's catalogue by the dialect of the actor.

use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::body::{
    Acked, AddTarget, Answer, CheckApi, Closed, ConnectionStatus, CreateApi, DestroyApi,
    Disconnect, Emit, EmitRoom, Fence, Gone, Heartbeat, Http, ListClients, Nothing, Observers,
    OpenStream, PassTime, Probe, Receive, ReceivePacket, Refused, Request, RequestName, RoomChange,
    SendFrame, SendPacket, ServerErrorSeen, StreamOffered, TargetAdded, TargetLeft, UseApi,
};
use super::source::Location;
use crate::client::ClientVerb;
use sio_p2p_protocol::Dialect;

/// A step, and where it stands.
#[derive(Debug, Clone)]
pub struct Step {
    /// The opening brace of the step in its file.
    pub at: Location,
    /// What it says.
    pub verb: Verb,
}

/// A step's verb with its body.
#[derive(Debug, Clone)]
pub enum Verb {
    /// A verb that stands for itself.
    Do(Action),
    /// `all`.
    All(Vec<Step>),
    /// `any_of`.
    AnyOf(Vec<Vec<Step>>),
    /// `repeat`.
    Repeat {
        /// How often.
        times: u32,
        /// What.
        steps: Vec<Step>,
    },
    /// `when`.
    When {
        /// Only in these dialects; empty for all.
        dialects: Vec<Dialect>,
        /// Only by these Engine.IO generations; empty for all.
        eio: Vec<u8>,
        /// What.
        steps: Vec<Step>,
    },
    /// `within`.
    Within {
        /// Milliseconds.
        ms: u64,
        /// What.
        steps: Vec<Step>,
    },
    /// `case`: the place where a case's steps go.
    Case,
}

/// The verbs that stand for themselves.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(title = "Action")]
pub enum Action {
    /// A remark for the reader; shown in failure reports, does nothing.
    Note(String),

    // --- coming and going -------------------------------------------------------------
    /// These actors connect, one after the other, each completely: afterwards the server
    /// has accepted them. May be used again after the actor has left.
    Connect(Vec<String>),
    /// The actor tries to connect and must not be accepted: the handshake is refused, or
    /// the namespace is, or the connection is closed before it is accepted.
    Refused(Refused),
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

    // --- streams ----------------------------------------------------------------------
    /// Ask another client for a stream. Data, end and destruction of a stream are messages.
    OpenStream(Box<OpenStream>),
    /// The next event at this actor says that another client asks it for a stream.
    StreamOffered(Box<StreamOffered>),

    // --- APIs (`v2` only) -------------------------------------------------------------
    /// Ask whether an API exists, and compare the answer.
    CheckApi(CheckApi),
    /// Provide an API; the server has done it before the next step.
    CreateApi(CreateApi),
    /// Provide it no longer; the server has done it before the next step.
    DestroyApi(DestroyApi),
    /// Call an API. Its provider receives an event of that name.
    UseApi(UseApi),

    // --- raw packets ------------------------------------------------------------------
    /// An event packet exactly as given: for packets that no client library would send.
    SendPacket(SendPacket),
    /// A transport message exactly as given, Engine.IO type included: `42["x"]`.
    SendFrame(SendFrame),
    /// The next packet at this actor that is neither an event nor an ack.
    ReceivePacket(ReceivePacket),

    // --- the engine -------------------------------------------------------------------
    /// An HTTP request beside all connections, exactly as given, and the status of its answer.
    Http(Http),
    /// A WebSocket that comes to the session of an actor that has a transport already, as that
    /// of an upgrade does.
    Probe(Probe),

    // --- proofs -----------------------------------------------------------------------
    /// A message from one actor to another, waited for: whatever `from` caused at `to`
    /// before has arrived when this step is done.
    Fence(Fence),
    /// Heartbeats of the server arrive at this actor, as often as the handshake promised.
    Heartbeat(Heartbeat),
    /// Time passes, because time is the point: the actors named send messages to themselves
    /// meanwhile, and all others are idle. Never to prove that nothing comes.
    PassTime(PassTime),
    /// Nothing that has not been matched has arrived at these actors, and nothing is on
    /// its way: proven by fences from every connected actor to them.
    Silent(Observers),
    /// Two clients that have nothing to do with the scenario connect to the server and
    /// exchange a message with an ack.
    StillServing(Nothing),
    /// A verb of scenarios that judge a client; the parser makes it of the verb's own name.
    #[serde(skip)]
    Client(ClientVerb),
}

impl Action {
    /// Whether the verb waits for something to arrive, and can therefore stand in `all`
    /// and at the beginning of an alternative of `any_of`.
    pub fn is_observation(&self) -> bool {
        matches!(self, Self::Client(verb) if verb.is_observation())
            || matches!(
                self,
                Self::Receive(_)
                    | Self::Acked(_)
                    | Self::ServerError(_)
                    | Self::TargetAdded(_)
                    | Self::TargetLeft(_)
                    | Self::StreamOffered(_)
                    | Self::Closed(_)
                    | Self::ReceivePacket(_)
            )
    }
}

/// The verbs that hold other steps. They keep the text of those, so that every step knows
/// its line and column.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(title = "Group")]
pub enum Group<'a> {
    /// All of these observations come true, in any order.
    #[serde(borrow)]
    All(#[schemars(with = "Vec<StepDocument<'static>>")] Vec<&'a RawValue>),
    /// Exactly one of these sequences happens: the first whose first step, an
    /// observation, comes true is followed to its end. An alternative that is empty, or
    /// begins with `silent` or `unanswered`, is taken when fences show that none of the
    /// others has begun.
    #[serde(borrow)]
    AnyOf(#[schemars(with = "Vec<Vec<StepDocument<'static>>>")] Vec<Vec<&'a RawValue>>),
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

/// A step: an object with exactly one key, its verb.
// Only described by this type: the parser reads steps by hand, so that errors keep their place.
#[derive(Debug, JsonSchema)]
#[schemars(untagged, rename = "Step")]
pub enum StepDocument<'a> {
    /// A verb that stands for itself.
    Action(Action),
    /// A verb that holds other steps.
    Group(Group<'a>),
    /// A verb about a client under test.
    Client(ClientVerb),
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
    #[schemars(with = "Vec<StepDocument<'static>>")]
    pub steps: Vec<&'a RawValue>,
}

/// Body of `when`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct When<'a> {
    /// Only if the run's dialect is one of these. Default: all.
    #[serde(default)]
    #[schemars(with = "Vec<sio_p2p_driver::schema::DialectName>")]
    pub dialects: Vec<Dialect>,
    /// Only if the run's Engine.IO generation is one of these. Default: all.
    #[serde(default)]
    #[schemars(with = "Vec<sio_p2p_driver::schema::EioNumber>")]
    pub eio: Vec<u8>,
    /// What.
    #[serde(borrow)]
    #[schemars(with = "Vec<StepDocument<'static>>")]
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
    #[schemars(with = "Vec<StepDocument<'static>>")]
    pub steps: Vec<&'a RawValue>,
}
