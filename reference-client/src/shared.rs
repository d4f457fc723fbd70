//! What the handles of a client and the task of its connection share.

use std::{fmt, sync::Arc, time::Duration};

use bytes::Bytes;
use parking_lot::{Mutex, MutexGuard};
use sio_p2p_protocol::{ClientEvent, ClientId, Dialect};
use sio_p2p_transport::{ConnectOptions, Data};
use tokio::{sync::watch, time::timeout};

use crate::{
    acks::AckTable,
    broadcast::Broadcast,
    error::{CallError, SendError},
    events::{ConnectionEvent, ServerError, TargetEvent},
    messenger::Messenger,
    options::Options,
    outbox::{self, Outbox},
    queue::Budget,
    restored::{Restorable, Restored},
    state::{ConnectionState, DisconnectReason},
    stream::table::Streams,
    tables::{apis::Apis, core::Core, listeners::Listeners, targets::Targets, topics::Topics},
};

/// What the handles and the task of the connection share.
///
/// Each table has a lock of its own, which is held for a look-up and never across an await; no
/// two are held at once, so there is no order of locking to keep. Each family adds its methods to
/// this type in its own file: what packets do to it, and what handles ask of it. So this file
/// needs none of the families, only their tables.
pub(crate) struct Shared {
    /// The own id: the query of the handshake, the first argument of messages of `v1`.
    pub(crate) id: ClientId,
    /// What is spoken; all differences between the dialects are decided by this field.
    pub(crate) dialect: Dialect,
    /// What messages to other clients look like.
    pub(crate) messenger: Messenger,
    pub(crate) options: Options,
    /// Kept to connect again in the same way.
    pub(crate) transport: ConnectOptions,
    /// The only way out: whoever sends anything, sends it through here.
    pub(crate) outbox: Outbox,
    /// The open questions.
    pub(crate) acks: AckTable,
    /// What waits for the application, all of it together.
    pub(crate) budget: Budget,
    /// Written by the task of the connection alone.
    pub(crate) state: watch::Sender<ConnectionState>,
    /// Rooms and errors of the server.
    pub(crate) core: Core,
    /// Links with other clients.
    pub(crate) targets: Targets,
    /// Tells what became of everything after a reconnect.
    pub(crate) restored: Broadcast<Restored>,
    /// Tells what happens to the connection.
    pub(crate) events: Broadcast<ConnectionEvent>,
    /// The ends of streams, and who accepts new ones.
    pub(crate) streams: Arc<Streams>,
    /// The APIs that this client provides, dialect `v2`.
    pub(crate) apis: Apis,
    /// Topics and subscriptions, dialect `v1`.
    pub(crate) topics: Topics,
    /// Who listens to what.
    listeners: Mutex<Listeners>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("id", &self.id)
            .field("dialect", &self.dialect)
            .field("state", &*self.state.borrow())
            .finish_non_exhaustive()
    }
}

impl Shared {
    pub(crate) fn new(
        id: ClientId,
        dialect: Dialect,
        transport: ConnectOptions,
        options: Options,
        incoming_buffer: usize,
        outbox: Outbox,
        state: watch::Sender<ConnectionState>,
    ) -> Self {
        let messenger = Messenger {
            id: id.clone(),
            dialect,
        };
        Self {
            id,
            dialect,
            streams: Arc::new(Streams::new(messenger.clone(), outbox.clone())),
            messenger,
            options,
            transport,
            outbox,
            acks: AckTable::default(),
            budget: Budget::new(incoming_buffer),
            state,
            core: Core::default(),
            targets: Targets::default(),
            restored: Broadcast::default(),
            events: Broadcast::default(),
            apis: Apis::default(),
            topics: Topics::default(),
            listeners: Mutex::default(),
        }
    }

