//! Stores of persistent messages: what the host wants delivered even if the
//! client is away, or the server is killed.
//!
//! A [`MessageStore`] only keeps messages. Sending them, waiting for their acks and
//! trying again is done by the host's side of the server, which asks for no more
//! than: keep this, what is there for this client, this one is done with. Two
//! stores are given: [`MemoryStore`], which forgets when the process ends, and
//! [`SqliteStore`], which does not. An application may bring its own.

mod book;
mod memory;
mod message;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::future::Future;
use std::pin::Pin;
use std::time::SystemTime;

use sio_p2p_protocol::ClientId;

use self::book::Book;
pub use self::memory::MemoryStore;
pub use self::message::{AckFunction, Message, MessageId, NewMessage};
#[cfg(feature = "sqlite")]
pub use self::sqlite::SqliteStore;

/// What a method of a store gives: a future that can be sent between threads.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Keeps messages until they are done with.
///
/// Ids tell the order: a message that is saved later has the greater id, and once
/// a message can be loaded, none with a smaller id may turn up. All methods may be
/// called at once from many tasks.
pub trait MessageStore: Send + Sync + 'static {
    /// Keeps a message, at least as durably as the store promises by the time the
    /// future resolves, and gives its id.
    fn save(&self, message: NewMessage) -> StoreFuture<'_, MessageId>;

    /// The oldest messages for a client that have an id greater than `after` and do
    /// not expire until `now`, in the order of their ids, at most `limit` of them.
    fn load(
        &self,
        client: &ClientId,
        after: Option<MessageId>,
        limit: usize,
        now: SystemTime,
    ) -> StoreFuture<'_, Vec<Message>>;

    /// Notes that these messages have been sent once more. Those that are not there
    /// do not matter.
    fn sent(&self, ids: Vec<MessageId>) -> StoreFuture<'_, ()>;

    /// Removes these messages and gives those of them that were there.
    fn remove(&self, ids: Vec<MessageId>) -> StoreFuture<'_, Vec<MessageId>>;

    /// Removes what has expired by `now` and gives how many messages that were.
    fn expire(&self, now: SystemTime) -> StoreFuture<'_, u64>;
}

/// How much a store keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StoreLimits {
    /// How many messages may wait for one client.
    pub messages_per_client: usize,
    /// How many bytes of messages may wait for one client.
    pub bytes_per_client: usize,
    /// How many messages there may be in all.
    pub messages: usize,
}

impl Default for StoreLimits {
    /// 65,536 messages and 64 MiB for each client, 1,048,576 messages in all.
    fn default() -> Self {
        Self {
            messages_per_client: 65_536,
            bytes_per_client: 64 << 20,
            messages: 1 << 20,
        }
    }
}

/// Why a store did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// As many messages wait for this client as may.
    #[error("the store holds as many messages for client `{client}` as it may: {limit}")]
    TooManyForClient {
        /// Whom they wait for.
        client: ClientId,
        /// The limit.
        limit: usize,
    },
    /// As many bytes wait for this client as may.
    #[error("the store holds as many bytes for client `{client}` as it may: {limit}")]
    TooLargeForClient {
        /// Whom they wait for.
        client: ClientId,
        /// The limit.
        limit: usize,
    },
    /// The store is full.
    #[error("the store holds as many messages as it may: {limit}")]
    Full {
        /// The limit.
        limit: usize,
    },
    /// The database cannot be opened or used.
    #[error("the message store {path} cannot be used: {reason}")]
    Database {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A store of the application's own has failed.
    #[error("the message store failed: {0}")]
    Other(#[source] Box<dyn std::error::Error + Send + Sync>),
}
