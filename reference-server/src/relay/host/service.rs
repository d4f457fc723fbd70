//! What the host provides: APIs of the second dialect, services and topics of the
//! first.

use sio_p2p_protocol::{
    ApiName, Args, ClientId, Dialect, EventName, Failure, Refusal, TopicName, publication_event,
    topic_room,
};

use super::Host;
use crate::relay::failure::taken;
use crate::relay::{Callee, ConnectionId};

impl Host<'_> {
    /// Provides an API (SRV-SVC-11) or an event of a service (SRV-SVC-F1). Whoever
    /// uses it is handed over as [`HostEvent::Called`](crate::relay::HostEvent::Called).
    ///
    /// Fails if the name is reserved, or somebody provides it already: the host gets
    /// no preference over a client that was first.
    pub fn provide(&mut self, callee: &Callee) -> Result<(), Failure> {
        let event = match callee {
            Callee::Api(api) => &api.event(),
            Callee::Service { event, .. } => event,
        };
        if event.is_reserved() {
            return Err(Failure::reserved_event_name(event));
        }
        match callee {
            Callee::Api(api) => {
                // Asked first, because what the host has already is taken, too: it
                // may be another part of the program that has it.
                let owner = self.relay.apis.provider(api);
                if owner.is_some() {
                    return Err(taken(api, owner));
                }
                let created = self
                    .relay
                    .apis
                    .create(ConnectionId::HOST, api, usize::MAX, |_| false);
                created.map_err(|_| taken(api, owner))
            }
            Callee::Service { service, event } => {
                if self.relay.services.provide(service, event) {
                    return Ok(());
                }
                let detail = format!("the service `{service}` provides `{event}` already");
                Err(Failure::refused(Refusal::NotAllowed, detail))
            }
        }
    }

    /// Provides something no longer. Calls under way can still be answered.
    pub fn withdraw(&mut self, callee: &Callee) {
        match callee {
            Callee::Api(api) => self.relay.apis.destroy(ConnectionId::HOST, api),
            Callee::Service { service, event } => self.relay.services.withdraw(service, event),
        }
    }

    /// Removes an API, whoever provides it, and says who did. A client is not told
    /// that its API is gone, and may create it again.
    pub fn destroy_api(&mut self, api: &ApiName) -> Option<ConnectionId> {
        let provider = self.relay.apis.provider(api)?;
        self.relay.apis.destroy(provider, api);
        Some(provider)
    }

    /// Provides no APIs any more.
    pub fn destroy_apis(&mut self) {
        self.relay.apis.remove(ConnectionId::HOST);
    }

    /// Sends an event of a service to a client, which sees the name of the service
    /// as the source, and asks for an ack if `ack` has an id.
    ///
    /// Fails if the client is not connected or the name of the event is reserved;
    /// nothing is sent then.
    pub fn emit_as(
        &mut self,
        service: &ClientId,
        target: &ClientId,
        event: &EventName,
        args: Args,
        ack: Option<u64>,
    ) -> Result<(), Failure> {
        let args = args.with_source(service);
        let wait = self.relay.policy.ack_timeout;
        let ack = ack.map(|id| (id, wait));
        self.send(Dialect::V1, target, event, args, ack)
    }

    /// Creates a topic of a service. Nobody is in it until somebody subscribes
    /// (DEV-7); creating it twice changes nothing (DEV-8).
    ///
    /// From now on, and until the service is [removed](Self::remove_service), the
    /// host answers subscribers of this service.
    pub fn create_topic(&mut self, service: &ClientId, topic: &TopicName) {
        self.relay.services.create_topic(service, topic);
    }

    /// Sends a publication to all subscribers of a topic (SRV-SVC-5), and returns
    /// how many there are. Fails if the topic was not created.
    pub fn publish(
        &mut self,
        service: &ClientId,
        topic: &TopicName,
        args: Args,
    ) -> Result<usize, Failure> {
        let room = topic_room(service.as_str(), topic);
        if !self.relay.services.has_topic(service, topic) {
            let room = room.to_string();
            return Err(Failure::TopicNotCreated { room });
        }
        self.emit_room(&room, &publication_event(&room), args)
    }

    /// Ends a topic: its subscribers are told and let go, in the order in which they
    /// subscribed (SRV-SVC-3). False if it was not created; then nothing happens.
    pub fn destroy_topic(&mut self, service: &ClientId, topic: &TopicName) -> bool {
        let existed = self.relay.services.destroy_topic(service, topic);
        if existed {
            let room = topic_room(service.as_str(), topic);
            self.relay.end_topic(self.outbox, &room);
        }
        existed
    }

    /// Withdraws all events of a service and ends all its topics. Returns the events.
    ///
    /// Messages with its name go to the client of that id from now on.
    pub fn remove_service(&mut self, service: &ClientId) -> Vec<Callee> {
        let (events, topics) = self.relay.services.remove(service);
        for topic in topics {
            let room = topic_room(service.as_str(), &topic);
            self.relay.end_topic(self.outbox, &room);
        }
        let callee = |event| Callee::Service {
            service: service.clone(),
            event,
        };
        events.into_iter().map(callee).collect()
    }
}
