//! Rooms: who is in them, in the order of joining.

use std::collections::{BTreeMap, HashMap};

use sio_p2p_protocol::RoomName;

use super::ConnectionId;

/// The membership of every room (SRV-CORE-F7).
///
/// A room exists while it has members. Its members are kept in the order in
/// which they joined, because that is the order in which they are served.
#[derive(Debug, Default)]
pub(super) struct Rooms {
    /// Members of each room under the number of their joining.
    inside: HashMap<RoomName, BTreeMap<u64, ConnectionId>>,
    /// The rooms of each connection, with the same numbers.
    joined: HashMap<ConnectionId, HashMap<RoomName, u64>>,
    /// How often anybody has joined anything; orders the members of each room.
    joinings: u64,
}

/// The limit of rooms that one connection may be in is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooManyRooms;

impl Rooms {
    /// Puts a connection into a room. Joining twice changes nothing.
    pub(super) fn join(
        &mut self,
        connection: ConnectionId,
        room: &RoomName,
        limit: usize,
    ) -> Result<(), TooManyRooms> {
        let joined = self.joined.entry(connection).or_default();
        // A member keeps its place, however often it joins.
        if joined.contains_key(room) {
            return Ok(());
        }
        if joined.len() >= limit {
            return Err(TooManyRooms);
        }
        self.joinings += 1;
        joined.insert(room.clone(), self.joinings);
        let members = self.inside.entry(room.clone()).or_default();
        members.insert(self.joinings, connection);
        Ok(())
    }

    /// Takes a connection out of a room and says whether it was in it. Leaving a
    /// room one is not in is fine.
    pub(super) fn leave(&mut self, connection: ConnectionId, room: &RoomName) -> bool {
        let joined = self.joined.get_mut(&connection);
        let Some(number) = joined.and_then(|joined| joined.remove(room)) else {
            return false;
        };
        if self.joined.get(&connection).is_some_and(HashMap::is_empty) {
            self.joined.remove(&connection);
        }
        self.forget_member(room, number);
        true
    }

    /// The members of a room in the order of joining; none if it does not exist.
    pub(super) fn members(&self, room: &RoomName) -> impl Iterator<Item = ConnectionId> + '_ {
        let members = self.inside.get(room);
        members.into_iter().flat_map(BTreeMap::values).copied()
    }

    /// Empties a room and returns who was in it, in the order of joining.
    pub(super) fn dissolve(&mut self, room: &RoomName) -> Vec<ConnectionId> {
        let members: Vec<_> = self.members(room).collect();
        for member in &members {
            self.leave(*member, room);
        }
        members
    }

    /// Takes a connection out of all its rooms.
    pub(super) fn remove(&mut self, connection: ConnectionId) {
        for (room, number) in self.joined.remove(&connection).into_iter().flatten() {
            self.forget_member(&room, number);
        }
    }

    /// How many rooms have members.
    pub(super) fn rooms(&self) -> usize {
        self.inside.len()
    }

    /// How many memberships there are in all rooms together.
    pub(super) fn memberships(&self) -> usize {
        self.joined.values().map(HashMap::len).sum()
    }

    /// The other half of leaving. A room ends with its last member, so that names
    /// which nobody uses cost nothing (SRV-ROB-12).
    fn forget_member(&mut self, room: &RoomName, number: u64) {
        if let Some(members) = self.inside.get_mut(room) {
            members.remove(&number);
            if members.is_empty() {
                self.inside.remove(room);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: ConnectionId = ConnectionId(1);
    const B: ConnectionId = ConnectionId(2);

    fn room(name: &str) -> RoomName {
        RoomName::new(name).unwrap()
    }

    #[test]
    fn members_are_kept_in_the_order_of_joining() {
        let mut rooms = Rooms::default();
        for member in [B, A, B] {
            rooms.join(member, &room("r"), 9).unwrap();
        }
        assert_eq!(rooms.members(&room("r")).collect::<Vec<_>>(), [B, A]);
        rooms.leave(B, &room("r"));
        rooms.join(B, &room("r"), 9).unwrap();
        assert_eq!(rooms.dissolve(&room("r")), [A, B]);
        assert_eq!((rooms.rooms(), rooms.memberships()), (0, 0));
    }

    #[test]
    fn leaving_needs_no_membership_and_leaves_no_trace() {
        let mut rooms = Rooms::default();
        rooms.leave(A, &room("r"));
        rooms.join(A, &room("r"), 9).unwrap();
        rooms.join(A, &room("q"), 9).unwrap();
        rooms.leave(B, &room("r"));
        rooms.remove(A);
        rooms.remove(A);
        assert_eq!((rooms.rooms(), rooms.memberships()), (0, 0));
    }

    #[test]
    fn the_limit_counts_rooms_and_not_joinings() {
        let mut rooms = Rooms::default();
        rooms.join(A, &room("r"), 1).unwrap();
        rooms.join(A, &room("r"), 1).unwrap();
        assert_eq!(rooms.join(A, &room("q"), 1), Err(TooManyRooms));
        assert_eq!(rooms.rooms(), 1);
    }
}
