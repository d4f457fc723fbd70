//! A server that sends every message back, for clients of both generations:
//!
//! ```text
//! cargo run -p sio-p2p-engine --example echo -- --listen 127.0.0.1:3000
//! ```
//!
//! It prints `listening on http://ADDRESS/PATH` when it can be reached. With the options a
//! test suite for Engine.IO servers gets what it expects.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use clap::Parser;
use http::{Request, Response, StatusCode};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use sio_p2p_engine::{
    Batch, Body, CloseReason, Config, Handler, Lenient, Opening, SendError, Server, Socket,
    StallGuard, begin,
};
use tokio::net::{TcpListener, TcpStream};

/// An Engine.IO server that sends every message back.
#[derive(Debug, Parser)]
struct Options {
    /// Where to listen; port 0 takes any that is free.
    #[arg(long, default_value = "127.0.0.1:3000")]
    listen: SocketAddr,
    /// The path of Engine.IO; all others are answered by 404.
    #[arg(long, default_value = "/engine.io/")]
    path: String,
    /// Time between two heartbeats.
    #[arg(long, default_value_t = 25_000)]
    ping_interval_ms: u64,
    /// How long a heartbeat may stay unanswered.
    #[arg(long, default_value_t = 20_000)]
    ping_timeout_ms: u64,
    /// The largest message in bytes.
    #[arg(long, default_value_t = 1_000_000)]
    max_payload: usize,
}

/// What is done with sessions. Nothing is kept of them.
struct Echo;

impl Echo {
    /// What does not fit any more ends the session: an echo with a gap would be none.
    fn sent<T>(socket: &Arc<Socket<()>>, outcome: Result<T, SendError>) {
        if matches!(outcome, Err(SendError::Full)) {
            socket.abort(CloseReason::TransportError);
        }
    }
}

impl Handler for Echo {
    type Data = ();

    fn open(&self, _: Opening) {}

    fn text(&self, socket: &Arc<Socket<()>>, text: &str, batch: &mut Batch<()>) {
        Self::sent(socket, socket.send(&[text], &[], batch));
    }

    fn binary(&self, socket: &Arc<Socket<()>>, data: &[u8], batch: &mut Batch<()>) {
        let data = Bytes::copy_from_slice(data);
        Self::sent(socket, socket.send_binary(&data, batch));
    }
}

// Tests run this as a program of their own, so they see `main`.
//
// With one thread, connections are served in the order in which they were ready. Clients of
// tests rely on it when they send over one and look over another.
#[tokio::main(flavor = "current_thread")]
pub(crate) async fn main() -> io::Result<()> {
    let options = Options::parse();
    let config = Config {
        ping_interval: Duration::from_millis(options.ping_interval_ms),
        ping_timeout: Duration::from_millis(options.ping_timeout_ms),
        max_message: options.max_payload,
        ..Config::default()
    };
    let server = Server::new(Arc::new(Echo), config);
    tokio::spawn(Arc::clone(&server).keep_time());
    let listener = TcpListener::bind(options.listen).await?;
    let path: Arc<str> = options.path.into();
    println!("listening on http://{}{path}", listener.local_addr()?);
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                let (server, path) = (Arc::clone(&server), Arc::clone(&path));
                tokio::spawn(serve(server, path, stream));
            }
            // Out of files, for example. Connections that end give some back.
            Err(error) => {
                eprintln!("a connection cannot be accepted: {error}");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Serves one connection: HTTP, and the WebSocket that it may become.
async fn serve(server: Arc<Server<Echo>>, path: Arc<str>, stream: TcpStream) {
    // Small frames shall not wait for others.
    stream.set_nodelay(true).ok();
    let limit = server.config().write_stall;
    let stream = Lenient::new(StallGuard::new(stream, limit));
    let service = service_fn(|request| {
        let (server, path) = (Arc::clone(&server), Arc::clone(&path));
        let answer = begin(async move { answer(server, &path, request).await });
        async { Ok::<_, Infallible>(answer.await) }
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
        .await
        .ok();
}

async fn answer(
    server: Arc<Server<Echo>>,
    path: &str,
    request: Request<Incoming>,
) -> Response<Body> {
    if request.uri().path() == path {
        return server.handle(request).await;
    }
    let mut answer = Response::new(Body::default());
    *answer.status_mut() = StatusCode::NOT_FOUND;
    answer
}
