//! Who is connected, and under which client id.

use std::collections::BTreeMap;

use sio_p2p_protocol::ClientId;
use smallvec::{SmallVec, smallvec};

use super::ConnectionId;
use super::hash::{CountedMap, KeyedMap, give_back};

/// The directory: client id to connection and back, each in O(1).
///
/// Ids are plain keys, so `__proto__` or `constructor` are as good as any other
/// (SRV-ROB-4). A connection without a client id is known but neither listed
/// nor addressable.
///
/// Several connections may hold one id, if the policy lets them in. The newest of
/// them is the one that the id stands for; when it leaves, the next older one is
/// (SRV-CORE-16). The id is listed once, and keeps its place in the listing until
/// its last holder has left.
#[derive(Debug, Default)]
pub(super) struct Registry {
    connections: CountedMap<ConnectionId, Option<ClientId>>,
    clients: KeyedMap<ClientId, Entry>,
    /// Ids that JavaScript would sort as array indices, in ascending order.
    numeric: BTreeMap<u32, ClientId>,
    /// All other ids, by the order of their registration.
    others: BTreeMap<u64, ClientId>,
    registrations: u64,
}

/// A connection that was known and has left.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Departed {
    /// Its client id; `None` if it was anonymous.
    pub(super) client: Option<ClientId>,
}

#[derive(Debug)]
struct Entry {
    /// The holders of the id, oldest first, and never none. The policy bounds how
    /// many there can be, so walking over them is cheap.
    holders: SmallVec<[ConnectionId; 1]>,
    /// Key into `others`; unused for a numeric id.
    registration: u64,
}

impl Registry {
    /// Admits a connection and returns whose place it takes, if the id had a
    /// holder. The caller has made sure that it may come in.
    pub(super) fn insert(
        &mut self,
        connection: ConnectionId,
        client: Option<ClientId>,
    ) -> Option<ConnectionId> {
        let replaced = client.as_ref().and_then(|client| {
            if let Some(entry) = self.clients.get_mut(client) {
                let replaced = entry.holders.last().copied();
                entry.holders.push(connection);
                return replaced;
            }
            self.registrations += 1;
            let registration = self.registrations;
            match array_index(client.as_str()) {
                Some(index) => self.numeric.insert(index, client.clone()),
                None => self.others.insert(registration, client.clone()),
            };
            let entry = Entry {
                holders: smallvec![connection],
                registration,
            };
            self.clients.insert(client.clone(), entry);
            None
        });
        self.connections.insert(connection, client);
        replaced
    }

    /// Forgets a connection, and its id if nobody else holds it. `None` if it was
    /// not known, which makes a second farewell harmless.
    pub(super) fn remove(&mut self, connection: ConnectionId) -> Option<Departed> {
        let client = self.connections.remove(&connection)?;
        if let Some(client) = &client
            && let Some(entry) = self.clients.get_mut(client)
        {
            entry.holders.retain(|holder| *holder != connection);
            if entry.holders.is_empty() {
                match array_index(client.as_str()) {
                    Some(index) => self.numeric.remove(&index),
                    None => self.others.remove(&entry.registration),
                };
                self.clients.remove(client);
                give_back(&mut self.clients);
            }
        }
        give_back(&mut self.connections);
        Some(Departed { client })
    }

    /// True for a connection that was admitted and has not left.
    pub(super) fn contains(&self, connection: ConnectionId) -> bool {
        self.connections.contains_key(&connection)
    }

    /// The connection that a client id stands for (SRV-CORE-F2).
    pub(super) fn find(&self, client: &ClientId) -> Option<ConnectionId> {
        self.holders(client).last().copied()
    }

    /// The same for a text that was not made a client id, with the id itself.
    pub(super) fn find_text(&self, client: &str) -> Option<(ConnectionId, &ClientId)> {
        let (client, entry) = self.clients.get_key_value(client)?;
        Some((*entry.holders.last()?, client))
    }

    /// The connections that share a client id, oldest first.
    pub(super) fn holders(&self, client: &ClientId) -> &[ConnectionId] {
        self.clients
            .get(client)
            .map_or(&[], |entry| entry.holders.as_slice())
    }

    /// True if both connections hold one client id and `newer` has joined after
    /// `older`. It then speaks for the id, and `older` does not.
    pub(super) fn supersedes(&self, newer: ConnectionId, older: ConnectionId) -> bool {
        let Some(client) = self.client(newer) else {
            return false;
        };
        let holders = self.holders(client).iter();
        let mut either = holders.filter(|holder| [newer, older].contains(holder));
        newer != older && either.next() == Some(&older) && either.next() == Some(&newer)
    }

