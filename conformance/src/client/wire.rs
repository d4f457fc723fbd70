//! What the runner and a driver say to each other: one JSON object per line.
//!
//! The prose is in `spec/driver.md`; the doc comments here become the descriptions of the
//! schema `spec/schema/driver.json`.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use sio_p2p_protocol::Dialect;

/// The version of this protocol that the runner speaks.
pub const PROTOCOL: u32 = 1;

/// One line, in either direction.
// Only described by this type: what comes from a driver is read by its first key, so that
// errors can say what is wrong with it.
#[derive(Debug, JsonSchema)]
#[schemars(untagged, title = "Driver protocol")]
#[expect(dead_code, reason = "only the schema is made of it")]
pub(crate) enum Line {
    /// The first line of a driver.
    Hello(Hello),
    /// From the runner: do something.
    Command(CommandLine),
    /// From the driver: what came of a command.
    Reply(Reply),
    /// From the driver: something happened.
    Event(Event),
}

/// The first line of a driver: who it is and what it can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Hello {
    /// Name of the client under test, for reports.
    pub driver: String,
    /// Its version.
    #[serde(default)]
    pub version: String,
    /// Version of the driver protocol: 1.
    pub protocol: u32,
    /// The dialects that the client speaks; at least one.
    #[schemars(with = "Vec<crate::scenario::model::DialectName>", length(min = 1))]
    pub dialects: Vec<Dialect>,
    /// The Engine.IO generations that the client speaks. Default: 4 alone.
    #[serde(default = "generations")]
    #[schemars(with = "Vec<crate::scenario::model::EioNumber>", length(min = 1))]
    pub eio: Vec<u8>,
    /// What the client has besides the commands that every driver knows.
    #[serde(default)]
    pub can: Vec<Feature>,
}

fn generations() -> Vec<u8> {
    vec![4]
}

/// Something that a client may leave out. What it leaves out is not judged; what it names
/// in its hello is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Feature {
    /// `join_room`, `leave_room`, `emit_room`.
    Room,
    /// `clients`.
    Clients,
    /// `open_stream`, `accept_streams`, `refuse_streams`, `write`, `end`, `destroy`.
    Stream,
    /// `provide`, `withdraw`, `call` (`v2`).
    Service,
    /// `create_topic`, `destroy_topic`, `publish`, `subscribe`, `unsubscribe` (`v1`).
    Topic,
    /// Connects again by itself after a connection was lost, and says so.
    Reconnect,
}

impl Feature {
    /// The name in hellos.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Room => "room",
            Self::Clients => "clients",
            Self::Stream => "stream",
            Self::Service => "service",
            Self::Topic => "topic",
            Self::Reconnect => "reconnect",
        }
    }
}

/// A command of the runner, with the number that the reply repeats.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct CommandLine {
    /// Number of the command; each is used once.
    pub id: u64,
    /// What to do.
    #[serde(flatten)]
    pub command: Command,
}

/// What the driver shall make its client do. Values may hold `{"$bin": base64}`, which
/// stands for binary data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Command {
    /// Connect. Replied when the client is in the default namespace, or when it is clear
    /// that it will not get there.
    Connect {
        /// Where to: `http://127.0.0.1:PORT`.
        url: String,
        /// The client id.
        client_id: String,
        /// The dialect, one of those in the hello.
        #[schemars(with = "crate::scenario::model::DialectName")]
        dialect: Dialect,
        /// The Engine.IO generation, one of those in the hello.
        #[schemars(with = "crate::scenario::model::EioNumber")]
        eio: u8,
        /// `websocket`, `polling` or `upgrade`.
        transport: crate::scenario::TransportName,
        /// Whether to connect again when the connection is lost, as soon as possible.
        /// Default: no.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        reconnect: bool,
        /// Whether the client is set up as a service (`v1`), so that it answers
        /// subscriptions to its topics. Default: no.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        service: bool,
    },
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
        data: Value,
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
}

impl Command {
    /// The feature that a command belongs to; `None` for those that every driver knows.
    pub(crate) fn feature(name: &str) -> Option<Feature> {
        Some(match name {
            "join_room" | "leave_room" | "emit_room" => Feature::Room,
            "clients" => Feature::Clients,
            "open_stream" | "accept_streams" | "refuse_streams" | "write" | "end" | "destroy" => {
                Feature::Stream
            }
            "provide" | "withdraw" | "call" => Feature::Service,
            "create_topic" | "destroy_topic" | "publish" | "subscribe" | "unsubscribe" => {
                Feature::Topic
            }
            _ => return None,
        })
    }
}

/// What came of a command: either `ok` or `error`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub(crate) struct Reply {
    /// Number of the command.
    pub id: u64,
    /// It is done; the value that the command promises, `null` if none.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "present"
    )]
    #[schemars(with = "Option<Value>")]
    pub ok: Option<Value>,
    /// It failed: what the client says. `unsupported` for a command that the driver does
    /// not know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Tells `"ok": null` from no `ok` at all.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

/// Something that happened at the client without a command, or after it was replied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Event {
    /// The client is connected again, after `disconnected`. Not reported for `connect`.
    Connected {},
    /// The connection is lost or was ended by the server. Not reported for `disconnect`.
    Disconnected {
        /// Why, in the client's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// A listener received its event.
    Received {
        /// The listener.
        listener: String,
        /// The arguments, without the sender's id that precedes them in `v1`.
        args: Vec<Value>,
        /// The sender, if the client says who it is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<String>,
        /// If an ack is asked for: a name by which it is answered, chosen by the driver.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request: Option<String>,
    },
    /// Another client has added this one as a target.
    TargetAdded {
        /// Who.
        client: String,
    },
    /// A linked client has left.
    TargetLeft {
        /// Who.
        client: String,
    },
    /// A stream that another client asked for is open.
    StreamOpened {
        /// Name of the stream, chosen by the driver.
        stream: String,
        /// Who asked, if the client says so.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        from: Option<String>,
    },
    /// Bytes from a stream, in order, in pieces of any size.
    Data {
        /// The stream.
        stream: String,
        /// The bytes, `{"$bin": base64}`.
        data: Value,
    },
    /// The other side will write no more.
    Ended {
        /// The stream.
        stream: String,
    },
    /// The stream is gone: destroyed by the other side or lost. Not reported for `destroy`,
    /// and reported at most once.
    Closed {
        /// The stream.
        stream: String,
        /// Why, in the client's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
    /// The server reported an error.
    ServerError {
        /// Its text.
        text: String,
    },
    /// The topic of a subscription is gone.
    TopicDestroyed {
        /// The listener of the subscription.
        listener: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_of_null_is_an_answer() {
        let reply: Reply = serde_json::from_str(r#"{"id":1,"ok":null}"#).unwrap();
        assert_eq!(reply.ok, Some(Value::Null));
        let reply: Reply = serde_json::from_str(r#"{"id":1,"error":"no"}"#).unwrap();
        assert_eq!((reply.ok, reply.error.as_deref()), (None, Some("no")));
    }

    #[test]
    fn a_command_is_flat() {
        let line = CommandLine {
            id: 3,
            command: Command::Unlisten {
                listener: "l".into(),
            },
        };
        let text = serde_json::to_string(&line).unwrap();
        assert_eq!(text, r#"{"id":3,"do":"unlisten","listener":"l"}"#);
        assert_eq!(serde_json::from_str::<CommandLine>(&text).unwrap(), line);
    }
}
