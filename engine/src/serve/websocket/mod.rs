//! The task of one WebSocket.
//!
//! It reads, hands messages to the program, and writes what the connection did not take
//! when another task wrote to it. While it waits it holds no buffer.

mod reading;
mod waiting;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use http::request::Parts;
use hyper::upgrade::OnUpgrade;
use tokio::io::AsyncWriteExt as _;
use tokio::time::Sleep;
use tracing::debug;

use self::waiting::Event;
use crate::handler::Handler;
use crate::io::{Io, SharedIo};
use crate::packet::Packet;
use crate::server::Server;
use crate::session::{Form, Phase, Prober, Transport};
use crate::socket::Batch;
use crate::socket::{Socket, State, Writer};
use crate::websocket::{Reader, push_close, push_frame};
use crate::{CloseReason, Generation};

/// How long a client may take to close its half after we have closed ours.
const LINGER: Duration = Duration::from_secs(2);

/// A WebSocket and the session it belongs to.
pub(super) struct Link<H: Handler> {
    server: Arc<Server<H>>,
    socket: Arc<Socket<H::Data>>,
    io: SharedIo,
    /// Which WebSocket of the session it is.
    prober: Prober,
    /// It is the transport of the session, and not a probe.
    transport: bool,
    reader: Reader,
    /// The beginning of a frame whose rest has not come yet.
    carry: Vec<u8>,
    /// There may be whole frames in front of that.
    unread: bool,
    /// How long its next turn may take.
    turn: Duration,
    /// Runs while the program wants nothing more.
    pause: Option<Pin<Box<Sleep>>>,
    /// A close frame was written past the session.
    closed: bool,
    /// Runs while the connection takes nothing. Boxed, because it seldom does.
    stall: Option<Pin<Box<Sleep>>>,
}

/// Opens a session on a WebSocket, once the HTTP connection has become one.
pub(super) async fn open<H: Handler>(
    server: Arc<Server<H>>,
    upgrade: OnUpgrade,
    generation: Generation,
    request: Parts,
) {
    let upgraded = match upgrade.await {
        Ok(upgraded) => upgraded,
        Err(error) => return debug!(%error, "a WebSocket did not come about"),
    };
    let (io, first) = Io::new(upgraded);
    let io = Arc::new(io);
    let Some(socket) = server.open(generation, Transport::WebSocket, request, Form::default())
    else {
        return;
    };
    let Some(prober) = socket.with(|state| state.machine.own_websocket()) else {
        return;
    };
    socket.attach(Arc::clone(&io));
    let mut batch = Batch::new();
    // The first packet goes out with whatever the program says at once.
    socket.act(&mut batch, |machine, _| machine.queued());
    server.handler.opened(&socket, &mut batch);
    drop(batch);
    Link::new(server, socket, io, prober, true).run(first).await;
}

/// Lets a WebSocket probe for a session on polling.
pub(super) async fn probe<H: Handler>(
    server: Arc<Server<H>>,
    socket: Arc<Socket<H::Data>>,
    upgrade: OnUpgrade,
    prober: Prober,
) {
    let upgraded = match upgrade.await {
        Ok(upgraded) => upgraded,
        Err(error) => {
            debug!(%error, "a WebSocket did not come about");
            let mut batch = Batch::new();
            socket.act(&mut batch, |machine, _| {
                machine.websocket_gone(prober, CloseReason::TransportError);
            });
            return;
        }
    };
    let (io, first) = Io::new(upgraded);
    let io = Arc::new(io);
    Link::new(server, socket, io, prober, false)
        .run(first)
        .await;
}

/// Closes a WebSocket that is one too many, as the official server does.
pub(super) async fn turn_away(upgrade: OnUpgrade) {
    if let Ok(upgraded) = upgrade.await {
        let mut frame = Vec::new();
        push_close(&mut frame, None, "");
        let mut io = hyper_util::rt::TokioIo::new(upgraded);
        io.write_all(&frame).await.ok();
        io.shutdown().await.ok();
    }
}

impl<H: Handler> Link<H> {
    fn new(
        server: Arc<Server<H>>,
        socket: Arc<Socket<H::Data>>,
        io: SharedIo,
        prober: Prober,
        transport: bool,
    ) -> Self {
        let reader = Reader::new(server.config().max_message);
        Self {
            server,
            socket,
            io,
            prober,
            transport,
            reader,
            carry: Vec::new(),
            unread: false,
            turn: reading::TURN,
            pause: None,
            closed: false,
            stall: None,
        }
    }

    /// Serves until the WebSocket or the session has ended. `first` is what was read of
    /// it together with the HTTP request.
    async fn run(mut self, first: Vec<u8>) {
        if !first.is_empty() {
            self.turn(first).await;
        }
        loop {
            match self.next().await {
                Event::Read(buffer) => self.turn(buffer).await,
                Event::Wrote => self.socket.flush(),
                Event::Gone(reason) => {
                    self.gone(reason);
                    break;
                }
                Event::Stop => break,
            }
        }
        self.goodbye().await;
    }

    /// The connection is of no use any more.
    fn gone(&self, reason: CloseReason) {
        let mut batch = Batch::new();
        self.socket.act(&mut batch, |machine, _| {
            machine.websocket_gone(self.prober, reason);
        });
        self.server.settle(&self.socket, &mut batch);
    }

    /// Ends the connection in order, if it is still there: nothing that was written
    /// before shall be lost because bytes of the client were not read.
    async fn goodbye(mut self) {
        let mut batch = Batch::new();
        self.server.settle(&self.socket, &mut batch);
        drop(batch);
        let closed_in_order = self.transport
            && self
                .socket
                .with(|state| state.machine.phase() == Phase::Ended(CloseReason::ServerClose));
        if !closed_in_order {
            self.close(None);
        }
        let io = self.io;
        // From here on nothing of the session is held.
        drop((self.socket, self.server, self.reader, self.carry));
        let drained = async {
            std::future::poll_fn(|context| io.poll_shutdown(context))
                .await
                .ok();
            let mut scrap = Vec::with_capacity(1024);
            loop {
                scrap.clear();
                let read = std::future::poll_fn(|context| io.poll_read(context, &mut scrap)).await;
                if !matches!(read, Ok(1..)) {
                    return;
                }
            }
        };
        tokio::time::timeout(LINGER, drained).await.ok();
    }

    /// Writes the frame after which there is none, once.
    fn close(&mut self, code: Option<u16>) {
        self.closed = self.closed || self.write_now(|frame| push_close(frame, code, ""));
    }

    /// Writes a frame past the session, unless another task is writing. A connection that
    /// does not take it at once has no room for anything, and nothing is waited for.
    fn write_now(&self, write: impl FnOnce(&mut Vec<u8>)) -> bool {
        let idle = |state: &mut State| matches!(state.writer, Writer::Idle);
        if self.transport && !self.socket.with(idle) {
            return false;
        }
        let mut frame = Vec::new();
        write(&mut frame);
        let written = self.io.try_write(&frame);
        matches!(written, Ok(bytes) if bytes == frame.len()) && self.io.try_flush().is_ok()
    }

    /// Answers a probe.
    fn answer_probe(&self, packet: &Packet<'_>) -> bool {
        let (opcode, parts) = packet.frame(self.socket.generation());
        self.write_now(|frame| push_frame(frame, opcode, &parts))
    }
}
