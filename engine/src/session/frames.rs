//! WebSocket frames that wait to be written.

use std::collections::VecDeque;

use bytes::Bytes;

use crate::websocket::{FrameHeader, Opcode, push_close, push_frame};
use crate::{Generation, pool};

/// Data of this many bytes and more is shared by all that wait for it, and not copied.
/// Less costs more to share than to copy.
pub(crate) const SHARED: usize = 4 << 10;

/// How many bytes stand unused before a large message. It is copied from a buffer that
/// begins on a page to one that does, too, and a processor mistakes the reads and writes
/// of such a copy for each other: without this it takes up to twenty times as long.
const OFFSET: usize = 1_000;

/// What marks a binary message of generation 3.
const BINARY_V3: u8 = 4;

/// Frames that wait, in the order in which they were queued.
#[derive(Debug, Default)]
pub(crate) struct Frames {
    /// The frames that wait first, behind `skip` bytes. Nearly always these are all.
    first: Vec<u8>,
    /// See [`OFFSET`].
    skip: usize,
    /// What comes behind them, if anything is shared.
    more: VecDeque<Segment>,
    packets: usize,
    bytes: usize,
    /// What was taken out and is not written yet.
    taken: (usize, usize),
}

/// A piece of what has to be written.
#[derive(Debug)]
enum Segment {
    Own(Vec<u8>),
    Shared(Bytes),
}

impl Segment {
    fn as_slice(&self) -> &[u8] {
        match self {
            Self::Own(buffer) => buffer,
            Self::Shared(data) => data,
        }
    }
}

/// Frames that were taken out to be written.
#[derive(Debug)]
pub(crate) struct Chunk {
    /// What is written now.
    now: Segment,
    /// How much of it was written.
    at: usize,
    /// What comes behind it.
    more: VecDeque<Segment>,
}

impl Frames {
    /// How many packets wait, and how many bytes they have, frames included. What was
    /// taken out counts until it is written.
    pub(crate) fn depth(&self) -> (usize, usize) {
        let (packets, bytes) = self.taken;
        (self.packets + packets, self.bytes + bytes)
    }

    /// Where the next bytes go.
    fn end(&mut self) -> &mut Vec<u8> {
        if self.more.is_empty() {
            if self.first.capacity() == 0 {
                self.first = pool::take();
            }
            return &mut self.first;
        }
        if !matches!(self.more.back(), Some(Segment::Own(_))) {
            self.more.push_back(Segment::Own(pool::take()));
        }
        match self.more.back_mut() {
            Some(Segment::Own(buffer)) => buffer,
            // Put there just now.
            _ => &mut self.first,
        }
    }

    fn frame(&mut self, opcode: Opcode, parts: &[&[u8]]) {
        let buffer = self.end();
        let before = buffer.len();
        push_frame(buffer, opcode, parts);
        let bytes = buffer.len() - before;
        self.packets += 1;
        self.bytes += bytes;
    }

    /// Queues a packet in its text form.
    pub(crate) fn text(&mut self, packet: &[u8]) {
        self.frame(Opcode::Text, &[packet]);
    }

    /// Queues a text message, given in parts.
    #[inline]
    pub(crate) fn message(&mut self, parts: &[&str]) {
        let len = 1 + parts.iter().map(|part| part.len()).sum::<usize>();
        let header = FrameHeader::new(Opcode::Text, len);
        if len >= SHARED && self.more.is_empty() && self.first.is_empty() {
            self.end().resize(OFFSET, 0);
            self.skip = OFFSET;
        }
        let buffer = self.end();
        buffer.reserve(header.as_bytes().len() + len);
        buffer.extend_from_slice(header.as_bytes());
        buffer.push(b'4');
        for part in parts {
            buffer.extend_from_slice(part.as_bytes());
        }
        self.packets += 1;
        self.bytes += header.as_bytes().len() + len;
    }

    /// Queues a frame that was written before, for several clients.
    pub(crate) fn written(&mut self, frame: &Bytes) {
        self.packets += 1;
        self.bytes += frame.len();
        if frame.len() >= SHARED {
            self.more.push_back(Segment::Shared(frame.clone()));
        } else {
            self.end().extend_from_slice(frame);
        }
    }

    /// Queues a binary message.
    pub(crate) fn binary(&mut self, generation: Generation, data: &Bytes) {
        let mark: &[u8] = match generation {
            Generation::V3 => &[BINARY_V3],
            Generation::V4 => &[],
        };
        if data.len() < SHARED {
            return self.frame(Opcode::Binary, &[mark, data]);
        }
        let header = FrameHeader::new(Opcode::Binary, mark.len() + data.len());
        let buffer = self.end();
        buffer.extend_from_slice(header.as_bytes());
        buffer.extend_from_slice(mark);
        self.packets += 1;
        self.bytes += header.as_bytes().len() + mark.len() + data.len();
        self.more.push_back(Segment::Shared(data.clone()));
    }

    /// Queues the answer to a WebSocket ping.
    pub(crate) fn pong(&mut self, payload: &[u8]) {
        self.frame(Opcode::Pong, &[payload]);
    }

    /// Queues the frame after which there is none.
    pub(crate) fn close(&mut self, code: Option<u16>) {
        push_close(self.end(), code, "");
    }

    /// Whether anything waits that was not taken out.
    pub(crate) fn waits(&self) -> bool {
        !self.first.is_empty() || !self.more.is_empty()
    }

    /// Takes out all that waits; `None` if nothing does.
    pub(crate) fn take(&mut self) -> Option<Chunk> {
        if !self.waits() {
            return None;
        }
        self.taken.0 += std::mem::take(&mut self.packets);
        self.taken.1 += std::mem::take(&mut self.bytes);
        Some(Chunk {
            now: Segment::Own(std::mem::take(&mut self.first)),
            at: std::mem::take(&mut self.skip),
            more: std::mem::take(&mut self.more),
        })
    }

    /// All that was taken out is written.
    pub(crate) fn written_out(&mut self) {
        self.taken = (0, 0);
    }
}

impl Chunk {
    /// The bytes that have to be written next; `None` if all are written.
    pub(crate) fn next(&mut self) -> Option<&[u8]> {
        while self.at >= self.now.as_slice().len() {
            let next = self.more.pop_front()?;
            self.at = 0;
            if let Segment::Own(buffer) = std::mem::replace(&mut self.now, next) {
                pool::give(buffer);
            }
        }
        self.now.as_slice().get(self.at..)
    }

    /// So many of these bytes are written.
    pub(crate) fn advance(&mut self, written: usize) {
        self.at += written;
    }
}

impl Drop for Chunk {
    fn drop(&mut self) {
        if let Segment::Own(buffer) = &mut self.now {
            pool::give(std::mem::take(buffer));
        }
    }
}