    pub(crate) fn listeners(&self) -> MutexGuard<'_, Listeners> {
        self.listeners.lock()
    }

    /// A connection has ended, and there may be another.
    ///
    /// Everything that lived on it ends here, in one place: questions that were asked, streams,
    /// and links, all of which bind connections and not ids (SRV-MSG-17, SRV-MSG-19).
    pub(crate) fn connection_lost(&self, reason: &DisconnectReason) {
        // Whatever still belongs to that connection has none to go to.
        self.outbox.next_epoch();
        self.acks.connection_lost(reason);
        self.streams.connection_lost(reason);
        for client in self.targets.connection_lost() {
            let why = "only the other client can make it again".to_owned();
            self.restored
                .send(&Restored::Lost(Restorable::LinkBy(client), why));
        }
    }

    /// The client has ended: whatever waits for anything is told.
    ///
    /// The state comes first, because who is woken up by the rest asks it for the reason.
    pub(crate) fn close(&self, reason: &DisconnectReason) {
        self.tell_disconnected(ConnectionState::Closed(reason.clone()), reason);
        self.outbox.close();
        self.acks.close(reason);
        self.listeners().close();
        self.streams.close(reason);
        self.core.close();
        self.targets.close();
        self.apis.lock().clear();
        self.topics.close();
        self.restored.close();
        self.events.close();
    }

    /// The connection is gone: what the state is now, and why.
    pub(crate) fn tell_disconnected(&self, now: ConnectionState, reason: &DisconnectReason) {
        let before = self.state.send_replace(now);
        // A connection that ended before it was in use was never told.
        if before.is_connected() && *reason != DisconnectReason::Local {
            let reason = reason.clone();
            self.events.send(&ConnectionEvent::Disconnected { reason });
        }
    }

    /// Tells an error of the server to all who listen for such, here or there.
    pub(crate) fn tell_server_error(&self, error: ServerError) {
        self.core.errors.send(&error);
        self.events.send(&ConnectionEvent::ServerError(error));
    }

    /// Tells what happened to a link to all who listen for such, here or there.
    pub(crate) fn tell_target_event(&self, event: TargetEvent) {
        self.targets.events.send(&event);
        self.events.send(&match event {
            TargetEvent::AddedBy(client) => ConnectionEvent::TargetAdded { client },
            TargetEvent::Left(client) => ConnectionEvent::TargetLeft { client },
        });
    }

    /// Sends a packet and waits for its answer, both within the deadline; on this connection
    /// only, if one is given.
    pub(crate) async fn ask(
        &self,
        (event, attachments): (ClientEvent, Vec<Bytes>),
        target: Option<&ClientId>,
        epoch: Option<u64>,
        after: Duration,
    ) -> Result<Data, CallError> {
        // The place for the answer exists before the question goes out, and is given up when
        // this future is dropped, at whatever point.
        let mut awaited = self.acks.open(target);
        let packet = outbox::event(&event, attachments, Some(awaited.id));
        let answer = async {
            self.outbox.send(packet, epoch, after).await?;
            (&mut awaited).await.map_err(CallError::Disconnected)
        };
        match timeout(after, answer).await {
            Ok(answer) => answer,
            Err(_) => Err(CallError::Timeout {
                after,
                hint: awaited.hint(),
            }),
        }
    }

    /// Waits for a connection, for what lives on one only, and gives its number. What to do
    /// while there is none is the policy's to say.
    pub(crate) async fn connected(&self, after: Duration) -> Result<u64, SendError> {
        let mut state = self.state.subscribe();
        let connected = state.wait_for(|state| match state {
            ConnectionState::Connected { .. } | ConnectionState::Closed(_) => true,
            ConnectionState::Reconnecting { .. } => self.outbox.refuses_offline(),
        });
        let Ok(Ok(state)) = timeout(after, connected).await else {
            return Err(SendError::Offline);
        };
        match &*state {
            ConnectionState::Connected { .. } => Ok(self.outbox.epoch()),
            ConnectionState::Reconnecting { .. } => Err(SendError::Offline),
            ConnectionState::Closed(reason) => Err(SendError::Closed(reason.clone())),
        }
    }
}
