//! Running a server: from a bound listener to the last goodbye.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::SystemTime;

use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;
use tracing::{info, warn};

use crate::admin::{self, Pages, Readiness, Sources};
use crate::net::{Acceptor, Certificates, Tls, Traffic};
use crate::shell::engine::Engine;
use crate::shell::http::Http;
use crate::{Config, P2pServer};

/// Serves clients on `listener` until `shutdown` resolves, then lets go of them.
///
/// The listener is bound by the caller, who so knows the address, even that of
/// port 0. When `shutdown` resolves, the server says on `/readyz` that nobody shall
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

/// A server with everything it needs to serve, from [`P2pServer::bind`].
///
/// Its addresses are known, its files are read, and `/readyz` answers that it is
/// not ready yet. Clients wait in the accept queue until it [runs](Self::run).
#[derive(Debug)]
pub struct BoundServer {
    engine: Arc<Engine>,
    config: Arc<Config>,
    listener: TcpListener,
    address: SocketAddr,
    acceptor: Acceptor,
    tls: Option<Arc<Tls>>,
    readiness: Arc<Readiness>,
    admin: Option<Admin>,
}

/// The admin listener, which answers for as long as this is kept.
#[derive(Debug)]
struct Admin {
    address: SocketAddr,
    _serving: AbortOnDropHandle<()>,
}

impl BoundServer {
    /// Prepares an engine to be served on this listener.
    pub(crate) async fn new(
        engine: Arc<Engine>,
        config: Arc<Config>,
        listener: TcpListener,
    ) -> io::Result<Self> {
        engine.prepare(&config)?;
        let address = listener.local_addr()?;
        let tls = Tls::load(&config.tls)?.map(Arc::new);
        let traffic = Arc::new(Traffic::default());
        let service = Http::new(Arc::clone(&engine), &config, Arc::clone(&traffic))?;
        let acceptor = Acceptor::new(
            Arc::clone(&config),
            service,
            tls.clone(),
            Arc::clone(&traffic),
        );
        let readiness = Arc::new(Readiness::default());
        let admin = match config.admin.listen {
            Some(address) => {
                let sources = Sources {
                    readiness: Arc::clone(&readiness),
                    engine: Arc::clone(&engine),
                    traffic,
                    started: SystemTime::now(),
                };
                Some(Admin::open(address, sources).await?)
            }
            None => None,
        };
        Ok(Self {
            engine,
            config,
            listener,
            address,
            acceptor,
            tls,
            readiness,
            admin,
        })
    }

    /// The address that clients connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of `/healthz`, `/readyz` and `/metrics`, if they are served.
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.admin.as_ref().map(|admin| admin.address)
    }

    /// The certificates in use, to have them read again; `None` if connections are
    /// not encrypted.
    pub fn certificates(&self) -> Option<Certificates> {
        self.tls.clone().map(Certificates::new)
    }

    /// Serves until `shutdown` resolves, then lets go of the clients; see [`serve`].
    ///
    /// Dropping the future stops accepting at once and drains nothing. Connections
    /// that are open end with the runtime.
    pub async fn run(self, shutdown: impl Future<Output = ()>) -> io::Result<()> {
        let Self {
            engine,
            config,
            listener,
            address,
            acceptor,
            readiness,
            // Answers until the very end, so that the draining can be watched.
            admin: _admin,
            tls: _,
        } = self;
        let housekeeping = Arc::clone(&engine).housekeep(config.engine.connect_timeout);
        let _housekeeping = AbortOnDropHandle::new(tokio::spawn(housekeeping));
        let _time = AbortOnDropHandle::new(tokio::spawn(acceptor.keep_time()));

        readiness.serving();
        info!(%address, "serving");
        let told_to_stop = async {
            shutdown.await;
            // Readiness turns first. Until those who send clients here have seen it,
            // clients keep coming, and must be served.
            readiness.draining();
            info!(%address, delay = ?config.drain.delay, "stopping");
            tokio::time::sleep(config.drain.delay).await;
        };
        tokio::select! {
            () = acceptor.accept(&listener) => {}
            () = told_to_stop => {}
        }
        drop(listener);

        acceptor.stop();
        let mut open = engine.open_connections();
        engine.stop();
        let drained = async {
            // The sender lives in the engine, which we hold, so waiting cannot fail.
            open.wait_for(|open| *open == 0).await.ok();
            acceptor.stopped().await;
        };
        if tokio::time::timeout(config.drain.timeout, drained)
            .await
            .is_err()
        {
            let open = *engine.open_connections().borrow();
            warn!(open, "some connections did not end in time");
        }
        engine.end();
        info!(%address, "stopped");
        Ok(())
    }
}

impl Admin {
    /// Binds the admin listener and starts to answer on it.
    async fn open(address: SocketAddr, sources: Sources) -> io::Result<Self> {
        let refused = |error: io::Error| {
            let sentence = format!("cannot serve the admin pages on {address}: {error}");
            io::Error::new(error.kind(), sentence)
        };
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let address = listener.local_addr()?;
        let serving = tokio::spawn(admin::serve(listener, Pages::new(sources)));
        info!(%address, "serving the admin pages");
        Ok(Self {
            address,
            _serving: AbortOnDropHandle::new(serving),
        })
    }
}
