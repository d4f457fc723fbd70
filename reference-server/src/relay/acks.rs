//! Acks that are under way: asked for by one connection, owed by another.

use std::time::Duration;

use sio_p2p_protocol::{ApiName, ClientId, Dialect, StreamId};

use super::ConnectionId;
use super::hash::{CountedMap, give_back};
use super::lists::{List, Lists};
use super::timeouts::{Timed, Timeouts};

/// One ack that a target owes a source (SRV-CORE-F6).
#[derive(Debug, Clone)]
pub(super) struct Pending {
    /// Who asked for the ack.
    pub(super) source: ConnectionId,
    /// The ack id that the source chose.
    pub(super) source_id: u64,
    /// Who owes the ack.
    pub(super) target: ConnectionId,
    /// What was asked, because it decides how a failure is told.
    pub(super) question: Question,
}

/// What a source has asked of a target, and under which name it knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Question {
    /// A message with an ack.
    Message(Dialect, ClientId),
    /// A request to be added as target.
    AddTarget(Dialect, ClientId),
    /// A request to open a stream.
    Stream {
        /// The dialect of the request.
        dialect: Dialect,
        /// Who shall accept the stream.
        target: ClientId,
        /// The id of the opener's end.
        source: StreamId,
        /// The id of the acceptor's end, whose data may come early.
        stream: StreamId,
    },
    /// A call of an API.
    Api(ApiName),
}

/// An ack that is under way, and its times.
#[derive(Debug)]
struct Entry {
    id: u64,
    /// When it was asked for.
    asked: Duration,
    /// When it is given up.
    due: Duration,
    pending: Pending,
}

impl Timed for Entry {
    fn since(&self) -> Duration {
        self.asked
    }

    fn due(&self) -> Duration {
        self.due
    }

    fn number(&self) -> u64 {
        self.id
    }
}

/// The lists that an entry is in.
const BY_SOURCE: usize = 0;
const BY_TARGET: usize = 1;
const BY_TIME: usize = 2;

/// Every ack that is under way, under the id that its target was given.
///
/// An entry ends in one of five ways: the target answers, the target leaves,
/// the source leaves, its time is up, or the source has asked for so many that
/// its oldest is given up. It cannot outlive either end.
///
/// Asking and answering is what a relay does all day, so it takes no memory that was
/// not there before, and time that does not depend on how many entries there are.
#[derive(Debug, Default)]
pub(super) struct Acks {
    entries: Lists<Entry, 3>,
    /// Their places by id.
    pending: CountedMap<u64, usize>,
    /// The same entries by source, oldest first.
    asked: CountedMap<ConnectionId, List>,
    /// The same entries by target, oldest first.
    owed: CountedMap<ConnectionId, List>,
    /// The same entries by their time.
    deadlines: Timeouts,
    /// How many of the entries of a source are requests for a stream.
    streams: CountedMap<ConnectionId, usize>,
    /// One counter for all connections, like the original: ids are never reused.
    issued: u64,
}

impl Acks {
    /// Enters an ack that is asked for now and waited for until it is due. Returns
    /// the id under which the target shall answer, and the source's oldest entry if
    /// it had `limit` of them already. Time must not go back from one call to the next.
    pub(super) fn ask(
        &mut self,
        pending: Pending,
        now: Duration,
        due: Duration,
        limit: usize,
    ) -> (u64, Option<(u64, Pending)>) {
        let id = self.issue();
        let given_up = self
            .asked
            .get(&pending.source)
            .filter(|asked| asked.len() >= limit)
            .and_then(List::first)
            .and_then(|oldest| self.entries.get(oldest))
            .map(|oldest| oldest.id)
            .and_then(|oldest| Some((oldest, self.take(oldest)?)));
        let (source, target) = (pending.source, pending.target);
        if pending.is_stream() {
            *self.streams.entry(source).or_default() += 1;
        }
        let asked = now;
        let place = self.entries.insert(Entry {
            id,
            asked,
            due,
            pending,
        });
        let asked = self.asked.entry(source).or_default();
        self.entries.append(asked, BY_SOURCE, place);
        let owed = self.owed.entry(target).or_default();
        self.entries.append(owed, BY_TARGET, place);
        self.deadlines.insert(&mut self.entries, BY_TIME, place);
        self.pending.insert(id, place);
        (id, given_up)
    }

