//! The relay on an application's own socketioxide instance, with the feature
//! `socketioxide`.
//!
//! The original is given the `io` of an application and works beside its event
//! handlers. [`Attached`] does the same for socketioxide: the application keeps its
//! namespaces, handlers and routes, and its clients can talk to each other by the
//! P2P protocol. Events of the protocol are taken; all others are left alone, and
//! nobody complains about them.
//!
//! ```
//! use sio_p2p_server::attach::{Attached, PollingRepair};
//! use sio_p2p_server::Config;
//! use socketioxide::extract::SocketRef;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), sio_p2p_server::attach::AttachError> {
//! let attached = Attached::new(Config::default())?;
//! // The builder has the limits of the configuration; more can be set on it.
//! let (layer, io) = attached.builder().build_layer();
//! io.ns("/", attached.beside(async |socket: SocketRef<_>| {
//!     socket.on("chat", async || println!("an event of the application"));
//! }));
//! let app: axum::Router = axum::Router::new().layer(layer).layer(PollingRepair);
//! let handle = attached.handle();
//! assert!(handle.list_clients().is_empty());
//! # drop(app);
//! # Ok(())
//! # }
//! ```
//!
//! # What an attached relay cannot do
//!
//! `P2pServer` owns its connections; an attached relay sees what socketioxide
//! shows. Until socketioxide offers more:
//!
//! - A client that sends what no client may, such as a placeholder without
//!   attachment, is disconnected from the namespace and not from the transport.
//! - Ack ids of 2^53 and more are silently no ack ids, as for all of socketioxide.
//! - An event whose name is written with escapes ends the connection.
//! - What waits for a slow client is bounded in packets, not in bytes.
//! - A client whose TCP connection takes no bytes keeps its place until that
//!   connection ends: serve with a [`StallGuard`](crate::StallGuard) around each.
//! - The Socket.IO id that a client is told is that of its transport.
//! - Engine.IO 3 clients on polling cannot read attachments unless
//!   [`PollingRepair`] is around the layer of socketioxide.
//! - A socket has one disconnect handler in socketioxide. If the application sets
//!   its own, peers hear of a departure when that handler has ended, not before.
//! - Engine.IO is that of engineioxide 0.17, with its faults: a WebSocket that fails while it
//!   tries to become the transport ends the session; a poll that breaks off is noticed only
//!   when a heartbeat is missed; a request without `EIO` is answered by 400; one for a
//!   WebSocket is answered by 101 before it is looked at; and refused requests get other
//!   answers than from the official servers. The end of `DIFFERENCES.md` compares them.
//! - Who may connect is decided by the middlewares of the application, and how often
//!   by what it puts before its routes: the sections `auth` and `rates` do not hold.
//! - Settings of the transport that [`builder`](Attached::builder) does not know, such
//!   as TLS, CORS, proxies and admin pages, are the application's.

mod adapter;
mod asks;
mod member;
mod repair;
mod sockets;
mod watch;

use std::fmt;
use std::sync::Arc;

use socketioxide::adapter::Adapter;
use socketioxide::handler::ConnectHandler;
use socketioxide::{ParserConfig, SocketIo, SocketIoBuilder};
use socketioxide_core::adapter::DefinedAdapter;

pub use self::adapter::{P2pAdapter, P2pAdapterState};
use self::member::Beside;
pub use self::repair::PollingRepair;
use self::sockets::Shared;
use crate::Config;
use crate::config::{AuthMode, InvalidConfig};
use crate::host::{Handle, take_delayed};

/// A relay for the default namespace of a socketioxide instance; see the
/// [module](self).
#[derive(Clone)]
pub struct Attached {
    shared: Arc<Shared>,
}

/// Why a relay cannot be attached.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AttachError {
    /// The configuration is impossible.
    #[error(transparent)]
    Config(#[from] InvalidConfig),
    /// The application decides who may connect, in a middleware of its own.
    #[error(
        "an attached relay does not authenticate: do it in a connect middleware, with `auth.mode` at `none`"
    )]
    Authentication,
}

impl fmt::Debug for Attached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attached").finish_non_exhaustive()
    }
}

impl Attached {
    /// A relay that is not attached yet. Of the configuration, `policy` holds, and
    /// of `engine` and `queue` what [`builder`](Self::builder) can pass on.
    ///
    /// # Errors
    ///
    /// The configuration is impossible, or asks for an authentication that would not
    /// take place.
    pub fn new(config: Config) -> Result<Self, AttachError> {
        config.validate()?;
        if config.auth.mode != AuthMode::None {
            return Err(AttachError::Authentication);
        }
        let shared = Arc::new(Shared::new(config));
        take_delayed(&(Arc::clone(&shared) as _));
        Ok(Self { shared })
    }

    /// A builder with the limits of the configuration and the adapter that the relay
    /// needs.
    ///
    /// The buffer is raised, above all: by default socketioxide drops most of a
    /// burst of more than 128 packets.
    pub fn builder(&self) -> SocketIoBuilder<P2pAdapter> {
        let config = &self.shared.config;
        let engine = &config.engine;
        // One size for polling, for WebSocket messages and for their frames.
        let size = engine.max_message;
        let parser = ParserConfig::common()
            .max_incoming_binary_buf_size(size)
            .max_incoming_binaries(engine.max_attachments);
        SocketIo::builder()
            .ping_interval(engine.ping_interval)
            .ping_timeout(engine.ping_timeout)
            .connect_timeout(engine.connect_timeout)
            .max_buffer_size(config.queue.packets)
            .max_payload(size as u64)
            .ws_max_message_size(size)
            .ws_max_frame_size(size)
            .with_parser(parser)
            .with_adapter::<P2pAdapter>(self.adapter(()))
    }

    /// The state of the adapter, for a builder of the application's own:
    /// `.with_adapter::<P2pAdapter<A>>(attached.adapter(state))`, where `state` is that of `A`.
    pub fn adapter<A: Adapter>(&self, state: A::State) -> P2pAdapterState<A> {
        P2pAdapterState::new(state, Arc::clone(&self.shared.slot))
    }

    /// Makes this relay the default namespace of an instance that was built with its
    /// [`adapter`](Self::adapter). An application with a connect handler of its own calls
    /// [`SocketIo::ns`] itself, with [`beside`](Self::beside).
    pub fn attach<A: Adapter + DefinedAdapter>(&self, io: &SocketIo<P2pAdapter<A>>) -> A::InitRes {
        io.ns("/", self.beside(async || ()))
    }

    /// Puts the relay beside a connect handler of the application.
    ///
    /// Its middlewares decide first; then the relay does, by its policy; then the
    /// handler is called, unless the relay has turned the client away. A handler
    /// that registers an event of the protocol for itself takes it from the relay.
    pub fn beside<A, H, T>(
        &self,
        handler: H,
    ) -> impl ConnectHandler<P2pAdapter<A>, T> + use<A, H, T>
    where
        A: Adapter,
        H: ConnectHandler<P2pAdapter<A>, T>,
        T: Send + Sync + 'static,
    {
        Beside::new(Arc::clone(&self.shared), handler)
    }

    /// A handle of the relay, good before and after it is attached.
    pub fn handle(&self) -> Handle {
        Handle::new(Arc::clone(&self.shared) as _)
    }
}
