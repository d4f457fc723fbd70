//! The host's ends of streams: which client may send to which of them.

use std::collections::BTreeSet;

use sio_p2p_protocol::{ClientId, StreamId};

use crate::relay::ConnectionId;
use crate::relay::hash::{CountedMap, KeyedMap};

/// What the ids of the host's ends of streams end in. They stand where the id of
/// a client would.
pub(crate) const SERVER_SIDE: &str = "--server-side";

/// Every open end of the host, by the virtual client id that it was given.
///
/// The original looks at nothing but the stream id, so whoever knows it can put
/// data into the stream. Here an end hears its peer's connection alone.
#[derive(Debug, Default)]
pub(in crate::relay) struct HostEnds {
    ends: KeyedMap<ClientId, HostEnd>,
    /// The same by peer.
    peers: CountedMap<ConnectionId, BTreeSet<ClientId>>,
}

/// One end of the host, as the relay knows it.
#[derive(Debug, Clone)]
pub(in crate::relay) struct HostEnd {
    /// The client at the other end.
    pub(in crate::relay) peer: ConnectionId,
    /// The id of the host's own end, under which it sends data.
    pub(in crate::relay) ours: StreamId,
    /// The id of the peer's end, under which it does.
    pub(in crate::relay) theirs: StreamId,
    /// The ack that the peer owes for the latest chunk; it may have been given.
    pub(in crate::relay) under_way: Option<u64>,
}

impl HostEnds {
    /// Enters an end.
    pub(in crate::relay) fn insert(&mut self, id: ClientId, end: HostEnd) {
        self.peers.entry(end.peer).or_default().insert(id.clone());
        self.ends.insert(id, end);
    }

    /// An end by its virtual client id.
    pub(in crate::relay) fn get(&self, id: &ClientId) -> Option<&HostEnd> {
        self.ends.get(id)
    }

    /// Notes under which id the peer shall confirm the latest chunk.
    pub(in crate::relay) fn under_way(&mut self, id: &ClientId, ack: u64) {
        if let Some(end) = self.ends.get_mut(id) {
            end.under_way = Some(ack);
        }
    }

    /// Removes an end, if it is still there.
    pub(in crate::relay) fn remove(&mut self, id: &ClientId) -> Option<HostEnd> {
        let end = self.ends.remove(id)?;
        if let Some(ids) = self.peers.get_mut(&end.peer) {
            ids.remove(id);
            if ids.is_empty() {
                self.peers.remove(&end.peer);
            }
        }
        Some(end)
    }

    /// Removes every end whose peer is this connection, and returns their ids.
    pub(in crate::relay) fn remove_peer(&mut self, peer: ConnectionId) -> BTreeSet<ClientId> {
        let ids = self.peers.remove(&peer).unwrap_or_default();
        for id in &ids {
            self.ends.remove(id);
        }
        ids
    }

    /// How many ends there are.
    pub(in crate::relay) fn len(&self) -> usize {
        self.ends.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_goes_by_itself_or_with_its_peer() {
        let mut ends = HostEnds::default();
        let id = |text: &str| ClientId::new(text).unwrap();
        let stream = StreamId::new("s").unwrap();
        for (name, peer) in [("x", 1), ("y", 1), ("z", 2)] {
            let end = HostEnd {
                peer: ConnectionId(peer),
                ours: stream.clone(),
                theirs: stream.clone(),
                under_way: None,
            };
            ends.insert(id(name), end);
        }
        assert!(ends.remove(&id("x")).is_some());
        assert!(ends.remove(&id("x")).is_none());
        assert_eq!(ends.remove_peer(ConnectionId(1)), [id("y")].into());
        assert_eq!(ends.remove_peer(ConnectionId(1)), [].into());
        assert!(ends.remove(&id("z")).is_some());
        assert!(ends.ends.is_empty() && ends.peers.is_empty());
    }
}
