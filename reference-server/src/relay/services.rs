//! The services of the host, dialect `v1`: which events and topics they have.

use std::collections::HashSet;

use sio_p2p_protocol::{ClientId, EventName, TopicName};

use super::hash::KeyedMap;

/// Every service of the host, by its name.
///
/// The original keeps one field for the service that was selected last, so two
/// handles of it act as one (DEV-9). Here a service is nothing but its name.
#[derive(Debug, Default)]
pub(super) struct Services {
    services: KeyedMap<ClientId, Service>,
}

#[derive(Debug, Default)]
struct Service {
    /// The events that are calls of this service.
    events: HashSet<EventName>,
    /// The topics that it may publish on.
    topics: HashSet<TopicName>,
    /// It has had topics, so it goes on answering those who ask for some: a topic
    /// need not exist to be subscribed to (SRV-SVC-4).
    answers_subscribers: bool,
}

impl Services {
    /// Enters an event. False if it was there already.
    pub(super) fn provide(&mut self, service: &ClientId, event: &EventName) -> bool {
        let service = self.services.entry(service.clone()).or_default();
        service.events.insert(event.clone())
    }

    /// True if such an event is a call of a service (SRV-SVC-F1).
    pub(super) fn provides(&self, service: &ClientId, event: &EventName) -> bool {
        self.services
            .get(service)
            .is_some_and(|service| service.events.contains(event))
    }

    /// Removes an event.
    pub(super) fn withdraw(&mut self, service: &ClientId, event: &EventName) {
        if let Some(entry) = self.services.get_mut(service) {
            entry.events.remove(event);
        }
        self.tidy(service);
    }

    /// Enters a topic. Doing so twice changes nothing (DEV-8).
    pub(super) fn create_topic(&mut self, service: &ClientId, topic: &TopicName) {
        let service = self.services.entry(service.clone()).or_default();
        service.answers_subscribers = true;
        service.topics.insert(topic.clone());
    }

    /// True for a topic that was created and not destroyed.
    pub(super) fn has_topic(&self, service: &ClientId, topic: &TopicName) -> bool {
        self.services
            .get(service)
            .is_some_and(|service| service.topics.contains(topic))
    }

    /// Removes a topic and says whether it was there.
    pub(super) fn destroy_topic(&mut self, service: &ClientId, topic: &TopicName) -> bool {
        let entry = self.services.get_mut(service);
        entry.is_some_and(|entry| entry.topics.remove(topic))
    }

    /// True if anything may be addressed to the host under this name.
    pub(super) fn has(&self, service: &str) -> bool {
        !self.services.is_empty() && self.services.contains_key(service)
    }

    /// True if subscriptions addressed to this name are the host's to answer.
    pub(super) fn answers_subscribers(&self, service: &ClientId) -> bool {
        let service = self.services.get(service);
        service.is_some_and(|service| service.answers_subscribers)
    }

    /// Removes a service, and returns its events and topics in a fixed order.
    pub(super) fn remove(&mut self, service: &ClientId) -> (Vec<EventName>, Vec<TopicName>) {
        let removed = self.services.remove(service).unwrap_or_default();
        let mut events: Vec<_> = removed.events.into_iter().collect();
        let mut topics: Vec<_> = removed.topics.into_iter().collect();
        events.sort_unstable();
        topics.sort_unstable();
        (events, topics)
    }

    /// How many events and topics all services have together.
    pub(super) fn len(&self) -> usize {
        let services = self.services.values();
        services
            .map(|service| service.events.len() + service.topics.len())
            .sum()
    }

    /// Forgets a service that has nothing left.
    fn tidy(&mut self, service: &ClientId) {
        let idle = |entry: &Service| entry.events.is_empty() && !entry.answers_subscribers;
        if self.services.get(service).is_some_and(idle) {
            self.services.remove(service);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_are_told_apart_by_name_and_leave_nothing() {
        let mut services = Services::default();
        let name = |text: &str| ClientId::new(text).unwrap();
        let event = EventName::new("echo").unwrap();
        let topic = TopicName::new("prices").unwrap();
        assert!(services.provide(&name("a"), &event));
        assert!(!services.provide(&name("a"), &event));
        assert!(services.provide(&name("b"), &event));
        services.withdraw(&name("a"), &event);
        assert!(!services.provides(&name("a"), &event));
        assert!(services.provides(&name("b"), &event));
        services.withdraw(&name("nobody"), &event);

        services.create_topic(&name("a"), &topic);
        services.create_topic(&name("a"), &topic);
        assert!(services.has_topic(&name("a"), &topic));
        assert!(!services.answers_subscribers(&name("b")));
        assert!(services.destroy_topic(&name("a"), &topic));
        assert!(!services.destroy_topic(&name("a"), &topic));
        // Its subscribers may still want to unsubscribe.
        assert!(services.answers_subscribers(&name("a")));
        assert_eq!(services.remove(&name("a")), (vec![], vec![]));
        assert_eq!(services.remove(&name("b")), (vec![event], vec![]));
        assert_eq!(services.len(), 0);
        assert!(services.services.is_empty());
    }
}