    /// An id for an ack that is not entered here: what the server itself asks.
    pub(super) fn issue(&mut self) -> u64 {
        let id = self.issued;
        self.issued += 1;
        id
    }

    /// Resolves an ack. `None` for an id that was never issued, was issued to
    /// somebody else, or has been answered: only the first ack counts.
    pub(super) fn answer(&mut self, target: ConnectionId, id: u64) -> Option<Pending> {
        if self.entry(id)?.pending.target == target {
            self.take(id)
        } else {
            None
        }
    }

    /// Forgets what a connection has asked for, and returns what it still owed,
    /// oldest first.
    pub(super) fn remove(&mut self, connection: ConnectionId) -> Vec<Pending> {
        while let Some(id) = self.first(self.asked.get(&connection)) {
            self.take(id);
        }
        let mut owed = Vec::new();
        while let Some(id) = self.first(self.owed.get(&connection)) {
            owed.extend(self.take(id));
        }
        give_back(&mut self.pending);
        give_back(&mut self.asked);
        give_back(&mut self.owed);
        self.entries.give_back();
        owed
    }

    /// What a connection waits for, oldest first.
    pub(super) fn asked_by(&self, source: ConnectionId) -> impl Iterator<Item = (u64, &Pending)> {
        let list = self.asked.get(&source).copied().unwrap_or_default();
        let entries = self.entries.iter(list, BY_SOURCE);
        entries.map(|entry| (entry.id, &entry.pending))
    }

    /// For how many acks a connection waits.
    pub(super) fn count_asked_by(&self, source: ConnectionId) -> usize {
        self.asked.get(&source).map_or(0, List::len)
    }

    /// How many streams a connection has asked for without an answer so far.
    pub(super) fn streams_asked_by(&self, source: ConnectionId) -> usize {
        self.streams.get(&source).copied().unwrap_or_default()
    }

    /// Gives up an entry whose time is up, the earliest first.
    pub(super) fn expired(&mut self, now: Duration) -> Option<(u64, Pending)> {
        let id = self.deadlines.due(&self.entries, now)?.id;
        Some((id, self.take(id)?))
    }

    /// What is asked under an id.
    pub(super) fn get(&self, id: u64) -> Option<&Pending> {
        self.entry(id).map(|entry| &entry.pending)
    }

    /// When an ack that is under way was asked for.
    pub(super) fn asked_at(&self, id: u64) -> Option<Duration> {
        Some(self.entry(id)?.asked)
    }

    /// True while somebody waits for this ack.
    #[cfg(feature = "socketioxide")]
    pub(super) fn awaits(&self, id: u64) -> bool {
        self.pending.contains_key(&id)
    }

    /// How many acks are under way.
    pub(super) fn pending(&self) -> usize {
        self.entries.len()
    }

    fn entry(&self, id: u64) -> Option<&Entry> {
        self.entries.get(*self.pending.get(&id)?)
    }

    /// The oldest entry of a list.
    fn first(&self, list: Option<&List>) -> Option<u64> {
        Some(self.entries.get(list?.first()?)?.id)
    }

