//! Topics, dialect `v1`: rooms that a service fills with its subscribers.
//!
//! Most of a topic is made of other parts. To subscribe is to send a message to
//! the service, which then moves the subscriber into the room of the topic; to
//! publish is to send to that room; and `core` ends a topic on request. When a
//! service leaves, its topics stay as they are: nothing asks for their end, and
//! a service that comes back finds its subscribers where they were.

use sio_p2p_protocol::{ClientId, Failure, RoomName, ServerEvent, TopicBeingDestroyed};

use crate::relay::Relay;
use crate::relay::authorize::Action;
use crate::relay::output::{ConnectionId, Outbox};
use crate::relay::rooms::Account;

impl Relay {
    /// `JOIN_ROOM` with the action `CLIENT_SUBSCRIBE_TOPIC`: a service takes a
    /// client into the rooms of topics. `None` if there is no such client.
    ///
    /// Which connection of a shared id is meant is decided like for a message: the
    /// newest. A client that names itself joins like any other.
    pub(in crate::relay) fn subscribe(
        &mut self,
        service: ConnectionId,
        client: &ClientId,
        rooms: &[RoomName],
    ) -> Option<Result<(), Failure>> {
        let allowed = if self.is_named(service, client) {
            self.permit_all(service, rooms, |room| Action::JoinRoom { room })
        } else {
            let action = |room| Action::MoveIntoRoom { client, room };
            self.permit_all(service, rooms, action)
        };
        if let Err(failure) = allowed {
            return Some(Err(failure));
        }
        let subscriber = self.registry.find(client)?;
        let account = if subscriber == service {
            Account::Own
        } else {
            Account::Mover(self.registry.client(service).cloned())
        };
        Some(self.put_into(subscriber, rooms, false, account))
    }

    /// `LEAVE_ROOM` with the action `CLIENT_UNSUBSCRIBE_TOPIC`: a service takes a
    /// client out of the rooms of topics (SRV-CORE-23).
    ///
    /// Subscribers of the original name the topic by its whole room, and the
    /// service puts its prefix before that once more (DEV-5). Then the room that
    /// is meant is the one without the second prefix.
    pub(in crate::relay) fn unsubscribe(
        &mut self,
        service: ConnectionId,
        client: &ClientId,
        rooms: &[RoomName],
    ) -> Result<(), Failure> {
        self.may_unsubscribe(service, client, rooms)?;
        let name = self.registry.client(service).cloned();
        for room in rooms {
            self.leave_topic(name.as_ref(), client, room);
        }
        Ok(())
    }

    /// Whether a client may take another, or itself, out of rooms.
    pub(in crate::relay) fn may_unsubscribe(
        &self,
        who: ConnectionId,
        client: &ClientId,
        rooms: &[RoomName],
    ) -> Result<(), Failure> {
        if self.is_named(who, client) {
            return self.permit_all(who, rooms, |room| Action::LeaveRoom { room });
        }
        let action = |room| Action::MoveOutOfRoom { client, room };
        self.permit_all(who, rooms, action)
    }

    /// Takes a client out of the room of a topic of this service, or out of the one
    /// that is meant. A service without a name has no prefix to repeat.
    pub(in crate::relay) fn leave_topic(
        &mut self,
        service: Option<&ClientId>,
        client: &ClientId,
        room: &RoomName,
    ) {
        let Some(subscriber) = self.registry.find(client) else {
            return;
        };
        if !self.rooms.leave(subscriber, room)
            && let Some(meant) = service.and_then(|service| without_second_prefix(service, room))
        {
            self.rooms.leave(subscriber, &meant);
        }
    }

    /// `LEAVE_ROOM` with the action `SERVICE_DESTROY_TOPIC`: ends topics.
    pub(in crate::relay) fn end_topics(
        &mut self,
        service: ConnectionId,
        rooms: &[RoomName],
        outbox: &mut Outbox,
    ) -> Result<(), Failure> {
        self.permit_all(service, rooms, |room| Action::EndTopic { room })?;
        for room in rooms {
            self.end_topic(outbox, room);
        }
        Ok(())
    }

    /// Tells every member that a topic ends, in the order of joining, and empties its
    /// room (SRV-SVC-3).
    pub(in crate::relay) fn end_topic(&mut self, outbox: &mut Outbox, room: &RoomName) {
        let notice = ServerEvent::from(TopicBeingDestroyed { room: room.clone() }).encode();
        outbox.event_to_all(self.rooms.dissolve(room), notice.into());
    }

    /// True if a connection is the one that a client id stands for.
    fn is_named(&self, connection: ConnectionId, client: &ClientId) -> bool {
        self.registry.find(client) == Some(connection)
    }
}

/// The room that remains if a room name begins with the prefix of a service
/// twice and one of the two is taken away.
fn without_second_prefix(service: &ClientId, room: &RoomName) -> Option<RoomName> {
    // A service is named after its client id, and its rooms after both.
    let prefix = format!("service:{service}:topic:");
    let rest = room.as_str().strip_prefix(&prefix)?;
    rest.starts_with(&prefix)
        .then(|| RoomName::new(rest).ok())?
}

#[cfg(test)]
mod tests {
    use sio_p2p_protocol::{TopicName, topic_room};

    use super::*;

    #[test]
    fn a_prefix_is_taken_away_only_if_it_is_there_twice() {
        let service = ClientId::new("news:topic:").unwrap();
        let room = |topic: &str| topic_room(service.as_str(), &TopicName::new(topic).unwrap());
        let once = room("prices");
        let twice = room(once.as_str());
        assert_eq!(without_second_prefix(&service, &twice), Some(once.clone()));
        assert_eq!(without_second_prefix(&service, &once), None);
        let other = ClientId::new("news").unwrap();
        assert_eq!(without_second_prefix(&other, &twice), None);
    }
}
