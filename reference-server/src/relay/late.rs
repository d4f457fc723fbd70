//! Late acceptances: streams that are accepted after their request was given up.
//!
//! An acceptor has its end as soon as it has accepted, and cannot know that nobody
//! waits any more. Without a word it would keep an end that has no other for as long
//! as it is connected. So what was given up is remembered for a while, and whoever
//! accepts it all the same is told that the other end is gone (SRV-STR-17).

use std::collections::BTreeMap;

use sio_p2p_protocol::{
    Dialect, PeerStreamDestroyedV1, PeerStreamDestroyedV2, ServerEvent, StreamId,
};
use tracing::debug;

use super::acks::{Pending, Question};
use super::hash::CountedMap;
use super::stream::accepts;
use super::{Answer, ConnectionId, Outbox, Relay};

/// How many requests are remembered that one client has left unanswered. The oldest
/// are forgotten first: a client that has left so many is unlikely to come back to it.
const REMEMBERED: usize = 64;

/// A request that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GivenUp {
    dialect: Dialect,
    /// Whose end is gone. It may have left since then.
    opener: ConnectionId,
    /// The id of that end.
    source: StreamId,
}

/// The latest requests that were given up, by their acceptor and the id of the ack by
/// which it may still answer.
#[derive(Debug, Default)]
pub(super) struct Late {
    acceptors: CountedMap<ConnectionId, BTreeMap<u64, GivenUp>>,
}

impl Late {
    /// Remembers a request that was given up.
    fn insert(&mut self, acceptor: ConnectionId, id: u64, request: GivenUp) {
        let requests = self.acceptors.entry(acceptor).or_default();
        requests.insert(id, request);
        if requests.len() > REMEMBERED {
            requests.pop_first();
        }
    }

    /// Takes out what an ack answers, if it was given up.
    fn take(&mut self, acceptor: ConnectionId, id: u64) -> Option<GivenUp> {
        let requests = self.acceptors.get_mut(&acceptor)?;
        let request = requests.remove(&id);
        if requests.is_empty() {
            self.acceptors.remove(&acceptor);
        }
        request
    }

    /// Forgets what a connection has not answered.
    pub(super) fn remove(&mut self, acceptor: ConnectionId) {
        self.acceptors.remove(&acceptor);
    }

    /// How many requests are remembered.
    pub(super) fn len(&self) -> usize {
        self.acceptors.values().map(BTreeMap::len).sum()
    }
}

impl Relay {
    /// Remembers what was given up, if its answer would make an end of a stream.
    pub(super) fn remember(&mut self, id: u64, pending: &Pending) {
        let Question::Stream {
            dialect, source, ..
        } = &pending.question
        else {
            return;
        };
        let request = GivenUp {
            dialect: *dialect,
            opener: pending.source,
            source: source.clone(),
        };
        self.late.insert(pending.target, id, request);
    }

    /// Takes an ack that answers what was given up. Its sender is told that the other
    /// end is gone, in the words in which the opener itself would say so. An opener that
    /// has left was announced as such.
    pub(super) fn takes_late(
        &mut self,
        from: ConnectionId,
        id: u64,
        answer: &Answer,
        outbox: &mut Outbox,
    ) {
        let Some(request) = self.late.take(from, id) else {
            return;
        };
        let there = request.opener == ConnectionId::HOST || self.registry.contains(request.opener);
        if !there || !accepts(answer) {
            return;
        }
        debug!(connection = from.0, id, "a stream was accepted too late");
        let stream = request.source;
        let notice = match (request.dialect, self.registry.client(request.opener)) {
            (Dialect::V1, Some(client)) => ServerEvent::from(PeerStreamDestroyedV1 {
                client: client.clone(),
                stream,
            }),
            _ => ServerEvent::from(PeerStreamDestroyedV2 { stream }),
        };
        outbox.event(from, notice.encode().into(), None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: ConnectionId = ConnectionId(1);
    const B: ConnectionId = ConnectionId(2);

    fn request(source: &str) -> GivenUp {
        GivenUp {
            dialect: Dialect::V2,
            opener: A,
            source: StreamId::new(source).unwrap(),
        }
    }

    #[test]
    fn only_who_was_asked_takes_a_request_and_only_once() {
        let mut late = Late::default();
        late.insert(B, 7, request("s"));
        assert_eq!(late.take(A, 7), None);
        assert_eq!(late.take(B, 8), None);
        assert_eq!(late.take(B, 7), Some(request("s")));
        assert_eq!(late.take(B, 7), None);
        assert!(late.acceptors.is_empty());
    }

    #[test]
    fn so_many_are_remembered_and_the_oldest_is_forgotten() {
        let mut late = Late::default();
        for id in 0..200 {
            late.insert(B, id, request(&id.to_string()));
            assert!(late.len() <= REMEMBERED);
        }
        assert_eq!(late.take(B, 199 - REMEMBERED as u64), None);
        assert_eq!(late.take(B, 199), Some(request("199")));
        late.remove(B);
        assert_eq!(late.len(), 0);
    }
}
