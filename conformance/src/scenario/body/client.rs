//! Bodies of the verbs about clients: what the client under test is told to do, what it
//! reports, and what the scripted server sees and sends.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::scenario::text::Text;
use crate::scenario::value::{ArgumentsPattern, Pattern};
use crate::scenario::verb::{unsaid, verbs};

verbs! {
    /// A client.
    pub struct ClientName: Observation, Script {
        /// The client.
        client: String => Client,
    }

    /// A command.
    pub struct Drive: Act, Client {
        /// The client.
        client: String => Client,
        /// The command, as in the driver protocol.
        r#do: String,
        /// Its members.
        #[serde(default = "nothing", skip_serializing_if = "is_nothing")]
        with: Pattern => Sends,
        /// A name for `replied`; without it the reply is waited for.
        #[serde(skip_serializing_if = "Option::is_none")]
        r#as: Option<Text> => Asks,
        /// The value of the reply. Default: any.
        #[serde(skip_serializing_if = "Option::is_none")]
        value: Option<Pattern> => Expects,
        /// The reply must be an error, with a text like this.
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<Pattern> => Expects,
    }
}

fn nothing() -> Pattern {
    Pattern::Object(Vec::new())
}

fn is_nothing(with: &Pattern) -> bool {
    *with == nothing()
}

verbs! {
    /// The reply to a command.
    pub struct Replied: Observation, Client {
        /// The name of the command.
        command: Text => Awaits,
        /// Its value. Default: any.
        #[serde(skip_serializing_if = "Option::is_none")]
        value: Option<Pattern> => Expects,
        /// It must be an error, with a text like this.
        #[serde(skip_serializing_if = "Option::is_none")]
        error: Option<Pattern> => Expects,
    }

    /// An event of the driver.
    pub struct Told: Observation, Client {
        /// The client.
        client: String => Client,
        /// The event, as in the driver protocol.
        event: String,
        /// Its members. `from`, `reason` and `error` need not be named: clients may or may not
        /// know them.
        #[serde(default = "nothing", skip_serializing_if = "is_nothing")]
        with: Pattern => Expects,
    }

    /// Bytes of a stream.
    pub struct ReadStream: Observation, Client {
        /// The client.
        client: String => Client,
        /// The stream.
        stream: Text => Says,
        /// The bytes: `{"$binary": base64}` or `{"$bytes": size}`.
        data: Pattern,
    }

    /// The query of a handshake.
    pub struct Handshake: Act, Script {
        /// The client.
        client: String => Client,
        /// Parameters and their values; there may be others.
        query: BTreeMap<String, Text> => Says,
    }

    /// An event packet of the client.
    pub struct Expect: Observation, Script {
        /// The client.
        client: String => Client,
        /// Name of the event on the wire.
        event: Text => Says,
        /// Its arguments on the wire.
        #[serde(default)]
        #[schemars(skip_serializing_if = "unsaid")]
        args: ArgumentsPattern => Expects,
        /// A name for the packet, which then asks for an ack: `answer` it.
        #[serde(skip_serializing_if = "Option::is_none")]
        r#as: Option<Text> => Takes,
    }

    /// A message that the client sends.
    pub struct ExpectMessage: Observation, Script {
        /// The client.
        client: String => Client,
        /// The actor that it is for.
        to: String => Names,
        /// The event.
        event: Text => Says,
        /// Its arguments, without the sender's id that precedes them in `v1`.
        #[serde(default)]
        #[schemars(skip_serializing_if = "unsaid")]
        args: ArgumentsPattern => Expects,
        /// A name for the message, which then asks for an ack: `answer` it.
        #[serde(skip_serializing_if = "Option::is_none")]
        r#as: Option<Text> => Takes,
    }

    /// An event packet of the server.
    pub struct Send: Act, Script {
        /// The client that gets it.
        client: String => Client,
        /// Name of the event on the wire.
        event: Text => Says,
        /// Its arguments on the wire.
        #[serde(default)]
        #[schemars(skip_serializing_if = "unsaid")]
        args: Vec<Pattern> => Sends,
        /// A name for the packet, which then asks for an ack: match it with `acked`.
        #[serde(skip_serializing_if = "Option::is_none")]
        r#as: Option<Text> => Asks,
    }

    /// A message as the server delivers it.
    pub struct SendMessage: Act, Script {
        /// The client that gets it.
        client: String => Client,
        /// The actor that it is from.
        from: String => Names,
        /// The event.
        event: Text => Says,
        /// Its arguments, without the sender's id that precedes them in `v1`.
        #[serde(default)]
        #[schemars(skip_serializing_if = "unsaid")]
        args: Vec<Pattern> => Sends,
        /// A name for the message, which then asks for an ack: match it with `acked`.
        #[serde(skip_serializing_if = "Option::is_none")]
        r#as: Option<Text> => Asks,
    }

    /// A Socket.IO packet as text.
    pub struct SendText: Act, Script {
        /// The client that gets it.
        client: String => Client,
        /// The packet without the type of Engine.IO.
        text: Text => Says,
    }

    /// What a client is told that comes.
    pub struct Admit: Act, Script {
        /// The client.
        client: String => Client,
        /// Why it is refused; without it, it is accepted.
        refuse: Option<String> = null,
        /// After how many milliseconds a ping is due and, as many later, missed; without it, no
        /// ping is due before the story ends.
        heartbeat_ms: Option<u64> = null,
    }

    /// The server ends a connection.
    pub struct HangUp: Act, Script {
        /// The client.
        client: String => Client,
        /// How.
        how: HangingUp,
    }
}

/// How the server ends a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
