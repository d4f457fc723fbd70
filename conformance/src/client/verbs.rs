//! The verbs of scenarios about clients: what the client under test is told to do, what it
//! reports, and what the scripted server sees and sends.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::scenario::text::Text;
use crate::scenario::value::{ArgumentsPattern, Pattern};

/// The verbs of scenarios about clients. `client` is an actor that is driven.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
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

/// Names of the verbs, for the parser.
pub const VERBS: &[&str] = &[
    "drive",
    "replied",
    "told",
    "read",
    "handshake",
    "expect",
    "expect_message",
    "send",
    "send_message",
    "send_text",
    "admit",
    "hang_up",
    "joined",
    "left",
];

impl ClientVerb {
    /// Whether the verb waits for something to happen.
    pub fn is_observation(&self) -> bool {
        matches!(
            self,
            Self::Replied(_)
                | Self::Told(_)
                | Self::Read(_)
                | Self::Expect(_)
                | Self::ExpectMessage(_)
                | Self::Joined(_)
                | Self::Left(_)
        )
    }

    /// Whether only the scripted server can do it.
    pub fn needs_script(&self) -> bool {
        !matches!(
            self,
            Self::Drive(_) | Self::Replied(_) | Self::Told(_) | Self::Read(_)
        )
    }
}

/// A client.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClientName {
    /// The client.
    pub client: String,
}

/// A command.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Drive {
    /// The client.
    pub client: String,
    /// The command, as in the driver protocol.
    pub r#do: String,
    /// Its members.
    #[serde(default = "nothing")]
    pub with: Pattern,
    /// A name for `replied`; without it the reply is waited for.
    #[serde(default)]
    pub r#as: Option<Text>,
    /// The value of the reply. Default: any.
    #[serde(default)]
    pub value: Option<Pattern>,
    /// The reply must be an error, with a text like this.
    #[serde(default)]
    pub error: Option<Pattern>,
}

fn nothing() -> Pattern {
    Pattern::Object(Vec::new())
}

/// The reply to a command.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Replied {
    /// The name of the command.
    pub command: Text,
    /// Its value. Default: any.
    #[serde(default)]
    pub value: Option<Pattern>,
    /// It must be an error, with a text like this.
    #[serde(default)]
    pub error: Option<Pattern>,
}

/// An event of the driver.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Told {
    /// The client.
    pub client: String,
    /// The event, as in the driver protocol.
    pub event: String,
    /// Its members. `from`, `reason` and `error` need not be named: clients may or may not
    /// know them.
    #[serde(default = "nothing")]
    pub with: Pattern,
}

/// Bytes of a stream.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadStream {
    /// The client.
    pub client: String,
    /// The stream.
    pub stream: Text,
    /// The bytes: `{"$binary": base64}` or `{"$bytes": size}`.
    pub data: Pattern,
}

/// The query of a handshake.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Handshake {
    /// The client.
    pub client: String,
    /// Parameters and their values; there may be others.
    pub query: BTreeMap<String, Text>,
}

/// An event packet of the client.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The client.
    pub client: String,
    /// Name of the event on the wire.
    pub event: Text,
    /// Its arguments on the wire.
    #[serde(default)]
    pub args: ArgumentsPattern,
    /// A name for the packet, which then asks for an ack: `answer` it.
    #[serde(default)]
    pub r#as: Option<Text>,
}

/// A message that the client sends.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectMessage {
    /// The client.
    pub client: String,
    /// The actor that it is for.
    pub to: String,
    /// The event.
    pub event: Text,
    /// Its arguments, without the sender's id that precedes them in `v1`.
    #[serde(default)]
    pub args: ArgumentsPattern,
    /// A name for the message, which then asks for an ack: `answer` it.
    #[serde(default)]
    pub r#as: Option<Text>,
}

/// An event packet of the server.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Send {
    /// The client that gets it.
    pub client: String,
    /// Name of the event on the wire.
    pub event: Text,
    /// Its arguments on the wire.
    #[serde(default)]
    pub args: Vec<Pattern>,
    /// A name for the packet, which then asks for an ack: match it with `acked`.
    #[serde(default)]
    pub r#as: Option<Text>,
}

/// A message as the server delivers it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendMessage {
    /// The client that gets it.
    pub client: String,
    /// The actor that it is from.
    pub from: String,
    /// The event.
    pub event: Text,
    /// Its arguments, without the sender's id that precedes them in `v1`.
    #[serde(default)]
    pub args: Vec<Pattern>,
    /// A name for the message, which then asks for an ack: match it with `acked`.
    #[serde(default)]
    pub r#as: Option<Text>,
}

/// A Socket.IO packet as text.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendText {
    /// The client that gets it.
    pub client: String,
    /// The packet without the type of Engine.IO.
    pub text: Text,
}

/// What a client is told that comes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Admit {
    /// The client.
    pub client: String,
    /// Why it is refused; without it, it is accepted.
    #[serde(default)]
    pub refuse: Option<String>,
    /// After how many milliseconds a ping is due and, as many later, missed; without it, no
    /// ping is due before the story ends.
    #[serde(default)]
    pub heartbeat_ms: Option<u64>,
}

/// The server ends a connection.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HangUp {
    /// The client.
    pub client: String,
    /// How.
    pub how: HangingUp,
}

/// How the server ends a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HangingUp {
    /// By a disconnect packet, then the transport is closed.
    Packet,
    /// By closing the transport in order.
    Transport,
    /// By dropping the TCP connection without a word.
    Cut,
    /// By reading and sending nothing more, heartbeats included; TCP stays open.
    Silent,
}
