//! Waiting for something to happen to a WebSocket.

use std::cell::RefCell;
use std::future::{Future as _, poll_fn};
use std::io;
use std::task::{Context, Poll};
use std::time::Duration;

use super::Link;
use super::reading::TURN;
use crate::CloseReason;
use crate::handler::Handler;
use crate::pool;
use crate::session::{Chunk, Phase, Queue};
use crate::socket::{State, Writer};

/// How much is read at once. Some hundred small packets, or a part of a large one: less
/// than a millisecond of work, after which others have their turn.
const READ: usize = 64 << 10;

/// How much room the rest of a frame gets at once, however long it says that it is. More
/// follows when this much has come.
const AT_ONCE: usize = 64 << 10;

thread_local! {
    /// What the connections of this thread read into, one after the other.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// What has happened to a WebSocket.
pub(super) enum Event {
    /// Bytes have come.
    Read(Vec<u8>),
    /// All that waited was written.
    Wrote,
    /// It has broken, or taken nothing for too long.
    Gone(CloseReason),
    /// The session does not need it any more.
    Stop,
}

/// What is to be done before reading.
enum Duty {
    None,
    Write(Chunk),
    Broken,
    Stop,
}

impl<H: Handler> Link<H> {
    /// Waits for something to happen.
    pub(super) async fn next(&mut self) -> Event {
        poll_fn(|context| self.poll(context)).await
    }

    fn poll(&mut self, context: &mut Context<'_>) -> Poll<Event> {
        let prober = self.prober;
        let duty = self.socket.with(|state| {
            let waker = context.waker();
            if !state
                .websocket
                .as_ref()
                .is_some_and(|old| old.will_wake(waker))
            {
                state.websocket = Some(waker.clone());
            }
            if !state.machine.is_transport(prober) && !state.machine.is_probe(prober) {
                return Duty::Stop;
            }
            state.duty()
        });
        match duty {
            Duty::None => self.stall = None,
            Duty::Broken => return Poll::Ready(Event::Gone(CloseReason::TransportError)),
            Duty::Stop => return Poll::Ready(Event::Stop),
            Duty::Write(chunk) => {
                if let Poll::Ready(event) = self.poll_write(context, chunk) {
                    return Poll::Ready(event);
                }
            }
        }
        if let Some(pause) = &mut self.pause {
            if pause.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            self.pause = None;
            if let Some(wait) = self.server.handler.pause(&self.socket) {
                self.pause(wait);
                context.waker().wake_by_ref();
                return Poll::Pending;
            }
        }
        if std::mem::take(&mut self.unread) {
            return Poll::Ready(Event::Read(std::mem::take(&mut self.carry)));
        }
        self.poll_read(context)
    }

    /// Reads nothing for so long. What waits for the client is written all the same.
    pub(super) fn pause(&mut self, wait: Duration) {
        self.pause = Some(Box::pin(tokio::time::sleep(wait)));
    }

    /// Writes what other tasks could not.
    fn poll_write(&mut self, context: &mut Context<'_>, mut chunk: Chunk) -> Poll<Event> {
        let mut progress = false;
        let outcome = loop {
            let Some(bytes) = chunk.next() else {
                break self.io.poll_flush(context);
            };
            match self.io.poll_write(context, bytes) {
                Poll::Ready(Ok(0)) => break Poll::Ready(Err(io::ErrorKind::WriteZero.into())),
                Poll::Ready(Ok(written)) => {
                    chunk.advance(written);
                    progress = true;
                }
                Poll::Ready(Err(error)) => break Poll::Ready(Err(error)),
                Poll::Pending => break Poll::Pending,
            }
        };
        // Any progress starts the clock anew: a slow client is not a stalled one.
        if progress {
            self.stall = None;
        }
        match outcome {
            Poll::Ready(Ok(())) => {
                self.stall = None;
                self.socket.with(|state| {
                    state.written_out();
                    state.writer = Writer::Batch;
                });
                Poll::Ready(Event::Wrote)
            }
            Poll::Ready(Err(_)) => Poll::Ready(Event::Gone(CloseReason::TransportError)),
            Poll::Pending => {
                self.socket
                    .with(|state| state.writer = Writer::Task(Some(chunk)));
                let limit = self.server.config().write_stall;
                let stall = self
                    .stall
                    .get_or_insert_with(|| Box::pin(tokio::time::sleep(limit)));
                stall.as_mut().poll(context).map(|()| {
                    self.io.stalled();
                    Event::Gone(CloseReason::WriteStall)
                })
            }
        }
    }

    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<Event> {
        let mut buffer = if self.carry.is_empty() {
            read_buffer()
        } else {
            let mut carry = std::mem::take(&mut self.carry);
            let missing = self.reader.needed().saturating_sub(carry.len());
            carry.reserve(missing.clamp(READ, AT_ONCE.max(carry.len())));
            carry
        };
        let carried = buffer.len();
        match self.io.poll_read(context, &mut buffer) {
            Poll::Ready(Ok(read)) if read > 0 => Poll::Ready(Event::Read(buffer)),
            Poll::Ready(_) => Poll::Ready(Event::Gone(CloseReason::TransportError)),
            Poll::Pending => {
                self.turn = TURN;
                if carried > 0 {
                    self.carry = buffer;
                } else {
                    give_back(buffer);
                }
                Poll::Pending
            }
        }
    }

    /// Keeps the beginning of a frame that is at the end of a buffer.
    pub(super) fn keep(&mut self, mut buffer: Vec<u8>, at: usize) {
        let rest = buffer.get(at..).unwrap_or_default();
        if rest.is_empty() {
            give_back(buffer);
        } else if buffer.capacity() == READ {
            let mut carry = pool::take();
            carry.extend_from_slice(rest);
            self.carry = carry;
            give_back(buffer);
        } else {
            buffer.drain(..at);
            self.carry = buffer;
        }
    }
}

impl State {
    /// What the task of the WebSocket has to do first.
    fn duty(&mut self) -> Duty {
        if let Phase::Ended(_) = self.machine.phase() {
            return Duty::Stop;
        }
        match &mut self.writer {
            Writer::Task(chunk) => chunk.take().map_or(Duty::None, Duty::Write),
            Writer::Broken => Duty::Broken,
            Writer::Batch => Duty::None,
            Writer::Idle => {
                let waits = matches!(&self.machine.queue, Queue::Frames(frames) if frames.waits());
                if !waits && matches!(self.machine.phase(), Phase::Closing(_)) {
                    self.machine.written_out();
                    return Duty::Stop;
                }
                Duty::None
            }
        }
    }
}

/// An empty buffer to read into.
fn read_buffer() -> Vec<u8> {
    let mut buffer = BUFFER.take();
    if buffer.capacity() == 0 {
        buffer.reserve_exact(READ);
    }
    buffer
}

/// Gives a buffer back.
pub(super) fn give_back(mut buffer: Vec<u8>) {
    if buffer.capacity() == READ {
        buffer.clear();
        BUFFER.set(buffer);
    } else {
        pool::give(buffer);
    }
}
