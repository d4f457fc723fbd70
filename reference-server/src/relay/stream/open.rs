//! Streams that are open: between whom, and since when nothing came on them.

use std::collections::BTreeSet;
use std::time::Duration;

use sio_p2p_protocol::{Dialect, StreamId};

use crate::relay::ConnectionId;
use crate::relay::deadlines::Deadlines;
use crate::relay::hash::{CountedMap, KeyedMap, give_back};

/// A stream that both ends have agreed on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::relay) struct Stream {
    /// The dialect in which it was asked for; its ends listen in this one.
    pub(in crate::relay) dialect: Dialect,
    pub(in crate::relay) opener: ConnectionId,
    pub(in crate::relay) acceptor: ConnectionId,
    /// The id of the opener's end.
    pub(in crate::relay) source: StreamId,
    /// The id of the acceptor's end.
    pub(in crate::relay) target: StreamId,
}

/// The table of open streams.
///
/// The relay forwards what comes on a stream whether or not it is in this table:
/// stream ids are the clients' business (DEV-17). The table says how many streams
/// there are, how many one connection has opened, and which have been idle.
///
/// An end is known by its owner, the owner's peer, and its own id, and only what
/// the owner sends to that peer counts: a third client that knows the id can
/// neither keep a stream alive nor end it here. Several streams may share an end,
/// because nothing keeps a client from using an id twice. What is said there is
/// said on all of them, which is how the clients take it, too.
#[derive(Debug, Default)]
pub(in crate::relay) struct OpenStreams {
    open: CountedMap<u64, Entry>,
    /// The ends by owner, peer and id.
    ends: CountedMap<ConnectionId, CountedMap<ConnectionId, KeyedMap<StreamId, End>>>,
    /// How many of the streams each connection has opened.
    opened: CountedMap<ConnectionId, usize>,
    /// When each stream has to be looked at. That is when it would be idle if
    /// nothing came: noting every chunk here would cost more than the chunk.
    looks: Deadlines<u64>,
    begun: u64,
}

#[derive(Debug)]
struct Entry {
    stream: Stream,
    look: Duration,
}

#[derive(Debug, Default)]
struct End {
    /// The streams that have this end.
    streams: BTreeSet<u64>,
    /// When its owner has last sent anything on it.
    heard: Duration,
    /// Its owner has said that nothing more comes.
    finished: bool,
}

impl OpenStreams {
    /// A stream has been accepted. Accepting the same once more is no new stream:
    /// its ends cannot be told from those that were there.
    pub(in crate::relay) fn begin(&mut self, stream: Stream, now: Duration, idle: Duration) {
        let known = self.end(stream.opener, stream.acceptor, stream.source.as_str());
        let known = known.map(|end| end.streams.clone()).unwrap_or_default();
        let number = known
            .into_iter()
            .find(|number| self.open.get(number).is_some_and(|e| e.stream == stream));
        let number = number.unwrap_or_else(|| {
            self.begun += 1;
            let look = now.saturating_add(idle);
            *self.opened.entry(stream.opener).or_default() += 1;
            self.looks.insert(look, self.begun);
            let entry = Entry {
                stream: stream.clone(),
                look,
            };
            self.open.insert(self.begun, entry);
            self.begun
        });
        for (owner, peer, id) in stream.ends() {
            let peers = self.ends.entry(owner).or_default();
            let end = peers.entry(peer).or_default().entry(id.clone());
            let end = end.or_default();
            end.streams.insert(number);
            end.heard = now;
            end.finished = false;
        }
    }

    /// Data has come from an end.
    pub(in crate::relay) fn data(
        &mut self,
        from: ConnectionId,
        to: ConnectionId,
        id: &str,
        now: Duration,
    ) {
        if let Some(end) = self.end(from, to, id) {
            end.heard = now;
        }
    }

    /// True if an open stream has this end.
    pub(in crate::relay) fn has(&self, from: ConnectionId, to: ConnectionId, id: &str) -> bool {
        let peers = self.ends.get(&from);
        let ends = peers.and_then(|peers| peers.get(&to));
        ends.is_some_and(|ends| ends.contains_key(id))
    }

    /// True if an open stream from another connection to this peer has an end of this id.
    pub(in crate::relay) fn another_has(
        &self,
        than: ConnectionId,
        to: ConnectionId,
        id: &str,
    ) -> bool {
        let peers = self.ends.get(&to);
        let mut others = peers.into_iter().flat_map(CountedMap::keys);
        others.any(|owner| *owner != than && self.has(*owner, to, id))
    }

