//! The state of the connection, as a value that can be watched.

use std::sync::Arc;

use sio_p2p_transport::CloseReason;

/// Where the connection stands.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectionState {
    /// Connected, and everything that could be restored without asking a peer is restored.
    Connected {
        /// The Socket.IO id of this connection; it changes with every reconnect.
        sid: Option<String>,
    },
    /// The connection is lost and the client tries to get another.
    Reconnecting {
        /// The attempt that comes next, counted from 1.
        attempt: usize,
        /// Why the last connection ended or the last attempt failed.
        reason: Arc<str>,
    },
    /// The client has ended and will not connect again.
    Closed(DisconnectReason),
}

impl ConnectionState {
    /// Whether there is a connection right now.
    pub fn is_connected(&self) -> bool {
        matches!(self, Self::Connected { .. })
    }
}

/// Why a connection ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DisconnectReason {
    /// This client was closed, or its last handle dropped.
    #[error("closed by this client")]
    Local,
    /// The server disconnected this client, which, as in JavaScript, ends it.
    #[error("the server disconnected this client{}", said.as_ref().map(|said| format!(", saying: {said}")).unwrap_or_default())]
    Server {
        /// The server's last `SERVER_ERROR` just before: for a client id that is already in use,
        /// text E9 of dialect `v2`.
        said: Option<String>,
    },
    /// The connection was lost, and the policy says not to get another.
    #[error(transparent)]
    Lost(CloseReason),
    /// The connection was lost and could not be restored.
    #[error("no connection after {attempts} attempts, the last one failed because {last}")]
    GaveUp {
        /// How often it was tried.
        attempts: usize,
        /// Why the last attempt failed.
        last: String,
    },
}
