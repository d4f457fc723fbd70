//! What happens to the connection of a client, as one stream.
//!
//! [`state`](Client::state) is a value that can be watched: whoever looks late sees how things
//! stand and not what has been. Here every loss and every return of the connection is told, and
//! in between what the server says of this client and of those that it is linked with.

use serde::{Serialize, Serializer};
use sio_p2p_protocol::ClientId;

use crate::{
    broadcast::EventStream,
    client::{Client, Shared},
    core::ServerError,
    state::{ConnectionState, DisconnectReason},
    target::TargetEvent,
};

/// Something that happened to the connection of a client.
///
/// Written as JSON it is an event of the driver protocol (`spec/driver.md`), such as
/// `{"event":"disconnected","reason":"closed by this client"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum ConnectionEvent {
    /// The connection has ended, unless this client was closed. Told once for each connection;
    /// the [`state`](Client::state) says whether the client tries to get another.
    Disconnected {
        /// Why.
        #[serde(serialize_with = "text")]
        reason: DisconnectReason,
    },
    /// The client is connected again, after `Disconnected`.
    Connected,
    /// The server could not do something, see [`Client::server_errors`].
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

impl Client {
    /// What happens to the connection from now on, in order, until the client has ended: see
    /// [`closed`](Self::closed).
    ///
    /// ```no_run
    /// use sio_p2p_client::ConnectionEvent;
    /// # async fn f(client: sio_p2p_client::Client) {
    /// let mut events = client.connection_events();
    /// while let Some(event) = events.next().await {
    ///     match event {
    ///         ConnectionEvent::Disconnected { reason } => println!("offline: {reason}"),
    ///         ConnectionEvent::Connected => println!("online again"),
    ///         _ => {}
    ///     }
    /// }
    /// # }
    /// ```
    pub fn connection_events(&self) -> EventStream<ConnectionEvent> {
        self.shared.events.subscribe(&self.shared.budget)
    }
}

impl Shared {
    /// The connection is gone: what the state is now, and why.
    pub(crate) fn tell_disconnected(&self, now: ConnectionState, reason: &DisconnectReason) {
        let before = self.state.send_replace(now);
        // A connection that ended before it was in use was never told.
        if before.is_connected() && *reason != DisconnectReason::Local {
            let reason = reason.clone();
            self.events.send(&ConnectionEvent::Disconnected { reason });
        }
    }

    /// Tells an error of the server to all who listen for such, here or there.
    pub(crate) fn tell_server_error(&self, error: ServerError) {
        self.core.errors.send(&error);
        self.events.send(&ConnectionEvent::ServerError(error));
    }

    /// Tells what happened to a link to all who listen for such, here or there.
    pub(crate) fn tell_target_event(&self, event: TargetEvent) {
        self.targets.events.send(&event);
        self.events.send(&match event {
            TargetEvent::AddedBy(client) => ConnectionEvent::TargetAdded { client },
            TargetEvent::Left(client) => ConnectionEvent::TargetLeft { client },
        });
    }
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
