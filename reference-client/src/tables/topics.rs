//! The table of topics and subscriptions, dialect `v1`.

use std::collections::{BTreeMap, BTreeSet};

use parking_lot::Mutex;
use sio_p2p_protocol::{ClientId, RoomName, TopicName, topic_room};

use crate::{
    message::Message,
    queue::{QueueReceiver, QueueSender},
};

/// The topics and subscriptions of a client.
#[derive(Debug, Default)]
pub(crate) struct Topics {
    /// The topics that this client, as a service, has created.
    pub(crate) created: Mutex<BTreeSet<TopicName>>,
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

    /// Subscribes to a topic once more; gives what tells this subscription from others.
    pub(crate) fn subscribe(
        &self,
        service: &ClientId,
        topic: &TopicName,
        (sender, publications): (QueueSender<Message>, QueueReceiver<Message>),
    ) -> (u64, RoomName, QueueReceiver<Message>) {
        let room = topic_room(service.as_str(), topic);
        let mut subscriptions = self.subscriptions.lock();
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
        (id, room, publications)
    }

    /// Removes one subscription; gives service and topic if it was the last one to the topic.
    pub(crate) fn unsubscribe(&self, room: &RoomName, id: u64) -> Option<(ClientId, TopicName)> {
        let mut subscriptions = self.subscriptions.lock();
        let subscribed = subscriptions.by_room.get_mut(room)?;
        subscribed.receivers.retain(|(known, _)| *known != id);
        if !subscribed.receivers.is_empty() {
            return None;
        }
        let subscribed = subscriptions.by_room.remove(room)?;
        Some((subscribed.service, subscribed.topic))
    }

    /// Where the publications of a topic go.
    pub(crate) fn receivers(&self, room: &RoomName) -> Vec<QueueSender<Message>> {
        let subscriptions = self.subscriptions.lock();
        let subscribed = subscriptions.by_room.get(room);
        let receivers = subscribed.into_iter().flat_map(|room| &room.receivers);
        receivers.map(|(_, receiver)| receiver.clone()).collect()
    }

    /// A topic has ended, and with it the subscriptions to it.
    pub(crate) fn remove(&self, room: &RoomName) {
        self.subscriptions.lock().by_room.remove(room);
    }

    /// What is subscribed to.
    pub(crate) fn subscribed(&self) -> Vec<(ClientId, TopicName)> {
        let subscriptions = self.subscriptions.lock();
        let all = subscriptions.by_room.values();
        all.map(|room| (room.service.clone(), room.topic.clone()))
            .collect()
    }
}
