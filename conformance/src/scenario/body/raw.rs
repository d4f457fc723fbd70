//! Bodies of the verbs about raw packets.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::scenario::text::Text;
use crate::scenario::value::Pattern;
use crate::scenario::verb::{unsaid, verbs};

verbs! {
    /// Body of `send_packet`.
    pub struct SendPacket: Act {
        /// The sender.
        from: String => Acts,
        /// Name of the event, written as it is.
        event: Text => Says,
        /// All arguments, written as they are: nothing is added in any dialect.
        #[serde(default)]
        #[schemars(skip_serializing_if = "unsaid")]
        args: Vec<Pattern> => Sends,
        /// Ask for an ack under this name.
        #[serde(skip_serializing_if = "Option::is_none")]
        r#as: Option<Text> => Asks,
    }

    /// Body of `send_frame`.
    pub struct SendFrame: Act {
        /// The sender.
        from: String => Acts,
        /// A text message of the transport.
        #[serde(skip_serializing_if = "Option::is_none")]
        text: Option<Text> => Says,
        /// A binary message of the transport, in base64.
        binary: Option<String> = null,
    }

    /// Body of `receive_packet`.
    pub struct ReceivePacket: Observation {
        /// The observer.
        at: String => Observes,
        /// Kind of packet.
        kind: PacketKind,
        /// Its namespace. Default `/`.
        #[serde(skip_serializing_if = "Option::is_none")]
        namespace: Option<Text> => Says,
        /// Its data, which may be missing from the packet (`null`). Default: anything.
        #[serde(skip_serializing_if = "Option::is_none")]
        data: Option<Pattern> => Compares,
    }
}

/// The packets that are neither events nor acks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PacketKind {
    /// A namespace has been joined.
    Connect,
    /// A namespace has been refused.
    ConnectError,
}
