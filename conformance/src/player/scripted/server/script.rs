//! What the scripted server does with its client: it lets it into the default namespace, or
//! not, and tells what it sees.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use bytes::Bytes;
use parking_lot::Mutex;
use sio_p2p_engine::{Batch, CloseReason, Generation, Handler, Opening};
use sio_p2p_transport::{EioVersion, Frame, FrameReader, Heard, Packet};

use crate::json::{quote, shorten};
use crate::player::play::trace::{Trace, Way};
use crate::player::scripted::gate::Gate;

/// How many bytes a client may send in one play: a flood costs the scenario, not the runner.
const BUDGET: usize = 64 << 20;
/// The largest packet of a client, attachments included.
const MAX_PACKET: usize = 16 << 20;
/// The most attachments of one packet.
const MAX_ATTACHMENTS: usize = 64;

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

/// What the script has of one connection of the engine.
#[derive(Debug)]
pub(super) struct Session {
    /// The query of its handshake.
    query: String,
    /// Reads its frames.
    reader: Mutex<FrameReader>,
    /// Which of the client's connections it is; 0 until it has joined.
    generation: AtomicU64,
}

/// One connection of the engine.
pub(super) type Socket = Arc<sio_p2p_engine::Socket<Session>>;

/// What the server does with its client.
pub(super) struct Script {
    client: String,
    trace: Trace,
    /// What a client has to bring along.
    pub(super) gate: Gate,
    /// Takes what the server saw, and on which of the client's connections.
    tell: Box<dyn Fn(u64, Said) + Send + Sync>,
    /// Why a client that asks for the default namespace is refused, if it is.
    pub(super) refusal: Mutex<Option<String>>,
    /// The connection that is used; a client that comes again gets a new one.
    current: Mutex<Option<Socket>>,
    generations: AtomicU64,
    received: AtomicUsize,
}

impl std::fmt::Debug for Script {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Script").finish_non_exhaustive()
    }
}

impl Script {
    pub(super) fn new(
        client: &str,
        trace: Trace,
        gate: Gate,
        tell: impl Fn(u64, Said) + Send + Sync + 'static,
    ) -> Self {
        Self {
            client: client.to_owned(),
            trace,
            gate,
            tell: Box::new(tell),
            refusal: Mutex::default(),
            current: Mutex::default(),
            generations: AtomicU64::new(0),
            received: AtomicUsize::new(0),
        }
    }

    /// The connection that is used.
    pub(super) fn socket(&self) -> Result<Socket, String> {
        let current = self.current.lock().clone();
        current
            .filter(|socket| !socket.is_closed())
            .ok_or_else(|| "it is not connected".to_owned())
    }

    /// Records what is no frame.
    pub(super) fn note(&self, way: Way, what: impl Into<String>) {
        self.trace.push(&self.client, way, what.into());
    }

    /// Records a text frame.
    pub(super) fn note_text(&self, way: Way, text: &str) {
        self.note(way, format!("4{}", shorten(text, 300)));
    }

    /// Records a binary frame.
    pub(super) fn note_binary(&self, way: Way, data: &[u8]) {
        self.note(way, format!("<binary, {} bytes>", data.len()));
    }

    fn tell(&self, socket: &Socket, what: Said) {
        (self.tell)(socket.data().generation.load(Ordering::SeqCst), what);
    }

    /// Lets the client in, or not; `payload` is that of its CONNECT packet.
    fn welcome(&self, socket: &Socket, payload: Option<&str>, batch: &mut Batch<Session>) {
        let object = socket.generation() == Generation::V4;
        let eio = if object {
            EioVersion::V4
        } else {
            EioVersion::V3
        };
        let lacks = self.gate.refusal(eio, &socket.data().query, payload);
        let refusal = self.refusal.lock().clone().or(lacks);
        let answer = match &refusal {
            None if object => format!("0{{\"sid\":\"{}\"}}", socket.id()),
            None => "0".to_owned(),
            Some(why) if object => format!("4{{\"message\":{}}}", quote(why)),
            Some(why) => format!("4{}", quote(why)),
        };
        self.note_text(Way::In, &answer);
        let _ = socket.send(&[&answer], &[], batch);
        if refusal.is_some() {
            return;
        }
        let generation = self.generations.fetch_add(1, Ordering::SeqCst) + 1;
        let session = socket.data();
        session.generation.store(generation, Ordering::SeqCst);
        *self.current.lock() = Some(Arc::clone(socket));
        let query = session.query.clone();
        self.tell(socket, Said::Joined { query });
    }

    /// Reads what has come, if the client may send so much more.
    fn read(&self, socket: &Socket, frame: Frame, shown: &str, batch: &mut Batch<Session>) {
        let total = self.received.fetch_add(frame.len() + 64, Ordering::Relaxed);
        if total > BUDGET {
            self.tell(socket, Said::Garbage(format!("more than {BUDGET} bytes")));
            return socket.close(batch);
        }
        let heard = socket.data().reader.lock().read(frame);
        match heard {
            Ok(Heard::Packet(Packet::Connect { namespace, data })) if namespace == "/" => {
                let joined = socket.data().generation.load(Ordering::SeqCst) > 0;
                if socket.generation() == Generation::V4 && !joined {
                    self.welcome(socket, data.as_deref(), batch);
                }
            }
            Ok(Heard::Packet(packet)) => self.tell(socket, Said::Packet(packet)),
            Ok(_) => {}
            Err(error) => self.tell(socket, Said::Garbage(format!("{shown} ({error})"))),
        }
    }
}

impl Handler for Script {
    type Data = Session;

    fn open(&self, opening: Opening) -> Session {
        // The engine takes off what generation 3 puts before binary data.
        let reader = FrameReader::new(EioVersion::V4, MAX_PACKET, MAX_ATTACHMENTS);
        Session {
            query: opening.request.uri.query().unwrap_or_default().to_owned(),
            reader: Mutex::new(reader),
            generation: AtomicU64::new(0),
        }
    }

    fn opened(&self, socket: &Socket, batch: &mut Batch<Session>) {
        if socket.generation() == Generation::V3 {
            self.welcome(socket, None, batch);
        }
    }

    fn text(&self, socket: &Socket, text: &str, batch: &mut Batch<Session>) {
        self.note_text(Way::Out, text);
        let frame = Frame::text(format!("4{text}"));
        self.read(socket, frame, &shorten(text, 120), batch);
    }

    fn binary(&self, socket: &Socket, data: &[u8], batch: &mut Batch<Session>) {
        self.note_binary(Way::Out, data);
        let frame = Frame::binary(Bytes::copy_from_slice(data));
        let shown = format!("a binary frame of {} bytes", data.len());
        self.read(socket, frame, &shown, batch);
    }

    fn closed(&self, socket: &Socket, _: CloseReason, _: &mut Batch<Session>) {
        if socket.data().generation.load(Ordering::SeqCst) > 0 {
            self.note(Way::Out, "<the connection has ended>");
            self.tell(socket, Said::Gone);
        }
    }
}
