//! Rooms: who is in them, in the order of joining.

use sio_p2p_protocol::{ClientId, RoomName};

use super::ConnectionId;
use super::hash::{CountedMap, KeyedMap, give_back};
use super::members::Members;
use super::small_map::SmallMap;

/// The membership of every room (SRV-CORE-F7).
///
/// A room exists while it has members. Its members are kept in the order in
/// which they joined, because that is the order in which they are served.
#[derive(Debug, Default)]
pub(super) struct Rooms {
    /// Members of each room under the number of their joining.
    inside: KeyedMap<RoomName, Members>,
    /// The rooms of each connection, with the same numbers.
    joined: CountedMap<ConnectionId, Joined>,
    /// How many memberships each client has made for others.
    moved: KeyedMap<Option<ClientId>, usize>,
    /// How often anybody has joined anything; orders the members of each room.
    joinings: u64,
}

/// The rooms of one connection.
#[derive(Debug, Default)]
struct Joined {
    rooms: SmallMap<RoomName, Membership>,
    /// How many of them it has joined on its own account.
    own: usize,
    /// How many of them it has made as topics.
    topics: usize,
}

#[derive(Debug, Clone)]
struct Membership {
    number: u64,
    /// The member has made a topic of this room.
    topic: bool,
    /// `None` for the room that is named after the connection.
    account: Option<Account>,
}

/// Whom a membership is counted for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Account {
    /// The member itself.
    Own,
    /// The client that has put it there, if that has an id. So nobody can use up what
    /// another may join.
    Mover(Option<ClientId>),
}

/// How a connection joins, and how many rooms and topics it may have.
#[derive(Debug, Clone)]
pub(super) struct Joining {
    /// It makes a topic of the room. A client that is in the room already can do so, too.
    pub(super) topic: bool,
    /// Whom it counts for.
    pub(super) account: Account,
    /// How many rooms one connection may have on its own account.
    pub(super) rooms: usize,
    /// How many memberships one client may make for others.
    pub(super) moves: usize,
    /// How many topics one connection may have made.
    pub(super) topics: usize,
}

/// Of what there would be too many, if a room were joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotJoined {
    Rooms,
    Moves,
    Topics,
}

impl Rooms {
    /// Puts a connection into a room. Joining twice changes nothing.
    pub(super) fn join(
        &mut self,
        connection: ConnectionId,
        room: &RoomName,
        how: &Joining,
    ) -> Result<(), NotJoined> {
        let joined = self.joined.entry(connection).or_default();
        let known = joined.rooms.get_mut(room);
        let new_topic = how.topic && !known.as_ref().is_some_and(|known| known.topic);
        if new_topic && joined.topics >= how.topics {
            return Err(NotJoined::Topics);
        }
        // A member keeps its place, however often it joins.
        if let Some(known) = known {
            known.topic |= how.topic;
            joined.topics += usize::from(new_topic);
            return Ok(());
        }
        match &how.account {
            Account::Own if joined.own >= how.rooms => return Err(NotJoined::Rooms),
            Account::Own => joined.own += 1,
            Account::Mover(mover) => {
                let made = self.moved.entry(mover.clone()).or_default();
                if *made >= how.moves {
                    return Err(NotJoined::Moves);
                }
                *made += 1;
            }
        }
        joined.topics += usize::from(new_topic);
        self.enter(connection, room, how.topic, Some(how.account.clone()));
        Ok(())
    }

    /// Puts a connection into the room that is named after it, which counts for nobody.
    pub(super) fn join_own(&mut self, connection: ConnectionId, room: &RoomName) {
        self.enter(connection, room, false, None);
    }

    /// Enters a membership that is new and counted.
    fn enter(
        &mut self,
        connection: ConnectionId,
        room: &RoomName,
        topic: bool,
        account: Option<Account>,
    ) {
        self.joinings += 1;
        let membership = Membership {
            number: self.joinings,
            topic,
            account,
        };
        let joined = self.joined.entry(connection).or_default();
        joined.rooms.insert(room.clone(), membership);
        let members = self.inside.entry(room.clone()).or_default();
        members.insert(self.joinings, connection);
    }

    /// The connection that a room is named after, if it is one of those. It is the first
    /// that is in it, because nobody can guess its name before.
    pub(super) fn owner(&self, room: &RoomName) -> Option<ConnectionId> {
        let first = self.members(room).next()?;
        let membership = self.joined.get(&first)?.rooms.get(room)?;
        membership.account.is_none().then_some(first)
    }

    /// Takes a connection out of a room and says whether it was in it. Leaving a
    /// room one is not in is fine.
    pub(super) fn leave(&mut self, connection: ConnectionId, room: &RoomName) -> bool {
        let Some(joined) = self.joined.get_mut(&connection) else {
            return false;
        };
        let Some(membership) = joined.rooms.remove(room) else {
            return false;
        };
        joined.topics -= usize::from(membership.topic);
        joined.own -= usize::from(membership.account == Some(Account::Own));
        if joined.rooms.len() == 0 {
            self.joined.remove(&connection);
        }
        self.forget_member(room, &membership);
        true
    }

    /// True if a connection is in a room.
    pub(super) fn contains(&self, connection: ConnectionId, room: &RoomName) -> bool {
        let joined = self.joined.get(&connection);
        joined.is_some_and(|joined| joined.rooms.contains_key(room))
    }

