//! The client: a handle on the task that owns the connection.

use std::{
    sync::{Arc, Weak},
    time::Duration,
};

use bytes::Bytes;
use sio_p2p_protocol::{ClientEvent, ClientId, Dialect};
use sio_p2p_transport::Data;
use tokio::sync::watch;

use crate::{
    broadcast::EventStream,
    counters::Counters,
    error::{CallError, SendError},
    events::ConnectionEvent,
    outbox,
    restored::Restored,
    shared::Shared,
    state::{ConnectionState, DisconnectReason},
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

impl Client {
    /// The first handle, and what says when the last one is gone or wants the end.
    pub(crate) fn new(shared: Arc<Shared>) -> (Self, watch::Receiver<bool>) {
        let (alive, close) = watch::channel(false);
        let deadline = shared.options.deadline;
        let alive = Arc::new(Alive(alive));
        let client = Self {
            shared,
            alive,
            deadline,
        };
        (client, close)
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

    /// What happens to the connection from now on, in order, until the client has ended: see
    /// [`closed`](Self::closed).
    ///
    /// ```no_run
    /// use sio_p2p_client::ConnectionEvent;
    /// # async fn f(client: sio_p2p_client::Client) {
    /// let mut events = client.connection_events();
    /// while let Some(event) = events.next().await {
    ///     match event {
    ///         ConnectionEvent::Disconnected { reason } => println!("offline: {reason}"),
    ///         ConnectionEvent::Connected => println!("online again"),
    ///         _ => {}
    ///     }
    /// }
    /// # }
    /// ```
    pub fn connection_events(&self) -> EventStream<ConnectionEvent> {
        self.shared.events.subscribe(&self.shared.budget)
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
