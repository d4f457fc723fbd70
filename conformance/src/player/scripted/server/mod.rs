//! The scripted server: Socket.IO packets over Engine.IO 3 and 4, WebSocket and polling.
//!
//! It answers handshakes and heartbeats and joins the default namespace; everything else is
//! up to the scenario. Engine.IO is that of the reference server, which shares nothing with
//! the transport of the reference client. Packets are read and written by that transport, as
//! everywhere in the suite.

mod script;
mod wires;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use sio_p2p_engine::{Batch, Body, CloseReason, Config, Transport, begin};
use sio_p2p_transport::{EioVersion, Frame, Packet};
use tokio::io::DuplexStream;
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio::time::Instant;

pub(crate) use self::script::Said;
use self::script::Script;
use self::wires::Wires;
use crate::player::play::trace::{Trace, Way};
use crate::player::scripted::gate::Gate;

/// Packets that may wait for the client.
const QUEUE: usize = 8192;
/// What handshakes say unless a scenario does: longer than any scenario, so that a heartbeat
/// never decides one.
const HEARTBEAT: (Duration, Duration) = (Duration::from_secs(25), Duration::from_secs(20));
/// How long a client may take to fetch what it is sent before its connection ends.
const TAKEN: Duration = Duration::from_secs(1);

/// A running server, for one client; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    script: Arc<Script>,
    /// What serves the connections that are to come.
    engine: Arc<Mutex<Engine>>,
    /// The bytes of every connection go through one of these.
    wires: Arc<Wires>,
    _tasks: JoinSet<()>,
}

/// An engine, and the task that keeps its time.
#[derive(Debug)]
struct Engine {
    server: Arc<sio_p2p_engine::Server<Script>>,
    /// Ping interval and timeout that its handshakes state.
    heartbeat: (Duration, Duration),
    /// Those of former engines go on: their sessions may.
    times: JoinSet<()>,
}

