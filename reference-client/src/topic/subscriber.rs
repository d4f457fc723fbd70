//! What a subscriber does: it asks the service, and takes what the room brings.
//!
//! Being let into the room is the service's doing; a subscriber can neither join nor leave by
//! itself, as far as the protocol goes. So it cannot tell either whether the service has really
//! let it go; publications that come although nobody is subscribed are dropped.

use std::{sync::Arc, time::Duration};

use sio_p2p_protocol::{
    Args, ClientId, EventName, Place, RoomName, SubscribeTopicAck, TopicName, TopicPublication,
    publication_event, topic_room,
};

use crate::{
    client::Shared,
    error::{CallError, Refused, SendError},
    message::Message,
    outbox,
    queue::{QueueSender, queue},
};

use super::{Subscribed, Subscription};

/// What subscribing and unsubscribing are called inside messages.
const SUBSCRIBE: &str = "SUBSCRIBE_TOPIC";
const UNSUBSCRIBE: &str = "UNSUBSCRIBE_TOPIC";

impl Shared {
    pub(super) fn add_subscription(
        self: &Arc<Self>,
        service: &ClientId,
        topic: &TopicName,
    ) -> Subscription {
        let (sender, publications) = queue(&self.budget);
        let room = topic_room(service.as_str(), topic);
        let mut subscriptions = self.topics.subscriptions.lock();
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
    pub(super) fn remove_subscription(
        &self,
        room: &RoomName,
        id: u64,
    ) -> Option<(ClientId, TopicName)> {
        let mut subscriptions = self.topics.subscriptions.lock();
        let subscribed = subscriptions.by_room.get_mut(room)?;
        subscribed.receivers.retain(|(known, _)| *known != id);
        if !subscribed.receivers.is_empty() {
            return None;
        }
        let subscribed = subscriptions.by_room.remove(room)?;
        Some((subscribed.service, subscribed.topic))
    }

    pub(super) async fn ask_subscription(
        &self,
        service: &ClientId,
        topic: &TopicName,
        deadline: Duration,
    ) -> Result<(), CallError> {
        // As in the original the own id goes twice: as the source, which every message of this
        // dialect has in front, and as the client that is to be subscribed.
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
    pub(super) fn tell_unsubscribed(&self, service: ClientId, topic: &TopicName) {
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
        // Pushed outside the lock: a receiver that has just gone drops the message here.
        let receivers: Vec<QueueSender<Message>> = {
            let subscriptions = self.topics.subscriptions.lock();
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
        self.topics.subscriptions.lock().by_room.remove(room);
    }

    pub(crate) fn subscriptions_to_restore(&self) -> Vec<(ClientId, TopicName)> {
        let subscriptions = self.topics.subscriptions.lock();
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
