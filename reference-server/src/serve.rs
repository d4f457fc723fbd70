//! Running a server: from a bound listener to the last goodbye.

use std::future::Future;
use std::io;
use std::sync::Arc;

use tokio::net::TcpListener;
use tracing::{info, warn};

use crate::net::{Acceptor, Tls};
use crate::shell::engine::Engine;
use crate::shell::http::Http;
use crate::{Config, P2pServer};

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
    let tls = Tls::load(&config.tls)?.map(Arc::new);
    let service = Http::new(Arc::clone(&engine), &config)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error))?;
    let acceptor = Acceptor::new(Arc::clone(&config), service, tls);
    let housekeeping = tokio::spawn(Arc::clone(&engine).housekeep(config.engine.connect_timeout));

    info!(%address, "serving");
    tokio::select! {
        () = acceptor.accept(&listener) => {}
        () = shutdown => {}
    }
    drop(listener);

    info!(%address, "stopping");
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
    housekeeping.abort();
    info!(%address, "stopped");
    Ok(())
}
