//! A hand on the adapter of the default namespace.
//!
//! socketioxide has no way to send a packet as it is, but its adapters do. This
//! one is any other adapter, which it leaves everything to, and hands it to the
//! relay as well.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use futures_util::StreamExt;
use socketioxide::AckError;
use socketioxide::adapter::{Adapter, Emitter, LocalAdapter};
use socketioxide_core::adapter::errors::{BroadcastError, SocketError};
use socketioxide_core::adapter::{
    BroadcastOptions, CoreAdapter, CoreLocalAdapter, DefinedAdapter, RemoteSocketData, Room,
    RoomParam,
};
use socketioxide_core::packet::Packet;
use socketioxide_core::{Sid, Value};

/// How long an answer is waited for by socketioxide. How long it is really waited
/// for is the relay's to say.
const FOR_EVER: Duration = Duration::from_secs(u32::MAX as u64);

/// An adapter around another, by which the relay sends.
pub struct P2pAdapter<A = LocalAdapter> {
    inner: Arc<A>,
}

/// The state of a [`P2pAdapter`], from [`Attached::adapter`](super::Attached::adapter).
pub struct P2pAdapterState<A: Adapter> {
    inner: A::State,
    slot: Slot,
}

/// Where the adapter of the default namespace is found, once there is one.
pub(super) type Slot = Arc<OnceLock<Arc<dyn PacketSender>>>;

/// What an answer of a client becomes.
pub(super) type Reply = Pin<Box<dyn Future<Output = Result<Value, Unsent>> + Send>>;

/// Why a packet was not sent, or its answer will not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unsent {
    /// The client has gone or is going; that is reported in its own way.
    Closed,
    /// The client is too far behind.
    Full,
}

/// What the relay needs of an adapter.
pub(super) trait PacketSender: Send + Sync {
    /// Queues a packet for one socket. One that is gone gets nothing.
    fn send(&self, to: Sid, packet: Packet) -> Result<(), Unsent>;
    /// As [`send`](Self::send), and gives the answer.
    fn ask(&self, to: Sid, packet: Packet) -> Reply;
    /// Disconnects a socket from the namespace. Its disconnect handler runs before
    /// this returns.
    fn disconnect(&self, socket: Sid) -> Result<(), Unsent>;
    /// True while a socket is in the namespace.
    fn has(&self, socket: Sid) -> bool;
}

impl<A: Adapter> P2pAdapterState<A> {
    pub(super) fn new(inner: A::State, slot: Slot) -> Self {
        Self { inner, slot }
    }
}

impl<A> fmt::Debug for P2pAdapter<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("P2pAdapter").finish_non_exhaustive()
    }
}

impl<A: Adapter> fmt::Debug for P2pAdapterState<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("P2pAdapterState").finish_non_exhaustive()
    }
}

/// The adapter inside of it, as the relay sees it.
struct Inner<A>(Arc<A>);

impl<A: CoreAdapter<Emitter>> PacketSender for Inner<A> {
    fn send(&self, to: Sid, packet: Packet) -> Result<(), Unsent> {
        let options = BroadcastOptions::new(to);
        let sent = self.0.get_local().broadcast(packet, options);
        sent.map_err(|errors| unsent(&errors))
    }

    fn ask(&self, to: Sid, packet: Packet) -> Reply {
        let options = BroadcastOptions::new(to);
        let local = self.0.get_local();
        let (answers, _) = local.broadcast_with_ack(packet, options, Some(FOR_EVER));
        // There is one answer at most, because there is one socket at most.
        Box::pin(async move {
            let mut answers = std::pin::pin!(answers);
            match answers.next().await {
                Some((_, Ok(value))) => Ok(value),
                Some((_, Err(AckError::Socket(error)))) => Err(unsent(&[error])),
                _ => Err(Unsent::Closed),
            }
        })
    }

    fn disconnect(&self, socket: Sid) -> Result<(), Unsent> {
        let options = BroadcastOptions::new(socket);
        let outcome = self.0.get_local().disconnect_socket(options);
        outcome.map_err(|errors| unsent(&errors))
    }

    fn has(&self, socket: Sid) -> bool {
        let options = BroadcastOptions::new(socket);
        !self.0.get_local().fetch_sockets(options).is_empty()
    }
}

fn unsent(errors: &[SocketError]) -> Unsent {
    let full = |error: &SocketError| matches!(error, SocketError::InternalChannelFull);
    if errors.iter().any(full) {
        Unsent::Full
    } else {
        Unsent::Closed
    }
}

/// Leaves everything to the adapter inside.
impl<A: CoreAdapter<Emitter>> CoreAdapter<Emitter> for P2pAdapter<A> {
    type Error = A::Error;
    type State = P2pAdapterState<A>;
    type AckStream = A::AckStream;
    type InitRes = A::InitRes;

    fn new(state: &Self::State, local: CoreLocalAdapter<Emitter>) -> Self {
        // The protocol lives in the default namespace alone.
        let default = &**local.path() == "/";
        let inner = Arc::new(A::new(&state.inner, local));
        if default && state.slot.set(Arc::new(Inner(Arc::clone(&inner)))).is_err() {
            tracing::warn!("a relay can be attached to one instance only");
        }
        Self { inner }
    }

    fn init(self: Arc<Self>, on_success: impl FnOnce() + Send + 'static) -> Self::InitRes {
        Arc::clone(&self.inner).init(on_success)
    }

    fn close(&self) -> impl Future<Output = Result<(), Self::Error>> + Send {
        self.inner.close()
    }

    fn server_count(&self) -> impl Future<Output = Result<u16, Self::Error>> + Send {
        self.inner.server_count()
    }

    fn broadcast(
        &self,
        packet: Packet,
        options: BroadcastOptions,
    ) -> impl Future<Output = Result<(), BroadcastError>> + Send {
        self.inner.broadcast(packet, options)
    }

    fn broadcast_with_ack(
        &self,
        packet: Packet,
        options: BroadcastOptions,
        timeout: Option<Duration>,
    ) -> impl Future<Output = Result<Self::AckStream, Self::Error>> + Send {
        self.inner.broadcast_with_ack(packet, options, timeout)
    }

    fn add_sockets(
        &self,
        options: BroadcastOptions,
        rooms: impl RoomParam,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send {
        self.inner.add_sockets(options, rooms)
    }

    fn del_sockets(
        &self,
        options: BroadcastOptions,
        rooms: impl RoomParam,
    ) -> impl Future<Output = Result<(), Self::Error>> + Send {
        self.inner.del_sockets(options, rooms)
    }

    fn disconnect_socket(
        &self,
        options: BroadcastOptions,
    ) -> impl Future<Output = Result<(), BroadcastError>> + Send {
        self.inner.disconnect_socket(options)
    }

    fn rooms(
        &self,
        options: BroadcastOptions,
    ) -> impl Future<Output = Result<Vec<Room>, Self::Error>> + Send {
        self.inner.rooms(options)
    }

    fn fetch_sockets(
        &self,
        options: BroadcastOptions,
    ) -> impl Future<Output = Result<Vec<RemoteSocketData>, Self::Error>> + Send {
        self.inner.fetch_sockets(options)
    }

    fn get_local(&self) -> &CoreLocalAdapter<Emitter> {
        self.inner.get_local()
    }
}

impl<A: DefinedAdapter> DefinedAdapter for P2pAdapter<A> {}
