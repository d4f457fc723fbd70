//! Persistent messages: delivered at least once, in order, whatever happens.
//!
//! A message is stored first and sent then, always with a request for an ack, and
//! is removed when the ack has come (SRV-MSG-27). At every connection of a client,
//! all that is stored for it is sent, so a message may arrive again if its ack was
//! lost with a connection or with the server.
//!
//! For each client that has something to be sent there is one task, the
//! [`delivery`], which alone loads, sends and removes. It ends when there is nothing
//! left to do.

mod acks;
mod delivery;

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Once, Weak};
use std::time::{Duration, SystemTime};

use futures_util::future::BoxFuture;
use parking_lot::{Mutex, MutexGuard};
use sio_p2p_protocol::{Args, ClientId, EventName};
use tokio::sync::Notify;
use tracing::{debug, error};

use self::acks::AckFunctions;
pub use self::acks::{AckRegistration, Acked};
use crate::store::{MessageId, MessageStore, NewMessage, StoreError};

/// How often expired messages are removed. Until then they take room but are not
/// delivered.
const EXPIRY_PAUSE: Duration = Duration::from_mins(1);

/// How many messages of one client may be waiting for their acks. The originals
/// have no bound; a client that never acks is given this many at each connection.
pub(crate) const WINDOW: usize = 1_024;

/// How persistent messages get to their clients.
pub(crate) trait Sender: Send + Sync {
    /// Sends an event that asks for an ack, unless the client is not connected, or `stale`
    /// is true at the moment of sending. Gives the arguments of the ack, or nothing if
    /// there will be none.
    fn send(
        &self,
        client: &ClientId,
        event: &EventName,
        args: Args,
        stale: &dyn Fn() -> bool,
    ) -> Result<BoxFuture<'static, Option<Args>>, NotSent>;

    /// True once the server is gone: nothing can be sent any more.
    fn is_gone(&self) -> bool;
}

/// Why a message was not sent; its text is for the log.
pub(crate) type NotSent = Box<dyn std::error::Error + Send + Sync>;

/// The host's persistent messages.
pub(crate) struct Persistence {
    store: Arc<dyn MessageStore>,
    sender: Box<dyn Sender>,
    deliveries: Mutex<HashMap<ClientId, Arc<Wakeup>>>,
    acks: AckFunctions,
    /// Whether expired messages are being looked for.
    expiring: Once,
}

/// How a delivery is told that there is something to do.
#[derive(Debug, Default)]
struct Wakeup {
    notify: Notify,
    changes: Mutex<Changes>,
}

/// What has happened since the delivery last looked.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Changes {
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
    /// Persistent messages that are kept in this store and sent by this sender.
    pub(crate) fn new(store: Arc<dyn MessageStore>, sender: impl Sender + 'static) -> Arc<Self> {
        Arc::new(Self {
            store,
            sender: Box::new(sender),
            deliveries: Mutex::default(),
            acks: AckFunctions::default(),
            expiring: Once::new(),
        })
    }

    /// Stores a message and has it sent.
    pub(crate) async fn emit(self: &Arc<Self>, message: NewMessage) -> Result<Stored, StoreError> {
        let client = message.client.clone();
        let id = self.store.save(message).await?;
        self.wake(client, |changes| changes.stored = true);
        Ok(Stored {
            id,
            store: Arc::clone(&self.store),
        })
    }

    /// A client has connected. Called under the shell's lock, inside of a runtime.
    pub(crate) fn connected(self: &Arc<Self>, client: ClientId) {
        self.wake(client, |changes| changes.connected = true);
    }

    /// The functions that are called when messages were acked.
    pub(crate) fn acks(&self) -> &AckFunctions {
        &self.acks
    }

    /// Tells the delivery of a client, and begins one if there is none.
    fn wake(self: &Arc<Self>, client: ClientId, note: impl FnOnce(&mut Changes)) {
        self.expiring.call_once(|| {
            tokio::spawn(expire(Arc::downgrade(self)));
        });
        let mut deliveries = self.deliveries();
        let wakeup = deliveries.get(&client).cloned();
        let wakeup = wakeup.unwrap_or_else(|| {
            let wakeup = Arc::new(Wakeup::default());
            deliveries.insert(client.clone(), Arc::clone(&wakeup));
            tokio::spawn(delivery::run(Arc::clone(self), client, Arc::clone(&wakeup)));
            wakeup
        });
        note(&mut wakeup.changes());
        wakeup.notify.notify_one();
    }

    /// Ends a delivery, unless something has happened since it last looked.
    fn end_if_idle(&self, client: &ClientId, wakeup: &Wakeup) -> bool {
        let mut deliveries = self.deliveries();
        let idle = *wakeup.changes() == Changes::default();
        if idle {
            deliveries.remove(client);
        }
        idle
    }

    fn deliveries(&self) -> MutexGuard<'_, HashMap<ClientId, Arc<Wakeup>>> {
        self.deliveries.lock()
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

impl Wakeup {
    /// What has happened since the last time.
    fn take(&self) -> Changes {
        std::mem::take(&mut self.changes())
    }

    fn changes(&self) -> MutexGuard<'_, Changes> {
        self.changes.lock()
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
