//! A server before it serves: its configuration, and its handle.

use std::fmt;
use std::future::Future;
use std::io;
use std::sync::Arc;

use tokio::net::TcpListener;

use crate::Config;
use crate::admin::DroppedLogLines;
use crate::auth::Authenticate;
use crate::host::{Handle, Persistence, SharedDriver, take_delayed};
use crate::relay::Authorize;
use crate::serve::BoundServer;
use crate::shell::engine::Engine;
use crate::store::MessageStore;

/// A server of its own, with the handle of what it serves.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use sio_p2p_server::{Config, P2pServer};
/// use tokio::net::TcpListener;
///
/// let server = P2pServer::new(Config::default());
/// let handle = server.handle();
/// let listener = TcpListener::bind("127.0.0.1:0").await?;
/// tokio::spawn(server.serve(listener, std::future::pending()));
/// assert!(handle.list_clients().is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct P2pServer {
    config: Arc<Config>,
    engine: Arc<Engine>,
    dropped_log_lines: DroppedLogLines,
}

impl P2pServer {
    /// A server with this configuration and nothing else; [`builder`](Self::builder) has
    /// everything.
    pub fn new(config: Config) -> Self {
        let config = Arc::new(config);
        let engine = Arc::new(Engine::new(&config));
        take_delayed(&(Arc::clone(&engine) as _));
        Self {
            config,
            engine,
            dropped_log_lines: DroppedLogLines::default(),
        }
    }

    /// A server that is put together bit by bit; what is not said keeps its default.
    pub fn builder() -> P2pServerBuilder {
        P2pServerBuilder::default()
    }

    /// What the server is made of.
    pub(crate) fn into_parts(self) -> (Arc<Config>, Arc<Engine>) {
        (self.config, self.engine)
    }

    /// A handle of the server, good before, while and after it serves.
    pub fn handle(&self) -> Handle {
        Handle::new(Arc::clone(&self.engine) as _)
    }

    /// Prepares everything that serving needs: reads the certificate, binds the
    /// admin listener. To serve without looking at it, use [`serve`](Self::serve).
    ///
    /// # Errors
    ///
    /// The configuration cannot be carried out; the error is a sentence that says
    /// which part of it and why.
    pub async fn bind(self, listener: TcpListener) -> io::Result<BoundServer> {
        BoundServer::new(self.engine, self.config, listener, self.dropped_log_lines).await
    }

    /// Serves clients on `listener` until `shutdown` resolves; see [`serve`](crate::serve()).
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()>,
    ) -> io::Result<()> {
        self.bind(listener).await?.run(shutdown).await
    }
}

/// Puts a [`P2pServer`] together.
///
/// ```
/// use sio_p2p_server::{Config, P2pServer};
///
/// let server = P2pServer::builder().config(Config::default()).build();
/// assert!(server.handle().list_clients().is_empty());
/// ```
#[derive(Default)]
pub struct P2pServerBuilder {
    config: Config,
    store: Option<Arc<dyn MessageStore>>,
    authenticator: Option<Arc<dyn Authenticate>>,
    authorizer: Option<Arc<dyn Authorize>>,
    dropped_log_lines: DroppedLogLines,
}

impl fmt::Debug for P2pServerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("P2pServerBuilder")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl P2pServerBuilder {
    /// The configuration.
    #[must_use]
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// The store of persistent messages; without one there are none.
    #[must_use]
    pub fn store(mut self, store: Arc<dyn MessageStore>) -> Self {
        self.store = Some(store);
        self
    }

    /// Who may connect, whatever the settings say about that.
    #[must_use]
    pub fn authenticator(mut self, authenticator: impl Authenticate) -> Self {
        self.authenticator = Some(Arc::new(authenticator));
        self
    }

    /// What a client may do, beyond what the policy forbids.
    #[must_use]
    pub fn authorizer(mut self, authorizer: impl Authorize + 'static) -> Self {
        self.authorizer = Some(Arc::new(authorizer));
        self
    }

    /// How many lines of its log the program has dropped so far, for the metrics. It is
    /// asked whenever they are read.
    #[must_use]
    pub fn dropped_log_lines(mut self, count: impl Fn() -> u64 + Send + Sync + 'static) -> Self {
        self.dropped_log_lines = DroppedLogLines::new(count);
        self
    }

    /// The server.
    pub fn build(self) -> P2pServer {
        let mut server = P2pServer::new(self.config);
        server.dropped_log_lines = self.dropped_log_lines;
        if let Some(store) = self.store {
            let engine: Arc<dyn SharedDriver> = Arc::clone(&server.engine) as _;
            let persistence = Persistence::new(store, Arc::downgrade(&engine));
            engine.lock_driver().state.keep(persistence);
        }
        if let Some(authenticator) = self.authenticator {
            server
                .engine
                .authentication()
                .set_authenticator(authenticator);
        }
        if let Some(authorizer) = self.authorizer {
            server.engine.lock_driver().relay.set_authorizer(authorizer);
        }
        server
    }
}

/// Serves clients on `listener` until `shutdown` resolves, then lets go of them.
///
/// The caller binds the listener, so it knows the address, even that of port 0. When `shutdown` resolves, the server says on `/readyz` that nobody shall
/// be sent to it any more, serves on for
/// [`delay`](crate::config::DrainConfig::delay), and then accepts no more
/// connections. What is queued for open `WebSocket`s and waiting polls is delivered,
/// every client is disconnected, and the call returns once all are gone or
/// [`timeout`](crate::config::DrainConfig::timeout) has passed.
///
/// # Errors
///
/// Fails before it serves anybody if the settings are impossible
/// ([`Config::validate`]) or cannot be carried out, for example because a certificate
/// cannot be read or the admin address is taken. From then on, trouble with single connections, even with accepting them, is logged
/// and survived.
///
/// # Examples
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> std::io::Result<()> {
/// use sio_p2p_server::{Config, serve};
/// use tokio::net::TcpListener;
///
/// let listener = TcpListener::bind("127.0.0.1:0").await?;
/// let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
/// let server = tokio::spawn(serve(listener, Config::default(), async {
///     stopped.await.ok();
/// }));
/// stop.send(()).ok();
/// server.await?
/// # }
/// ```
pub async fn serve(
    listener: TcpListener,
    config: Config,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    P2pServer::new(config).serve(listener, shutdown).await
}
