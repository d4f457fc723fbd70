//! The client: a handle on the task that owns the connection.

use std::{
    fmt,
    sync::{Arc, Weak},
    time::Duration,
};

use bytes::Bytes;
use parking_lot::{Mutex, MutexGuard};
use sio_p2p_protocol::{ClientEvent, ClientId, Dialect};
use sio_p2p_transport::{ConnectOptions, Data, PacketSocket};
use tokio::{sync::watch, time::timeout};

use crate::{
    acks::AckTable,
    broadcast::{Broadcast, EventStream},
    builder::{Buffers, ClientBuilder, Options},
    core::Core,
    counters::Counters,
    error::{CallError, SendError},
    events::ConnectionEvent,
    listeners::Listeners,
    outbox::{self, Outbox},
    queue::Budget,
    reconnect::{Restorable, Restored},
    service::Apis,
    state::{ConnectionState, DisconnectReason},
    stream::Streams,
    target::Targets,
    task,
    topic::Topics,
};

/// How long [`Client::close`] waits for the server to confirm that it has everything.
const FAREWELL: Duration = Duration::from_secs(2);

/// A client of the peer-to-peer protocol.
///
/// Clones are handles of the same connection, each with its own deadline. The connection lives
/// until [`close`](Self::close) is called or the last handle is dropped; listeners and other
/// streams that the client gave out do not keep it alive, open [`P2pStream`](crate::P2pStream)s
/// do.
#[derive(Debug, Clone)]
pub struct Client {
    pub(crate) shared: Arc<Shared>,
    alive: Arc<Alive>,
    deadline: Duration,
}

/// A handle that does not keep the connection alive.
#[derive(Debug, Clone)]
pub(crate) struct WeakClient {
    shared: Arc<Shared>,
    alive: Weak<Alive>,
    deadline: Duration,
}

impl WeakClient {
    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    /// A handle that does, if there is still another one.
    pub(crate) fn upgrade(&self) -> Option<Client> {
        Some(Client {
            shared: Arc::clone(&self.shared),
            alive: self.alive.upgrade()?,
            deadline: self.deadline,
        })
    }
}

/// Ends the connection when the last handle is dropped.
///
/// Only handles hold it, not what the connection's own task holds; so the task can outlive the
/// last handle for as long as it takes to say goodbye.
#[derive(Debug)]
struct Alive(watch::Sender<bool>);

impl Drop for Alive {
    fn drop(&mut self) {
        self.0.send_replace(true);
    }
}

/// What the handles and the task of the connection share.
///
/// Each table has a lock of its own, which is held for a look-up and never across an await; no
/// two are held at once, so there is no order of locking to keep. Each family adds its methods to
/// this type in its own file: what packets do to it, and what handles ask of it.
pub(crate) struct Shared {
    /// The own id: the query of the handshake, the first argument of messages of `v1`.
    pub(crate) id: ClientId,
    /// What is spoken; all differences between the dialects are decided by this field.
    pub(crate) dialect: Dialect,
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
    pub(crate) streams: Mutex<Streams>,
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
        self.streams_disconnected(reason);
        for client in self.targets.connection_lost() {
            let why = "only the other client can make it again".to_owned();
            self.restored
                .send(&Restored::Lost(Restorable::LinkBy(client), why));
        }
    }

    /// The client has ended: whatever waits for anything is told.
    ///
    /// The state comes first, because who is woken up by the rest asks it for the reason.
    pub(crate) fn end(&self, reason: &DisconnectReason) {
        self.tell_disconnected(ConnectionState::Closed(reason.clone()), reason);
        self.outbox.close();
        self.acks.close(reason);
        self.listeners().close();
        self.close_streams(reason);
        self.core.close();
        self.targets.close();
        self.apis.lock().clear();
        self.topics.close();
        self.restored.close();
        self.events.close();
    }
}

impl Client {
    /// Begins to set up a client: the URL of the server (`http`, `https`, `ws` or `wss`) and the
    /// id under which peers address this client.
    pub fn builder(url: impl Into<String>, id: impl Into<String>) -> ClientBuilder {
        ClientBuilder::new(url.into(), id.into())
    }

