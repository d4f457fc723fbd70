//! What a service does for those who subscribe: only the server can put them into a room.
//!
//! The original answers a subscriber before the server has confirmed, also if it then refuses
//! (DEV-6), and lets anybody subscribe anybody else. Here the answer is the server's, and a
//! client can only subscribe itself; who sends a message is, in this dialect, its own word, so
//! that is a fence and not a wall.

use sio_p2p_protocol::{
    ClientEvent, ClientId, Failure, JoinRoomV1, JoinRoomV1Ack, JoinsRoom, LeaveRoomV1, LeavesRoom,
    Payload, RoomName, Rooms, SubscribeTopic, SubscribeTopicAck, TopicName, UnsubscribeTopic,
    topic_room,
};
use sio_p2p_transport::Data;

use crate::{acks::Waiter, message::Responder, outbox, shared::Shared};

/// What creating a topic is called in the packet that joins its room.
const CREATE: &str = "SERVICE_CREATE_TOPIC";

/// What somebody is told who wants to subscribe somebody else.
const NOT_YOURSELF: &str = "a client can only subscribe itself";

impl Shared {
    /// What creates all topics again on a new connection.
    pub(crate) fn recreate_topics(&self) -> Vec<ClientEvent> {
        let created = self.topics.created.lock();
        let rooms = created
            .iter()
            .map(|topic| topic_room(self.id.as_str(), topic));
        rooms.map(|room| create_packet(&room)).collect()
    }

    /// Somebody wants to subscribe. Only a service answers (CLI-SVC-F1), and it answers when the
    /// server has let the subscriber in, not before (unlike DEV-6).
    pub(crate) fn on_subscribe(&self, request: SubscribeTopic, responder: Option<Responder>) {
        let Some(responder) = responder.filter(|_| self.options.is_service) else {
            return;
        };
        let refuse = |why: &Payload| SubscribeTopicAck::Refused(why.clone()).encode();
        let Some(topic) = request.topic else {
            return responder.reply(refuse(&Failure::TopicNameEmpty.payload()));
        };
        if request.client != request.source {
            return responder.reply(refuse(&Payload::string(NOT_YOURSELF)));
        }
        let client = request.client;
        let event = JoinRoomV1 {
            who: JoinsRoom::Client(client.clone()),
            rooms: Rooms::One(topic_room(self.id.as_str(), &topic)),
            ack: true,
        };
        let id = self
            .acks
            .insert(Waiter::Subscriber { responder, client }, None);
        let packet = outbox::event(&event.into(), Vec::new(), Some(id));
        self.outbox.reply(packet, Some(self.outbox.epoch()));
    }

    /// The server has let a subscriber in, or not.
    pub(crate) fn on_subscriber_joined(responder: Responder, client: &ClientId, data: &Data) {
        let answer = match JoinRoomV1Ack::decode(&data.json) {
            Ok(JoinRoomV1Ack::Joined) => SubscribeTopicAck::Subscribed,
            Ok(JoinRoomV1Ack::Failed(_)) | Err(_) => {
                let client = client.to_string();
                let why = Failure::SubscriberNotConnected { client };
                SubscribeTopicAck::Refused(why.payload())
            }
        };
        responder.reply(answer.encode());
    }

    /// Somebody wants no more. The original's library names the room instead of the topic
    /// (DEV-5); here both work.
    pub(crate) fn on_unsubscribe(&self, request: UnsubscribeTopic) {
        let Some(topic) = request.topic.filter(|_| self.options.is_service) else {
            return;
        };
        if request.client != request.source {
            return;
        }
        let prefix = format!("service:{}:topic:", self.id);
        let bare = topic.as_str().strip_prefix(&prefix);
        let topic = bare
            .and_then(|bare| TopicName::new(bare).ok())
            .unwrap_or(topic);
        let event = LeaveRoomV1 {
            who: LeavesRoom::Client(request.client),
            rooms: Rooms::One(topic_room(self.id.as_str(), &topic)),
            ack: false,
        };
        let packet = outbox::event(&event.into(), Vec::new(), None);
        self.outbox.reply(packet, Some(self.outbox.epoch()));
    }
}

/// The packet that creates a topic.
pub(super) fn create_packet(room: &RoomName) -> ClientEvent {
    let action = Payload::string(CREATE);
    let rooms = Rooms::One(room.clone());
    JoinRoomV1 {
        who: JoinsRoom::Sender { action },
        rooms,
        ack: false,
    }
    .into()
}
