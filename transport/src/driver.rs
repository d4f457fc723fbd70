//! The task that owns a connection: the only one that reads and writes its wire.
//!
//! One task means one order: what the tap shows is what happened. It never waits for one thing
//! only: a stalled write does not stop reading, an application that takes no packets stops
//! neither writing nor the heartbeat, and a request to abort is heeded at any time.

use std::{
    collections::VecDeque,
    future::poll_fn,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU8, Ordering},
    },
    task::{Context, Poll, ready},
    time::Duration,
};

use engineioxide_core::Str;
use futures_util::task::AtomicWaker;
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc, oneshot, watch},
    time::{Instant, Sleep, sleep_until},
};
use tokio_util::sync::PollSemaphore;

use crate::{
    close::CloseReason,
    decode::{Decoder, Invalid},
    error::DecodeError,
    frame::{EioVersion, EnginePacket, Frame, ping_frame, pong_frame, read_binary, read_text},
    heartbeat::{Beat, Heartbeat},
    packet::Packet,
    tap::{Direction, Tap},
    websocket::Wire,
};

/// How the connection shall end; a later, harsher order replaces a milder one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(crate) enum Order {
    /// None yet.
    Stay = 0,
    /// Write what is queued, say goodbye.
    Close = 1,
    /// Drop TCP without a word.
    HangUp = 2,
    /// Reset TCP.
    Reset = 3,
}

/// What the handles of a connection share with its task.
#[derive(Debug)]
pub(crate) struct Shared {
    order: AtomicU8,
    /// Whether the namespace is connected, so that a goodbye has to leave it.
    pub(crate) connected: AtomicBool,
    waker: AtomicWaker,
}

impl Shared {
    pub(crate) fn new() -> Self {
        Self {
            order: AtomicU8::new(Order::Stay as u8),
            connected: AtomicBool::new(false),
            waker: AtomicWaker::new(),
        }
    }

    pub(crate) fn order(&self, order: Order) {
        self.order.fetch_max(order as u8, Ordering::SeqCst);
        self.waker.wake();
    }

    fn is_at_least(&self, order: Order) -> bool {
        self.order.load(Ordering::SeqCst) >= order as u8
    }
}

/// What the application wants written.
#[derive(Debug)]
pub(crate) enum Command {
    /// Frames that belong together: a packet and its attachments.
    Frames(Vec<Frame>),
    /// Tell when everything before has been handed to the operating system.
    Flush(oneshot::Sender<()>),
}

/// A received packet with the part of the receive buffer that it takes.
#[derive(Debug)]
pub(crate) struct Received {
    pub(crate) packet: Packet,
    _room: Option<OwnedSemaphorePermit>,
}

/// Why the task stops, and how much of a goodbye is due.
enum Ending {
    /// Not another byte.
    Drop(CloseReason),
    /// Write the frames, then wait for the server to close.
    Farewell(Vec<Frame>, CloseReason),
    /// Write the frames, if that is possible without waiting for the server.
    LastWord(Vec<Frame>, CloseReason),
}

/// The settings of a driver.
pub(crate) struct Setup<W> {
    pub(crate) wire: W,
    pub(crate) eio: EioVersion,
    /// The namespace whose end is the end of the connection; none for raw handshakes.
    pub(crate) home: Option<String>,
    pub(crate) heartbeat: Heartbeat,
    pub(crate) decoder: Decoder,
    pub(crate) tap: Tap,
    pub(crate) shared: Arc<Shared>,
    pub(crate) commands: mpsc::Receiver<Command>,
    pub(crate) inbound: mpsc::UnboundedSender<Received>,
    pub(crate) room: PollSemaphore,
    pub(crate) room_size: usize,
    pub(crate) close_timeout: Duration,
}

/// The state of the task.
pub(crate) struct Driver<W> {
    setup: Setup<W>,
    timer: Timer,
    close_timer: Timer,
    close_at: Option<Instant>,
    /// The packet being written.
    outbox: VecDeque<Frame>,
    /// A heartbeat to be written before the next packet. One is enough, however many are due.
    beat: Option<Frame>,
    flushers: Vec<oneshot::Sender<()>>,
    dirty: bool,
    /// Writing failed; what the server still said is worth reading.
    broken: bool,
    commands_done: bool,
    /// The last frames are being written; what is queued behind them is dropped.
    parting: bool,
    /// A packet the application has no room for.
    pending: Option<Packet>,
}