    /// Starts the task of a connection that has just been made, once `set_up` has seen the
    /// client: nothing is read before.
    pub(crate) fn start<T>(
        socket: PacketSocket,
        transport: ConnectOptions,
        id: ClientId,
        dialect: Dialect,
        options: Options,
        buffers: &Buffers,
        set_up: impl FnOnce(&Self) -> T,
    ) -> (Self, T) {
        let sid = socket.handshake().sid.clone();
        // The first connection stands already; the task that serves it begins with it.
        let (state, watched) = watch::channel(ConnectionState::Connected { sid });
        let (outbox, outgoing) = Outbox::new(
            buffers.outgoing,
            buffers.max_packet,
            buffers.while_offline,
            watched,
        );
        let deadline = options.deadline;
        let shared = Arc::new(Shared {
            id,
            dialect,
            options,
            transport,
            outbox,
            acks: AckTable::default(),
            budget: Budget::new(buffers.incoming),
            state,
            core: Core::default(),
            targets: Targets::default(),
            restored: Broadcast::default(),
            events: Broadcast::default(),
            streams: Mutex::default(),
            apis: Apis::default(),
            topics: Topics::default(),
            listeners: Mutex::default(),
        });
        let (alive, close) = watch::channel(false);
        let client = Self {
            shared: Arc::clone(&shared),
            alive: Arc::new(Alive(alive)),
            deadline,
        };
        let made = set_up(&client);
        tokio::spawn(task::run(shared, socket, outgoing, close));
        (client, made)
    }

    /// This handle, without keeping the connection alive.
    pub(crate) fn downgrade(self) -> WeakClient {
        WeakClient {
            alive: Arc::downgrade(&self.alive),
            shared: self.shared,
            deadline: self.deadline,
        }
    }

    /// The id of this client.
    pub fn id(&self) -> &ClientId {
        &self.shared.id
    }

    /// The dialect this client speaks.
    pub fn dialect(&self) -> Dialect {
        self.shared.dialect
    }

    /// A handle of the same connection with another deadline: what is called on it waits this
    /// long for an answer, or for room to send, and no longer.
    #[must_use]
    pub fn with_deadline(&self, deadline: Duration) -> Self {
        Self {
            deadline,
            ..self.clone()
        }
    }

    /// The deadline of this handle.
    pub fn deadline(&self) -> Duration {
        self.deadline
    }

    /// Where the connection stands, as a value that can be watched.
    ///
    /// ```no_run
    /// # async fn f(client: sio_p2p_client::Client) {
    /// let mut state = client.state();
    /// while state.changed().await.is_ok() {
    ///     println!("{:?}", *state.borrow());
    /// }
    /// # }
    /// ```
    pub fn state(&self) -> watch::Receiver<ConnectionState> {
        self.shared.state.subscribe()
    }

    /// Waits until the client has ended for good, and says why. Cancel safe.
    pub async fn closed(&self) -> DisconnectReason {
        let mut state = self.state();
        loop {
            if let ConnectionState::Closed(reason) = &*state.borrow_and_update() {
                return reason.clone();
            }
            // The sender lives in what this handle shares, so this cannot fail.
            if state.changed().await.is_err() {
                return DisconnectReason::Local;
            }
        }
    }

    /// Ends the client: everything that was queued before is sent, then the connection is
    /// closed. All handles end with it.
    ///
    /// Servers of the original drop an event that arrives together with the goodbye. So a
    /// question goes first, and its answer, for which this waits two seconds at most, proves
    /// that the server has read everything before. If the future is dropped, the question may
    /// be left out, and the client ends when its last handle is dropped.
    pub async fn close(&self) -> DisconnectReason {
        if self.state().borrow().is_connected() {
            let _ = self.with_deadline(FAREWELL).list_clients().await;
        }
        self.alive.0.send_replace(true);
        self.closed().await
    }

    /// What becomes of the targets, services and subscriptions of this client after a reconnect,
    /// from now on.
    pub fn restored(&self) -> EventStream<Restored> {
        self.shared.restored.subscribe(&self.shared.budget)
    }

    /// What the client keeps at this moment. Once everything is dropped it is all zero, and
    /// tests prove it.
    pub fn counters(&self) -> Counters {
        Counters::of(&self.shared)
    }

    /// Sends a packet that wants no answer.
    pub(crate) async fn send(
        &self,
        event: ClientEvent,
        attachments: Vec<Bytes>,
    ) -> Result<(), SendError> {
        let packet = outbox::event(&event, attachments, None);
        self.shared.outbox.send(packet, None, self.deadline).await
    }

    /// Sends a packet and waits for its answer, both within the deadline of this handle.
    pub(crate) async fn ask(
        &self,
        event: ClientEvent,
        attachments: Vec<Bytes>,
        target: Option<&ClientId>,
    ) -> Result<Data, CallError> {
        self.shared
            .ask((event, attachments), target, None, self.deadline)
            .await
    }
}

impl Shared {
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
