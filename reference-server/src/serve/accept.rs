//! Accepting connections, and serving HTTP on each.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use sio_p2p_engine::{Lenient, StallGuard};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, warn};

use crate::Config;
use crate::config::EngineConfig;
use crate::net::{Tls, Traffic};
use crate::shell::http::Http;

/// The largest head of an HTTP request in bytes, the same as Node's. More is
/// answered by 431; it is also what bounds a client id.
const MAX_HEAD: usize = 16 * 1024;

/// How many descriptors are kept for what is no client: the listeners, 64 connections to the
/// admin pages, the log, the store.
const RESERVED: usize = 96;

/// How long to wait after a failed accept, which usually means that the process
/// has no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// How many connections are served at once, where the process may have fewer than the
/// settings say. Some descriptors are kept for files, and for the admin pages: those are
/// asked when nothing else answers any more.
fn connections(wanted: usize) -> usize {
    let Some(descriptors) = descriptors() else {
        return wanted;
    };
    let possible = descriptors.saturating_sub(RESERVED).max(1);
    if possible < wanted {
        let fewer = "the process may have fewer descriptors than `engine.max_connections` needs";
        // By default that many are served as there can be.
        if wanted == EngineConfig::default().max_connections {
            debug!(descriptors, connections = possible, "{fewer}");
        } else {
            warn!(descriptors, connections = possible, "{fewer}");
        }
    }
    wanted.min(possible)
}

/// How many descriptors the process may have.
#[cfg(unix)]
fn descriptors() -> Option<usize> {
    let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
    limit.current.and_then(|limit| usize::try_from(limit).ok())
}

/// How many descriptors the process may have. Not known.
#[cfg(not(unix))]
fn descriptors() -> Option<usize> {
    None
}

/// What every accepted connection needs.
#[derive(Debug)]
pub(crate) struct Acceptor {
    config: Arc<Config>,
    service: Http,
    /// `None` where connections are not encrypted.
    tls: Option<Arc<Tls>>,
    traffic: Arc<Traffic>,
    tasks: TaskTracker,
    stopping: CancellationToken,
}

impl Acceptor {
    pub(crate) fn new(
        config: Arc<Config>,
        service: Http,
        tls: Option<Arc<Tls>>,
        traffic: Arc<Traffic>,
    ) -> Self {
        Self {
            config,
            service,
            tls,
            traffic,
            tasks: TaskTracker::new(),
            stopping: CancellationToken::new(),
        }
    }

    /// Keeps the time of all sessions until it is dropped.
    pub(crate) fn keep_time(&self) -> impl Future<Output = ()> + Send + use<> {
        self.service.keep_time()
    }

    /// Accepts connections for ever.
    pub(crate) async fn accept(&self, listener: &TcpListener) {
        let slots = Arc::new(Semaphore::new(connections(
            self.config.engine.max_connections,
        )));
        loop {
            // The semaphore is never closed, so there always comes a slot.
            let Ok(slot) = Arc::clone(&slots).acquire_owned().await else {
                return;
            };
            match listener.accept().await {
                Ok((stream, peer)) => {
                    let Ok(permit) = self.service.accept(peer) else {
                        debug!(%peer, "its address has too many connections");
                        self.traffic.too_many_sockets.add(1);
                        continue;
                    };
                    debug!(%peer, "accepted");
                    let limit = self.config.queue.write_stall;
                    let counters = Arc::clone(&self.traffic.io);
                    let guard = StallGuard::new(stream, limit)
                        .in_slot((slot, permit))
                        .counted(counters);
                    self.tasks.spawn(self.connection(guard, peer));
                }
                Err(error) => {
                    warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    /// Lets open HTTP connections end with the request they are at.
    pub(crate) fn stop(&self) {
        self.stopping.cancel();
        self.tasks.close();
    }

    /// Waits until every HTTP connection has ended or has become a `WebSocket`.
    pub(crate) async fn stopped(&self) {
        self.tasks.wait().await;
    }

    /// Serves one connection, after a TLS handshake if there has to be one.
    fn connection(
        &self,
        stream: StallGuard<TcpStream>,
        peer: SocketAddr,
    ) -> impl Future<Output = ()> + use<> {
        if let Err(error) = stream.get_ref().set_nodelay(true) {
            debug!(%error, "small packets may be delayed");
        }
        let http = HttpConnection {
            service: self.service.for_peer(peer),
            request_timeout: self.config.engine.request_timeout,
            stopping: self.stopping.clone(),
        };
        let tls = self.tls.clone();
        let traffic = Arc::clone(&self.traffic);
        async move {
            let Some(tls) = tls else {
                return http.serve(stream).await;
            };
            // The guard is inside, where the bytes are: a client that stops reading
            // during the handshake, or while TLS says goodbye, is noticed there too.
            let handshake = tls.accept(stream);
            let outcome = tokio::select! {
                outcome = handshake => outcome,
                () = http.stopping.cancelled() => return,
            };
            match outcome {
                Ok(stream) => http.serve(stream).await,
                Err(error) => {
                    traffic.no_handshake.add(1);
                    debug!(%peer, %error, "no TLS handshake");
                }
            }
        }
    }
}

/// HTTP on one connection.
struct HttpConnection {
    service: Http,
    request_timeout: Duration,
    stopping: CancellationToken,
}

impl HttpConnection {
    /// Serves until the connection ends or becomes a `WebSocket`.
    async fn serve<S>(self, stream: S)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.request_timeout)
            .max_buf_size(MAX_HEAD)
            .serve_connection(TokioIo::new(Lenient::new(stream)), self.service)
            .with_upgrades();
        let mut connection = pin!(connection);
        let outcome = tokio::select! {
            outcome = connection.as_mut() => outcome,
            () = self.stopping.cancelled() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(error) = outcome {
            debug!(%error, "an HTTP connection ended early");
        }
    }
}
