//! How much waits for one connection.
//!
//! The engine bounds the queue of a connection by packets, not by bytes, and
//! does not say how full it is. It drops the text of a packet when it has
//! written it, though, and a second handle on that text can see that. So the
//! packets that wait are counted exactly, on every transport, without a hook in
//! the engine.

use std::collections::VecDeque;

use bytes::Bytes;

/// The packets that were handed to the engine for one connection and have not
/// left it yet.
#[derive(Debug, Default)]
pub(crate) struct Backlog {
    waiting: VecDeque<Waiting>,
    packets: usize,
    bytes: usize,
    /// Whether the hub has this connection on its list of busy ones.
    listed: bool,
}

#[derive(Debug)]
struct Waiting {
    /// Shares the text with the engine; it is alone once the engine is done.
    text: Bytes,
    packets: usize,
    bytes: usize,
}

/// An emptied table larger than this gives its memory back.
const KEPT: usize = 64;

impl Backlog {
    /// True if another message fits, that is unless it would exceed one of the
    /// bounds. The first message always fits, whatever its size.
    pub(crate) fn admits(
        &mut self,
        packets: usize,
        bytes: usize,
        max_packets: usize,
        max_bytes: usize,
    ) -> bool {
        self.settle();
        self.waiting.is_empty()
            || (self.packets + packets <= max_packets && self.bytes + bytes <= max_bytes)
    }

    /// Notes a message: a handle on its text, and what it costs in packets and
    /// bytes with its attachments. True if the connection must be listed as
    /// busy, which it was not before.
    pub(crate) fn push(&mut self, text: Bytes, packets: usize, bytes: usize) -> bool {
        self.packets += packets;
        self.bytes += bytes;
        self.waiting.push_back(Waiting {
            text,
            packets,
            bytes,
        });
        !std::mem::replace(&mut self.listed, true)
    }

    /// Forgets what the engine has written. The engine works in order, so the
    /// first message that still waits ends the search.
    fn settle(&mut self) {
        while let Some(front) = self.waiting.front()
            && front.text.is_unique()
        {
            self.packets -= front.packets;
            self.bytes -= front.bytes;
            self.waiting.pop_front();
        }
        if self.waiting.is_empty() && self.waiting.capacity() > KEPT {
            self.waiting = VecDeque::new();
        }
    }

    /// How many packets wait, and how many bytes they have.
    pub(crate) fn depth(&mut self) -> (usize, usize) {
        self.settle();
        (self.packets, self.bytes)
    }

    /// Forgets what the engine has written, for a connection that nobody sends
    /// to any more. True while something waits.
    pub(crate) fn settle_and_stay_listed(&mut self) -> bool {
        self.settle();
        self.listed = !self.waiting.is_empty();
        self.listed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(len: usize) -> Bytes {
        Bytes::from(vec![b'x'; len])
    }

    #[test]
    fn packets_and_bytes_are_free_again_when_the_engine_lets_go() {
        let mut backlog = Backlog::default();
        let (first, second) = (text(10), text(20));
        backlog.push(first.clone(), 1, 10);
        backlog.push(second.clone(), 3, 25);
        assert!(!backlog.admits(1, 1, 4, 100));
        assert!(!backlog.admits(1, 66, 9, 100));
        assert!(backlog.admits(1, 65, 5, 100));
        drop(first);
        assert!(backlog.admits(1, 75, 4, 100));
        drop(second);
        assert!(!backlog.settle_and_stay_listed());
        assert_eq!((backlog.packets, backlog.bytes), (0, 0));
    }

    #[test]
    fn the_first_message_fits_whatever_its_size() {
        let mut backlog = Backlog::default();
        assert!(backlog.admits(1, 1_000, 1, 10));
    }

    #[test]
    fn a_burst_leaves_no_memory_behind() {
        let mut backlog = Backlog::default();
        assert!(backlog.push(text(1), 1, 1));
        for _ in 0..10_000 {
            assert!(!backlog.push(text(1), 1, 1));
        }
        backlog.settle();
        assert_eq!(backlog.waiting.capacity(), 0);
    }
}
