//! What happens to the connection of a client.
//!
//! [`state`](crate::Client::state) is a value that can be watched: whoever looks late sees how things
//! stand and not what has been. Here every loss and every return of the connection is told, and
//! in between what the server says of this client and of those that it is linked with.

use serde::{Serialize, Serializer};
use sio_p2p_protocol::{ClientId, Failure};

use crate::state::DisconnectReason;

/// Something that happened to the connection of a client.
///
/// Written as JSON it is an event of the driver protocol (`spec/driver.md`), such as
/// `{"event":"disconnected","reason":"closed by this client"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ConnectionEvent {
    /// The connection has ended, unless this client was closed. Told once for each connection;
    /// the [`state`](crate::Client::state) says whether the client tries to get another.
    Disconnected {
        /// Why.
        #[serde(serialize_with = "text")]
        reason: DisconnectReason,
    },
    /// The client is connected again, after `Disconnected`.
    Connected,
    /// The server could not do something, see [`Client::server_errors`](crate::Client::server_errors).
    ServerError(ServerError),
    /// Another client has added this one, see [`TargetEvent::AddedBy`].
    TargetAdded {
        /// Who.
        client: ClientId,
    },
    /// A linked client has left, see [`TargetEvent::Left`].
    TargetLeft {
        /// Who.
        client: ClientId,
    },
}

fn text<S: Serializer>(reason: &DisconnectReason, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(reason)
}

/// A `SERVER_ERROR`: something this client asked for could not be done.
///
/// Nothing on the wire says what it was. The error harms nothing else (CLI-CORE-3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ServerError {
    /// The text for humans.
    pub text: String,
    /// What the text means, if it is one of those that servers use.
    #[serde(skip)]
    pub failure: Option<Failure>,
}

/// What happens to the links of this client.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TargetEvent {
    /// Another client added this one, and was accepted.
    AddedBy(ClientId),
    /// A linked client has left, whoever made the link. Its streams have ended, and so have the
    /// listeners for it (CLI-MSG-1); to hear of it again, add it again.
    Left(ClientId),
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn as_json_they_are_lines_of_a_driver() {
        let client = ClientId::new("b").unwrap();
        let (reason, text) = (DisconnectReason::Server { said: None }, "x".to_owned());
        let failure = None;
        for (event, line) in [
            (
                ConnectionEvent::Disconnected { reason },
                json!({"event": "disconnected", "reason": "the server disconnected this client"}),
            ),
            (ConnectionEvent::Connected, json!({"event": "connected"})),
            (
                ConnectionEvent::ServerError(ServerError { text, failure }),
                json!({"event": "server_error", "text": "x"}),
            ),
            (
                ConnectionEvent::TargetAdded {
                    client: client.clone(),
                },
                json!({"event": "target_added", "client": "b"}),
            ),
            (
                ConnectionEvent::TargetLeft { client },
                json!({"event": "target_left", "client": "b"}),
            ),
        ] {
            assert_eq!(json!(event), line);
        }
    }
}
