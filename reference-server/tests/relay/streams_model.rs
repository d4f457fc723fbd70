//! Which streams are open, as plain lists: the part of the peers' model that time
//! passes for.

use sio_p2p_server::relay::ConnectionId;

/// How long a stream may be idle, in milliseconds.
pub(crate) const IDLE_MS: u64 = 90;

/// The id of the opener's end, always.
pub(crate) const SOURCE: &str = "o";

/// Owner, peer, and the id that the owner sends under.
pub(crate) type End = (ConnectionId, ConnectionId, &'static str);

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Open {
    pub(crate) v1: bool,
    /// The opener's end, and the acceptor's.
    pub(crate) ends: [End; 2],
}

/// What a message means to its stream.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Part {
    Data,
    End,
    Destroyed,
}

#[derive(Debug, Default)]
pub(crate) struct Streams {
    pub(crate) open: Vec<Open>,
    /// When each end was last heard of, and whether it has ended.
    ends: Vec<(End, u64, bool)>,
}

impl Streams {
    pub(crate) fn begin(&mut self, stream: Open, now: u64) {
        for end in stream.ends {
            self.ends.retain(|(known, ..)| *known != end);
            self.ends.push((end, now, false));
        }
        if !self.open.contains(&stream) {
            self.open.push(stream);
        }
    }

    pub(crate) fn note(&mut self, end: End, part: Part, now: u64) {
        for (known, heard, ended) in &mut self.ends {
            if *known == end {
                *heard = now;
                *ended |= part == Part::End;
            }
        }
        let ended = |end: &End| self.ends.iter().any(|(known, _, e)| known == end && *e);
        self.open.retain(|stream| match part {
            Part::Data => true,
            Part::End => !stream.ends.iter().all(ended),
            Part::Destroyed => !stream.ends.contains(&end),
        });
        self.tidy();
    }

    pub(crate) fn vanish(&mut self, who: ConnectionId) {
        self.open
            .retain(|stream| stream.ends.iter().all(|(owner, ..)| *owner != who));
        self.tidy();
    }

    /// Takes out what has been idle for too long.
    pub(crate) fn idle(&mut self, now: u64) -> Vec<Open> {
        let heard = |end: &End| {
            let known = self.ends.iter().find(|(known, ..)| known == end);
            known.unwrap().1
        };
        let (idle, open) = self.open.drain(..).partition(|stream| {
            let last = stream.ends.iter().map(heard).max().unwrap();
            last + IDLE_MS <= now
        });
        self.open = open;
        self.tidy();
        idle
    }

    fn tidy(&mut self) {
        let open = &self.open;
        self.ends
            .retain(|(end, ..)| open.iter().any(|stream| stream.ends.contains(end)));
    }
}

/// What a message on a stream means to it.
pub(crate) fn part(content: &str) -> Part {
    if content.contains("PEER_STREAM_DESTROYED") {
        Part::Destroyed
    } else if content.ends_with(",null]") {
        Part::End
    } else {
        Part::Data
    }
}
