//! Packets that wait for a client.
//!
//! On polling they wait as packets, because only the request that takes them decides how
//! they are written. On a WebSocket they wait as the frames that are written.

use std::borrow::Cow;
use std::collections::VecDeque;

use bytes::Bytes;

use super::{Bounds, Frames};
use crate::{Generation, Packet, Prepared};

/// One packet that waits for a polling request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
    /// A packet in its text form, its type included.
    Text(Bytes),
    /// The data of a binary message.
    Binary(Bytes),
}

impl Item {
    /// The packet. Nothing else is ever put in, so it is always one.
    pub(crate) fn packet(&self, generation: Generation) -> Option<Packet<'_>> {
        match self {
            Self::Text(text) => {
                let text = std::str::from_utf8(text).ok()?;
                Packet::from_text(generation, text).ok()
            }
            Self::Binary(data) => Some(Packet::Binary(Cow::Borrowed(data))),
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(bytes) => bytes.len(),
        }
    }
}

/// An emptied list of packets larger than this gives its memory back.
const KEPT: usize = 16;

/// So many heartbeats may wait beside the packets of the program.
const HEARTBEATS: usize = 16;

/// How much room there is for what shall wait for a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// Enough.
    Enough,
    /// More than half of what may wait, in packets or bytes, waits already.
    Scarce,
}

impl Room {
    /// The room beside so many packets with so many bytes.
    pub(crate) fn beside(packets: usize, bytes: usize, bounds: &Bounds) -> Self {
        if packets > bounds.queue_packets / 2 || bytes > bounds.queue_bytes / 2 {
            Self::Scarce
        } else {
            Self::Enough
        }
    }
}

/// What waits for a client.
#[derive(Debug)]
pub(crate) enum Queue {
    /// For polling requests.
    Packets {
        /// The packets, oldest first.
        items: VecDeque<Item>,
        /// Their bytes.
        bytes: usize,
    },
    /// For a WebSocket.
    Frames(Frames),
}

impl Queue {
    /// A queue for polling.
    pub(crate) fn packets() -> Self {
        Self::Packets {
            items: VecDeque::new(),
            bytes: 0,
        }
    }

    /// How many packets wait, and how many bytes they have.
    pub(crate) fn depth(&self) -> (usize, usize) {
        match self {
            Self::Packets { items, bytes } => (items.len(), *bytes),
            Self::Frames(frames) => frames.depth(),
        }
    }

    /// How much room there is for so many more packets, with so many bytes; `None` if they
    /// may not wait. An empty queue has room for any message, whatever its size.
    pub(crate) fn room(&self, packets: usize, bytes: usize, bounds: &Bounds) -> Option<Room> {
        let (before, size) = self.depth();
        if before == 0 {
            return Some(Room::Enough);
        }
        let (packets, bytes) = (before.saturating_add(packets), size.saturating_add(bytes));
        let fits = packets <= bounds.queue_packets && bytes <= bounds.queue_bytes;
        fits.then(|| Room::beside(packets, bytes, bounds))
    }

    /// Whether one heartbeat more may wait, or the answer to one. They go out although the
    /// program has filled the queue, so that a slow client is not taken for a dead one. A
    /// client that asks and asks, and takes nothing, gets no further answers.
    pub(crate) fn has_room_for_heartbeat(&self, bounds: &Bounds) -> bool {
        self.depth().0 < bounds.queue_packets.saturating_add(HEARTBEATS)
    }

    /// Queues a packet in its text form.
    pub(crate) fn text(&mut self, packet: &str) {
        match self {
            Self::Packets { items, bytes } => {
                let item = Item::Text(Bytes::copy_from_slice(packet.as_bytes()));
                *bytes += item.len();
                items.push_back(item);
            }
            Self::Frames(frames) => frames.text(packet.as_bytes()),
        }
    }

    /// Queues a text message, given in parts.
    pub(crate) fn message(&mut self, parts: &[&str]) {
        match self {
            Self::Packets { items, bytes } => {
                let mut packet =
                    Vec::with_capacity(1 + parts.iter().map(|part| part.len()).sum::<usize>());
                packet.push(b'4');
                for part in parts {
                    packet.extend_from_slice(part.as_bytes());
                }
                *bytes += packet.len();
                items.push_back(Item::Text(packet.into()));
            }
            Self::Frames(frames) => frames.message(parts),
        }
    }

    /// Queues a message that was written before, for several clients.
    pub(crate) fn prepared(&mut self, message: &Prepared) {
        match self {
            Self::Packets { items, bytes } => {
                let item = Item::Text(message.packet());
                *bytes += item.len();
                items.push_back(item);
            }
            Self::Frames(frames) => frames.written(message.frame()),
        }
    }

    /// Queues a binary message.
    pub(crate) fn binary(&mut self, generation: Generation, data: &Bytes) {
        match self {
            Self::Packets { items, bytes } => {
                *bytes += data.len();
                items.push_back(Item::Binary(data.clone()));
            }
            Self::Frames(frames) => frames.binary(generation, data),
        }
    }

    /// Takes packets for a polling request: at least one, and not many more bytes than
    /// these.
    pub(crate) fn take(&mut self, most: usize) -> Vec<Item> {
        let Self::Packets { items, bytes } = self else {
            return Vec::new();
        };
        let mut taken = Vec::new();
        let mut size = 0;
        while size < most
            && let Some(item) = items.pop_front()
        {
            size += item.len();
            taken.push(item);
        }
        *bytes -= size;
        if items.is_empty() && items.capacity() > KEPT {
            *items = VecDeque::new();
        }
        taken
    }

    /// Turns waiting packets into frames: the session goes on over a WebSocket.
    pub(crate) fn switch(&mut self, generation: Generation) {
        let Self::Packets { items, .. } = self else {
            return;
        };
        let mut frames = Frames::default();
        for item in items.drain(..) {
            match item {
                Item::Text(text) => frames.text(&text),
                Item::Binary(data) => frames.binary(generation, &data),
            }
        }
        *self = Self::Frames(frames);
    }

    /// Forgets all that waits.
    pub(crate) fn clear(&mut self) {
        match self {
            Self::Packets { items, bytes } => {
                *items = VecDeque::new();
                *bytes = 0;
            }
            Self::Frames(frames) => *frames = Frames::default(),
        }
    }
}
