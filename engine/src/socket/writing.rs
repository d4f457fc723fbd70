//! Who writes what waits, and when.

use std::io;

use super::{Socket, State, Writer};
use crate::io::SharedIo;
use crate::session::{Chunk, Phase, Queue};

impl<D> Socket<D> {
    /// Writes what waits, as far as the connection takes it, or lets the request that
    /// polls have it.
    pub(crate) fn flush(&self) {
        loop {
            let mut state = self.state.lock();
            if !matches!(state.writer, Writer::Batch) {
                return;
            }
            let State {
                machine, writer, ..
            } = &mut *state;
            let frames = match &mut machine.queue {
                Queue::Packets { .. } => {
                    *writer = Writer::Idle;
                    let poll = state.poll.take();
                    drop(state);
                    if let Some(poll) = poll {
                        poll.wake();
                    }
                    return;
                }
                Queue::Frames(frames) => frames,
            };
            // The connection is known before anything is queued as frames for it.
            let Some((io, mut chunk)) = self.io.get().zip(frames.take()) else {
                *writer = Writer::Idle;
                return;
            };
            // The lock is free while the system writes. More may be queued meanwhile, and
            // is written in the next round.
            drop(state);
            let outcome = write(io, &mut chunk);
            if !self.wrote(chunk, &outcome) {
                return;
            }
        }
    }

    /// Notes how writing went. Says whether the writer may go on.
    fn wrote(&self, chunk: Chunk, outcome: &io::Result<()>) -> bool {
        let mut state = self.state.lock();
        let go_on = match outcome {
            Ok(()) => {
                state.written_out();
                true
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                state.writer = Writer::Task(Some(chunk));
                false
            }
            Err(_) => {
                state.writer = Writer::Broken;
                false
            }
        };
        // Its task has to write the rest, to see that the connection is broken, or to
        // see that all is said.
        let closing = !matches!(state.machine.phase(), Phase::Open);
        let waker = (!go_on || closing)
            .then(|| state.websocket.take())
            .flatten();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
        go_on
    }
}

impl State {
    /// Makes the caller the one that writes. False if another writes already.
    pub(super) fn claim(&mut self) -> bool {
        let idle = matches!(self.writer, Writer::Idle);
        if idle {
            self.writer = Writer::Batch;
        }
        idle
    }

    /// All that was taken out is written.
    pub(crate) fn written_out(&mut self) {
        if let Queue::Frames(frames) = &mut self.machine.queue {
            frames.written_out();
        }
    }
}

/// Writes a chunk, as far as it goes without waiting.
fn write(io: &SharedIo, chunk: &mut Chunk) -> io::Result<()> {
    while let Some(bytes) = chunk.next() {
        match io.try_write(bytes)? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            written => chunk.advance(written),
        }
    }
    io.try_flush()
}