    /// An end has said that nothing more comes from it. A stream is over when both
    /// of its ends have.
    pub(in crate::relay) fn finished(
        &mut self,
        from: ConnectionId,
        to: ConnectionId,
        id: &str,
        now: Duration,
    ) {
        let Some(end) = self.end(from, to, id) else {
            return;
        };
        end.heard = now;
        end.finished = true;
        for number in end.streams.clone() {
            let ends = self.open.get(&number).map(|e| e.stream.clone());
            let over = ends.is_some_and(|stream| {
                let mut ends = stream.ends().into_iter();
                ends.all(|(owner, peer, id)| {
                    self.end(owner, peer, id.as_str())
                        .is_some_and(|end| end.finished)
                })
            });
            if over {
                self.take(number);
            }
        }
    }

    /// An end is destroyed, and with it every stream that has it.
    pub(in crate::relay) fn destroyed(&mut self, from: ConnectionId, to: ConnectionId, id: &str) {
        let end = self.end(from, to, id);
        for number in end.map(|end| end.streams.clone()).unwrap_or_default() {
            self.take(number);
        }
    }

    /// Forgets every stream of a connection.
    pub(in crate::relay) fn remove(&mut self, connection: ConnectionId) {
        let peers = self.ends.remove(&connection).unwrap_or_default();
        let ends = peers.into_values().flat_map(KeyedMap::into_values);
        for number in ends.flat_map(|end| end.streams) {
            self.take(number);
        }
        give_back(&mut self.open);
        give_back(&mut self.ends);
        give_back(&mut self.opened);
    }

    /// Ends a stream on which nothing has come for as long as `idle`, and returns
    /// it, until there is none.
    pub(in crate::relay) fn expired(&mut self, now: Duration, idle: Duration) -> Option<Stream> {
        while let Some(number) = self.looks.next(now) {
            let Some(entry) = self.open.get(&number) else {
                continue;
            };
            let stream = entry.stream.clone();
            let ends = stream.ends();
            let heard = ends.map(|(owner, peer, id)| {
                let end = self.end(owner, peer, id.as_str());
                end.map_or(Duration::ZERO, |end| end.heard)
            });
            let look = heard[0].max(heard[1]).saturating_add(idle);
            if look <= now {
                return self.take(number);
            }
            if let Some(entry) = self.open.get_mut(&number) {
                entry.look = look;
                self.looks.insert(look, number);
            }
        }
        None
    }

    /// How many streams a connection has opened that are still open.
    pub(in crate::relay) fn opened_by(&self, connection: ConnectionId) -> usize {
        self.opened.get(&connection).copied().unwrap_or_default()
    }

    /// How many streams are open.
    pub(in crate::relay) fn open(&self) -> usize {
        self.open.len()
    }

    fn end(&mut self, owner: ConnectionId, peer: ConnectionId, id: &str) -> Option<&mut End> {
        self.ends.get_mut(&owner)?.get_mut(&peer)?.get_mut(id)
    }

    /// Takes a stream out of all tables.
    fn take(&mut self, number: u64) -> Option<Stream> {
        let Entry { stream, look } = self.open.remove(&number)?;
        self.looks.remove(look, number);
        if let Some(opened) = self.opened.get_mut(&stream.opener) {
            *opened -= 1;
            if *opened == 0 {
                self.opened.remove(&stream.opener);
            }
        }
        for (owner, peer, id) in stream.ends() {
            self.leave(number, owner, peer, id);
        }
        Some(stream)
    }

    /// Takes a stream off one of its ends, and forgets owners that have none left.
    fn leave(&mut self, number: u64, owner: ConnectionId, peer: ConnectionId, id: &StreamId) {
        let Some(peers) = self.ends.get_mut(&owner) else {
            return;
        };
        if let Some(ids) = peers.get_mut(&peer) {
            if let Some(end) = ids.get_mut(id) {
                end.streams.remove(&number);
                if end.streams.is_empty() {
                    ids.remove(id);
                }
            }
            if ids.is_empty() {
                peers.remove(&peer);
            }
        }
        if peers.is_empty() {
            self.ends.remove(&owner);
        }
    }
}

