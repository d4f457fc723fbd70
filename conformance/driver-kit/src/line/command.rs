//! What a driver is told to do.

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Feature;
use super::members::{
    AddTarget, Answer, Call, Connect, CreateTopic, Destroy, DestroyTopic, Emit, EmitRoom, End,
    JoinRoom, LeaveRoom, Listen, OpenStream, Provide, Publish, Request, Subscribe, Unlisten,
    Unsubscribe, Withdraw, Write,
};

/// A command of the runner, with the number that the reply repeats.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CommandLine {
    /// Number of the command; each is used once.
    pub id: u64,
    /// What to do.
    #[serde(flatten)]
    pub command: Command,
}

/// What the driver shall make its client do. Values may hold `{"$bin": base64}`, which
/// stands for binary data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "do", rename_all = "snake_case")]
// Writers of commands are held to the schema; readers ignore members that are new.
#[schemars(deny_unknown_fields, transform = description_first)]
pub enum Command {
    /// Connect. Replied when the client is in the default namespace, or when it is clear
    /// that it will not get there.
    Connect(Connect),
    /// Leave in order. Replied when the connection is closed.
    Disconnect {},
    /// End the process, whatever is going on. Replied first.
    Exit {},

    /// Send a message that asks for no ack. Replied when it has been handed to the
    /// transport.
    Emit(Emit),
    /// Send a message that asks for an ack. The reply is the array of the ack's arguments.
    Request(Request),
    /// Listen to an event. From then on each one is reported as `received`.
    Listen(Listen),
    /// Take a listener away.
    Unlisten(Unlisten),
    /// Answer a request that was reported.
    Answer(Answer),

    /// Add a target. Replied when it has answered; the error is what the client says when
    /// it was refused.
    AddTarget(AddTarget),

    /// Join a room.
    JoinRoom(JoinRoom),
    /// Leave a room.
    LeaveRoom(LeaveRoom),
    /// Send an event to everybody else in a room.
    EmitRoom(EmitRoom),
    /// Ask for the list of clients; the reply is the array of ids.
    Clients {},

    /// Open a stream. Replied when the other client has accepted or refused it.
    OpenStream(OpenStream),
    /// Accept all requests for streams from now on; each is reported as `stream_opened`.
    AcceptStreams {},
    /// Refuse all requests for streams from now on. Before any of the two commands the
    /// client does what it does when its application says nothing about streams.
    RefuseStreams {},
    /// Write to a stream. Replied when the client has taken it and would take more.
    Write(Write),
    /// End the direction to the other side; the other direction stays open.
    End(End),
    /// Destroy the stream at once, both directions.
    Destroy(Destroy),

    /// Provide an API (`v2`). Calls are reported as `received` with the API as `event`.
    Provide(Provide),
    /// Provide an API no longer.
    Withdraw(Withdraw),
    /// Call an API. The reply is the array of the ack's arguments.
    Call(Call),

    /// Create a topic of this client, which is set up as a service (`v1`).
    CreateTopic(CreateTopic),
    /// Destroy a topic of this client.
    DestroyTopic(DestroyTopic),
    /// Publish to a topic of this client.
    Publish(Publish),
    /// Subscribe to a topic. Publications are reported as `received` with the topic as
    /// `event`.
    Subscribe(Subscribe),
    /// End a subscription.
    Unsubscribe(Unsubscribe),

    /// A command of a later version.
    #[serde(other, skip_serializing)]
    #[schemars(skip)]
    Unknown,
}

/// Lets the schema say what a command does before it says what belongs to it.
fn description_first(schema: &mut Schema) {
    let commands = schema.get_mut("oneOf").and_then(Value::as_array_mut);
    for command in commands
        .into_iter()
        .flatten()
        .filter_map(Value::as_object_mut)
    {
        for later in ["properties", "required", "additionalProperties"] {
            if let Some((key, value)) = command.shift_remove_entry(later) {
                command.insert(key, value);
            }
        }
    }
}

impl Command {
    /// The name that lines have under `do`.
    pub fn name(&self) -> String {
        let line = serde_json::to_value(self).unwrap_or_default();
        line["do"].as_str().unwrap_or("unknown").to_owned()
    }

    /// The feature that a command belongs to; `None` for those that every driver knows.
    pub fn feature(&self) -> Option<Feature> {
        match self {
            Self::Connect(_)
            | Self::Disconnect {}
            | Self::Exit {}
            | Self::Emit(_)
            | Self::Request(_)
            | Self::Listen(_)
            | Self::Unlisten(_)
            | Self::Answer(_)
            | Self::AddTarget(_)
            | Self::Unknown => None,
            Self::JoinRoom(_) | Self::LeaveRoom(_) | Self::EmitRoom(_) => Some(Feature::Room),
            Self::Clients {} => Some(Feature::Clients),
            Self::OpenStream(_)
            | Self::AcceptStreams {}
            | Self::RefuseStreams {}
            | Self::Write(_)
            | Self::End(_)
            | Self::Destroy(_) => Some(Feature::Stream),
            Self::Provide(_) | Self::Withdraw(_) | Self::Call(_) => Some(Feature::Service),
            Self::CreateTopic(_)
            | Self::DestroyTopic(_)
            | Self::Publish(_)
            | Self::Subscribe(_)
            | Self::Unsubscribe(_) => Some(Feature::Topic),
        }
    }
}
