//! The host's desk: who in the program waits for what.

use std::collections::HashMap;
use std::sync::Arc;

use sio_p2p_protocol::Failure;
use tokio::sync::{broadcast, oneshot};

use super::persistent::Persistence;
use super::presence::PresenceEvent;
use crate::relay::{Data, HostEvent};

/// How many presence events a subscriber may be behind before it misses some, and
/// is told so.
const PRESENCE_EVENTS: usize = 1_024;

/// Where an answer goes.
pub(super) type Reply = oneshot::Sender<Result<Data, Failure>>;

/// Everything that parts of the program wait for. It is under the shell's lock,
/// so nothing here ever waits itself.
#[derive(Debug)]
pub(crate) struct Desk {
    /// Who waits for which ack.
    replies: HashMap<u64, Reply>,
    /// How many acks the host has asked for.
    asked: u64,
    presence: broadcast::Sender<PresenceEvent>,
    /// What is delivered even if a client is away, if there is a store.
    persistence: Option<Arc<Persistence>>,
}

impl Default for Desk {
    fn default() -> Self {
        Self {
            replies: HashMap::new(),
            asked: 0,
            presence: broadcast::Sender::new(PRESENCE_EVENTS),
            persistence: None,
        }
    }
}

impl Desk {
    /// Takes note of something that happened.
    pub(super) fn take(&mut self, event: HostEvent) {
        match event {
            HostEvent::Connected { connection, client } => {
                if let (Some(persistence), Some(client)) = (&self.persistence, &client) {
                    persistence.connected(client.clone());
                }
                self.tell(PresenceEvent::Connected { connection, client });
            }
            HostEvent::Gone { connection, client } => {
                self.tell(PresenceEvent::Gone { connection, client });
            }
            HostEvent::Answered { id, answer } => self.reply(id, Ok(answer)),
            HostEvent::Unanswered { id, failure } => self.reply(id, Err(failure)),
        }
    }

    /// A new id for an event that asks for an ack. The answer, or why there is none,
    /// goes to `reply`.
    pub(super) fn expect(&mut self, reply: Reply) -> u64 {
        let id = self.asked;
        self.asked += 1;
        self.replies.insert(id, reply);
        id
    }

    /// Nobody waits for an ack any more.
    pub(super) fn forget(&mut self, id: u64) {
        self.replies.remove(&id);
    }

    /// Looks after persistent messages from now on.
    pub(crate) fn keep(&mut self, persistence: Arc<Persistence>) {
        self.persistence = Some(persistence);
    }

    /// The persistent messages, if there is a store for them.
    pub(super) fn persistence(&self) -> Option<Arc<Persistence>> {
        self.persistence.clone()
    }

    /// Everything that happens to connections from now on.
    pub(super) fn presence(&self) -> broadcast::Receiver<PresenceEvent> {
        self.presence.subscribe()
    }

    fn reply(&mut self, id: u64, outcome: Result<Data, Failure>) {
        if let Some(reply) = self.replies.remove(&id) {
            // Whoever asked may have lost interest.
            reply.send(outcome).ok();
        }
    }

    fn tell(&self, event: PresenceEvent) {
        // An error only means that nobody listens.
        self.presence.send(event).ok();
    }
}
