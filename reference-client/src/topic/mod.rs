//! Topic: a service publishes, and whoever has subscribed receives; dialect `v1`.
//!
//! A topic is a room whose name carries that of its service (CLI-SVC-F2). A subscriber asks the
//! service, the service asks the server to let it in, and publications go to the room.
//!
//! - `subscriber.rs`: subscribing, publications, the end of a topic.
//! - `publisher.rs`: what a service answers to those who subscribe.

mod publisher;
mod subscriber;

use sio_p2p_protocol::{
    Dialect, EmitRoom, EventName, IntoArgs, LeaveRoomV1, LeavesRoom, RoomName, Rooms, TopicName,
    publication_event, topic_room,
};

use crate::{
    client::{Client, WeakClient},
    error::SendError,
    outbox,
    state::DisconnectReason,
};

use publisher::create_packet;
pub use subscriber::Subscription;

impl Client {
    /// Creates a topic of this service, which must be set up as one (CLI-SVC-F1). After a
    /// reconnect it is created again. Cancel safe: a dropped future creates nothing, or the topic
    /// ends at once.
    pub async fn create_topic(&self, topic: impl AsRef<str>) -> Result<Topic, SendError> {
        let name = TopicName::new(topic.as_ref())?;
        let dialect = self.shared.dialect;
        if dialect == Dialect::V2 || !self.shared.options.is_service {
            let what = "topics, unless the client is set up as a service";
            return Err(SendError::Unsupported { what, dialect });
        }
        let room = topic_room(self.id().as_str(), &name);
        self.shared.topics.created.lock().insert(name.clone());
        let topic = Topic {
            event: publication_event(&room),
            room,
            name,
            client: self.clone().downgrade(),
        };
        self.send(create_packet(&topic.room), Vec::new()).await?;
        Ok(topic)
    }
}

/// A topic that this service publishes on. Dropping it ends the topic: subscribers are told.
///
/// It does not keep the client alive.
#[derive(Debug)]
pub struct Topic {
    name: TopicName,
    room: RoomName,
    event: EventName,
    client: WeakClient,
}

impl Topic {
    /// The name of the topic, without that of the service.
    pub fn name(&self) -> &TopicName {
        &self.name
    }

    /// Publishes to all subscribers, by the rule of [`Args`](crate::Args). Cancel safe like
    /// [`Client::emit_to`].
    pub async fn publish(&self, args: impl IntoArgs) -> Result<(), SendError> {
        let args = args.into_args()?;
        let Some(client) = self.client.upgrade() else {
            return Err(SendError::Closed(DisconnectReason::Local));
        };
        let (args, attachments) = args.into_parts();
        let (room, event) = (self.room.clone(), self.event.clone());
        client
            .send(EmitRoom { room, event, args }.into(), attachments)
            .await
    }
}

impl Drop for Topic {
    fn drop(&mut self) {
        let shared = self.client.shared();
        shared.topics.created.lock().remove(&self.name);
        let leave = LeaveRoomV1 {
            who: LeavesRoom::Everybody,
            rooms: Rooms::One(self.room.clone()),
            ack: false,
        };
        let packet = outbox::event(&leave.into(), Vec::new(), None);
        shared.outbox.reply(packet, Some(shared.outbox.epoch()));
    }
}
