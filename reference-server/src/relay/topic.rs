//! Topics, dialect `v1`: rooms that a service fills with its subscribers.
//!
//! Most of a topic is made of other parts. To subscribe is to send a message to
//! the service, which then moves the subscriber into the room of the topic; to
//! publish is to send to that room; and `core` ends a topic on request. When a
//! service leaves, its topics stay as they are: nothing asks for their end, and
//! a service that comes back finds its subscribers where they were.

use sio_p2p_protocol::{ClientId, RoomName};

use super::Relay;
use super::output::ConnectionId;

impl Relay {
    /// `LEAVE_ROOM` with the action `CLIENT_UNSUBSCRIBE_TOPIC`: a service takes a
    /// client out of the room of a topic (SRV-CORE-23).
    ///
    /// Subscribers of the original name the topic by its whole room, and the
    /// service puts its prefix before that once more (DEV-5). Then the room that
    /// is meant is the one without the second prefix.
    pub(super) fn unsubscribe(
        &mut self,
        service: ConnectionId,
        client: &ClientId,
        room: &RoomName,
    ) {
        let Some(subscriber) = self.registry.find(client) else {
            return;
        };
        if !self.rooms.leave(subscriber, room)
            && let Some(service) = self.registry.client(service)
            && let Some(meant) = without_second_prefix(service, room)
        {
            self.rooms.leave(subscriber, &meant);
        }
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
