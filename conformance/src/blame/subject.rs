//! What a step looks at, in words of the protocol.

use crate::scenario::Scenario;
use crate::scenario::step::{Action, ClientVerb, Verb, walk};
use crate::scenario::text::Text;

/// What a step looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A client is let in.
    Connection,
    /// A client is not let in.
    Refusal,
    /// The server ends a connection.
    Ending,
    /// A message of another client.
    Message,
    /// An event to a room.
    RoomEvent,
    /// A publication of a topic, or the end of one.
    Publication,
    /// A call of an API at its provider.
    Call,
    /// Another event of the server.
    Event,
    /// A client is told that it was added.
    Added,
    /// A client is told that a linked one has left.
    Notice,
    /// A client is asked for a stream.
    Offer,
    /// `SERVER_ERROR`.
    Error,
    /// `SERVER_PING`.
    Ping,
    /// An ack.
    Ack(Asked),
    /// An ack that says that the request has failed.
    Denial(Asked),
    /// The list of clients.
    Listing,
    /// A client that has left is not in that list.
    Departure,
    /// The order of that list.
    ListingOrder,
    /// The answer to whether a client is connected.
    Status,
    /// The answer to whether an API exists.
    Existence,
    /// Heartbeats.
    Heartbeat,
    /// An HTTP request.
    Http,
    /// A WebSocket that comes to a session.
    Probe,
    /// How polls are let go of meanwhile.
    Noops,
    /// A packet that is neither an event nor an ack.
    Packet,
    /// A message of the runner that proves that nothing else came.
    Fence,
    /// A question of the runner that proves the same.
    Echo,
    /// Strangers that use the server meanwhile.
    Service,
    /// A command to a client under test.
    Command(String),
    /// An event that its driver reports.
    Report(String),
    /// An event that it sends.
    Sent(String),
    /// The connection that it makes.
    Joining,
    /// Something else.
    Unknown,
}

/// What an ack answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// A message.
    Message,
    /// A request to add a target.
    Target,
    /// A request for a stream.
    Stream,
    /// Joining or leaving a room.
    Room,
    /// A call of an API.
    Call,
    /// Something else.
    Other,
}

impl Subject {
    /// What an action of this scenario looks at.
    pub fn of(scenario: &Scenario, action: &Action) -> Self {
        match action {
            Action::Connect(names) if names.iter().any(|name| is_driven(scenario, name)) => {
                Self::Joining
            }
            Action::Connect(_) => Self::Connection,
            Action::Refused(_) => Self::Refusal,
            Action::Closed(_) => Self::Ending,
            Action::Receive(body) if body.from.is_some() => Self::Message,
            Action::Receive(body) => Self::of_event(scenario, body.event.source()),
            Action::ServerError(_) => Self::Error,
            Action::TargetAdded(_) => Self::Added,
            Action::TargetLeft(_) => Self::Notice,
            Action::StreamOffered(_) => Self::Offer,
            Action::Acked(body) => {
                let asked = asked(scenario, &body.request);
                match body.failure {
                    Some(_) => Self::Denial(asked),
                    None => Self::Ack(asked),
                }
            }
            Action::Unanswered(body) => Self::Ack(asked(scenario, &body.request)),
            Action::ListClients(body) if body.includes.is_empty() => Self::Departure,
            Action::ListClients(_)
            // No ack says when these are done: the list of clients does.
            | Action::JoinRoom(_)
            | Action::LeaveRoom(_)
            | Action::CreateApi(_)
            | Action::DestroyApi(_) => Self::Listing,
            Action::Gone(_) => Self::Departure,
            Action::ConnectionStatus(_) => Self::Status,
            Action::CheckApi(_) => Self::Existence,
            Action::Heartbeat(_) => Self::Heartbeat,
            Action::Http(_) => Self::Http,
            Action::Probe(_) => Self::Probe,
            Action::ReceivePacket(_) => Self::Packet,
            Action::Fence(_) | Action::PassTime(_) | Action::Silent(_) => Self::Fence,
            Action::StillServing(_) => Self::Service,
            Action::Client(verb) => Self::of_client(verb),
            _ => Self::Unknown,
        }
    }

