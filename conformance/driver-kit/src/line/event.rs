//! What a driver reports.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Binary;

/// Something that happened at the client without a command, or after it was replied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
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
        #[schemars(with = "Value")]
        data: Binary,
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
