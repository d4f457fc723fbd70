//! Abandoned requests: those to open a stream that were given up before their answer.
//!
//! An acceptor has its end as soon as it has accepted, and cannot know that the opener
//! does not wait any more. Without a notice it would keep an end that has no other for as
//! long as it is connected. So a request that was given up is remembered for a while, and
//! an acceptor that accepts it all the same is told that the other end is gone
//! (SRV-STR-17).

use std::collections::BTreeMap;

use sio_p2p_protocol::{Dialect, StreamId};

use crate::relay::ConnectionId;
use crate::relay::hash::CountedMap;

/// How many requests are remembered that one client has left unanswered. The oldest
/// are forgotten first: a client that has left so many is unlikely to come back to it.
const REMEMBERED: usize = 64;

/// A request that was given up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::relay) struct AbandonedRequest {
    pub(in crate::relay) dialect: Dialect,
    /// Whose end is gone. It may have left since then.
    pub(in crate::relay) opener: ConnectionId,
    /// The id of that end.
    pub(in crate::relay) source: StreamId,
}

/// The latest requests that were given up, by their acceptor and the id of the ack by
/// which it may still answer.
#[derive(Debug, Default)]
pub(in crate::relay) struct AbandonedRequests {
    acceptors: CountedMap<ConnectionId, BTreeMap<u64, AbandonedRequest>>,
}

impl AbandonedRequests {
    /// Remembers a request that was given up.
    pub(in crate::relay) fn insert(
        &mut self,
        acceptor: ConnectionId,
        id: u64,
        request: AbandonedRequest,
    ) {
        let requests = self.acceptors.entry(acceptor).or_default();
        requests.insert(id, request);
        if requests.len() > REMEMBERED {
            requests.pop_first();
        }
    }

    /// Takes out what an ack answers, if it was given up.
    pub(in crate::relay) fn take(
        &mut self,
        acceptor: ConnectionId,
        id: u64,
    ) -> Option<AbandonedRequest> {
        let requests = self.acceptors.get_mut(&acceptor)?;
        let request = requests.remove(&id);
        if requests.is_empty() {
            self.acceptors.remove(&acceptor);
        }
        request
    }

    /// Forgets what a connection has not answered.
    pub(in crate::relay) fn remove(&mut self, acceptor: ConnectionId) {
        self.acceptors.remove(&acceptor);
    }

    /// How many requests are remembered.
    pub(in crate::relay) fn len(&self) -> usize {
        self.acceptors.values().map(BTreeMap::len).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: ConnectionId = ConnectionId(1);
    const B: ConnectionId = ConnectionId(2);

    fn request(source: &str) -> AbandonedRequest {
        AbandonedRequest {
            dialect: Dialect::V2,
            opener: A,
            source: StreamId::new(source).unwrap(),
        }
    }

    #[test]
    fn only_who_was_asked_takes_a_request_and_only_once() {
        let mut abandoned = AbandonedRequests::default();
        abandoned.insert(B, 7, request("s"));
        assert_eq!(abandoned.take(A, 7), None);
        assert_eq!(abandoned.take(B, 8), None);
        assert_eq!(abandoned.take(B, 7), Some(request("s")));
        assert_eq!(abandoned.take(B, 7), None);
        assert!(abandoned.acceptors.is_empty());
    }

    #[test]
    fn so_many_are_remembered_and_the_oldest_is_forgotten() {
        let mut abandoned = AbandonedRequests::default();
        for id in 0..200 {
            abandoned.insert(B, id, request(&id.to_string()));
            assert!(abandoned.len() <= REMEMBERED);
        }
        assert_eq!(abandoned.take(B, 199 - REMEMBERED as u64), None);
        assert_eq!(abandoned.take(B, 199), Some(request("199")));
        abandoned.remove(B);
        assert_eq!(abandoned.len(), 0);
    }
}
