//! The relay beside an application's own events, on its own socketioxide instance.
//!
//! ```text
//! cargo run -p sio-p2p-server --features socketioxide --example attached -- 127.0.0.1:3000
//! ```
//!
//! CI runs the conformance suite against it. What it does not do as `p2p-server`
//! does stands in `fixtures/baselines/attached.json`, with the reasons.

use std::error::Error;
use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use axum::serve::Listener;
use sio_p2p_server::attach::{Attached, PollingRepair};
use sio_p2p_server::{Config, StallGuard};
use socketioxide::extract::{AckSender, Data, SocketRef};
use tokio::net::{TcpListener, TcpStream};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1);
    let address = address.unwrap_or_else(|| "127.0.0.1:3000".to_owned());
    let config = Config::default();
    let limit = config.queue.write_stall;

    let attached = Attached::new(config)?;
    let (layer, io) = attached.builder().build_layer();
    io.ns("/", attached.beside(application));

    let app = Router::new()
        .route("/", get(async || "an application with P2P messages"))
        .layer(layer)
        // Around the layer of socketioxide: it repairs what comes out of that.
        .layer(PollingRepair);
    let inner = TcpListener::bind(address).await?;
    println!("listening on http://{}", inner.local_addr()?);
    axum::serve(Guarded { inner, limit }, app)
        .with_graceful_shutdown(async move {
            tokio::signal::ctrl_c().await.ok();
            io.close().await;
        })
        .await?;
    Ok(())
}

/// What the application does for each of its clients, as if there were no relay.
async fn application<A: socketioxide::adapter::Adapter>(socket: SocketRef<A>) {
    socket.on(
        "application:echo",
        async |Data(text): Data<String>, ack: AckSender<A>| {
            ack.send(&text).ok();
        },
    );
}

/// A listener whose connections are given up when they take no bytes for too long.
/// Without it, a client that stops reading would keep its place, and socketioxide
/// would tell nobody.
struct Guarded {
    inner: TcpListener,
    limit: Duration,
}

impl Listener for Guarded {
    type Io = StallGuard<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        // This waits out the errors of single connections.
        let (stream, peer) = Listener::accept(&mut self.inner).await;
        // Small packets shall not wait for larger ones.
        stream.set_nodelay(true).ok();
        (StallGuard::new(stream, self.limit), peer)
    }

    fn local_addr(&self) -> std::io::Result<SocketAddr> {
        self.inner.local_addr()
    }
}
