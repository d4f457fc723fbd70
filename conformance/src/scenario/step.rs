//! The verbs: everything a step can say, in the protocol's own terms.
//!
//! A step is an object with exactly one key, its verb. In all of them `from` is who
//! acts, `at` is who observes, `to` is who is addressed and `who` is whom it is about;
//! all four are names of actors. A verb never names an event of the wire: the lowering
//! picks it from the protocol's catalogue by the dialect of the actor.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use super::body::{
    Acked, AddTarget, Admit, Answer, CheckApi, ClientName, Closed, ConnectionStatus, CreateApi,
    DestroyApi, Disconnect, Drive, Emit, EmitRoom, Expect, ExpectMessage, Fence, Gone, Handshake,
    HangUp, Heartbeat, Http, ListClients, Nothing, Observers, OpenStream, PassTime, Probe,
    ReadStream, Receive, ReceivePacket, Refused, Replied, Request, RequestName, RoomChange, Send,
    SendFrame, SendMessage, SendPacket, SendText, ServerErrorSeen, StreamOffered, TargetAdded,
    TargetLeft, Told, UseApi,
};
use super::clause::with_clause;
use super::group::Group;
use super::source::Location;
use super::verb::{Body, Kind, Mention, Stage};

/// A step, and where it stands.
#[derive(Debug, Clone)]
pub struct Step {
    /// The opening brace of the step in its file.
    pub at: Location,
    /// What it says.
    pub verb: Verb,
    /// The clause that it checks, if it names one, and where.
    pub clause: Option<(String, Location)>,
}

/// Two steps are equal if they say the same, wherever they stand.
impl PartialEq for Step {
    fn eq(&self, other: &Self) -> bool {
        self.verb == other.verb && self.named() == other.named()
    }
}

/// A step that is made, and stands in no file.
impl From<Verb> for Step {
    fn from(verb: Verb) -> Self {
        let at = Location::nowhere();
        Self {
            at,
            verb,
            clause: None,
        }
    }
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Named<'a> {
            #[serde(flatten)]
            verb: &'a Verb,
            clause: &'a str,
        }
        let verb = &self.verb;
        match self.named() {
            None => verb.serialize(serializer),
            Some(clause) => Named { verb, clause }.serialize(serializer),
        }
    }
}

impl Step {
    fn named(&self) -> Option<&str> {
        self.clause.as_ref().map(|(clause, _)| clause.as_str())
    }
}

/// Calls `visit` with these steps and those in them, from the first to the last.
pub fn walk<'a>(steps: &'a [Step], visit: &mut dyn FnMut(&'a Step)) {
    for step in steps {
        visit(step);
        if let Verb::Group(group) = &step.verb {
            group.lists().for_each(|steps| walk(steps, visit));
        }
    }
}

/// A step's verb with its body.
#[derive(Debug, Clone, PartialEq)]
pub enum Verb {
    /// A verb that stands for itself.
    Do(Action),
    /// A verb that holds other steps.
    Group(Group<Step>),
}

impl Serialize for Verb {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Do(Action::Client(verb)) => verb.serialize(serializer),
            Self::Do(action) => action.serialize(serializer),
            Self::Group(group) => group.serialize(serializer),
        }
    }
}

impl Verb {
    /// The action, if this is one that waits for something to arrive.
    pub fn observation(&self) -> Option<&Action> {
        match self {
            Self::Do(action) if action.is_observation() => Some(action),
            _ => None,
        }
    }
}

/// A step as its schema has it. The parser reads steps by hand, so that errors keep their place.
#[derive(Debug, JsonSchema)]
#[schemars(
    untagged,
    rename = "Step",
    description = "A step: an object with one key, its verb, and perhaps `clause`."
)]
pub enum StepDocument {
    /// A verb that stands for itself.
    Action(Action),
    /// A verb that holds other steps.
    Group(Group<StepDocument>),
    /// A verb about a client under test.
    Client(ClientVerb),
}

/// Declares verbs, each with its body.
macro_rules! alternatives {
    ($(
        $(#[$meta:meta])*
        pub enum $name:ident {
            $( $(#[$verb_meta:meta])* $verb:ident($body:ty), )*
        }
    )*) => { $(
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "snake_case")]
        #[schemars(transform = with_clause)]
        $(#[$meta])*
        pub enum $name {
            $( $(#[$verb_meta])* $verb($body), )*
        }

        impl $name {
            fn body(&self) -> &dyn Body {
                match self {
                    $( Self::$verb(body) => body, )*
                }
            }
        }

        impl Body for $name {
            fn kind(&self) -> Kind {
                self.body().kind()
            }

            fn stage(&self) -> Stage {
                self.body().stage()
            }

            fn visit<'a>(&'a self, visit: &mut dyn FnMut(Mention<'a>)) {
                self.body().visit(visit);
            }
        }
    )* };
}

alternatives! {
    /// The verbs that stand for themselves.
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

    /// The verbs of scenarios about clients. `client` is an actor that is driven.
    #[schemars(title = "Client verb")]
    pub enum ClientVerb {
        /// A command to the driver. Without `as` the reply is waited for and must be `ok`.
        Drive(Box<Drive>),
        /// The reply to a command that was given a name. Replies are matched by command, apart
        /// from the order of events.
        Replied(Replied),
        /// The next event that the driver reports.
        Told(Told),
        /// The driver reports bytes of a stream, in one `data` event or in several.
        Read(ReadStream),
        /// The query of the client's last handshake has these parameters.
        Handshake(Handshake),
        /// The next event packet that the client sends. Scripted server only, as all below.
        Expect(Expect),
        /// The next event packet that the client sends is a message to another client, in the
        /// form of the run's dialect.
        ExpectMessage(ExpectMessage),
        /// The server sends an event packet exactly as given.
        Send(Send),
        /// The server sends what it sends when another client has sent a message, in the form of
        /// the run's dialect.
        SendMessage(SendMessage),
        /// The server sends a Socket.IO packet exactly as given: `2["x"]`.
        SendText(SendText),
        /// What the client is told that comes next: it may come in, or it is refused.
        Admit(Admit),
        /// The server ends the connection.
        HangUp(HangUp),
        /// The client has connected again by itself.
        Joined(ClientName),
        /// The client has ended its connection.
        Left(ClientName),
    }
}
