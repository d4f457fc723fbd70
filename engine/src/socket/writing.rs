//! Who writes what waits, and when.

use std::io;
use std::task::Waker;

use super::{Socket, State, Writer};
use crate::io::SharedIo;
use crate::session::{Chunk, Phase, Queue};

impl<D> Socket<D> {
    /// Writes what waits, as far as the connection takes it, or lets the request that
    /// polls have it.
    pub(crate) fn flush(&self) {
        let mut state = self.state.lock();
        loop {
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
            let Some((io, chunk)) = self.io.get().zip(frames.take()) else {
                *writer = Writer::Idle;
                return;
            };
            // The lock is free while the system writes. More may be queued meanwhile, and
            // is written in the next round.
            drop(state);
            let written = write(io, chunk);
            state = self.state.lock();
            if let Some(waker) = state.wrote(written) {
                drop(state);
                waker.wake();
                state = self.state.lock();
            }
        }
    }
}

impl State {
    /// Notes how writing went. Gives the task of the connection if it has to do something
    /// now: write the rest, see that the connection is broken, or see that all is said.
    fn wrote(&mut self, written: Written) -> Option<Waker> {
        let goes_on = matches!(written, Written::All);
        match written {
            Written::All => self.written_out(),
            Written::UpTo(rest) => self.writer = Writer::Task(Some(rest)),
            Written::Broken => self.writer = Writer::Broken,
        }
        if goes_on && matches!(self.machine.phase(), Phase::Open) {
            return None;
        }
        self.websocket.take()
    }

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

/// How writing a chunk has ended.
enum Written {
    /// All of it is written.
    All,
    /// The connection takes nothing more now. This is left.
    UpTo(Chunk),
    /// The connection is broken.
    Broken,
}

/// Writes a chunk, as far as it goes without waiting.
fn write(io: &SharedIo, mut chunk: Chunk) -> Written {
    let mut write = || {
        while let Some(bytes) = chunk.next() {
            match io.try_write(bytes)? {
                0 => return Err(io::ErrorKind::WriteZero.into()),
                written => chunk.advance(written),
            }
        }
        io.try_flush()
    };
    match write() {
        Ok(()) => Written::All,
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Written::UpTo(chunk),
        Err(_) => Written::Broken,
    }
}
