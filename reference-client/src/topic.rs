//! Topic: a service publishes, and whoever has subscribed receives; dialect `v1`.
//!
//! A topic is a room whose name carries that of its service (CLI-SVC-F2). A subscriber asks the
//! service, the service asks the server to let it in, and publications go to the room.

use std::{
    collections::{BTreeMap, BTreeSet},
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use futures_core::Stream;
use serde::Serialize;
use sio_p2p_protocol::{
    ClientEvent, ClientId, Dialect, EmitRoom, EventName, Failure, JoinRoomV1, JoinRoomV1Ack,
    JoinsRoom, LeaveRoomV1, LeavesRoom, Payload, Place, RoomName, Rooms, SubscribeTopic,
    SubscribeTopicAck, TopicName, TopicPublication, UnsubscribeTopic, publication_event,
    topic_room,
};
use sio_p2p_transport::Data;

use crate::{
    acks::Waiter,
    args::Args,
    client::{Client, Shared, lock},
    error::{CallError, Refused, SendError},
    message::{Message, Responder},
    outbox,
    queue::{QueueReceiver, QueueSender, queue},
    service::Service,
};

/// What subscribing and unsubscribing are called inside messages.
const SUBSCRIBE: &str = "SUBSCRIBE_TOPIC";
const UNSUBSCRIBE: &str = "UNSUBSCRIBE_TOPIC";
/// What creating a topic is called in the packet that joins its room.
const CREATE: &str = "SERVICE_CREATE_TOPIC";
/// What somebody is told who wants to subscribe somebody else.
const NOT_YOURSELF: &str = "a client can only subscribe itself";

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
        lock(&self.created).len()
    }

    pub(crate) fn subscriptions(&self) -> usize {
        let subscriptions = lock(&self.subscriptions);
        subscriptions
            .by_room
            .values()
            .map(|room| room.receivers.len())
            .sum()
    }

    pub(crate) fn close(&self) {
        let mut subscriptions = lock(&self.subscriptions);
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
        lock(&self.shared.topics.created).insert(name.clone());
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
    client: crate::client::WeakClient,
}

impl Topic {
    /// The name of the topic, without that of the service.
    pub fn name(&self) -> &TopicName {
        &self.name
    }

    /// Publishes to all subscribers, by the rule of [`Args`]. Cancel safe like
    /// [`Client::emit_to`].
    pub async fn publish(&self, args: impl Serialize) -> Result<(), SendError> {
        self.publish_raw(Args::from_value(&args)?).await
    }

