//! The host's state: who in the program waits for what.

use std::collections::HashMap;
use std::sync::Arc;

use sio_p2p_protocol::{ClientId, Failure, StreamId};
use tokio::sync::{broadcast, oneshot};

use super::persistent::Persistence;
use super::presence::PresenceEvent;
use super::providers::Providers;
use super::stream::HostStreams;
use crate::driver::HostSide;
use crate::relay::{Data, Host, HostEvent};

/// How many presence events a subscriber may be behind before it misses some, and
/// is told so.
const PRESENCE_EVENTS: usize = 1_024;

/// Where an answer goes.
pub(super) type Reply = oneshot::Sender<Result<Data, Failure>>;

/// Who waits for an ack that the host has asked for.
#[derive(Debug)]
pub(super) enum AckWaiter {
    /// Some part of the program.
    Program(Reply),
    /// The writer of a stream, who may send the next chunk then.
    Chunk(ClientId),
    /// Nobody any more: the host has given up opening a stream. A client that accepts
    /// it all the same must hear that it is no more.
    GivenUp {
        /// The client.
        client: ClientId,
        /// The id of the host's end.
        stream: StreamId,
    },
}

/// Everything that parts of the program wait for. It is under the shell's lock,
/// so nothing here ever waits itself.
#[derive(Debug)]
pub(crate) struct HostState {
    /// Who waits for which ack.
    waiting: HashMap<u64, AckWaiter>,
    /// How many acks the host has asked for.
    asked: u64,
    /// Who in the program is called by what.
    pub(super) providers: Providers,
    /// The host's ends of streams.
    pub(super) streams: HostStreams,
    /// Gone with the server.
    presence: Option<broadcast::Sender<PresenceEvent>>,
    /// What is delivered even if a client is away, if there is a store.
    persistence: Option<Arc<Persistence>>,
}

impl Default for HostState {
    fn default() -> Self {
        Self {
            waiting: HashMap::new(),
            asked: 0,
            providers: Providers::default(),
            streams: HostStreams::default(),
            presence: Some(broadcast::Sender::new(PRESENCE_EVENTS)),
            persistence: None,
        }
    }
}

impl HostSide for HostState {
    fn take(&mut self, event: HostEvent, host: &mut Host<'_>) {
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
            HostEvent::Answered { id, answer } => self.answered(id, Ok(answer), host),
            HostEvent::Unanswered { id, failure } => self.answered(id, Err(failure), host),
            HostEvent::Called(call) => self.providers.call(call, host),
            HostEvent::StreamData { end, args, ack } => {
                self.streams.receive(&end, &args, ack, host);
            }
            HostEvent::StreamDestroyed { end } => self.streams.destroyed(&end, host),
            HostEvent::StreamLost { end } => self.streams.lost(&end, host),
        }
    }

    fn close(&mut self, host: &mut Host<'_>) {
        self.waiting.clear();
        self.providers.close(host);
        self.streams.close(host);
        self.presence = None;
    }
}

impl HostState {
    /// A new id for an event that asks for an ack.
    pub(super) fn expect(&mut self, waiting: AckWaiter) -> u64 {
        let id = self.asked;
        self.asked += 1;
        self.waiting.insert(id, waiting);
        id
    }

    /// An ack is not waited for any more. Returns what waited for it.
    pub(super) fn forget(&mut self, id: u64) -> Option<AckWaiter> {
        self.waiting.remove(&id)
    }

    /// Somebody else waits for an ack that was asked for.
    pub(super) fn hand_over(&mut self, id: u64, waiting: AckWaiter) {
        self.waiting.insert(id, waiting);
    }

    /// Looks after persistent messages from now on.
    pub(crate) fn keep(&mut self, persistence: Arc<Persistence>) {
        self.persistence = Some(persistence);
    }

    /// The persistent messages, if there is a store for them.
    pub(super) fn persistence(&self) -> Option<Arc<Persistence>> {
        self.persistence.clone()
    }

    /// Everything that happens to connections from now on; `None` after the end.
    pub(super) fn presence(&self) -> Option<broadcast::Receiver<PresenceEvent>> {
        self.presence.as_ref().map(broadcast::Sender::subscribe)
    }

    /// True once the server has ended.
    pub(super) fn is_closed(&self) -> bool {
        self.presence.is_none()
    }

    fn answered(&mut self, id: u64, outcome: Result<Data, Failure>, host: &mut Host<'_>) {
        match (self.waiting.remove(&id), outcome) {
            (Some(AckWaiter::Program(reply)), outcome) => {
                // The caller may have lost interest.
                reply.send(outcome).ok();
            }
            (Some(AckWaiter::Chunk(end)), outcome) => self.streams.confirmed(&end, outcome, host),
            // One who refuses has nothing to be told.
            (Some(AckWaiter::GivenUp { client, stream }), Ok(_)) => host.disown(&client, &stream),
            (Some(AckWaiter::GivenUp { .. }), Err(_)) | (None, _) => {}
        }
    }

    fn tell(&self, event: PresenceEvent) {
        if let Some(presence) = &self.presence {
            // An error only means that nobody listens.
            presence.send(event).ok();
        }
    }
}