impl Server {
    /// Starts a server for this client on a free port of the loopback interface. What it
    /// sees, and on which connection of the client, is handed to `tell`, from tasks.
    pub(crate) async fn start(
        client: &str,
        trace: Trace,
        gate: Gate,
        tell: impl Fn(u64, Said) + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let script = Arc::new(Script::new(client, trace, gate, tell));
        let engine = Arc::new(Mutex::new(Engine::new(&script)));
        let wires = Arc::new(Wires::default());
        let (laid, current) = (Arc::clone(&wires), Arc::clone(&engine));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let _ = stream.set_nodelay(true);
                let server = Arc::clone(&current.lock().server);
                connections.spawn(serve(server, laid.lay(stream)));
            }
        });
        Ok(Self {
            address,
            script,
            engine,
            wires,
            _tasks: tasks,
        })
    }

    /// Where it is.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What the next client that comes is told: why it is refused, unless it may come in; and
    /// with `heartbeat` that a ping comes so often and is waited for as long.
    pub(crate) fn admit(&self, refusal: Option<String>, heartbeat: Option<Duration>) {
        *self.script.refusal.lock() = refusal;
        let heartbeat = heartbeat.map_or(HEARTBEAT, |time| (time, time));
        self.engine.lock().beat(heartbeat, &self.script);
    }

    /// Sends a packet. The error says why that is not possible.
    pub(crate) fn send(&self, packet: Packet) -> Result<(), String> {
        // Frames of generation 4 have the type of the engine before text and nothing before
        // binary data.
        let frames = packet.into_frames(EioVersion::V4);
        let (mut text, mut attachments) = (String::new(), Vec::new());
        for frame in frames.map_err(|error| error.to_string())? {
            match frame {
                Frame::Text(frame) => text = frame,
                Frame::Binary(data) => attachments.push(data),
                Frame::Close { .. } => {}
            }
        }
        self.send_frames(text.get(1..).unwrap_or_default(), &attachments)
    }

    /// Sends a text frame as it is, without the type of the engine.
    pub(crate) fn send_text(&self, text: &str) -> Result<(), String> {
        self.send_frames(text, &[])
    }

    fn send_frames(&self, text: &str, attachments: &[Bytes]) -> Result<(), String> {
        self.script.note_text(Way::In, text);
        let socket = self.script.socket()?;
        for attachment in attachments {
            self.script.note_binary(Way::In, attachment);
        }
        let sent = socket.send(&[text], attachments, &mut Batch::new());
        sent.map(drop)
            .map_err(|_| "it takes nothing more".to_owned())
    }

    /// Ends the connection; with `packet` a disconnect packet goes before.
    pub(crate) async fn end(&self, packet: bool) -> Result<(), String> {
        let socket = self.script.socket()?;
        if packet {
            self.send_text("1")?;
            // The official server does not answer a poll with this and the end together:
            // socket.io-client 4 would report an end of its own for each.
            let until = Instant::now() + TAKEN;
            while socket.queued().packets > 0 && Instant::now() < until {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        self.script
            .note(Way::In, "<the server closes the transport>");
        // Where Socket.IO 4 ends the transport by itself, so do we.
        socket.close(&mut Batch::new());
        Ok(())
    }

    /// Drops every TCP connection without a word, and forgets the client: with polling, a
    /// connection is more than its TCP connections.
    pub(crate) async fn cut(&self) {
        self.script
            .note(Way::In, "<the server drops the TCP connections>");
        self.wires.cut().await;
        if let Ok(current) = self.script.socket() {
            current.abort(CloseReason::TransportError);
        }
    }

    /// Says nothing more to the client, and hears nothing; TCP connections stay open.
    pub(crate) fn fall_silent(&self) {
        self.script.note(Way::In, "<the server falls silent>");
        self.wires.hold();
    }

    /// Whether packets go over a WebSocket now.
    pub(crate) fn is_on_websocket(&self) -> bool {
        self.script
            .socket()
            .is_ok_and(|socket| socket.transport() == Transport::WebSocket)
    }
}

impl Engine {
    fn new(script: &Arc<Script>) -> Self {
        let mut times = JoinSet::new();
        Self {
            server: engine(script, HEARTBEAT, &mut times),
            heartbeat: HEARTBEAT,
            times,
        }
    }

    /// Has handshakes state this heartbeat. A session that polls is known to the engine that
    /// has opened it and to no other, so it stays the same as long as possible.
    fn beat(&mut self, heartbeat: (Duration, Duration), script: &Arc<Script>) {
        if self.heartbeat != heartbeat {
            self.server = engine(script, heartbeat, &mut self.times);
            self.heartbeat = heartbeat;
        }
    }
}

fn engine(
    script: &Arc<Script>,
    heartbeat: (Duration, Duration),
    times: &mut JoinSet<()>,
) -> Arc<sio_p2p_engine::Server<Script>> {
    let config = Config {
        ping_interval: heartbeat.0,
        ping_timeout: heartbeat.1,
        queue_packets: QUEUE,
        ..Config::default()
    };
    let server = sio_p2p_engine::Server::new(Arc::clone(script), config);
    times.spawn(Arc::clone(&server).keep_time());
    server
}

/// Serves one connection: HTTP, and the WebSocket that it may become.
async fn serve(server: Arc<sio_p2p_engine::Server<Script>>, far: DuplexStream) {
    let service = service_fn(|request| {
        let answer = begin(answer(Arc::clone(&server), request));
        async { Ok::<_, Infallible>(answer.await) }
    });
    let connection = http1::Builder::new()
        .serve_connection(TokioIo::new(far), service)
        .with_upgrades();
    // A connection that breaks is the client's affair.
    let _ = connection.await;
}

async fn answer(
    server: Arc<sio_p2p_engine::Server<Script>>,
    request: Request<Incoming>,
) -> Response<Body> {
    let Some(status) = server.handler().gate.turns_away(&request) else {
        return server.handle(request).await;
    };
    let mut answer = Response::new(Body::default());
    *answer.status_mut() = status;
    answer
}
