//! One end of a stream: shared by the connection, which fills it, and the application, which
//! empties it.
//!
//! The answer to a chunk is what lets the peer send the next one (CLI-STR-10). It is given as
//! soon as the chunk arrives while less than the read buffer waits for the application, so that
//! the network is busy while the application works; beyond that it is held back until the
//! application has read. A peer that keeps to its window can so never have more here than the
//! read buffer and one window; one that does not is cut off (`Overrun`).
//!
//! An end goes through `offered or opening`, `open` and `closed`, never back. What arrived before
//! it was closed can still be read.

use std::{
    collections::VecDeque,
    task::{Context, Poll, Waker},
    time::Duration,
};

use bytes::{Buf, Bytes};
use parking_lot::{Mutex, MutexGuard};
use sio_p2p_protocol::{ClientId, StreamDataAck, StreamId};
use tokio::{io::ReadBuf, time::Instant};

use crate::message::Responder;

use super::{chunk::Chunk, error::StreamError};

/// How many chunks a peer may send without an answer. Nobody who keeps CLI-STR-10 sends more
/// than a window full.
const MOST_UNANSWERED: usize = 1_024;

/// How many bytes beyond the read buffer a peer may send without an answer.
const MOST_BEYOND: usize = 16 << 20;

#[derive(Debug)]
pub(super) struct End {
    /// The id of this end.
    pub(super) own_stream: StreamId,
    /// The client at the other end.
    pub(super) peer: ClientId,
    /// The id of the other end.
    pub(super) peer_stream: StreamId,
    /// The connection that the stream lives on.
    pub(super) epoch: u64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Both sides agreed.
    open: bool,
    /// How much may wait here before answers are held back, in bytes.
    read_buffer: usize,
    /// What has arrived and is not read yet; never an empty chunk.
    chunks: VecDeque<Bytes>,
    /// The bytes in these.
    buffered: usize,
    /// Whoever waits for the application to read (CLI-STR-10).
    unanswered: VecDeque<Responder>,
    /// When the last chunk was answered.
    answered: Option<Instant>,
    /// The peer's end marker has arrived.
    ended: bool,
    /// Why nothing more will come or go.
    closed: Option<StreamError>,
    /// Who waits for something to read.
    reader: Option<Waker>,
    /// Who waits to write, and wants to know when this end is closed.
    writer: Option<Waker>,
}

impl State {
    /// Answers whatever has room by now.
    ///
    /// A single chunk larger than the whole buffer is answered once it was read.
    fn answer(&mut self) {
        if self.buffered < self.read_buffer || self.chunks.is_empty() {
            for responder in self.unanswered.drain(..) {
                responder.reply(StreamDataAck::Taken.encode());
                self.answered = Some(Instant::now());
            }
        }
    }

    fn wake(&mut self) {
        for waker in [self.reader.take(), self.writer.take()]
            .into_iter()
            .flatten()
        {
            waker.wake();
        }
    }
}

/// What a reader finds.
pub(super) enum Found {
    /// Data was put into the buffer.
    Data,
    /// Everything was read, and the peer said that this is all.
    End,
    /// The peer said that this is all, but it may not have been: look again at this time.
    EndAt(Instant),
}

impl End {
    pub(super) fn new(
        own_stream: StreamId,
        peer: ClientId,
        peer_stream: StreamId,
        epoch: u64,
    ) -> Self {
        let state = State {
            // Until the application says otherwise, data that comes early is only kept.
            read_buffer: 1,
            ..State::default()
        };
        Self {
            own_stream,
            peer,
            peer_stream,
            epoch,
            state: Mutex::new(state),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    /// Both sides agreed; data that came early is answered as far as there is room.
    pub(super) fn open(&self, read_buffer: usize) {
        let mut state = self.state();
        state.open = true;
        state.read_buffer = read_buffer.max(1);
        state.answer();
    }

    pub(super) fn is_open(&self) -> bool {
        self.state().open
    }

    /// Why nothing more will come or go.
    pub(super) fn closed(&self) -> Option<StreamError> {
        self.state().closed.clone()
    }

    /// Closes this end; false if it was closed already, in which case the first reason stays.
    ///
    /// What has arrived can still be read. Whoever waits for an answer gets none.
    pub(super) fn close(&self, why: StreamError) -> bool {
        let mut state = self.state();
        if state.closed.is_some() {
            return false;
        }
        state.closed = Some(why);
        state.unanswered.clear();
        state.wake();
        true
    }

    /// A chunk has arrived. It is answered at once if there is room, later otherwise.
    pub(super) fn receive(
        &self,
        chunk: Chunk,
        responder: Option<Responder>,
    ) -> Result<(), StreamError> {
        let mut state = self.state();
        match chunk {
            Chunk::End => {
                state.ended = true;
                // The end takes no room.
                if let Some(responder) = responder {
                    responder.reply(StreamDataAck::Taken.encode());
                }
            }
            Chunk::Data(data) => {
                state.buffered += data.len();
                if !data.is_empty() {
                    state.chunks.push_back(data);
                }
                state.unanswered.extend(responder);
                if state.open {
                    state.answer();
                }
                if state.unanswered.len() > MOST_UNANSWERED
                    || state.buffered > state.read_buffer + MOST_BEYOND
                {
                    return Err(StreamError::Overrun);
                }
            }
        }
        if let Some(reader) = state.reader.take() {
            reader.wake();
        }
        Ok(())
    }

    /// Reads what there is, and remembers the reader if there is nothing.
    pub(super) fn poll_read(
        &self,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
        grace: Duration,
    ) -> Poll<Result<Found, StreamError>> {
        let mut state = self.state();
        // As many chunks as fit: a reader with a large buffer is woken up less often.
        let before = buffer.remaining();
        while let Some(chunk) = state.chunks.front_mut() {
            let length = chunk.len().min(buffer.remaining());
            buffer.put_slice(&chunk[..length]);
            chunk.advance(length);
            if !chunk.is_empty() {
                break;
            }
            state.chunks.pop_front();
        }
        let length = before - buffer.remaining();
        if length > 0 {
            state.buffered -= length;
            state.answer();
            return Poll::Ready(Ok(Found::Data));
        }
        // What has arrived was read before this is told.
        if let Some(gone) = &state.closed {
            return Poll::Ready(if state.ended {
                Ok(Found::End)
            } else {
                Err(gone.clone())
            });
        }
        state.reader = Some(context.waker().clone());
        if !state.ended {
            return Poll::Pending;
        }
        // A peer whose end overtook its data sends the next chunk a round trip after our answer
        // to the last one; until then the end is not believed (DEV-16).
        match state.answered.map(|answered| answered + grace) {
            Some(time) if time > Instant::now() => Poll::Ready(Ok(Found::EndAt(time))),
            _ => Poll::Ready(Ok(Found::End)),
        }
    }

    /// Why nothing can be written any more, if so; otherwise remembers the writer.
    pub(super) fn poll_writable(&self, context: &mut Context<'_>) -> Result<(), StreamError> {
        let mut state = self.state();
        if let Some(gone) = &state.closed {
            return Err(gone.clone());
        }
        state.writer = Some(context.waker().clone());
        Ok(())
    }
}