    /// Removes an entry from all tables.
    fn take(&mut self, id: u64) -> Option<Pending> {
        let place = self.pending.remove(&id)?;
        let pending = &self.entries.get(place)?.pending;
        let (source, target) = (pending.source, pending.target);
        if pending.is_stream()
            && let Some(streams) = self.streams.get_mut(&source)
        {
            *streams -= 1;
            if *streams == 0 {
                self.streams.remove(&source);
            }
        }
        self.deadlines.remove(&mut self.entries, BY_TIME, place);
        for (table, connection, kind) in [
            (&mut self.asked, source, BY_SOURCE),
            (&mut self.owed, target, BY_TARGET),
        ] {
            if let Some(list) = table.get_mut(&connection) {
                self.entries.unlink(list, kind, place);
                if list.len() == 0 {
                    table.remove(&connection);
                }
            }
        }
        self.entries.remove(place).map(|entry| entry.pending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: ConnectionId = ConnectionId(1);
    const B: ConnectionId = ConnectionId(2);
    const FAR: Duration = Duration::MAX;

    fn pending(source: ConnectionId, source_id: u64, target: ConnectionId) -> Pending {
        Pending {
            source,
            source_id,
            target,
            question: Question::Message(Dialect::V2, ClientId::new("b").unwrap()),
        }
    }

    /// A request for a stream.
    fn request(source: ConnectionId, target: ConnectionId) -> Pending {
        let id = StreamId::new("s").unwrap();
        let question = Question::Stream {
            dialect: Dialect::V2,
            target: ClientId::new("b").unwrap(),
            source: id.clone(),
            stream: id,
        };
        Pending {
            question,
            ..pending(source, 0, target)
        }
    }

    fn is_empty(acks: &Acks) -> bool {
        let by_connection = acks.asked.is_empty() && acks.owed.is_empty();
        by_connection
            && acks.pending.is_empty()
            && acks.entries.len() == 0
            && acks.deadlines.is_empty()
            && acks.streams.is_empty()
    }

    #[test]
    fn only_the_first_ack_of_the_right_connection_counts() {
        let mut acks = Acks::default();
        let (id, _) = acks.ask(pending(A, 7, B), Duration::ZERO, FAR, 9);
        assert!(acks.answer(A, id).is_none());
        assert!(acks.answer(B, id + 1).is_none());
        assert_eq!(acks.answer(B, id).unwrap().source_id, 7);
        assert!(acks.answer(B, id).is_none());
        assert!(is_empty(&acks));
    }

    #[test]
    fn a_target_that_leaves_frees_what_it_owed_in_order() {
        let mut acks = Acks::default();
        for source_id in [5, 3, 4] {
            acks.ask(pending(A, source_id, B), Duration::ZERO, FAR, 9);
        }
        let owed: Vec<_> = acks.remove(B).iter().map(|ack| ack.source_id).collect();
        assert_eq!(owed, [5, 3, 4]);
        assert!(is_empty(&acks));
    }

    #[test]
    fn a_source_that_leaves_is_owed_nothing_even_by_itself() {
        let mut acks = Acks::default();
        let (id, _) = acks.ask(pending(A, 0, B), Duration::ZERO, FAR, 9);
        acks.ask(pending(A, 1, A), Duration::ZERO, FAR, 9);
        assert!(acks.remove(A).is_empty());
        assert!(acks.answer(B, id).is_none());
        assert!(is_empty(&acks));
    }

    #[test]
    fn one_too_many_gives_up_the_oldest() {
        let mut acks = Acks::default();
        for source_id in 0..3 {
            let (_, given_up) = acks.ask(pending(A, source_id, B), Duration::ZERO, FAR, 2);
            let expected = (source_id == 2).then_some(0);
            assert_eq!(given_up.map(|(_, ack)| ack.source_id), expected);
        }
        assert_eq!(acks.pending(), 2);
    }

    #[test]
    fn whatever_is_due_is_given_up_in_the_order_of_its_deadlines() {
        let mut acks = Acks::default();
        let ms = Duration::from_millis;
        let (late, _) = acks.ask(pending(A, 1, B), Duration::ZERO, ms(9), 9);
        let (early, _) = acks.ask(pending(A, 2, B), Duration::ZERO, ms(5), 9);
        let (answered, _) = acks.ask(pending(A, 3, B), Duration::ZERO, ms(5), 9);
        acks.answer(B, answered);
        assert!(acks.expired(ms(4)).is_none());
        assert_eq!(acks.expired(ms(9)).map(|(id, _)| id), Some(early));
        assert!(acks.answer(B, early).is_none(), "a late answer");
        assert_eq!(acks.expired(ms(9)).map(|(id, _)| id), Some(late));
        assert!(is_empty(&acks));
    }

    #[test]
    fn requests_for_streams_are_counted_until_they_are_settled() {
        let mut acks = Acks::default();
        let (first, _) = acks.ask(request(A, B), Duration::ZERO, FAR, 9);
        acks.ask(request(A, B), Duration::ZERO, FAR, 9);
        acks.ask(pending(A, 1, B), Duration::ZERO, FAR, 9);
        assert_eq!(acks.streams_asked_by(A), 2);
        assert_eq!(acks.streams_asked_by(B), 0);
        acks.answer(B, first);
        assert_eq!(acks.streams_asked_by(A), 1);
        acks.remove(B);
        assert!(is_empty(&acks));
    }
}