    /// The members of a room in the order of joining; none if it does not exist.
    pub(super) fn members(&self, room: &RoomName) -> impl Iterator<Item = ConnectionId> + '_ {
        let members = self.inside.get(room);
        members.into_iter().flat_map(Members::iter)
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
        let joined = self.joined.remove(&connection).unwrap_or_default();
        for (room, membership) in joined.rooms {
            self.forget_member(&room, &membership);
        }
        give_back(&mut self.inside);
        give_back(&mut self.moved);
        give_back(&mut self.joined);
    }

    /// How many rooms have members.
    pub(super) fn rooms(&self) -> usize {
        self.inside.len()
    }

    /// How many memberships there are in all rooms together.
    pub(super) fn memberships(&self) -> usize {
        self.joined.values().map(|joined| joined.rooms.len()).sum()
    }

    /// How many topics their makers are in.
    pub(super) fn topics(&self) -> usize {
        self.joined.values().map(|joined| joined.topics).sum()
    }

    /// The other half of leaving. A room ends with its last member, so that names
    /// which nobody uses cost nothing (SRV-ROB-12).
    fn forget_member(&mut self, room: &RoomName, membership: &Membership) {
        if let Some(Account::Mover(mover)) = &membership.account
            && let Some(made) = self.moved.get_mut(mover)
        {
            *made -= 1;
            if *made == 0 {
                self.moved.remove(mover);
            }
        }
        if let Some(members) = self.inside.get_mut(room) {
            members.remove(membership.number);
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

    const PLAIN: Joining = Joining {
        topic: false,
        account: Account::Own,
        rooms: 9,
        moves: 9,
        topics: 9,
    };
    const ONE: Joining = Joining { rooms: 1, ..PLAIN };

    fn room(name: &str) -> RoomName {
        RoomName::new(name).unwrap()
    }

    #[test]
    fn members_are_kept_in_the_order_of_joining() {
        let mut rooms = Rooms::default();
        for member in [B, A, B] {
            rooms.join(member, &room("r"), &PLAIN).unwrap();
        }
        assert_eq!(rooms.members(&room("r")).collect::<Vec<_>>(), [B, A]);
        rooms.leave(B, &room("r"));
        rooms.join(B, &room("r"), &PLAIN).unwrap();
        assert_eq!(rooms.dissolve(&room("r")), [A, B]);
        assert_eq!((rooms.rooms(), rooms.memberships()), (0, 0));
    }

    #[test]
    fn leaving_needs_no_membership_and_leaves_no_trace() {
        let mut rooms = Rooms::default();
        rooms.leave(A, &room("r"));
        rooms.join(A, &room("r"), &PLAIN).unwrap();
        rooms.join(A, &room("q"), &PLAIN).unwrap();
        rooms.leave(B, &room("r"));
        rooms.remove(A);
        rooms.remove(A);
        assert_eq!((rooms.rooms(), rooms.memberships()), (0, 0));
    }

    #[test]
    fn the_limit_counts_rooms_and_not_joinings() {
        let mut rooms = Rooms::default();
        rooms.join(A, &room("r"), &ONE).unwrap();
        rooms.join(A, &room("r"), &ONE).unwrap();
        assert_eq!(rooms.join(A, &room("q"), &ONE), Err(NotJoined::Rooms));
        assert_eq!(rooms.rooms(), 1);
    }

    #[test]
    fn topics_are_counted_at_their_maker_for_as_long_as_it_is_in_the_room() {
        let topic = Joining {
            topic: true,
            topics: 1,
            ..PLAIN
        };
        let mut rooms = Rooms::default();
        rooms.join(A, &room("t"), &PLAIN).unwrap();
        for _ in 0..2 {
            rooms.join(A, &room("t"), &topic).unwrap();
        }
        assert_eq!(rooms.topics(), 1);
        let second = rooms.join(A, &room("u"), &topic);
        assert_eq!(second, Err(NotJoined::Topics));
        assert!(!rooms.contains(A, &room("u")));
        // A room that is joined as a plain one is no topic of the client that joins.
        rooms.join(A, &room("u"), &PLAIN).unwrap();
        rooms.join(B, &room("t"), &PLAIN).unwrap();
        rooms.leave(A, &room("t"));
        assert_eq!((rooms.topics(), rooms.rooms()), (0, 2));
        rooms.join(A, &room("u"), &topic).unwrap();
        rooms.remove(A);
        rooms.dissolve(&room("t"));
        assert_eq!((rooms.topics(), rooms.memberships()), (0, 0));
    }

    #[test]
    fn what_a_mover_does_counts_for_the_mover() {
        let news = |moves| Joining {
            account: Account::Mover(ClientId::new("news").ok()),
            moves,
            rooms: 1,
            ..PLAIN
        };
        let mut rooms = Rooms::default();
        rooms.join(A, &room("t"), &news(2)).unwrap();
        rooms.join(A, &room("u"), &news(2)).unwrap();
        let third = rooms.join(B, &room("t"), &news(2));
        assert_eq!(third, Err(NotJoined::Moves));
        // Who was moved has lost nothing by that.
        rooms.join(A, &room("own"), &ONE).unwrap();
        assert_eq!(rooms.join(A, &room("v"), &ONE), Err(NotJoined::Rooms));
        // A membership that ends is the mover's again.
        rooms.leave(A, &room("t"));
        rooms.join(B, &room("t"), &news(2)).unwrap();
        rooms.remove(A);
        rooms.dissolve(&room("t"));
        assert!(rooms.moved.is_empty());
    }

    #[test]
    fn a_room_that_is_named_after_a_connection_has_an_owner_and_counts_for_nobody() {
        let mut rooms = Rooms::default();
        rooms.join_own(A, &room("sid of a"));
        rooms.join(A, &room("r"), &ONE).unwrap();
        rooms.join(B, &room("sid of a"), &ONE).unwrap();
        assert_eq!(rooms.owner(&room("sid of a")), Some(A));
        assert_eq!(rooms.owner(&room("r")), None);
        assert_eq!(rooms.owner(&room("nowhere")), None);
    }
}
