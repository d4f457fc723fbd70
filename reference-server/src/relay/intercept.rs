//! Messages that are addressed to the host: calls of its services, requests of
//! their subscribers, and what peers send on its streams.
//!
//! A caller cannot tell a service of the host from one of a client (SRV-SVC-2). So
//! everything that may go wrong with a message is told here in the words in which
//! it would be told of a client, and what the host does not provide goes on to the
//! client that has the same id, or fails for want of one (SRV-SVC-F1).

use std::time::Duration;

use sio_p2p_protocol::{
    Args, Dialect, EmptyAck, Failure, PEER_STREAM_DESTROYED, ServerEvent, SubscribeTopic,
    SubscribeTopicAck, UnsubscribeTopic, forward, topic_room,
};

use super::acks::{Pending, Question};
use super::failure::no_target;
use super::family::message::Message;
use super::host_event::{Callee, HostCall, HostEvent, Peer};
use super::respond::RequestContext;
use super::stream::{SERVER_SIDE, stream_of};
use super::{ConnectionId, Relay};

impl Relay {
    /// Takes a message that is addressed to the host, or gives it back.
    ///
    /// Providing an event catches it in both dialects: a client of the second that
    /// talks to a service of the first has to put its id before the arguments, as
    /// it has to when the service is a client.
    pub(super) fn intercept(
        &mut self,
        context: &mut RequestContext<'_>,
        message: Message,
        ack: Option<u64>,
    ) -> Result<Option<Message>, Failure> {
        if self.services.provides(&message.target, &message.event) {
            self.call_service(context, message, ack);
            return Ok(None);
        }
        if self.services.answers_subscribers(&message.target) {
            return self.subscriber(context, message, ack);
        }
        Ok(Some(message))
    }

    /// Takes a message that is addressed to an end of the host's, or gives it back.
    pub(super) fn intercept_stream(
        &mut self,
        context: &mut RequestContext<'_>,
        message: Message,
        ack: Option<u64>,
    ) -> Result<Option<Message>, Failure> {
        // A client may be called whatever it likes, even like an end of ours.
        if !message.target.as_str().ends_with(SERVER_SIDE)
            || self.registry.find(&message.target).is_some()
        {
            return Ok(Some(message));
        }
        self.send_to_end(context, message, ack)?;
        Ok(None)
    }

    /// The sender of a call, as the host is told.
    pub(super) fn caller(&self, context: &RequestContext<'_>) -> Peer {
        Peer {
            connection: context.from,
            client: self.registry.client(context.from).cloned(),
        }
    }

    /// A call of a service. The argument that names its source is taken off: it
    /// is free text (SRV-MSG-29), and the host knows better who is calling.
    fn call_service(
        &mut self,
        context: &mut RequestContext<'_>,
        message: Message,
        ack: Option<u64>,
    ) {
        let Message {
            target,
            event,
            args,
            dialect,
        } = message;
        context.outbox.counters.message(dialect);
        let args = Args::new(args, std::mem::take(&mut context.attachments));
        let ack = ack.map(|source_id| {
            let question = Question::Message(dialect, target.clone());
            self.ask_host(context, source_id, question, self.policy.ack_timeout)
        });
        let callee = Callee::Service {
            service: target,
            event,
        };
        context.outbox.host(HostEvent::Called(HostCall {
            callee,
            caller: self.caller(context),
            args: args.without_first(),
            ack,
        }));
    }

    /// Enters an ack that the host owes to the sender of an event.
    pub(super) fn ask_host(
        &mut self,
        context: &mut RequestContext<'_>,
        source_id: u64,
        question: Question,
        wait: Duration,
    ) -> u64 {
        let pending = Pending {
            source: context.from,
            source_id,
            target: ConnectionId::HOST,
            question,
        };
        self.ask_within(context.outbox, pending, wait)
    }

