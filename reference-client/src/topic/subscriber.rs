//! What a subscriber does: it asks the service, and takes what the room brings.
//!
//! Being let into the room is the service's doing; a subscriber can neither join nor leave by
//! itself, as far as the protocol goes. So it cannot tell either whether the service has really
//! let it go; publications that come although nobody is subscribed are dropped.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures_core::Stream;
use sio_p2p_protocol::{
    Args, ClientId, Dialect, EventName, Place, RoomName, SubscribeTopicAck, TopicName,
    TopicPublication, publication_event, topic_room,
};

use crate::{
    error::{CallError, Refused, SendError},
    message::Message,
    outbox,
    queue::{QueueReceiver, queue},
    service::Service,
    shared::Shared,
};

/// What subscribing and unsubscribing are called inside messages.
const SUBSCRIBE: &str = "SUBSCRIBE_TOPIC";
const UNSUBSCRIBE: &str = "UNSUBSCRIBE_TOPIC";

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
        if let Some((service, topic)) = self.shared.topics.unsubscribe(&self.room, self.id) {
            self.shared.tell_unsubscribed(service, &topic);
        }
    }
}

impl Shared {
    fn add_subscription(self: &Arc<Self>, service: &ClientId, topic: &TopicName) -> Subscription {
        let (id, room, publications) = self.topics.subscribe(service, topic, queue(&self.budget));
        Subscription {
            id,
            room,
            publications,
            shared: Arc::clone(self),
        }
    }

    async fn ask_subscription(
        &self,
        service: &ClientId,
        topic: &TopicName,
        deadline: Duration,
    ) -> Result<(), CallError> {
        // As in the original the own id goes twice: as the source, which every message of this
        // dialect has in front, and as the client that is to be subscribed.
        let args = Args::from_value(&(&self.id, topic)).map_err(SendError::from)?;
        let event = EventName::new(SUBSCRIBE)?;
        let question = self.messenger.message(service.clone(), event, args, true);
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
        let (event, attachments) = self.messenger.message(service, event, args, false);
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
        // Pushed outside the lock: a receiver that has just gone drops the message here.
        let bytes = args.size();
        for receiver in self.topics.receivers(&room) {
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
        self.topics.remove(room);
    }

    pub(crate) fn subscriptions_to_restore(&self) -> Vec<(ClientId, TopicName)> {
        self.topics.subscribed()
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
