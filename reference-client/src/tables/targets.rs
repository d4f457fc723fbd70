//! The table of targets: links with other clients.

use std::collections::BTreeSet;

use parking_lot::Mutex;
use sio_p2p_protocol::ClientId;

use crate::{broadcast::Broadcast, events::TargetEvent};

/// The links of a client.
#[derive(Debug, Default)]
pub(crate) struct Targets {
    /// The targets that this client added, to be added again after a reconnect.
    added: Mutex<BTreeSet<ClientId>>,
    /// Every client with a link to this connection, whoever made it. Servers of the original
    /// tell of one departure once for each link; this is how the application hears it once.
    linked: Mutex<BTreeSet<ClientId>>,
    pub(crate) events: Broadcast<TargetEvent>,
}

impl Targets {
    pub(crate) fn len(&self) -> usize {
        self.added.lock().len()
    }

    pub(crate) fn all(&self) -> Vec<ClientId> {
        self.added.lock().iter().cloned().collect()
    }

    /// A target is gone, or could not be added again.
    pub(crate) fn forget(&self, client: &ClientId) {
        self.added.lock().remove(client);
    }

    /// A link with this client is made, or about to be.
    pub(crate) fn link(&self, client: ClientId) {
        self.linked.lock().insert(client);
    }

    /// The connection has ended, and with it all links, which bind connections and not ids
    /// (SRV-MSG-19). Gives the clients that linked themselves to this one: only they can do so
    /// again.
    pub(crate) fn connection_lost(&self) -> Vec<ClientId> {
        let linked = std::mem::take(&mut *self.linked.lock());
        let added = self.added.lock();
        linked
            .into_iter()
            .filter(|client| !added.contains(client))
            .collect()
    }

    /// A target was added.
    pub(crate) fn add(&self, client: ClientId) {
        self.added.lock().insert(client);
    }

    /// A linked client has left; true the first time that it is said.
    pub(crate) fn unlink(&self, client: &ClientId) -> bool {
        self.linked.lock().remove(client)
    }

    /// The client has ended.
    pub(crate) fn close(&self) {
        self.added.lock().clear();
        self.linked.lock().clear();
        self.events.close();
    }
}
