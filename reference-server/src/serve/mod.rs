//! Running a server: from a bound listener to the last goodbye.

mod accept;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::SystemTime;

use tokio::net::TcpListener;
use tokio_util::task::AbortOnDropHandle;
use tracing::{info, warn};

use self::accept::Acceptor;
use crate::Config;
use crate::admin::{self, DroppedLogLines, Pages, Readiness, Sources};
use crate::net::{Certificates, Tls, Traffic};
use crate::shell::engine::Engine;
use crate::shell::http::Http;

/// A server with everything it needs to serve, from [`P2pServer::bind`](crate::P2pServer::bind).
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
        dropped_log_lines: DroppedLogLines,
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
                    dropped_log_lines,
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

    /// Serves until `shutdown` resolves, then lets go of the clients; see [`serve`](crate::serve()).
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
        engine.disconnect_all();
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
        engine.close_host();
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
