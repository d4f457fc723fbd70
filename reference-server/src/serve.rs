//! Running a server: accepting connections, and ending well.

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{debug, info, warn};

use crate::shell::engine::Engine;
use crate::shell::guard::StallGuard;
use crate::shell::http::Http;
use crate::{Config, P2pServer};

/// The largest head of an HTTP request in bytes, the same as Node's. More is
/// answered by 431; it is also what bounds a client id.
const MAX_HEAD: usize = 16 * 1024;

/// How long to wait after a failed accept, which usually means that the process
/// has no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(200);

/// Serves clients on `listener` until `shutdown` resolves, then lets go of them.
///
/// The listener is bound by the caller, who so knows the address, even that of
/// port 0. When `shutdown` resolves, no more connections are accepted, what is
/// queued for open `WebSocket`s and waiting polls is delivered, every client is
/// disconnected, and the call returns once all are gone or
/// [`timeout`](crate::config::DrainConfig::timeout) has passed.
///
/// # Errors
///
/// Fails only if the settings are impossible ([`Config::validate`]) or the
/// listener has no local address. Trouble with single
/// connections, even with accepting them, is logged and survived.
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

/// Serves the clients of an engine; see [`serve`].
pub(crate) async fn serve_engine(
    engine: Arc<Engine>,
    config: Arc<Config>,
    listener: TcpListener,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    config
        .validate()
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    let address = listener.local_addr()?;
    let server = Server {
        config: Arc::clone(&config),
        service: Http::new(Arc::clone(&engine), &config),
        tasks: TaskTracker::new(),
        stopping: CancellationToken::new(),
    };
    let housekeeping = tokio::spawn(Arc::clone(&engine).housekeep(config.engine.connect_timeout));

    info!(%address, "serving");
    tokio::select! {
        () = server.accept(&listener) => {}
        () = shutdown => {}
    }
    drop(listener);

    info!(%address, "stopping");
    server.stopping.cancel();
    server.tasks.close();
    let mut open = engine.open_connections();
    engine.stop();
    let drained = async {
        // The sender lives in the engine, which we hold, so waiting cannot fail.
        open.wait_for(|open| *open == 0).await.ok();
        server.tasks.wait().await;
    };
    if tokio::time::timeout(config.drain.timeout, drained)
        .await
        .is_err()
    {
        let open = *engine.open_connections().borrow();
        warn!(open, "some connections did not end in time");
    }
    housekeeping.abort();
    info!(%address, "stopped");
    Ok(())
}

/// What every accepted connection needs.
struct Server {
    config: Arc<Config>,
    service: Http,
    tasks: TaskTracker,
    stopping: CancellationToken,
}

impl Server {
    /// Accepts connections for ever.
    async fn accept(&self, listener: &TcpListener) {
        let slots = Arc::new(Semaphore::new(self.config.engine.max_connections));
        loop {
            // The semaphore is never closed, so there always comes a slot.
            let Ok(slot) = Arc::clone(&slots).acquire_owned().await else {
                return;
            };
            match listener.accept().await {
                Ok((stream, peer)) => {
                    debug!(%peer, "accepted");
                    // The slot is taken until the stream is dropped, which an
                    // upgraded one survives its HTTP connection by.
                    let guard = StallGuard::new(stream, self.config.queue.write_stall, slot);
                    self.tasks.spawn(self.connection(guard));
                }
                Err(error) => {
                    warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }

    /// Serves HTTP on one connection until it ends or becomes a WebSocket.
    fn connection(&self, stream: StallGuard<TcpStream>) -> impl Future<Output = ()> + use<> {
        if let Err(error) = stream.get_ref().set_nodelay(true) {
            debug!(%error, "small packets may be delayed");
        }
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.config.engine.request_timeout)
            .max_buf_size(MAX_HEAD)
            .serve_connection(TokioIo::new(stream), self.service.clone())
            .with_upgrades();
        let stopping = self.stopping.clone();
        async move {
            let mut connection = pin!(connection);
            let outcome = tokio::select! {
                outcome = connection.as_mut() => outcome,
                () = stopping.cancelled() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = outcome {
                debug!(%error, "an HTTP connection ended early");
            }
        }
    }
}
