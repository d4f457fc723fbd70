//! Links: who wants to hear that whom has left.

use sio_p2p_protocol::Dialect;

use super::ConnectionId;
use super::hash::{CountedMap, give_back};

/// The links between connections (SRV-MSG-F1).
///
/// A link has no direction: whichever end leaves, the other is told. It belongs
/// to two connections, not to two client ids, so a client that reconnects is
/// not linked until it is added again.
///
/// The original keeps one link per request and tells a peer once for each. Here
/// a pair is linked once per dialect, so that a peer hears exactly one notice in
/// every dialect that it can be listening to.
#[derive(Debug, Default)]
pub(super) struct Links {
    ends: CountedMap<ConnectionId, CountedMap<Far, Link>>,
    made: u64,
}

/// The far end of a link and the dialect in which it was asked for.
type Far = (ConnectionId, Dialect);

#[derive(Debug, Clone, Copy)]
struct Link {
    /// Notices go out in the order in which the links were made.
    order: u64,
    /// True at the end that asked for the link.
    maker: bool,
}

/// The limit of links that one connection may make is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooManyLinks;

impl Links {
    /// Links two connections, unless they are linked already in this dialect.
    /// `limit` bounds the links that `maker` has made.
    pub(super) fn link(
        &mut self,
        maker: ConnectionId,
        other: ConnectionId,
        dialect: Dialect,
        limit: usize,
    ) -> Result<(), TooManyLinks> {
        let ends = self.ends.entry(maker).or_default();
        if ends.contains_key(&(other, dialect)) {
            return Ok(());
        }
        // Counting walks over the table only when it could matter, that is for
        // a connection with very many peers.
        if ends.len() >= limit && ends.values().filter(|link| link.maker).count() >= limit {
            return Err(TooManyLinks);
        }
        self.made += 1;
        let order = self.made;
        ends.insert((other, dialect), Link { order, maker: true });
        // A link to oneself is its own far end; it must keep its maker mark.
        self.ends
            .entry(other)
            .or_default()
            .entry((maker, dialect))
            .or_insert(Link {
                order,
                maker: false,
            });
        Ok(())
    }

    /// Undoes every link of a connection and returns who must be told, in the
    /// order in which the links were made.
    pub(super) fn remove(&mut self, connection: ConnectionId) -> Vec<Far> {
        let mut far: Vec<_> = self
            .ends
            .remove(&connection)
            .into_iter()
            .flatten()
            .filter(|((other, _), _)| *other != connection)
            .collect();
        far.sort_unstable_by_key(|(_, link)| link.order);
        for ((other, dialect), _) in &far {
            if let Some(ends) = self.ends.get_mut(other) {
                ends.remove(&(connection, *dialect));
                if ends.is_empty() {
                    self.ends.remove(other);
                }
            }
        }
        give_back(&mut self.ends);
        far.into_iter().map(|(far, _)| far).collect()
    }

    /// How many ends of links there are; two for each link between two
    /// connections.
    pub(super) fn ends(&self) -> usize {
        self.ends.values().map(CountedMap::len).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: ConnectionId = ConnectionId(1);
    const B: ConnectionId = ConnectionId(2);
    const C: ConnectionId = ConnectionId(3);

    #[test]
    fn a_pair_is_linked_once_per_dialect_however_often_it_is_asked() {
        let mut links = Links::default();
        for (from, to) in [(A, B), (B, A), (A, B)] {
            links.link(from, to, Dialect::V2, 9).unwrap();
        }
        links.link(C, A, Dialect::V2, 9).unwrap();
        links.link(B, A, Dialect::V1, 9).unwrap();
        let expected = [(B, Dialect::V2), (C, Dialect::V2), (B, Dialect::V1)];
        assert_eq!(links.remove(A), expected);
        assert_eq!(links.ends(), 0);
        assert!(links.remove(B).is_empty());
    }

    #[test]
    fn a_link_to_oneself_is_harmless() {
        let mut links = Links::default();
        links.link(A, A, Dialect::V1, 1).unwrap();
        assert!(links.remove(A).is_empty());
        assert_eq!(links.ends(), 0);
    }

    #[test]
    fn only_the_links_one_makes_count_against_the_limit() {
        let mut links = Links::default();
        links.link(B, A, Dialect::V2, 1).unwrap();
        links.link(A, C, Dialect::V2, 1).unwrap();
        assert_eq!(links.link(A, A, Dialect::V2, 1), Err(TooManyLinks));
        // Asking again for a link that stands is not a new link.
        links.link(A, C, Dialect::V2, 1).unwrap();
    }
}
