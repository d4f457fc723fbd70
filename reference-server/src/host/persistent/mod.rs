//! Persistent messages: delivered at least once, in order, whatever happens.
//!
//! A message is stored first and sent then, always with a request for an ack, and
//! is removed when the ack has come (SRV-MSG-27). At every connection of a client,
//! all that is stored for it is sent, so a message may arrive again if its ack was
//! lost with a connection or with the server.
//!
//! For each client that has something to be sent there is one task, the
//! [`courier`], which alone loads, sends and removes. It ends when there is nothing
//! left to do.

mod acks;
mod courier;
mod emit;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError, Weak};
use std::time::{Duration, SystemTime};

use sio_p2p_protocol::ClientId;
use tokio::sync::Notify;
use tracing::{debug, error};

use self::acks::AckFunctions;
pub use self::acks::{AckRegistration, Acked};
pub use self::emit::{EmitPersistent, PersistError};
use super::core::Door;
use crate::store::{MessageId, MessageStore, NewMessage, StoreError};

/// How often expired messages are removed. Until then they take room but are not
/// delivered.
const EXPIRY_PAUSE: Duration = Duration::from_mins(1);

/// How many messages of one client may be waiting for their acks. The originals
/// have no bound; a client that never acks is given this many at each connection.
pub(crate) const WINDOW: usize = 1_024;

/// The host's persistent messages.
pub(crate) struct Persistence {
    store: Arc<dyn MessageStore>,
    /// Weak, because the shell owns us.
    door: Weak<dyn Door>,
    couriers: Mutex<HashMap<ClientId, Arc<Bell>>>,
    acks: AckFunctions,
    /// Whether expired messages are being looked for.
    expiring: Once,
}

/// How a courier is told that there is something to do.
#[derive(Debug, Default)]
struct Bell {
    rung: Notify,
    state: Mutex<Rings>,
}

/// What has happened since the courier last looked.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Rings {
    /// A message was stored.
    stored: bool,
    /// The client has made a new connection, to which everything must be sent.
    connected: bool,
}

impl fmt::Debug for Persistence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Persistence").finish_non_exhaustive()
    }
}

impl Persistence {
    /// Persistent messages that are kept in this store and sent through this door.
    pub(crate) fn new(store: Arc<dyn MessageStore>, door: Weak<dyn Door>) -> Arc<Self> {
        Arc::new(Self {
            store,
            door,
            couriers: Mutex::default(),
            acks: AckFunctions::default(),
            expiring: Once::new(),
        })
    }

    /// Stores a message and has it sent.
    pub(crate) async fn emit(self: &Arc<Self>, message: NewMessage) -> Result<Stored, StoreError> {
        let client = message.client.clone();
        let id = self.store.save(message).await?;
        self.ring(client, |rings| rings.stored = true);
        Ok(Stored {
            id,
            store: Arc::clone(&self.store),
        })
    }

    /// A client has connected. Called under the shell's lock, inside of a runtime.
    pub(crate) fn connected(self: &Arc<Self>, client: ClientId) {
        self.ring(client, |rings| rings.connected = true);
    }

    /// The functions that are called when messages were acked.
    pub(crate) fn acks(&self) -> &AckFunctions {
        &self.acks
    }

    /// Tells the courier of a client, and sends for one if there is none.
    fn ring(self: &Arc<Self>, client: ClientId, what: impl FnOnce(&mut Rings)) {
        self.expiring.call_once(|| {
            tokio::spawn(expire(Arc::downgrade(self)));
        });
        let mut couriers = self.couriers();
        let bell = couriers.get(&client).cloned();
        let bell = bell.unwrap_or_else(|| {
            let bell = Arc::new(Bell::default());
            couriers.insert(client.clone(), Arc::clone(&bell));
            tokio::spawn(courier::run(Arc::clone(self), client, Arc::clone(&bell)));
            bell
        });
        what(&mut bell.rings());
        bell.rung.notify_one();
    }

    /// Lets a courier go, unless something has happened since it last looked.
    fn dismiss(&self, client: &ClientId, bell: &Bell) -> bool {
        let mut couriers = self.couriers();
        let idle = *bell.rings() == Rings::default();
        if idle {
            couriers.remove(client);
        }
        idle
    }

    fn couriers(&self) -> MutexGuard<'_, HashMap<ClientId, Arc<Bell>>> {
        self.couriers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Removes expired messages now and then, until the server is gone.
async fn expire(persistence: Weak<Persistence>) {
    let mut pause = tokio::time::interval(EXPIRY_PAUSE);
    loop {
        pause.tick().await;
        // Not held across the pause: the store is closed with the server.
        let Some(persistence) = persistence.upgrade() else {
            return;
        };
        match persistence.store.expire(SystemTime::now()).await {
            Ok(0) => {}
            Ok(messages) => debug!(messages, "removed expired messages"),
            Err(error) => error!(%error, "cannot remove expired messages"),
        }
    }
}

impl Bell {
    /// What has happened since the last time.
    fn answer(&self) -> Rings {
        std::mem::take(&mut self.rings())
    }

    fn rings(&self) -> MutexGuard<'_, Rings> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A persistent message that was stored.
///
/// To drop it changes nothing; the message will be delivered.
#[derive(Clone)]
pub struct Stored {
    id: MessageId,
    store: Arc<dyn MessageStore>,
}

impl fmt::Debug for Stored {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stored")
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

impl Stored {
    /// The id of the message in its store.
    pub fn id(&self) -> MessageId {
        self.id
    }

    /// Takes the message back: it will not be sent again, and its ack function will
    /// not be called. True if it was there, false if it was acked, expired or taken
    /// back before. One that is on its way arrives all the same.
    pub async fn undo(&self) -> Result<bool, StoreError> {
        let removed = self.store.remove(vec![self.id]).await?;
        Ok(!removed.is_empty())
    }
}