impl<W: Wire> Driver<W> {
    pub(crate) fn new(setup: Setup<W>) -> Self {
        Self {
            setup,
            timer: Timer::new(),
            close_timer: Timer::new(),
            close_at: None,
            outbox: VecDeque::new(),
            beat: None,
            flushers: Vec::new(),
            dirty: false,
            broken: false,
            commands_done: false,
            parting: false,
            pending: None,
        }
    }

    /// Runs the connection to its end, which is told only after the wire has been dropped.
    pub(crate) async fn run(mut self, ended: watch::Sender<Option<CloseReason>>) {
        let ending = poll_fn(|context| self.poll(context)).await;
        let reason = self.part(ending).await;
        tracing::debug!(%reason, "connection ended");
        let inbound = self.setup.inbound.clone();
        drop(self);
        ended.send_replace(Some(reason));
        drop(inbound);
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Ending> {
        let shared = Arc::clone(&self.setup.shared);
        shared.waker.register(context.waker());
        loop {
            if shared.is_at_least(Order::HangUp) {
                return Poll::Ready(Ending::Drop(CloseReason::Aborted));
            }
            if shared.is_at_least(Order::Close) && self.close_at.is_none() {
                self.close_at = Some(Instant::now() + self.setup.close_timeout);
                self.setup.commands.close();
            }
            if self.close_timer.poll(context, self.close_at).is_ready() {
                return Poll::Ready(Ending::Drop(CloseReason::Local));
            }
            self.write(context);
            let written = self.commands_done && self.outbox.is_empty();
            if self.close_at.is_some() && (written || self.broken) {
                return Poll::Ready(self.goodbye());
            }
            match self.poll_read(context) {
                Poll::Ready(Ok(())) => continue,
                Poll::Ready(Err(ending)) => return Poll::Ready(ending),
                Poll::Pending => {}
            }
            // Only when there is nothing to read: what lies in the socket proves life.
            ready!(self.timer.poll(context, self.setup.heartbeat.wake_at()));
            match self.setup.heartbeat.tick(Instant::now()) {
                Beat::Dead => {
                    let close = Frame::Close {
                        code: None,
                        reason: String::new(),
                    };
                    let ending = Ending::LastWord(vec![close], CloseReason::HeartbeatTimeout);
                    return Poll::Ready(ending);
                }
                beat => self.note(beat),
            }
        }
    }

    fn note(&mut self, beat: Beat) {
        match beat {
            Beat::SendPing => self.beat = Some(ping_frame()),
            Beat::SendPong => self.beat = Some(pong_frame()),
            Beat::Nothing | Beat::Dead => {}
        }
    }

    /// Writes as much as the peer takes.
    fn write(&mut self, context: &mut Context<'_>) {
        if !self.broken && self.try_write(context).is_err() {
            self.broken = true;
            self.setup.commands.close();
            self.flushers.clear();
        }
    }

    fn try_write(&mut self, context: &mut Context<'_>) -> Result<(), CloseReason> {
        loop {
            if self.outbox.is_empty() {
                if let Some(beat) = self.beat.take() {
                    self.outbox.push_back(beat);
                } else if !self.parting {
                    match self.setup.commands.poll_recv(context) {
                        Poll::Ready(Some(Command::Frames(frames))) => self.outbox.extend(frames),
                        Poll::Ready(Some(Command::Flush(done))) => {
                            self.flushers.push(done);
                            continue;
                        }
                        Poll::Ready(None) => self.commands_done = true,
                        Poll::Pending => {}
                    }
                }
            }
            if self.outbox.is_empty() {
                break;
            }
            match self.setup.wire.poll_ready(context) {
                Poll::Ready(ready) => ready?,
                Poll::Pending => return Ok(()),
            }
            if let Some(frame) = self.outbox.pop_front() {
                self.setup.tap.see(Direction::Out, &frame);
                self.setup.wire.write(frame)?;
                self.dirty = true;
            }
        }
        if self.dirty {
            match self.setup.wire.poll_flush(context) {
                Poll::Ready(flushed) => flushed?,
                Poll::Pending => return Ok(()),
            }
            self.dirty = false;
        }
        for done in self.flushers.drain(..) {
            let _ = done.send(());
        }
        Ok(())
    }

    /// Reads one frame, if the application has taken the packet before.
    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Ending>> {
        if self.pending.is_some() {
            let delivered = self.poll_deliver(context);
            self.setup
                .heartbeat
                .set_paused(delivered.is_pending(), Instant::now());
            ready!(delivered);
        }
        let frame = match ready!(self.setup.wire.poll_read(context)) {
            Ok(frame) => frame,
            Err(reason) => return Poll::Ready(Err(last_word(reason))),
        };
        self.setup.tap.see(Direction::In, &frame);
        Poll::Ready(self.take(frame).map_err(last_word))
    }

    /// Hands the pending packet to the application when it has room.
    fn poll_deliver(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let Some(packet) = &self.pending else {
            return Poll::Ready(());
        };
        let need = packet.weight().min(self.setup.room_size);
        let need = u32::try_from(need).unwrap_or(u32::MAX);
        let room = ready!(self.setup.room.poll_acquire_many(context, need));
        if let Some(packet) = self.pending.take() {
            self.deliver(packet, room);
        }
        Poll::Ready(())
    }

    /// An application that dropped its receiver does not want to know.
    fn deliver(&self, packet: Packet, room: Option<OwnedSemaphorePermit>) {
        let _ = self.setup.inbound.send(Received {
            packet,
            _room: room,
        });
    }

    /// Does what an inbound frame demands.
    fn take(&mut self, frame: Frame) -> Result<(), CloseReason> {
        let eio = self.setup.eio;
        let (read, evidence) = match frame {
            Frame::Close { code, reason } => {
                return Err(CloseReason::WebSocketClose { code, reason });
            }
            Frame::Text(text) => {
                let text = Str::from(text);
                (read_text(eio, text.clone()), Evidence::Text(text))
            }
            Frame::Binary(data) => {
                let size = data.len();
                (read_binary(eio, data), Evidence::Binary(size))
            }
        };
        let invalid = |invalid| match invalid {
            Invalid::Packet(error) => CloseReason::InvalidPacket {
                error,
                excerpt: evidence.excerpt(),
            },
            Invalid::Limit(limit) => CloseReason::Limit(limit),
        };
        let engine = read.map_err(|error| invalid(error.into()))?;
        let beat = self.setup.heartbeat.received(&engine, Instant::now());
        self.note(beat);
        let packet = match engine {
            EnginePacket::Message(text) => self.setup.decoder.text(text).map_err(invalid)?,
            EnginePacket::Binary(data) => self.setup.decoder.binary(data).map_err(invalid)?,
            EnginePacket::Close => return Err(CloseReason::EngineClose),
            EnginePacket::Open(_) => {
                return Err(invalid(DecodeError::SecondOpen.into()));
            }
            EnginePacket::Ping | EnginePacket::Pong | EnginePacket::Ignored => None,
        };
        if let Some(Packet::Disconnect { namespace }) = &packet
            && self.setup.home.as_deref() == Some(namespace)
        {
            self.setup.shared.connected.store(false, Ordering::SeqCst);
            let namespace = namespace.clone();
            self.deliver(Packet::Disconnect { namespace }, None);
            return Err(CloseReason::ServerDisconnect);
        }
        self.pending = packet;
        Ok(())
    }

    /// The clean end that this side asked for.
    fn goodbye(&self) -> Ending {
        let mut frames = Vec::with_capacity(2);
        let connected = self.setup.shared.connected.load(Ordering::SeqCst);
        if let (Some(namespace), true) = (self.setup.home.clone(), connected) {
            let leave = Packet::Disconnect { namespace }.into_frames(self.setup.eio);
            frames.extend(leave.unwrap_or_default());
        }
        frames.push(Frame::Close {
            code: None,
            reason: String::new(),
        });
        Ending::Farewell(frames, CloseReason::Local)
    }

    /// Ends the connection as decided. Takes `close_timeout` at most.
    async fn part(&mut self, ending: Ending) -> CloseReason {
        let deadline = self
            .close_at
            .unwrap_or_else(|| Instant::now() + self.setup.close_timeout);
        let (frames, reason, wait) = match ending {
            Ending::Drop(reason) => {
                if self.setup.shared.is_at_least(Order::Reset) {
                    self.setup.wire.reset_on_drop();
                }
                return reason;
            }
            Ending::Farewell(frames, reason) => (frames, reason, true),
            Ending::LastWord(frames, reason) => (frames, reason, false),
        };
        self.parting = true;
        self.setup.commands.close();
        self.beat = None;
        self.outbox = frames.into();
        // Also for the answer to a close frame, which the library has queued by itself.
        self.dirty = true;
        let finished = poll_fn(|context| {
            self.setup.shared.waker.register(context.waker());
            if self.setup.shared.is_at_least(Order::HangUp) {
                return Poll::Ready(false);
            }
            if self.close_timer.poll(context, Some(deadline)).is_ready() {
                return Poll::Ready(true);
            }
            self.poll_farewell(context, wait).map(|()| true)
        });
        if finished.await {
            return reason;
        }
        if self.setup.shared.is_at_least(Order::Reset) {
            self.setup.wire.reset_on_drop();
        }
        CloseReason::Aborted
    }

    /// Writes the last frames; with `wait`, reads on until the server has closed as well.
    fn poll_farewell(&mut self, context: &mut Context<'_>, wait: bool) -> Poll<()> {
        self.write(context);
        if !wait {
            let unwritten = self.dirty || !self.outbox.is_empty();
            return if unwritten && !self.broken {
                Poll::Pending
            } else {
                Poll::Ready(())
            };
        }
        loop {
            if let Some(packet) = self.pending.take() {
                // There may be nobody who takes packets any more: without room they are dropped.
                let weight = u32::try_from(packet.weight()).unwrap_or(u32::MAX);
                let room = self.setup.room.clone_inner().try_acquire_many_owned(weight);
                if let Ok(room) = room {
                    self.deliver(packet, Some(room));
                }
            }
            let Ok(frame) = ready!(self.setup.wire.poll_read(context)) else {
                return Poll::Ready(());
            };
            self.setup.tap.see(Direction::In, &frame);
            if self.take(frame).is_err() {
                return Poll::Ready(());
            }
        }
    }
}

/// The frame at hand, in case it turns out to be invalid.
enum Evidence {
    Text(Str),
    Binary(usize),
}

impl Evidence {
    /// What is kept of it in the reason: a line, however large the frame.
    fn excerpt(&self) -> String {
        match self {
            Self::Text(text) => text.chars().take(200).collect(),
            Self::Binary(size) => format!("binary frame of {size} bytes"),
        }
    }
}

/// What a client says before it leaves for this reason.
fn last_word(reason: CloseReason) -> Ending {
    let close = |code| {
        let reason = String::new();
        vec![Frame::Close { code, reason }]
    };
    match &reason {
        CloseReason::ServerDisconnect | CloseReason::EngineClose => {
            Ending::Farewell(close(None), reason)
        }
        // The library has queued the answer to a close frame; it only has to be flushed.
        CloseReason::WebSocketClose { .. } => Ending::LastWord(Vec::new(), reason),
        CloseReason::Limit(_) => Ending::LastWord(close(Some(1009)), reason),
        CloseReason::WebSocket(_) | CloseReason::InvalidPacket { .. } => {
            Ending::LastWord(close(Some(1002)), reason)
        }
        _ => Ending::Drop(reason),
    }
}

/// A timer that follows a changing instant.
struct Timer {
    sleep: Pin<Box<Sleep>>,
}

impl Timer {
    fn new() -> Self {
        Self {
            sleep: Box::pin(sleep_until(Instant::now())),
        }
    }

    /// Ready once the instant has come; never, if there is none.
    fn poll(&mut self, context: &mut Context<'_>, at: Option<Instant>) -> Poll<()> {
        let Some(at) = at else { return Poll::Pending };
        if self.sleep.deadline() != at {
            self.sleep.as_mut().reset(at);
        }
        self.sleep.as_mut().poll(context)
    }
}
