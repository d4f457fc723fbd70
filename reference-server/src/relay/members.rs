//! The members of one room.

use std::collections::BTreeMap;

use super::ConnectionId;

/// Who is in a room, under the numbers of their joinings and in that order.
///
/// Most rooms are those that Socket.IO names after a connection, which is in it alone.
/// Such a room takes no memory beside its name.
#[derive(Debug, Default)]
pub(super) struct Members {
    /// A member that is alone.
    one: Option<(u64, ConnectionId)>,
    /// The members, if there have been several.
    many: BTreeMap<u64, ConnectionId>,
}

impl Members {
    /// Puts in a member. Numbers are used once.
    pub(super) fn insert(&mut self, number: u64, member: ConnectionId) {
        if self.is_empty() {
            self.one = Some((number, member));
            return;
        }
        self.many.extend(self.one.take());
        self.many.insert(number, member);
    }

    /// Takes out a member, if it is there.
    pub(super) fn remove(&mut self, number: u64) {
        self.one.take_if(|(known, _)| *known == number);
        self.many.remove(&number);
    }

    /// True if no member is left.
    pub(super) fn is_empty(&self) -> bool {
        self.one.is_none() && self.many.is_empty()
    }

    /// The members in the order of joining.
    pub(super) fn iter(&self) -> impl Iterator<Item = ConnectionId> {
        let one = self.one.iter().map(|(_, member)| member);
        one.chain(self.many.values()).copied()
    }
}
