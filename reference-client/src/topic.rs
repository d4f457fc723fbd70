//! Topic: a service publishes, and whoever has subscribed receives; dialect `v1`.
//!
//! A topic is a room whose name carries that of its service (CLI-SVC-F2). A subscriber asks the
//! service, the service asks the server to let it in, and publications go to the room.
//!
//! - `subscriber.rs`: subscribing, publications, the end of a topic.
//! - `publisher.rs`: what a service answers to those who subscribe.

mod publisher;
mod subscriber;

use std::{
    collections::{BTreeMap, BTreeSet},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use futures_core::Stream;
use parking_lot::Mutex;
use sio_p2p_protocol::{
    ClientEvent, ClientId, Dialect, EmitRoom, EventName, IntoArgs, JoinRoomV1, JoinsRoom,
    LeaveRoomV1, LeavesRoom, Payload, RoomName, Rooms, TopicName, publication_event, topic_room,
};

use crate::{
    client::{Client, Shared, WeakClient},
    error::{CallError, SendError},
    message::Message,
    outbox,
    queue::{QueueReceiver, QueueSender},
    service::Service,
    state::DisconnectReason,
};

/// What creating a topic is called in the packet that joins its room.
const CREATE: &str = "SERVICE_CREATE_TOPIC";

/// What the family keeps.
#[derive(Debug, Default)]
pub(crate) struct Topics {
    /// The topics that this client, as a service, has created.
    created: Mutex<BTreeSet<TopicName>>,
    subscriptions: Mutex<Subscriptions>,
}

#[derive(Debug, Default)]
struct Subscriptions {
    next: u64,
    by_room: BTreeMap<RoomName, Subscribed>,
    closed: bool,
}

/// A topic that this client has subscribed to, however often.
#[derive(Debug)]
struct Subscribed {
    service: ClientId,
    topic: TopicName,
    receivers: Vec<(u64, QueueSender<Message>)>,
}

impl Topics {
    pub(crate) fn created(&self) -> usize {
        self.created.lock().len()
    }

    pub(crate) fn subscriptions(&self) -> usize {
        let subscriptions = self.subscriptions.lock();
        subscriptions
            .by_room
            .values()
            .map(|room| room.receivers.len())
            .sum()
    }

    pub(crate) fn close(&self) {
        let mut subscriptions = self.subscriptions.lock();
        subscriptions.closed = true;
        subscriptions.by_room.clear();
    }
}

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
        self.send(create(&topic.room), Vec::new()).await?;
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

impl Service {
    /// Subscribes to a topic of the service; after a reconnect it is subscribed again.
    ///
    /// Done when the service has agreed, up to the deadline of the client handle; publications
    /// from then on arrive. The topic need not exist yet. Cancel safe: a dropped future leaves
    /// no subscription.
    pub async fn subscribe(&self, topic: impl AsRef<str>) -> Result<Subscription, CallError> {
        let topic = TopicName::new(topic.as_ref())?;
        let shared = &self.client.shared;
        if shared.dialect == Dialect::V2 {
            let (what, dialect) = ("topics", shared.dialect);
            return Err(SendError::Unsupported { what, dialect }.into());
        }
        // Publications are received from the first moment on.
        let subscription = shared.add_subscription(&self.id, &topic);
        shared
            .ask_subscription(&self.id, &topic, self.client.deadline())
            .await?;
        Ok(subscription)
    }
}

/// The publications of a topic. Dropping it unsubscribes.
#[derive(Debug)]
pub struct Subscription {
    id: u64,
    room: RoomName,
    publications: QueueReceiver<Message>,
    shared: Arc<Shared>,
}

impl Subscription {
    /// The next publication, `None` once the topic has ended, or the client. Cancel safe:
    /// nothing is lost.
    pub async fn next(&mut self) -> Option<Message> {
        self.publications.next().await
    }
}

impl Stream for Subscription {
    type Item = Message;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Message>> {
        self.publications.poll_next(context)
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        if let Some((service, topic)) = self.shared.remove_subscription(&self.room, self.id) {
            self.shared.tell_unsubscribed(service, &topic);
        }
    }
}

/// The packet that creates a topic.
fn create(room: &RoomName) -> ClientEvent {
    let action = Payload::string(CREATE);
    let rooms = Rooms::One(room.clone());
    JoinRoomV1 {
        who: JoinsRoom::Sender { action },
        rooms,
        ack: false,
    }
    .into()
}
