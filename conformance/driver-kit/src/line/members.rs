//! What belongs to each command, by the name of the command.
//!
//! The doc comments of the members become descriptions in `spec/schema/driver.json`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sio_p2p_protocol::Dialect;

use super::{Binary, TransportName};

/// Members of [`Command::Connect`](super::Command::Connect).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Connect {
    /// Where to: `http://127.0.0.1:PORT`.
    pub url: String,
    /// The client id.
    pub client_id: String,
    /// The dialect, one of those in the hello.
    #[schemars(with = "crate::schema::DialectName")]
    pub dialect: Dialect,
    /// The Engine.IO generation, one of those in the hello.
    #[schemars(with = "crate::schema::EioNumber")]
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
}

/// Members of [`Command::Emit`](super::Command::Emit).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Emit {
    /// The receiver's client id.
    pub to: String,
    /// The event.
    pub event: String,
    /// Its arguments.
    pub args: Vec<Value>,
}

/// Members of [`Command::Request`](super::Command::Request).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Request {
    /// The receiver's client id.
    pub to: String,
    /// The event.
    pub event: String,
    /// Its arguments.
    pub args: Vec<Value>,
}

/// Members of [`Command::Listen`](super::Command::Listen).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Listen {
    /// Name of the listener, chosen by the runner.
    pub listener: String,
    /// The event.
    pub event: String,
    /// Only from this client (`v1`). Default: from anybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Only the next one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub once: bool,
    /// The event comes from a room or from the server, not from one client: no sender's
    /// id precedes its arguments, also in `v1`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub plain: bool,
}

/// Members of [`Command::Unlisten`](super::Command::Unlisten).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Unlisten {
    /// Its name.
    pub listener: String,
}

/// Members of [`Command::Answer`](super::Command::Answer).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Answer {
    /// The name under which it was reported.
    pub request: String,
    /// Arguments of the ack.
    pub args: Vec<Value>,
}

/// Members of [`Command::AddTarget`](super::Command::AddTarget).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct AddTarget {
    /// Its client id.
    pub to: String,
}

/// Members of [`Command::JoinRoom`](super::Command::JoinRoom).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct JoinRoom {
    /// Its name.
    pub room: String,
}

/// Members of [`Command::LeaveRoom`](super::Command::LeaveRoom).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct LeaveRoom {
    /// Its name.
    pub room: String,
}

/// Members of [`Command::EmitRoom`](super::Command::EmitRoom).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct EmitRoom {
    /// Its name.
    pub room: String,
    /// The event.
    pub event: String,
    /// Its arguments.
    pub args: Vec<Value>,
}

/// Members of [`Command::OpenStream`](super::Command::OpenStream).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct OpenStream {
    /// Name of the stream, chosen by the runner.
    pub stream: String,
    /// The other client's id.
    pub to: String,
    /// The channel (`v2`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
}

/// Members of [`Command::Write`](super::Command::Write).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Write {
    /// The stream.
    pub stream: String,
    /// The bytes, `{"$bin": base64}`.
    #[schemars(with = "Value")]
    pub data: Binary,
}

/// Members of [`Command::End`](super::Command::End).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct End {
    /// The stream.
    pub stream: String,
}

/// Members of [`Command::Destroy`](super::Command::Destroy).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Destroy {
    /// The stream.
    pub stream: String,
}

/// Members of [`Command::Provide`](super::Command::Provide).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Provide {
    /// Name of the listener, chosen by the runner.
    pub listener: String,
    /// The API.
    pub api: String,
}

/// Members of [`Command::Withdraw`](super::Command::Withdraw).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Withdraw {
    /// The API.
    pub api: String,
}

/// Members of [`Command::Call`](super::Command::Call).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Call {
    /// The API.
    pub api: String,
    /// Its arguments.
    pub args: Vec<Value>,
}

/// Members of [`Command::CreateTopic`](super::Command::CreateTopic).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct CreateTopic {
    /// The topic, without the name of its service.
    pub topic: String,
}

/// Members of [`Command::DestroyTopic`](super::Command::DestroyTopic).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct DestroyTopic {
    /// The topic.
    pub topic: String,
}

/// Members of [`Command::Publish`](super::Command::Publish).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Publish {
    /// The topic.
    pub topic: String,
    /// What.
    pub args: Vec<Value>,
}

/// Members of [`Command::Subscribe`](super::Command::Subscribe).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Subscribe {
    /// Name of the listener, chosen by the runner.
    pub listener: String,
    /// Client id of the service.
    pub service: String,
    /// The topic.
    pub topic: String,
}

/// Members of [`Command::Unsubscribe`](super::Command::Unsubscribe).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(inline)]
pub struct Unsubscribe {
    /// Name of its listener.
    pub listener: String,
}
