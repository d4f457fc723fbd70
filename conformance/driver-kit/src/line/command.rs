//! What a driver is told to do.

use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sio_p2p_protocol::Dialect;

use super::{Binary, Feature, TransportName};

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
    Emit {
        /// The receiver's client id.
        to: String,
        /// The event.
        event: String,
        /// Its arguments.
        args: Vec<Value>,
    },
    /// Send a message that asks for an ack. The reply is the array of the ack's arguments.
    Request {
        /// The receiver's client id.
        to: String,
        /// The event.
        event: String,
        /// Its arguments.
        args: Vec<Value>,
    },
    /// Listen to an event. From then on each one is reported as `received`.
    Listen {
        /// Name of the listener, chosen by the runner.
        listener: String,
        /// The event.
        event: String,
        /// Only from this client (`v1`). Default: from anybody.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<String>,
        /// Only the next one.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        once: bool,
        /// The event comes from a room or from the server, not from one client: no sender's
        /// id precedes its arguments, also in `v1`.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        plain: bool,
    },
    /// Take a listener away.
    Unlisten {
        /// Its name.
        listener: String,
    },
    /// Answer a request that was reported.
    Answer {
        /// The name under which it was reported.
        request: String,
        /// Arguments of the ack.
        args: Vec<Value>,
    },

    /// Add a target. Replied when it has answered; the error is what the client says when
    /// it was refused.
    AddTarget {
        /// Its client id.
        to: String,
    },

    /// Join a room.
    JoinRoom {
        /// Its name.
        room: String,
    },
    /// Leave a room.
    LeaveRoom {
        /// Its name.
        room: String,
    },
    /// Send an event to everybody else in a room.
    EmitRoom {
        /// Its name.
        room: String,
        /// The event.
        event: String,
        /// Its arguments.
        args: Vec<Value>,
    },
    /// Ask for the list of clients; the reply is the array of ids.
    Clients {},

    /// Open a stream. Replied when the other client has accepted or refused it.
    OpenStream {
        /// Name of the stream, chosen by the runner.
        stream: String,
        /// The other client's id.
        to: String,
        /// The channel (`v2`).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        channel: Option<String>,
    },
    /// Accept all requests for streams from now on; each is reported as `stream_opened`.
    AcceptStreams {},
    /// Refuse all requests for streams from now on. Before any of the two commands the
    /// client does what it does when its application says nothing about streams.
    RefuseStreams {},
    /// Write to a stream. Replied when the client has taken it and would take more.
    Write {
        /// The stream.
        stream: String,
        /// The bytes, `{"$bin": base64}`.
        #[schemars(with = "Value")]
        data: Binary,
    },
    /// End the direction to the other side; the other direction stays open.
    End {
        /// The stream.
        stream: String,
    },
    /// Destroy the stream at once, both directions.
    Destroy {
        /// The stream.
        stream: String,
    },

    /// Provide an API (`v2`). Calls are reported as `received` with the API as `event`.
    Provide {
        /// Name of the listener, chosen by the runner.
        listener: String,
        /// The API.
        api: String,
    },
    /// Provide an API no longer.
    Withdraw {
        /// The API.
        api: String,
    },
    /// Call an API. The reply is the array of the ack's arguments.
    Call {
        /// The API.
        api: String,
        /// Its arguments.
        args: Vec<Value>,
    },

    /// Create a topic of this client, which is set up as a service (`v1`).
    CreateTopic {
        /// The topic, without the name of its service.
        topic: String,
    },
    /// Destroy a topic of this client.
    DestroyTopic {
        /// The topic.
        topic: String,
    },
    /// Publish to a topic of this client.
    Publish {
        /// The topic.
        topic: String,
        /// What.
        args: Vec<Value>,
    },
    /// Subscribe to a topic. Publications are reported as `received` with the topic as
    /// `event`.
    Subscribe {
        /// Name of the listener, chosen by the runner.
        listener: String,
        /// Client id of the service.
        service: String,
        /// The topic.
        topic: String,
    },
    /// End a subscription.
    Unsubscribe {
        /// Name of its listener.
        listener: String,
    },

    /// A command of a later version.
    #[serde(other, skip_serializing)]
    #[schemars(skip)]
    Unknown,
}

/// Members of [`Command::Connect`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Connect {
    /// Where to: `http://127.0.0.1:PORT`.
    pub url: String,
    /// The client id.
    pub client_id: String,
    /// The dialect, one of those in the hello.
    #[schemars(with = "super::schema::DialectName")]
    pub dialect: Dialect,
    /// The Engine.IO generation, one of those in the hello.
    #[schemars(with = "super::schema::EioNumber")]
    pub eio: u8,
    /// `websocket`, `polling` or `upgrade`.
    pub transport: TransportName,
    /// Whether to connect again when the connection is lost, as soon as possible.
    /// Default: no.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub reconnect: bool,
    /// Whether the client is set up as a service (`v1`), so that it answers
    /// subscriptions to its topics. Default: no.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub service: bool,
    /// The path of the HTTP requests. Default: `/socket.io/`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Header fields of the HTTP requests. Default: none of its own.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub headers: BTreeMap<String, String>,
    /// More pairs of the query (Engine.IO 3). Default: none.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub query: BTreeMap<String, String>,
    /// The auth payload, an object (Engine.IO 4). Default: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth: Option<Value>,
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
            | Self::Emit { .. }
            | Self::Request { .. }
            | Self::Listen { .. }
            | Self::Unlisten { .. }
            | Self::Answer { .. }
            | Self::AddTarget { .. }
            | Self::Unknown => None,
            Self::JoinRoom { .. } | Self::LeaveRoom { .. } | Self::EmitRoom { .. } => {
                Some(Feature::Room)
            }
            Self::Clients {} => Some(Feature::Clients),
            Self::OpenStream { .. }
            | Self::AcceptStreams {}
            | Self::RefuseStreams {}
            | Self::Write { .. }
            | Self::End { .. }
            | Self::Destroy { .. } => Some(Feature::Stream),
            Self::Provide { .. } | Self::Withdraw { .. } | Self::Call { .. } => {
                Some(Feature::Service)
            }
            Self::CreateTopic { .. }
            | Self::DestroyTopic { .. }
            | Self::Publish { .. }
            | Self::Subscribe { .. }
            | Self::Unsubscribe { .. } => Some(Feature::Topic),
        }
    }
}
