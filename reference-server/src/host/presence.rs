//! Who comes and goes, as the host sees it.

use sio_p2p_protocol::ClientId;
use tokio::sync::broadcast::{Receiver, error::RecvError};

use crate::relay::ConnectionId;

/// Something that happened to a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PresenceEvent {
    /// It was let in (SRV-CORE-1).
    Connected {
        /// The connection.
        connection: ConnectionId,
        /// Its client id; `None` if it is anonymous.
        client: Option<ClientId>,
    },
    /// It has gone, and everybody concerned has been told (SRV-CORE-2).
    Gone {
        /// The connection.
        connection: ConnectionId,
        /// Its client id; `None` if it was anonymous.
        client: Option<ClientId>,
    },
    /// The receiver was too slow and has missed this many events. What holds now
    /// can be asked for with [`Handle::list_clients`](super::Handle::list_clients).
    Missed(u64),
}

/// A subscription to presence events, from [`Handle::presence`](super::Handle::presence).
#[derive(Debug)]
pub struct Presence {
    /// `None` if the server had ended already.
    pub(super) events: Option<Receiver<PresenceEvent>>,
}

impl Presence {
    /// The next event, in the order in which things happened; `None` when the
    /// server is gone. Cancel safe: an event that is not returned is not lost.
    pub async fn next(&mut self) -> Option<PresenceEvent> {
        match self.events.as_mut()?.recv().await {
            Ok(event) => Some(event),
            Err(RecvError::Lagged(missed)) => Some(PresenceEvent::Missed(missed)),
            Err(RecvError::Closed) => None,
        }
    }
}