impl Stream {
    /// Both ends: owner, peer, and the id that the owner sends under.
    pub(in crate::relay) fn ends(&self) -> [(ConnectionId, ConnectionId, &StreamId); 2] {
        [
            (self.opener, self.acceptor, &self.source),
            (self.acceptor, self.opener, &self.target),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: ConnectionId = ConnectionId(1);
    const B: ConnectionId = ConnectionId(2);
    const C: ConnectionId = ConnectionId(3);
    const IDLE: Duration = Duration::from_millis(10);

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    /// A stream from A to B.
    fn stream(source: &str, target: &str) -> Stream {
        Stream {
            dialect: Dialect::V2,
            opener: A,
            acceptor: B,
            source: StreamId::new(source).unwrap(),
            target: StreamId::new(target).unwrap(),
        }
    }

    fn streams(ids: &[(&str, &str)]) -> OpenStreams {
        let mut streams = OpenStreams::default();
        for (source, target) in ids {
            streams.begin(stream(source, target), ms(0), IDLE);
        }
        streams
    }

    fn assert_empty(streams: &OpenStreams) {
        assert!(streams.open.is_empty() && streams.ends.is_empty());
        assert!(streams.opened.is_empty() && streams.looks.is_empty());
    }

    #[test]
    fn a_stream_ends_with_either_of_its_ends() {
        for (from, to, id) in [(A, B, "s"), (B, A, "t")] {
            let mut streams = streams(&[("s", "t")]);
            assert_eq!((streams.open(), streams.opened_by(A)), (1, 1));
            assert_eq!(streams.opened_by(B), 0);
            // Neither a third client nor the wrong id ends it.
            streams.destroyed(C, to, id);
            streams.destroyed(from, C, id);
            streams.destroyed(to, from, id);
            assert_eq!(streams.open(), 1);
            streams.destroyed(from, to, id);
            streams.destroyed(from, to, id);
            assert_empty(&streams);
        }
    }

    #[test]
    fn a_stream_is_over_when_both_ends_have_said_so() {
        let mut streams = streams(&[("s", "t")]);
        streams.finished(A, B, "s", ms(1));
        streams.finished(A, B, "s", ms(1));
        streams.finished(C, A, "t", ms(1));
        assert_eq!(streams.open(), 1);
        streams.finished(B, A, "t", ms(1));
        assert_empty(&streams);
    }

    #[test]
    fn streams_that_share_an_end_are_destroyed_with_it() {
        let mut streams = streams(&[("s", "t"), ("s", "u"), ("s", "t"), ("r", "u")]);
        assert_eq!((streams.open(), streams.opened_by(A)), (3, 3));
        streams.destroyed(B, A, "t");
        assert_eq!(streams.open(), 2);
        streams.destroyed(A, B, "s");
        assert_eq!(streams.open(), 1);
        streams.destroyed(B, A, "u");
        assert_empty(&streams);
    }

    #[test]
    fn only_what_the_ends_say_keeps_a_stream_from_being_idle() {
        let mut streams = streams(&[("s", "t"), ("s2", "t2")]);
        streams.data(A, B, "s", ms(4));
        streams.data(B, A, "t", ms(6));
        streams.data(C, B, "s2", ms(6));
        streams.data(A, C, "s2", ms(6));
        streams.data(B, A, "s2", ms(6));
        assert_eq!(streams.expired(ms(9), IDLE), None);
        assert_eq!(streams.expired(ms(10), IDLE), Some(stream("s2", "t2")));
        assert_eq!(streams.expired(ms(15), IDLE), None);
        assert_eq!(streams.expired(ms(16), IDLE), Some(stream("s", "t")));
        assert_empty(&streams);
    }

    #[test]
    fn nothing_is_left_of_a_connection_that_leaves() {
        for leaves in [A, B] {
            let mut streams = streams(&[("s", "t"), ("s", "u")]);
            let to_oneself = Stream {
                opener: leaves,
                acceptor: leaves,
                ..stream("x", "y")
            };
            streams.begin(to_oneself, ms(0), IDLE);
            streams.remove(C);
            assert_eq!(streams.open(), 3);
            streams.remove(leaves);
            assert_empty(&streams);
        }
    }

    #[test]
    fn a_stream_that_is_accepted_again_begins_anew() {
        let mut streams = streams(&[("s", "t")]);
        streams.finished(A, B, "s", ms(1));
        streams.begin(stream("s", "t"), ms(5), IDLE);
        assert_eq!(streams.open(), 1);
        streams.finished(B, A, "t", ms(6));
        assert_eq!(streams.expired(ms(15), IDLE), None);
        assert_eq!(streams.expired(ms(16), IDLE), Some(stream("s", "t")));
        assert_empty(&streams);
    }
}
