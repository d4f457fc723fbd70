//! What a client keeps.

use crate::shared::Shared;

/// What a client keeps at one moment. Everything but the buffers is a number of items.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Counters {
    /// Listeners, those of handlers included.
    pub listeners: usize,
    /// Questions that wait for an answer.
    pub questions: usize,
    /// Targets that this client added and that have not left.
    pub targets: usize,
    /// Rooms that this client joined.
    pub rooms: usize,
    /// Ends of streams, requests that are not answered yet included.
    pub streams: usize,
    /// Acceptors of streams.
    pub acceptors: usize,
    /// APIs that this client provides.
    pub apis: usize,
    /// Topics that this client has created.
    pub topics: usize,
    /// Subscriptions to topics.
    pub subscriptions: usize,
    /// Bytes that wait to be sent.
    pub outgoing_bytes: usize,
    /// Bytes that wait for the application in listeners.
    pub incoming_bytes: usize,
}

impl Counters {
    pub(crate) fn of(shared: &Shared) -> Self {
        Self {
            listeners: shared.listeners().len(),
            questions: shared.acks.len(),
            targets: shared.targets.len(),
            rooms: shared.core.rooms_len(),
            streams: shared.streams.len(),
            acceptors: shared.streams.acceptors(),
            apis: shared.apis.lock().len(),
            topics: shared.topics.created(),
            subscriptions: shared.topics.subscriptions(),
            outgoing_bytes: shared.outbox.used(),
            incoming_bytes: shared.budget.used(),
        }
    }
}