    /// The client id of a connection, unless it is anonymous or has left.
    pub(super) fn client(&self, connection: ConnectionId) -> Option<&ClientId> {
        self.connections.get(&connection)?.as_ref()
    }

    /// Every client id in the order of the original, which is that of the
    /// properties of a JavaScript object: array indices ascending, then the
    /// rest as registered.
    pub(super) fn list(&self) -> Vec<ClientId> {
        let numeric = self.numeric.values();
        numeric.chain(self.others.values()).cloned().collect()
    }

    /// How many connections there are, anonymous ones included.
    pub(super) fn connections(&self) -> usize {
        self.connections.len()
    }

    /// How many client ids are taken.
    pub(super) fn clients(&self) -> usize {
        self.clients.len()
    }
}

/// The number that a property name stands for if JavaScript takes it for an
/// array index: decimal, without sign or leading zeros, at most 2^32 - 2.
fn array_index(text: &str) -> Option<u32> {
    let canonical =
        text == "0" || (text.bytes().all(|byte| byte.is_ascii_digit()) && !text.starts_with('0'));
    let index = canonical.then(|| text.parse().ok())??;
    (index != u32::MAX).then_some(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn registry(ids: &[&str]) -> Registry {
        let mut registry = Registry::default();
        for (connection, id) in ids.iter().enumerate() {
            let client = ClientId::new(*id).unwrap();
            registry.insert(ConnectionId(connection as u64), Some(client));
        }
        registry
    }

    fn listed(registry: &Registry) -> Vec<String> {
        registry.list().iter().map(ToString::to_string).collect()
    }

    #[test]
    fn array_indices_come_first_and_the_rest_as_registered() {
        let registry = registry(&[
            "b",
            "10",
            "__proto__",
            "9",
            "01",
            "-1",
            "4294967295",
            "4294967294",
            "0",
            "a",
        ]);
        assert_eq!(
            listed(&registry),
            [
                "0",
                "9",
                "10",
                "4294967294",
                "b",
                "__proto__",
                "01",
                "-1",
                "4294967295",
                "a"
            ]
        );
    }

    #[test]
    fn an_id_that_comes_back_goes_to_the_end() {
        let mut registry = registry(&["a", "b"]);
        assert!(registry.remove(ConnectionId(0)).is_some());
        assert!(registry.remove(ConnectionId(0)).is_none());
        registry.insert(ConnectionId(7), Some(ClientId::new("a").unwrap()));
        assert_eq!(listed(&registry), ["b", "a"]);
        assert_eq!(
            registry.find(&ClientId::new("a").unwrap()),
            Some(ConnectionId(7))
        );
    }

    #[test]
    fn an_id_falls_back_to_the_next_older_holder_and_keeps_its_place() {
        let mut registry = registry(&["a", "b", "a", "7", "a"]);
        let a = ClientId::new("a").unwrap();
        let found = |registry: &Registry| registry.find(&a).map(|found| found.0);
        assert_eq!(found(&registry), Some(4));
        assert_eq!(listed(&registry), ["7", "a", "b"]);
        // Whichever leaves, the newest of those that stay is found.
        for (leaves, expected) in [(2, Some(4)), (4, Some(0)), (0, None)] {
            assert!(registry.remove(ConnectionId(leaves)).is_some());
            assert_eq!(found(&registry), expected, "{leaves} has left");
        }
        assert_eq!(listed(&registry), ["7", "b"]);
        assert_eq!((registry.connections(), registry.clients()), (2, 2));
    }

    #[test]
    fn only_a_newer_holder_of_the_same_id_supersedes() {
        let mut registry = registry(&["a", "b", "a"]);
        registry.insert(ConnectionId(3), None);
        let supersedes =
            |newer, older| registry.supersedes(ConnectionId(newer), ConnectionId(older));
        assert!(supersedes(2, 0));
        for (newer, older) in [(0, 2), (0, 0), (2, 1), (3, 0), (0, 3), (9, 0), (2, 9)] {
            assert!(!supersedes(newer, older), "{newer} {older}");
        }
    }

    #[test]
    fn an_anonymous_connection_is_known_but_not_listed() {
        let mut registry = Registry::default();
        registry.insert(ConnectionId(1), None);
        assert!(registry.contains(ConnectionId(1)));
        assert!(registry.list().is_empty());
        assert_eq!((registry.connections(), registry.clients()), (1, 0));
        assert_eq!(
            registry.remove(ConnectionId(1)),
            Some(Departed { client: None })
        );
    }
}
