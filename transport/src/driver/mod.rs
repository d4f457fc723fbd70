//! The task that owns a connection: the only one that reads and writes its wire.
//!
//! One task means one order: what the observer sees is what happened. It never waits for one thing
//! only: a stalled write does not stop reading, an application that takes no packets stops
//! neither writing nor the heartbeat, and an order to abort is heeded at any time.

use std::{
    future::poll_fn,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    sync::watch,
    time::{Instant, Sleep, sleep_until},
};

use crate::{
    close::CloseReason,
    control::{Control, Order},
    frame::{Frame, ping_frame, pong_frame},
    heartbeat::{Beat, Heartbeat},
    observer::{Direction, FrameObserver},
    packet::Packet,
    packet_reader::PacketReader,
    packet_writer::PacketWriter,
    wire::Wire,
};

/// Why the task stops, and how much of a goodbye is due.
enum Shutdown {
    /// Not another byte.
    Abort(CloseReason),
    /// Write the frames, without waiting for an answer.
    Flush(Vec<Frame>, CloseReason),
    /// Write the frames, then wait for the server to close.
    ClosingHandshake(Vec<Frame>, CloseReason),
}

/// The state of the task.
pub(crate) struct Driver<W> {
    pub(crate) wire: W,
    pub(crate) reader: PacketReader,
    pub(crate) writer: PacketWriter,
    pub(crate) heartbeat: Heartbeat,
    pub(crate) observer: FrameObserver,
    pub(crate) control: Arc<Control>,
    pub(crate) close_timeout: Duration,
    pub(crate) timers: Timers,
}

/// The timers of a task.
pub(crate) struct Timers {
    heartbeat: Timer,
    close: Timer,
    /// When a close that was ordered must be over.
    close_at: Option<Instant>,
}

impl Timers {
    pub(crate) fn new() -> Self {
        Self {
            heartbeat: Timer::new(),
            close: Timer::new(),
            close_at: None,
        }
    }
}

