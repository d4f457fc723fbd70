//! A store in a file, by `SQLite`.
//!
//! One thread owns the database. It takes all requests that are waiting, does them
//! in one transaction and answers when that is on disk, so many tasks that save at
//! once share the cost of one commit.

mod database;
mod worker;

use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::SystemTime;

use parking_lot::Mutex;
use sio_p2p_protocol::ClientId;
use tokio::sync::{Semaphore, oneshot};

use self::database::Database;
use self::worker::{Order, job};
use super::{Message, MessageId, MessageStore, NewMessage, StoreError, StoreFuture, StoreLimits};

/// How many requests may wait for the thread. Further ones wait to be let in.
const WAITING: usize = 4_096;

/// Keeps messages in an `SQLite` database, across the end of the process and, as far
/// as the disk keeps what it was told to write, of the machine.
///
/// A database belongs to one server at a time: it is locked while it is open.
#[derive(Debug)]
pub struct SqliteStore {
    path: String,
    orders: Sender<Order>,
    room: Semaphore,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl SqliteStore {
    /// Opens a database, and makes it if it is not there.
    ///
    /// Waits for the disk. Fails if the file is not a store, is one of a later version
    /// of this crate, cannot be written, or is open in another server.
    pub fn open(path: impl AsRef<Path>, limits: StoreLimits) -> Result<Self, StoreError> {
        let path = path.as_ref();
        let database = Database::open(path, limits)?;
        let (orders, waiting) = channel();
        let thread = std::thread::Builder::new()
            .name("message-store".to_owned())
            .spawn(move || worker::work(database, &waiting))
            .map_err(|error| StoreError::Database {
                path: path.display().to_string(),
                reason: error.to_string(),
            })?;
        Ok(Self {
            path: path.display().to_string(),
            orders,
            room: Semaphore::new(WAITING),
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Has the thread do something and waits for the outcome.
    fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Database) -> Result<T, StoreError> + Send + 'static,
    ) -> StoreFuture<'_, T> {
        Box::pin(async move {
            // The semaphore is never closed.
            let _room = self.room.acquire().await.ok();
            let (answer, answered) = oneshot::channel();
            self.orders.send(Order::Do(job(work, answer))).ok();
            answered.await.unwrap_or_else(|_| {
                Err(StoreError::Database {
                    path: self.path.clone(),
                    reason: "it does not answer; the log says why".to_owned(),
                })
            })
        })
    }
}

/// Waits until everything that was asked for is done and the file is closed.
impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.orders.send(Order::End).ok();
        let thread = self.thread.get_mut();
        if let Some(thread) = thread.take() {
            thread.join().ok();
        }
    }
}

impl MessageStore for SqliteStore {
    fn save(&self, message: NewMessage) -> StoreFuture<'_, MessageId> {
        self.ask(move |database| database.save(&message))
    }

    fn load(
        &self,
        client: &ClientId,
        after: Option<MessageId>,
        limit: usize,
        now: SystemTime,
    ) -> StoreFuture<'_, Vec<Message>> {
        let client = client.clone();
        self.ask(move |database| database.load(&client, after, limit, now))
    }

    fn sent(&self, ids: Vec<MessageId>) -> StoreFuture<'_, ()> {
        self.ask(move |database| database.sent(&ids))
    }

    fn remove(&self, ids: Vec<MessageId>) -> StoreFuture<'_, Vec<MessageId>> {
        self.ask(move |database| database.remove(&ids))
    }

    fn expire(&self, now: SystemTime) -> StoreFuture<'_, u64> {
        self.ask(move |database| database.expire(now))
    }
}