    /// [`publish`](Self::publish) with arguments as they travel.
    pub async fn publish_raw(&self, args: Args) -> Result<(), SendError> {
        let Some(client) = self.client.upgrade() else {
            return Err(SendError::Closed(crate::state::DisconnectReason::Local));
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
        lock(&shared.topics.created).remove(&self.name);
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

/// What a subscriber does.
impl Shared {
    fn add_subscription(self: &Arc<Self>, service: &ClientId, topic: &TopicName) -> Subscription {
        let (sender, publications) = queue(&self.budget);
        let room = topic_room(service.as_str(), topic);
        let mut subscriptions = lock(&self.topics.subscriptions);
        let id = subscriptions.next;
        subscriptions.next += 1;
        if !subscriptions.closed {
            let subscribed = subscriptions.by_room.entry(room.clone());
            let subscribed = subscribed.or_insert_with(|| Subscribed {
                service: service.clone(),
                topic: topic.clone(),
                receivers: Vec::new(),
            });
            subscribed.receivers.push((id, sender));
        }
        drop(subscriptions);
        Subscription {
            id,
            room,
            publications,
            shared: Arc::clone(self),
        }
    }

    /// Removes one subscription; gives service and topic if it was the last one to the topic.
    fn remove_subscription(&self, room: &RoomName, id: u64) -> Option<(ClientId, TopicName)> {
        let mut subscriptions = lock(&self.topics.subscriptions);
        let subscribed = subscriptions.by_room.get_mut(room)?;
        subscribed.receivers.retain(|(known, _)| *known != id);
        if !subscribed.receivers.is_empty() {
            return None;
        }
        let subscribed = subscriptions.by_room.remove(room)?;
        Some((subscribed.service, subscribed.topic))
    }

    async fn ask_subscription(
        &self,
        service: &ClientId,
        topic: &TopicName,
        deadline: std::time::Duration,
    ) -> Result<(), CallError> {
        let args = Args::from_value(&(&self.id, topic)).map_err(SendError::from)?;
        let event = EventName::new(SUBSCRIBE)?;
        let question = self.message(service.clone(), event, args, true);
        let answer = self.ask(question, Some(service), None, deadline).await?;
        match SubscribeTopicAck::decode(&answer.json)? {
            SubscribeTopicAck::Subscribed => Ok(()),
            // A refusal is one (unlike DEV-6).
            SubscribeTopicAck::Refused(why) => {
                Err(Refused::new(&why, Place::SubscribeTopicAck).into())
            }
        }
    }

    /// The bare name of the topic, which the service understands (unlike DEV-5).
    fn tell_unsubscribed(&self, service: ClientId, topic: &TopicName) {
        let (Ok(event), Ok(args)) = (
            EventName::new(UNSUBSCRIBE),
            Args::from_value(&(&self.id, topic)),
        ) else {
            return;
        };
        let (event, attachments) = self.message(service, event, args, false);
        let packet = outbox::event(&event, attachments, None);
        self.outbox.reply(packet, Some(self.outbox.epoch()));
    }

    pub(crate) fn on_publication(
        &self,
        publication: TopicPublication,
        attachments: Vec<bytes::Bytes>,
    ) {
        let TopicPublication { room, args } = publication;
        let args = Args::new(args, attachments);
        let receivers: Vec<QueueSender<Message>> = {
            let subscriptions = lock(&self.topics.subscriptions);
            let subscribed = subscriptions.by_room.get(&room);
            let receivers = subscribed.into_iter().flat_map(|room| &room.receivers);
            receivers.map(|(_, receiver)| receiver.clone()).collect()
        };
        let bytes = args.size();
        for receiver in receivers {
            let message = Message {
                event: publication_event(&room),
                source: None,
                args: args.clone(),
                responder: None,
            };
            receiver.push(message, bytes);
        }
    }

    /// The topic has ended: so do the subscriptions, after what is queued.
    pub(crate) fn on_topic_ended(&self, room: &RoomName) {
        lock(&self.topics.subscriptions).by_room.remove(room);
    }

    pub(crate) fn subscriptions_to_restore(&self) -> Vec<(ClientId, TopicName)> {
        let subscriptions = lock(&self.topics.subscriptions);
        let all = subscriptions.by_room.values();
        all.map(|room| (room.service.clone(), room.topic.clone()))
            .collect()
    }

    pub(crate) async fn restore_subscription(
        &self,
        service: &ClientId,
        topic: &TopicName,
    ) -> Result<(), CallError> {
        self.ask_subscription(service, topic, self.options.deadline)
            .await
    }

    pub(crate) fn subscription_lost(&self, service: &ClientId, topic: &TopicName) {
        self.on_topic_ended(&topic_room(service.as_str(), topic));
    }
}

/// What a service does.
impl Shared {
    /// What creates all topics again on a new connection.
    pub(crate) fn recreate_topics(&self) -> Vec<ClientEvent> {
        let created = lock(&self.topics.created);
        let rooms = created
            .iter()
            .map(|topic| topic_room(self.id.as_str(), topic));
        rooms.map(|room| create(&room)).collect()
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
    pub(crate) fn on_subscriber_joined(
        &self,
        responder: Responder,
        client: &ClientId,
        data: &Data,
    ) {
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