impl<W: Wire> Driver<W> {
    /// Runs the connection to its end, which is told only after the wire has been dropped.
    pub(crate) async fn run(mut self, ended: watch::Sender<Option<CloseReason>>) {
        let shutdown = poll_fn(|context| self.poll(context)).await;
        let reason = self.shut_down(shutdown).await;
        tracing::debug!(%reason, "connection ended");
        // The application is not to see the end of its packets before it can see the reason.
        let inbound = self.reader.inbound.clone();
        drop(self);
        ended.send_replace(Some(reason));
        drop(inbound);
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Shutdown> {
        self.control.waker.register(context.waker());
        loop {
            if self.control.is_at_least(Order::HangUp) {
                return Poll::Ready(Shutdown::Abort(CloseReason::Aborted));
            }
            if self.control.is_frozen() {
                if self.control.is_at_least(Order::Close) {
                    return Poll::Ready(Shutdown::Abort(CloseReason::Local));
                }
                return Poll::Pending;
            }
            if self.control.is_at_least(Order::Close) && self.timers.close_at.is_none() {
                self.timers.close_at = Some(Instant::now() + self.close_timeout);
                self.writer.close();
            }
            if self
                .timers
                .close
                .poll(context, self.timers.close_at)
                .is_ready()
            {
                return Poll::Ready(Shutdown::Abort(CloseReason::Local));
            }
            self.writer.write(context, &mut self.wire, &self.observer);
            self.wire.poll_progress(context);
            if self.timers.close_at.is_some() && self.writer.is_drained() {
                return Poll::Ready(self.goodbye());
            }
            match self.poll_read(context) {
                Poll::Ready(Ok(())) => continue,
                Poll::Ready(Err(reason)) => return Poll::Ready(last_word(reason)),
                Poll::Pending => {}
            }
            // Only when there is nothing to read: what lies in the socket proves life.
            ready!(
                self.timers
                    .heartbeat
                    .poll(context, self.heartbeat.wake_at())
            );
            match self.heartbeat.tick(Instant::now()) {
                Beat::Dead => return Poll::Ready(last_word(CloseReason::HeartbeatTimeout)),
                beat => self.send(beat),
            }
        }
    }

    fn send(&mut self, beat: Beat) {
        match beat {
            Beat::SendPing => self.writer.beat(ping_frame()),
            Beat::SendPong => self.writer.beat(pong_frame()),
            Beat::Nothing | Beat::Dead => {}
        }
    }

    /// Reads one frame, if the application has taken enough of those before.
    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<Result<(), CloseReason>> {
        let room = self.reader.poll_room(context);
        self.heartbeat.set_paused(room.is_pending(), Instant::now());
        ready!(room);
        let frame = ready!(self.wire.poll_read(context))?;
        self.observer.see(Direction::In, &frame);
        let packet = self
            .reader
            .take(frame)
            .inspect_err(|reason| self.note_end(reason))?;
        let beat = self.heartbeat.received(&packet, Instant::now());
        self.send(beat);
        Poll::Ready(Ok(()))
    }

    /// After a DISCONNECT packet of the server there is no namespace to leave.
    fn note_end(&self, reason: &CloseReason) {
        if *reason == CloseReason::ServerDisconnect {
            self.control.set_connected(false);
        }
    }

    /// The clean end that this side asked for.
    fn goodbye(&self) -> Shutdown {
        let mut frames = Vec::with_capacity(2);
        if let (Some(namespace), true) = (self.reader.home.clone(), self.control.is_connected()) {
            let leave = Packet::Disconnect { namespace }.into_frames(self.reader.eio);
            frames.extend(leave.unwrap_or_default());
        }
        frames.extend(close_frame(None));
        Shutdown::ClosingHandshake(frames, CloseReason::Local)
    }

    /// Ends the connection as decided. Takes `close_timeout` at most.
    async fn shut_down(&mut self, shutdown: Shutdown) -> CloseReason {
        let (frames, reason, wait) = match shutdown {
            Shutdown::Abort(reason) => {
                self.reset_if_ordered();
                return reason;
            }
            Shutdown::Flush(frames, reason) => (frames, reason, false),
            Shutdown::ClosingHandshake(frames, reason) => (frames, reason, true),
        };
        let deadline = self
            .timers
            .close_at
            .unwrap_or_else(|| Instant::now() + self.close_timeout);
        self.writer.finish_with(frames);
        let aborted = poll_fn(|context| {
            self.control.waker.register(context.waker());
            if self.control.is_at_least(Order::HangUp) {
                return Poll::Ready(true);
            }
            if self.timers.close.poll(context, Some(deadline)).is_ready() {
                return Poll::Ready(false);
            }
            self.poll_farewell(context, wait).map(|()| false)
        });
        if aborted.await {
            self.reset_if_ordered();
            return CloseReason::Aborted;
        }
        reason
    }

    fn reset_if_ordered(&mut self) {
        if self.control.is_at_least(Order::Reset) {
            self.wire.reset_on_drop();
        }
    }

    /// Writes the last frames; with `wait`, reads on until the server has closed as well.
    fn poll_farewell(&mut self, context: &mut Context<'_>, wait: bool) -> Poll<()> {
        self.writer.write(context, &mut self.wire, &self.observer);
        self.wire.poll_progress(context);
        if !wait {
            return if self.writer.is_flushed() {
                Poll::Ready(())
            } else {
                Poll::Pending
            };
        }
        loop {
            // There may be nobody who takes packets any more.
            self.reader.deliver_or_drop();
            let Ok(frame) = ready!(self.wire.poll_read(context)) else {
                return Poll::Ready(());
            };
            self.observer.see(Direction::In, &frame);
            if self.reader.take(frame).is_err() {
                return Poll::Ready(());
            }
        }
    }
}

/// What a client says before it leaves for this reason.
fn last_word(reason: CloseReason) -> Shutdown {
    match &reason {
        CloseReason::ServerDisconnect | CloseReason::EngineClose => {
            Shutdown::ClosingHandshake(close_frame(None), reason)
        }
        // The library has queued the answer to a close frame; it only has to be flushed.
        CloseReason::WebSocketClose { .. } => Shutdown::Flush(Vec::new(), reason),
        CloseReason::HeartbeatTimeout => Shutdown::Flush(close_frame(None), reason),
        CloseReason::Limit(_) => Shutdown::Flush(close_frame(Some(1009)), reason),
        CloseReason::WebSocket(_) | CloseReason::Http(_) | CloseReason::InvalidPacket { .. } => {
            Shutdown::Flush(close_frame(Some(1002)), reason)
        }
        // An HTTP session that is refused is gone.
        CloseReason::Local
        | CloseReason::Aborted
        | CloseReason::Lost(_)
        | CloseReason::HttpStatus { .. } => Shutdown::Abort(reason),
    }
}

fn close_frame(code: Option<u16>) -> Vec<Frame> {
    vec![Frame::Close {
        code,
        reason: String::new(),
    }]
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

#[cfg(test)]
mod tests;
