//! Acknowledgements in both directions.

use std::{collections::HashMap, sync::Arc, time::Duration};

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::oneshot;

use crate::{
    close::CloseReason,
    data::Data,
    error::{EncodeError, SendError},
    halves::PacketSender,
    packet::Packet,
};

/// Why an acknowledgement did not come.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AckError {
    /// The server did not answer in time. It may still have received the event.
    #[error("no acknowledgement within {after:?}")]
    Timeout {
        /// The time that was given.
        after: Duration,
    },
    /// The connection ended first. The server may still have received the event.
    #[error("the connection ended before the acknowledgement: {0}")]
    Closed(CloseReason),
    /// The event cannot be written; nothing was sent.
    #[error("cannot encode the event: {0}")]
    Encode(#[from] EncodeError),
}

/// Answers an event that asked for an acknowledgement: once, which the type enforces.
///
/// Dropping it means that no answer is ever sent, and the sender may wait for ever.
#[derive(Debug)]
#[must_use = "the server waits for an answer"]
pub struct Responder {
    sender: PacketSender,
    namespace: Arc<str>,
    id: u64,
}

impl Responder {
    pub(crate) fn new(sender: PacketSender, namespace: Arc<str>, id: u64) -> Self {
        Self {
            sender,
            namespace,
            id,
        }
    }

    /// The acknowledgement id that the server chose.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Queues the answer: any number of arguments, binary ones included. Fails if the arguments
    /// are no JSON array, or the connection has ended.
    pub async fn ack(self, args: impl Into<Data>) -> Result<(), SendError> {
        let data: Data = args.into();
        data.check_array()?;
        let namespace = self.namespace.to_string();
        self.sender
            .send(Packet::Ack {
                namespace,
                data,
                id: self.id,
            })
            .await
            .map_err(SendError::forget)
    }
}

/// The acknowledgements that one connection waits for. Ids count from 0, as in every client.
#[derive(Debug, Default)]
pub(crate) struct AckTable(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    next: u64,
    waiting: HashMap<u64, oneshot::Sender<Data>>,
    closed: bool,
}

/// A place in the table, given up when dropped.
#[derive(Debug)]
pub(crate) struct Awaited {
    pub(crate) id: u64,
    answer: oneshot::Receiver<Data>,
    table: Arc<AckTable>,
}

impl AckTable {
    /// Opens a place; `None` if the connection has ended.
    pub(crate) fn open(self: &Arc<Self>) -> Option<Awaited> {
        let mut state = self.state();
        if state.closed {
            return None;
        }
        let id = state.next;
        state.next += 1;
        let (sender, answer) = oneshot::channel();
        state.waiting.insert(id, sender);
        Some(Awaited {
            id,
            answer,
            table: Arc::clone(self),
        })
    }

    /// An answer has arrived; one that nobody waits for is ignored, as in every client.
    pub(crate) fn resolve(&self, id: u64, data: Data) {
        let waiting = self.state().waiting.remove(&id);
        if waiting.is_none_or(|waiting| waiting.send(data).is_err()) {
            tracing::debug!(id, "acknowledgement that nobody waits for");
        }
    }

    /// The connection has ended: nobody is answered any more.
    pub(crate) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.waiting.clear();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock()
    }
}

impl Awaited {
    /// The answer, `None` if the connection ends first. Cancel safe.
    pub(crate) async fn answer(&mut self) -> Option<Data> {
        (&mut self.answer).await.ok()
    }
}

impl Drop for Awaited {
    fn drop(&mut self) {
        self.table.state().waiting.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn answers_find_their_question_once() {
        let table = Arc::new(AckTable::default());
        let (mut first, mut second) = (table.open().unwrap(), table.open().unwrap());
        assert_eq!((first.id, second.id), (0, 1));
        table.resolve(1, Data::new("[1]"));
        table.resolve(1, Data::new("[2]"));
        table.resolve(7, Data::default());
        assert_eq!(second.answer().await, Some(Data::new("[1]")));
        table.close();
        assert_eq!(first.answer().await, None);
        assert!(table.open().is_none());
    }

    #[test]
    fn who_stops_waiting_leaves_nothing_behind() {
        let table = Arc::new(AckTable::default());
        drop(table.open());
        assert!(table.state().waiting.is_empty());
    }
}
