//! The scripted server: Socket.IO packets over Engine.IO 3 and 4, WebSocket and polling.
//!
//! It answers handshakes and heartbeats and joins the default namespace; everything else is
//! up to the scenario. The engine and the packet codec are published ones, as in the
//! reference server, so that nothing the client under test may be built on judges it.

mod codec;
mod wires;

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use engineioxide::config::EngineIoConfig;
use engineioxide::handler::EngineIoHandler;
use engineioxide::service::EngineIoService;
use engineioxide::{DisconnectReason, ProtocolVersion, Socket, Str, TransportType};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use sio_p2p_transport::Packet;
use tokio::net::TcpListener;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinSet;

use self::wires::Wires;
use crate::json::shorten;
use crate::player::client::News;
use crate::player::play::trace::{Trace, Way};

/// How many bytes a client may send in one play: a flood costs the scenario, not the runner.
const BUDGET: usize = 64 << 20;
/// Packets that may wait for the client.
const QUEUE: usize = 8192;
/// What handshakes say unless a scenario does: longer than any scenario, so that a heartbeat
/// never decides one.
const HEARTBEAT: (Duration, Duration) = (Duration::from_secs(25), Duration::from_secs(20));

/// What the server saw of its client.
#[derive(Debug)]
pub(crate) enum Said {
    /// It is in the default namespace.
    Joined {
        /// The query of the handshake.
        query: String,
    },
    /// A packet.
    Packet(Packet),
    /// Something that is no packet, in words.
    Garbage(String),
    /// Its connection has ended.
    Gone,
}

/// What a client is told that asks for the default namespace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) enum Admission {
    /// Come in.
    #[default]
    Accept,
    /// Stay outside, for this reason.
    Refuse(String),
}

/// A running server, for one client; it ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    handler: Arc<Handler>,
    /// What serves the connections that are to come.
    service: Arc<Mutex<Service>>,
    /// The bytes of every connection go through one of these.
    wires: Arc<Wires>,
    _tasks: JoinSet<()>,
}

/// What serves connections.
#[derive(Debug)]
struct Service {
    engine: EngineIoService<Handler>,
    /// Ping interval and timeout that its handshakes state.
    heartbeat: (Duration, Duration),
}

/// One connection of the engine.
#[derive(Debug, Default)]
pub(crate) struct Session {
    decoder: codec::Decoder,
    generation: AtomicU64,
}

#[derive(Debug)]
struct Handler {
    client: String,
    news: UnboundedSender<News>,
    trace: Trace,
    admission: Mutex<Admission>,
    /// The connection that is used; a client that comes again gets a new one.
    current: Mutex<Option<Arc<Socket<Session>>>>,
    generations: AtomicU64,
    received: AtomicUsize,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Server {
    /// Starts a server for this client on a free port of the loopback interface.
    pub(crate) async fn start(
        client: &str,
        news: UnboundedSender<News>,
        trace: Trace,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let handler = Arc::new(Handler {
            client: client.to_owned(),
            news,
            trace,
            admission: Mutex::default(),
            current: Mutex::default(),
            generations: AtomicU64::new(0),
            received: AtomicUsize::new(0),
        });
        let service = Arc::new(Mutex::new(Service::new(&handler, HEARTBEAT)));
        let wires = Arc::new(Wires::default());
        let (laid, serves) = (Arc::clone(&wires), Arc::clone(&service));
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                let _ = stream.set_nodelay(true);
                let far = laid.lay(stream);
                let service = TowerToHyperService::new(lock(&serves).engine.clone());
                connections.spawn(async move {
                    let connection = http1::Builder::new()
                        .serve_connection(TokioIo::new(far), service)
                        .with_upgrades();
                    // A connection that breaks is the client's affair.
                    let _ = connection.await;
                });
            }
        });
        Ok(Self {
            address,
            handler,
            service,
            wires,
            _tasks: tasks,
        })
    }

    /// Where it is.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What the next client that comes is told; with `heartbeat`, that a ping comes so often
    /// and is waited for as long.
    pub(crate) fn admit(&self, admission: Admission, heartbeat: Option<Duration>) {
        *lock(&self.handler.admission) = admission;
        let heartbeat = heartbeat.map_or(HEARTBEAT, |time| (time, time));
        let mut service = lock(&self.service);
        // A session that polls is known to the service that has opened it and to no other.
        if service.heartbeat != heartbeat {
            *service = Service::new(&self.handler, heartbeat);
        }
    }

    /// Sends a packet. The error says why that is not possible.
    pub(crate) fn send(&self, packet: Packet) -> Result<(), String> {
        let (text, attachments) = codec::encode(packet);
        self.send_text(&text)?;
        let current = self.socket()?;
        for attachment in attachments {
            let size = attachment.len();
            let frame = format!("<binary, {size} bytes>");
            self.handler
                .trace
                .push(&self.handler.client, Way::In, frame);
            current.emit_binary(attachment).map_err(full)?;
        }
        Ok(())
    }

    /// Sends a text frame as it is, without the type of the engine.
    pub(crate) fn send_text(&self, text: &str) -> Result<(), String> {
        let frame = format!("4{}", shorten(text, 300));
        self.handler
            .trace
            .push(&self.handler.client, Way::In, frame);
        self.socket()?.emit(text.to_owned()).map_err(full)
    }

    /// Ends the connection; with `packet` a disconnect packet goes before.
    pub(crate) fn end(&self, packet: bool) -> Result<(), String> {
        if packet {
            self.send_text("1")?;
        }
        let socket = self.socket()?;
        self.note(Way::In, "<the server closes the transport>");
        // Where Socket.IO 4 ends the transport by itself, so do we.
        socket.close(DisconnectReason::TransportClose);
        Ok(())
    }

    /// Drops every TCP connection without a word, and forgets the client: with polling, a
    /// connection is more than its TCP connections.
    pub(crate) async fn cut(&self) {
        self.note(Way::In, "<the server drops the TCP connections>");
        self.wires.cut().await;
        if let Ok(current) = self.socket() {
            current.close(DisconnectReason::TransportError);
        }
    }

    /// Says nothing more to the client, and hears nothing; TCP connections stay open.
    pub(crate) fn fall_silent(&self) {
        self.note(Way::In, "<the server falls silent>");
        self.wires.hold();
    }

    /// Whether packets go over a WebSocket now.
    pub(crate) fn is_on_websocket(&self) -> bool {
        self.socket()
            .is_ok_and(|socket| socket.transport_type() == TransportType::Websocket)
    }

    /// Records what is no frame.
    fn note(&self, way: Way, what: &str) {
        let trace = &self.handler.trace;
        trace.push(&self.handler.client, way, what.to_owned());
    }

    fn socket(&self) -> Result<Arc<Socket<Session>>, String> {
        let current = lock(&self.handler.current).clone();
        current
            .filter(|socket| !socket.is_closed())
            .ok_or_else(|| "it is not connected".to_owned())
    }
}

