//! The handlers that stand in one socket for the relay.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;

use sio_p2p_protocol::{ClientEvent, NamePattern};
use socketioxide::adapter::Adapter;
use socketioxide::extract::SocketRef;
use socketioxide::handler::{ConnectHandler, MessageHandler};
use socketioxide::socket::Socket;
use socketioxide_core::Value;
use tracing::error;

use super::adapter::P2pAdapter;
use super::asks::Signals;
use super::sockets::{Refusal, Shared, content};
use super::watch;
use crate::relay::{ConnectionId, Request};

/// A connect handler of the application with the relay beside it.
pub(super) struct Beside<H> {
    shared: Arc<Shared>,
    handler: H,
}

impl<H> Beside<H> {
    pub(super) fn new(shared: Arc<Shared>, handler: H) -> Self {
        Self { shared, handler }
    }
}

impl<H: Clone> Clone for Beside<H> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            handler: self.handler.clone(),
        }
    }
}

/// What a middleware of socketioxide gives.
type Verdict<'a> =
    Pin<Box<dyn Future<Output = Result<(), Box<dyn std::fmt::Display + Send>>> + Send + 'a>>;

impl<A, H, T> ConnectHandler<P2pAdapter<A>, T> for Beside<H>
where
    A: Adapter,
    H: ConnectHandler<P2pAdapter<A>, T>,
    T: Send + Sync + 'static,
{
    /// The client has been told that it has joined.
    fn call(&self, socket: Arc<Socket<P2pAdapter<A>>>, auth: Option<Value>) {
        let id = {
            let mut locked = self.shared.lock();
            let id = locked.with(|sockets| sockets.known(socket.id)).flatten();
            if let Some(id) = id {
                locked.with(|sockets| sockets.admit(id));
            }
            id
        };
        // A client that was turned away is none of the application's.
        if id.is_some() && socket.connected() {
            self.handler.call(socket, auth);
        }
    }

    /// Handlers are registered before the client knows that it is welcome, so that
    /// its first event finds them.
    fn call_middleware<'a>(
        &'a self,
        socket: Arc<Socket<P2pAdapter<A>>>,
        auth: &'a Option<Value>,
    ) -> Verdict<'a> {
        Box::pin(async move {
            self.handler
                .call_middleware(Arc::clone(&socket), auth)
                .await?;
            watch::start(&self.shared);
            register(&self.shared, &socket);
            Ok(())
        })
    }
}

/// Registers a handler for each event of the protocol.
fn register<A: Adapter>(shared: &Arc<Shared>, socket: &Arc<Socket<P2pAdapter<A>>>) {
    let query = socket.req_parts().uri.query();
    let introduced = shared
        .lock()
        .with(|sockets| sockets.introduce(socket.id, query));
    let Some(id) = introduced else {
        return;
    };
    let membership = Arc::new(Membership {
        id,
        signals: Arc::clone(&shared.signals),
    });
    for spec in ClientEvent::SPECS {
        if let NamePattern::Exact(name) = spec.name {
            let handler = Events {
                shared: Arc::clone(shared),
                membership: Arc::clone(&membership),
            };
            socket.on(name, handler);
        }
    }
    let shared = Arc::clone(shared);
    socket.on_disconnect(move |_: SocketRef<P2pAdapter<A>>| {
        // Done by the time the future is there, so that it comes in order.
        guarded(&shared, id, || {
            shared.lock().with(|sockets| sockets.gone(id));
            Ok(())
        });
        std::future::ready(())
    });
}

/// A place in the relay, for as long as the socket has handlers. What else may tell
/// of a departure can fail; that a socket is dropped cannot.
struct Membership {
    id: ConnectionId,
    signals: Arc<Signals>,
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.signals.drop_socket(self.id);
    }
}

/// Takes the events of one name. socketioxide calls it from the task that reads the
/// connection, which goes on reading when it returns: so events keep their order
/// (SRV-MSG-12).
struct Events {
    shared: Arc<Shared>,
    membership: Arc<Membership>,
}

/// Tells this handler from those that are functions.
pub(super) struct Raw;

impl<A: Adapter> MessageHandler<P2pAdapter<A>, Raw> for Events {
    fn call(&self, _: Arc<Socket<P2pAdapter<A>>>, value: Value, ack: Option<i64>) {
        let id = self.membership.id;
        guarded(&self.shared, id, || {
            // Reading is done outside of the lock; it is the larger part of the work.
            let data = content(value)?;
            let ack = ack.and_then(|ack| u64::try_from(ack).ok());
            let request = Request::read(&data.json, data.attachments, ack)
                .map_err(|_| Refusal::no_event())?;
            self.shared.lock().with(|sockets| {
                // An event may overtake the connect handler.
                sockets.admit(id);
                sockets.received(id, request);
            });
            Ok(())
        });
    }
}

/// Whatever goes wrong with a packet, even a mistake of our own, disconnects its
/// sender and nobody else (SRV-ROB-6).
fn guarded(shared: &Shared, id: ConnectionId, handle: impl FnOnce() -> Result<(), Refusal>) {
    let reason = match catch_unwind(AssertUnwindSafe(handle)) {
        Ok(Ok(())) => return,
        Ok(Err(refusal)) => refusal.to_string(),
        // The panic hook has printed where and why.
        Err(_) => "its packet could not be handled".to_owned(),
    };
    let shut = || shared.lock().with(|sockets| sockets.shut(id, &reason));
    if catch_unwind(AssertUnwindSafe(shut)).is_err() {
        error!(
            connection = id.0,
            "a socket could not be disconnected in order"
        );
    }
}
