//! What the program sends is queued here.

use std::sync::Arc;

use bytes::Bytes;

use super::backlog::FREE;
use super::{Batch, Shared, Socket};
use crate::Prepared;
use crate::session::{Queue, Room};

/// Why a message was not queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The session has ended.
    #[error("the session has ended")]
    Closed,
    /// More would wait than [`queue_packets`](crate::Config::queue_packets) or
    /// [`queue_bytes`](crate::Config::queue_bytes) allow, or than
    /// [`backlog_bytes`](crate::Config::backlog_bytes) for all clients, and this one is far behind.
    #[error("too much waits for the client already")]
    Full,
}

impl<D> Socket<D> {
    /// Queues a text message, given in parts, and binary messages that follow it
    /// directly. All are queued or none.
    ///
    /// The error says that the session has ended, or that too much waits already; then
    /// nothing was queued. Success says that the message is queued, not that it will arrive,
    /// and how much room there is for more.
    /// Nothing is written before the batch is. Messages arrive in the order of the calls.
    pub fn send(
        self: &Arc<Self>,
        text: &[&str],
        attachments: &[Bytes],
        batch: &mut Batch<D>,
    ) -> Result<Room, SendError> {
        let bytes = text.iter().map(|part| part.len()).sum::<usize>();
        let more: usize = attachments.iter().map(Bytes::len).sum();
        self.push(1 + attachments.len(), bytes + more, batch, |queue| {
            queue.message(text);
            for attachment in attachments {
                queue.binary(self.generation, attachment);
            }
        })
    }

    /// Queues a text message that was written before, and binary messages that follow it
    /// directly; see [`send`](Self::send).
    pub fn send_prepared(
        self: &Arc<Self>,
        message: &Prepared,
        attachments: &[Bytes],
        batch: &mut Batch<D>,
    ) -> Result<Room, SendError> {
        let more: usize = attachments.iter().map(Bytes::len).sum();
        self.push(
            1 + attachments.len(),
            message.len() + more,
            batch,
            |queue| {
                queue.prepared(message);
                for attachment in attachments {
                    queue.binary(self.generation, attachment);
                }
            },
        )
    }

    /// Queues one binary message; see [`send`](Self::send). It is shared and not copied if
    /// it is large.
    pub fn send_binary(
        self: &Arc<Self>,
        data: &Bytes,
        batch: &mut Batch<D>,
    ) -> Result<Room, SendError> {
        self.push(1, data.len(), batch, |queue| {
            queue.binary(self.generation, data);
        })
    }

    #[inline]
    fn push(
        self: &Arc<Self>,
        packets: usize,
        bytes: usize,
        batch: &mut Batch<D>,
        fill: impl FnOnce(&mut Queue),
    ) -> Result<Room, SendError> {
        let mut state = self.state.lock();
        if !state.machine.takes_messages() {
            return Err(SendError::Closed);
        }
        let room = state
            .machine
            .queue
            .room(packets, bytes, &self.shared.bounds);
        let Some(room) = room else {
            return Err(SendError::Full);
        };
        // Those that are furthest behind make room when there is none left for all.
        let Shared {
            backlog, config, ..
        } = &*self.shared;
        if state.counted > FREE && backlog.bytes().saturating_add(bytes) > config.backlog_bytes {
            return Err(SendError::Full);
        }
        fill(&mut state.machine.queue);
        state.recount(backlog);
        if state.claim() {
            drop(state);
            batch.add(Arc::clone(self));
        }
        Ok(room)
    }
}
