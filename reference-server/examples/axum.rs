//! A P2P server beside the routes of an axum application.
//!
//! ```text
//! cargo run -p sio-p2p-server --example axum -- 127.0.0.1:3000
//! ```
//!
//! Everything that [`serve`](sio_p2p_server::serve()) does before a request is done here
//! by the application: a place for each connection, and a guard against clients
//! that take no bytes.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use axum::serve::Listener;
use sio_p2p_server::{Config, P2pServer, StallGuard};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1);
    let address = address.unwrap_or_else(|| "127.0.0.1:3000".to_owned());
    let config = Config::default();
    let listener = Guarded {
        inner: TcpListener::bind(address).await?,
        limit: config.queue.write_stall,
        slots: Arc::new(Semaphore::new(config.engine.max_connections)),
    };
    println!("listening on http://{}", listener.inner.local_addr()?);

    let (layer, running) = P2pServer::new(config).layer()?;
    let handle = running.handle();
    let count = get(async move || handle.list_clients().len().to_string());
    let app = Router::new()
        .route("/", get(async || "an application with P2P messages"))
        .route("/clients", count)
        .layer(layer);

    let (stop, stopped) = oneshot::channel::<()>();
    let serving = axum::serve(listener, app).with_graceful_shutdown(async {
        stopped.await.ok();
    });
    let serving = tokio::spawn(async move { serving.await });
    tokio::signal::ctrl_c().await?;
    // First the clients, while polls are still answered; then the listener.
    running.stop().await;
    stop.send(()).ok();
    Ok(serving.await??)
}

/// A listener that bounds how many connections there are, and how long one may take
/// no bytes.
struct Guarded {
    inner: TcpListener,
    limit: Duration,
    slots: Arc<Semaphore>,
}

impl Listener for Guarded {
    type Io = StallGuard<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let slot = Arc::clone(&self.slots).acquire_owned().await;
        // This waits out the errors of single connections.
        let (stream, peer) = Listener::accept(&mut self.inner).await;
        // Small packets shall not wait for larger ones.
        stream.set_nodelay(true).ok();
        let guard = StallGuard::new(stream, self.limit);
        let guard = match slot {
            Ok(slot) => guard.in_slot(slot),
            // Only a semaphore that somebody has closed has no places.
            Err(_) => guard,
        };
        (guard, peer)
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.inner.local_addr()
    }
}
