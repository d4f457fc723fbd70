//! The table of the Core family: rooms to join again, and what the server has said.

use std::{collections::BTreeSet, time::Duration};

use parking_lot::Mutex;
use sio_p2p_protocol::RoomName;
use tokio::time::Instant;

use crate::{broadcast::Broadcast, events::ServerError};

/// How long before the end of a connection an error may come to be its reason.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// Rooms, and the errors of the server.
#[derive(Debug, Default)]
pub(crate) struct Core {
    pub(crate) errors: Broadcast<ServerError>,
    /// The last error of the server, and when: it explains a disconnect that follows at once.
    last_error: Mutex<Option<(String, Instant)>>,
    /// The rooms to join again after a reconnect.
    pub(crate) rooms: Mutex<BTreeSet<RoomName>>,
}

impl Core {
    pub(crate) fn rooms_len(&self) -> usize {
        self.rooms.lock().len()
    }

    /// What the server said just before it ended the connection.
    pub(crate) fn last_words(&self) -> Option<String> {
        let (text, when) = self.last_error.lock().take()?;
        (when.elapsed() < LAST_WORDS).then_some(text)
    }

    /// The server has reported an error.
    pub(crate) fn said(&self, text: &str) {
        *self.last_error.lock() = Some((text.to_owned(), Instant::now()));
    }

    /// The client has ended.
    pub(crate) fn close(&self) {
        self.errors.close();
    }
}
