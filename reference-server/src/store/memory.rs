//! A store that forgets when the process ends.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::time::SystemTime;

use parking_lot::{Mutex, MutexGuard};
use sio_p2p_protocol::ClientId;

use super::{Book, Message, MessageId, MessageStore, NewMessage, StoreFuture, StoreLimits};

/// Keeps messages in memory, across reconnects of clients but not across the end
/// of the process.
#[derive(Debug, Default)]
pub struct MemoryStore {
    shelves: Mutex<Shelves>,
}

#[derive(Debug, Default)]
struct Shelves {
    book: Book,
    /// Every message under its client, in order.
    clients: HashMap<ClientId, BTreeMap<MessageId, Message>>,
    /// Whom a message is for.
    owners: HashMap<MessageId, ClientId>,
    saved: u64,
}

impl MemoryStore {
    /// An empty store.
    pub fn new(limits: StoreLimits) -> Self {
        let shelves = Shelves {
            book: Book::new(limits),
            ..Shelves::default()
        };
        Self {
            shelves: Mutex::new(shelves),
        }
    }

    fn shelves(&self) -> MutexGuard<'_, Shelves> {
        self.shelves.lock()
    }
}

impl Shelves {
    fn remove(&mut self, id: MessageId) -> bool {
        let Some(client) = self.owners.remove(&id) else {
            return false;
        };
        if let Some(messages) = self.clients.get_mut(&client) {
            if let Some(message) = messages.remove(&id) {
                self.book.take(&client, message.message.size());
            }
            if messages.is_empty() {
                self.clients.remove(&client);
            }
        }
        true
    }
}

/// Nothing here ever waits, so every future is ready.
fn ready<'a, T: Send + 'a>(value: T) -> StoreFuture<'a, T> {
    Box::pin(std::future::ready(Ok(value)))
}

impl MessageStore for MemoryStore {
    fn save(&self, message: NewMessage) -> StoreFuture<'_, MessageId> {
        let mut shelves = self.shelves();
        if let Err(error) = shelves.book.add(&message.client, message.size()) {
            return Box::pin(std::future::ready(Err(error)));
        }
        shelves.saved += 1;
        let id = MessageId(shelves.saved);
        let client = message.client.clone();
        shelves.owners.insert(id, client.clone());
        let stored = Message {
            id,
            attempts: 0,
            message,
        };
        let messages = shelves.clients.entry(client).or_default();
        messages.insert(id, stored);
        ready(id)
    }

    fn load(
        &self,
        client: &ClientId,
        after: Option<MessageId>,
        limit: usize,
        now: SystemTime,
    ) -> StoreFuture<'_, Vec<Message>> {
        let shelves = self.shelves();
        let messages = shelves
            .clients
            .get(client)
            .into_iter()
            .flat_map(|messages| {
                let start = after.map_or(Bound::Unbounded, Bound::Excluded);
                messages.range((start, Bound::Unbounded))
            });
        let fresh = messages.filter(|(_, message)| !message.message.expired(now));
        ready(
            fresh
                .take(limit)
                .map(|(_, message)| message.clone())
                .collect(),
        )
    }

    fn sent(&self, ids: Vec<MessageId>) -> StoreFuture<'_, ()> {
        let mut shelves = self.shelves();
        let Shelves {
            clients, owners, ..
        } = &mut *shelves;
        for id in ids {
            let messages = owners.get(&id).and_then(|client| clients.get_mut(client));
            if let Some(message) = messages.and_then(|messages| messages.get_mut(&id)) {
                message.attempts = message.attempts.saturating_add(1);
            }
        }
        ready(())
    }

    fn remove(&self, ids: Vec<MessageId>) -> StoreFuture<'_, Vec<MessageId>> {
        let mut shelves = self.shelves();
        ready(ids.into_iter().filter(|id| shelves.remove(*id)).collect())
    }

    fn expire(&self, now: SystemTime) -> StoreFuture<'_, u64> {
        let mut shelves = self.shelves();
        let messages = shelves.clients.values().flat_map(BTreeMap::values);
        let expired = messages.filter(|message| message.message.expired(now));
        let ids: Vec<_> = expired.map(|message| message.id).collect();
        let removed = ids.into_iter().filter(|id| shelves.remove(*id)).count();
        ready(removed as u64)
    }
}