impl Service {
    fn new(handler: &Arc<Handler>, heartbeat: (Duration, Duration)) -> Self {
        let config = EngineIoConfig::builder()
            .req_path("/socket.io")
            .ping_interval(heartbeat.0)
            .ping_timeout(heartbeat.1)
            .max_buffer_size(QUEUE)
            .build();
        Self {
            engine: EngineIoService::with_config(Arc::clone(handler), config),
            heartbeat,
        }
    }
}

fn full<T>(_: T) -> String {
    "it takes nothing more".to_owned()
}

impl Handler {
    fn tell(&self, generation: u64, what: Said) {
        // Nobody listens when the play is over.
        let _ = self.news.send(News::Server {
            client: self.client.clone(),
            generation,
            what,
        });
    }

    fn welcome(&self, socket: &Arc<Socket<Session>>) {
        let answer = match (&*lock(&self.admission), socket.protocol) {
            (Admission::Accept, ProtocolVersion::V3) => "0".to_owned(),
            (Admission::Accept, ProtocolVersion::V4) => format!("0{{\"sid\":\"{}\"}}", socket.id),
            (Admission::Refuse(why), ProtocolVersion::V3) => {
                format!("4{}", crate::json::quote(why))
            }
            (Admission::Refuse(why), ProtocolVersion::V4) => {
                format!("4{{\"message\":{}}}", crate::json::quote(why))
            }
        };
        let accepted = answer.starts_with('0');
        self.trace.push(&self.client, Way::In, format!("4{answer}"));
        let _ = socket.emit(answer);
        if !accepted {
            return;
        }
        let generation = self.generations.fetch_add(1, Ordering::SeqCst) + 1;
        socket.data.generation.store(generation, Ordering::SeqCst);
        *lock(&self.current) = Some(Arc::clone(socket));
        let query = socket.req_parts.uri.query().unwrap_or_default().to_owned();
        self.tell(generation, Said::Joined { query });
    }

    fn frame(&self, socket: &Arc<Socket<Session>>, decoded: Result<Option<Packet>, String>) {
        let generation = socket.data.generation.load(Ordering::SeqCst);
        match decoded {
            Ok(None) => {}
            Ok(Some(Packet::Connect { namespace, .. })) if namespace == "/" => {
                if socket.protocol == ProtocolVersion::V4 && generation == 0 {
                    self.welcome(socket);
                }
            }
            Ok(Some(packet)) => self.tell(generation, Said::Packet(packet)),
            Err(why) => self.tell(generation, Said::Garbage(why)),
        }
    }

    /// Whether the client may send so much more.
    fn takes(&self, socket: &Arc<Socket<Session>>, size: usize) -> bool {
        let total = self.received.fetch_add(size + 64, Ordering::Relaxed);
        if total <= BUDGET {
            return true;
        }
        let generation = socket.data.generation.load(Ordering::SeqCst);
        self.tell(
            generation,
            Said::Garbage(format!("more than {BUDGET} bytes")),
        );
        socket.close(DisconnectReason::TransportClose);
        false
    }
}

impl EngineIoHandler for Handler {
    type Data = Session;

    fn on_connect(self: Arc<Self>, socket: Arc<Socket<Session>>) {
        if socket.protocol == ProtocolVersion::V3 {
            self.welcome(&socket);
        }
    }

    fn on_disconnect(&self, socket: Arc<Socket<Session>>, _: DisconnectReason) {
        let generation = socket.data.generation.load(Ordering::SeqCst);
        if generation > 0 {
            let what = "<the connection has ended>".to_owned();
            self.trace.push(&self.client, Way::Out, what);
            self.tell(generation, Said::Gone);
        }
    }

    fn on_message(self: &Arc<Self>, text: Str, socket: Arc<Socket<Session>>) {
        let frame = format!("4{}", shorten(&text, 300));
        self.trace.push(&self.client, Way::Out, frame);
        if self.takes(&socket, text.len()) {
            let decoded = socket.data.decoder.text(text);
            self.frame(&socket, decoded);
        }
    }

    fn on_binary(self: &Arc<Self>, bytes: Bytes, socket: Arc<Socket<Session>>) {
        let frame = format!("<binary, {} bytes>", bytes.len());
        self.trace.push(&self.client, Way::Out, frame);
        if self.takes(&socket, bytes.len()) {
            let decoded = socket.data.decoder.binary(bytes);
            self.frame(&socket, decoded);
        }
    }
}