    /// `SUBSCRIBE_TOPIC` and `UNSUBSCRIBE_TOPIC` to a service of the host
    /// (SRV-SVC-F5). As with a service of a client, anybody may subscribe anybody.
    fn subscriber(
        &mut self,
        context: &mut RequestContext<'_>,
        message: Message,
        ack: Option<u64>,
    ) -> Result<Option<Message>, Failure> {
        let name = message.event.as_str();
        if !matches!(name, "SUBSCRIBE_TOPIC" | "UNSUBSCRIBE_TOPIC") {
            return Ok(Some(message));
        }
        let json = forward(&message.event, &message.args);
        let answer = match ServerEvent::decode(&json, ack.is_some(), Dialect::V1) {
            Ok(ServerEvent::SubscribeTopic(event)) => {
                self.subscribe_to_host(context.from, &message, &event)
            }
            Ok(ServerEvent::UnsubscribeTopic(event)) => {
                self.unsubscribe_from_host(context.from, &message, &event)
            }
            Ok(_) => return Ok(Some(message)),
            Err(error) => return Err(Failure::from(&error)),
        };
        let answer = match (answer, ack) {
            (Ok(()), _) => EmptyAck.encode(),
            (Err(failure), Some(_)) => SubscribeTopicAck::Refused(failure.payload()).encode(),
            // Without an ack there is only one way to tell.
            (Err(failure), None) => return Err(failure),
        };
        if let Some(id) = ack {
            context.outbox.ack(context.from, answer.into(), id);
        }
        Ok(None)
    }

    /// Puts a subscriber into the room of a topic, which need not exist (SRV-SVC-4).
    fn subscribe_to_host(
        &mut self,
        sender: ConnectionId,
        message: &Message,
        event: &SubscribeTopic,
    ) -> Result<(), Failure> {
        let topic = event.topic.as_ref().ok_or(Failure::TopicNameEmpty)?;
        let room = topic_room(message.target.as_str(), topic);
        let subscribed = self.subscribe(sender, &event.client, &[room]);
        subscribed.unwrap_or_else(|| {
            let client = event.client.to_string();
            Err(Failure::SubscriberNotConnected { client })
        })
    }

    fn unsubscribe_from_host(
        &mut self,
        sender: ConnectionId,
        message: &Message,
        event: &UnsubscribeTopic,
    ) -> Result<(), Failure> {
        let Some(topic) = &event.topic else {
            return Ok(());
        };
        let room = topic_room(message.target.as_str(), topic);
        self.may_unsubscribe(sender, &event.client, std::slice::from_ref(&room))?;
        self.leave_topic(Some(&message.target), &event.client, &room);
        Ok(())
    }

    /// A message to what is, was or pretends to be an end of the host's.
    fn send_to_end(
        &mut self,
        context: &mut RequestContext<'_>,
        message: Message,
        ack: Option<u64>,
    ) -> Result<(), Failure> {
        let stream = stream_of(message.dialect, &message.event, &message.args);
        let destroyed = message.event.as_str() == PEER_STREAM_DESTROYED;
        let end = self.host_ends.get(&message.target);
        let genuine = end.is_some_and(|end| {
            // Another client may know the ids, and may not end the stream.
            let theirs = stream.as_ref().map(|(stream, _)| &**stream);
            end.peer == context.from && theirs == Some(end.theirs.as_str())
        });
        match (genuine, destroyed) {
            (true, true) => {
                self.end_destroyed(context, &message);
                acknowledge(context, ack);
            }
            (true, false) => {
                let end = message.target.clone();
                let wait = self.chunk_wait();
                let ack = ack.map(|source_id| {
                    let question = Question::Message(message.dialect, message.target);
                    self.ask_host(context, source_id, question, wait)
                });
                let args = Args::new(message.args, std::mem::take(&mut context.attachments));
                context
                    .outbox
                    .host(HostEvent::StreamData { end, args, ack });
            }
            // Clients of the original answer the news that an end was destroyed by
            // the same news of theirs. It is for an end that is gone, and no mistake
            // that anybody would want to hear of (DEV-18).
            (false, true) if end.is_none() => acknowledge(context, ack),
            (false, _) => return Err(no_target(message.dialect, &message.target)),
        }
        Ok(())
    }

    /// The peer has destroyed its end. The original says the same in return.
    fn end_destroyed(&mut self, context: &mut RequestContext<'_>, message: &Message) {
        self.close_end(context.outbox, &message.target, true);
        let end = message.target.clone();
        context.outbox.host(HostEvent::StreamDestroyed { end });
    }
}

/// Answers an event that has nothing else to be answered.
fn acknowledge(context: &mut RequestContext<'_>, ack: Option<u64>) {
    if let Some(id) = ack {
        context
            .outbox
            .ack(context.from, EmptyAck.encode().into(), id);
    }
}