    fn of_client(verb: &ClientVerb) -> Self {
        match verb {
            ClientVerb::Drive(body) => Self::Command(body.r#do.clone()),
            ClientVerb::Told(body) => Self::Report(body.event.clone()),
            ClientVerb::Read(_) => Self::Report("data".to_owned()),
            ClientVerb::Expect(body) => Self::Sent(body.event.source().to_owned()),
            ClientVerb::ExpectMessage(_) => Self::Sent("P2P_EMIT".to_owned()),
            ClientVerb::Handshake(_) | ClientVerb::Joined(_) => Self::Joining,
            _ => Self::Unknown,
        }
    }

    /// What an event without a source is, by its name and by what this scenario sends.
    pub fn of_event(scenario: &Scenario, event: &str) -> Self {
        match event {
            "SERVER_ERROR" => return Self::Error,
            "SERVER_PING" => return Self::Ping,
            "ADD_TARGET" | "MULTI_API_ADD_TARGET" => return Self::Added,
            "TARGET_DISCONNECT" | "MULTI_API_TARGET_DISCONNECT" => return Self::Notice,
            _ if is_offer(event) => return Self::Offer,
            _ if event.ends_with("-DEFAULT_TOPIC_EVENT")
                || event.ends_with("-TOPIC_BEING_DESTROYED") =>
            {
                return Self::Publication;
            }
            _ => {}
        }
        let mut found = Self::Event;
        walk(&scenario.steps, &mut |step| {
            let Verb::Do(action) = &step.verb else {
                return;
            };
            match action {
                Action::EmitRoom(body) if body.event.source() == event => found = Self::RoomEvent,
                Action::UseApi(body) if body.api.source() == event => found = Self::Call,
                Action::Emit(body) if body.event.source() == event => found = Self::Message,
                Action::Request(body) if body.event.source() == event => found = Self::Message,
                Action::SendPacket(body) if found == Self::Event => match body.event.source() {
                    "EMIT_ROOM" => found = Self::RoomEvent,
                    "P2P_EMIT" | "P2P_EMIT_ACKNOWLEDGE" => found = Self::Message,
                    "USE_API" => found = Self::Call,
                    _ => {}
                },
                _ => {}
            }
        });
        found
    }
}

/// Whether an action expects an event of this name.
pub(super) fn expected_event(action: &Action, event: &str) -> bool {
    match action {
        Action::Receive(body) => body.event.source() == event,
        Action::TargetAdded(_) => matches!(event, "ADD_TARGET" | "MULTI_API_ADD_TARGET"),
        Action::TargetLeft(_) => {
            matches!(event, "TARGET_DISCONNECT" | "MULTI_API_TARGET_DISCONNECT")
        }
        Action::StreamOffered(_) => is_offer(event),
        Action::ServerError(_) => event == "SERVER_ERROR",
        _ => false,
    }
}

fn is_offer(event: &str) -> bool {
    let event = event.strip_prefix("MULTI_API_").unwrap_or(event);
    event == "CREATE_STREAM" || event.starts_with("CREATE_STREAM-CHANNEL-")
}

fn is_driven(scenario: &Scenario, name: &str) -> bool {
    let actor = scenario.actors.get(name);
    actor.is_some_and(|(actor, _)| actor.driven)
}

/// What was asked for under this name.
fn asked(scenario: &Scenario, request: &Text) -> Asked {
    let mut found = Asked::Other;
    let is = |text: &Text| text.source() == request.source();
    walk(&scenario.steps, &mut |step| {
        let Verb::Do(action) = &step.verb else {
            return;
        };
        match action {
            Action::Request(body) if is(&body.r#as) => found = Asked::Message,
            Action::AddTarget(body) if is(&body.r#as) => found = Asked::Target,
            Action::OpenStream(body) if is(&body.r#as) => found = Asked::Stream,
            Action::JoinRoom(body) | Action::LeaveRoom(body)
                if body.r#as.as_ref().is_some_and(is) =>
            {
                found = Asked::Room;
            }
            Action::UseApi(body) if body.r#as.as_ref().is_some_and(is) => found = Asked::Call,
            Action::SendPacket(body) if body.r#as.as_ref().is_some_and(is) => {
                found = of_packet(body.event.source());
            }
            _ => {}
        }
    });
    found
}

/// What a packet of this name asks for.
fn of_packet(event: &str) -> Asked {
    match event.strip_prefix("MULTI_API_").unwrap_or(event) {
        "P2P_EMIT" | "P2P_EMIT_ACKNOWLEDGE" => Asked::Message,
        "ADD_TARGET" => Asked::Target,
        "CREATE_STREAM" => Asked::Stream,
        "JOIN_ROOM" | "LEAVE_ROOM" => Asked::Room,
        "USE_API" => Asked::Call,
        _ => Asked::Other,
    }
}
