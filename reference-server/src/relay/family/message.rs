//! Message API: events from one client to another, and links between clients.

use std::time::Duration;

use bytes::Bytes;
use sio_p2p_protocol::{
    AddTargetAck, Arguments, ClientId, Dialect, EmptyAck, EventName, Failure, P2pEmitAcknowledge,
    P2pEmitV1, P2pEmitV2, ServerEvent, TargetAdded, TargetAddedV1, forward,
};

use crate::relay::acks::{Pending, Question};
use crate::relay::authorize::Action;
use crate::relay::failure::{anonymous, no_target, unanswered};
use crate::relay::limit::Limit;
use crate::relay::output::Data;
use crate::relay::respond::{self, RequestContext};
use crate::relay::stream::{HeldMessage, MessageKind, stream_of};
use crate::relay::{ConnectionId, Outbox, Relay};

/// A message as all its forms on the wire have it.
#[derive(Debug)]
pub(in crate::relay) struct Message {
    /// Who shall receive it.
    pub(in crate::relay) target: ClientId,
    /// The event that the target receives.
    pub(in crate::relay) event: EventName,
    /// Its arguments, which nobody here reads.
    pub(in crate::relay) args: Arguments,
    /// The dialect of the request; it words the failure.
    pub(in crate::relay) dialect: Dialect,
}

/// Takes the fields that all message events share.
macro_rules! message_from {
    ($($event:ident in $dialect:ident),+) => {$(
        impl From<$event> for Message {
            fn from(event: $event) -> Self {
                Self {
                    target: event.target,
                    event: event.event,
                    args: event.args,
                    dialect: Dialect::$dialect,
                }
            }
        }
    )+};
}

message_from!(P2pEmitV1 in V1, P2pEmitAcknowledge in V1, P2pEmitV2 in V2);

impl Relay {
    /// `P2P_EMIT` of the second dialect and `P2P_EMIT_ACKNOWLEDGE`: the target
    /// is asked for an ack exactly if the source asks for one (SRV-MSG-15).
    ///
    /// An unknown target is told as `SERVER_ERROR` and the ack is not given
    /// (SRV-MSG-18): whatever it held, an old client would take it for success.
    pub(in crate::relay) fn emit(&mut self, mut context: RequestContext<'_>, message: Message) {
        let ack = context.ack;
        if let Err(failure) = self.forward(&mut context, message, ack) {
            context.fail(&failure);
        }
    }

    /// `P2P_EMIT` of the first dialect: a message that the target cannot answer.
    ///
    /// The original never acks it. A client that asks for an ack all the same gets an
    /// empty one from the server once the message is on its way; the target
    /// still sees no ack id (SRV-MSG-15).
    pub(in crate::relay) fn emit_unanswerable(
        &mut self,
        mut context: RequestContext<'_>,
        message: Message,
    ) {
        match self.forward(&mut context, message, None) {
            Ok(()) => context.answer(EmptyAck.encode()),
            Err(failure) => context.fail(&failure),
        }
    }

    /// Sends a message to its target, with its attachments and, if `ack` has
    /// one, under an ack id of our own (SRV-MSG-10).
    fn forward(
        &mut self,
        context: &mut RequestContext<'_>,
        message: Message,
        ack: Option<u64>,
    ) -> Result<(), Failure> {
        // A message that may not be sent is told as such, whether or not its target
        // is there.
        self.check_message(&message.event, &message.args, &context.attachments)?;
        self.check_source(context.from, message.dialect, &message.event, &message.args)?;
        // A stream that the host has opened needs no permission of anybody else.
        let Some(message) = self.intercept_stream(context, message, ack)? else {
            return Ok(());
        };
        let action = Action::Emit {
            target: &message.target,
            event: &message.event,
            ack: ack.is_some(),
        };
        self.permit(context.from, &action)?;
        let Some(message) = self.intercept(context, message, ack)? else {
            return Ok(());
        };
        let Message {
            target,
            event,
            args,
            dialect,
        } = message;
        let Some(to) = self.registry.find(&target) else {
            return Err(no_target(dialect, &target));
        };
        let stream = stream_of(dialect, &event, &args);
        if let Some((stream, kind)) = &stream
            && let Err(failure) = self.check_stream(context.from, to, stream)
        {
            // Both ends of a stream say that it is gone, whoever was first.
            return match (kind, ack) {
                (MessageKind::Destroyed, None) => Ok(()),
                _ => Err(failure),
            };
        }
        context.outbox.counters.message(dialect);
        let data = Data {
            json: forward(&event, &args),
            attachments: std::mem::take(&mut context.attachments),
        };
        let ack = ack.map(|source_id| {
            let pending = Pending {
                source: context.from,
                source_id,
                target: to,
                question: Question::Message(dialect, target),
            };
            let wait = if stream.is_some() {
                self.chunk_wait()
            } else {
                self.policy.ack_timeout
            };
            self.ask_within(context.outbox, pending, wait)
        });
        match stream {
            Some((stream, kind)) => {
                let message = HeldMessage { data, kind, ack };
                self.forward_on_stream(context, to, &stream, message);
            }
            None => context.outbox.event(to, data, ack),
        }
        Ok(())
    }

    /// How long the ack of a chunk is waited for. It is how a reader makes its writer
    /// wait, so that is as long as the stream may be idle.
    pub(in crate::relay) fn chunk_wait(&self) -> Duration {
        let policy = &self.policy;
        policy.ack_timeout.max(policy.stream_idle_timeout)
    }

    /// Whether an event may be handed on, to any receiver.
    pub(in crate::relay) fn check_message(
        &self,
        event: &EventName,
        args: &Arguments,
        attachments: &[Bytes],
    ) -> Result<(), Failure> {
        // A receiver would take a reserved name for news of its own connection
        // (SRV-ROB-3).
        if event.is_reserved() {
            return Err(Failure::reserved_event_name(event));
        }
        let name = event.as_str().len();
        self.policy.check(Limit::EventNameBytes, name)?;
        let text = args.inner().len();
        let bytes = text + attachments.iter().map(Bytes::len).sum::<usize>();
        self.policy.check(Limit::MessageBytes, bytes)?;
        // Counting reads the whole text, so it is done only if there is text enough
        // for more arguments than the limit: a character and a comma for each.
        let limit = self.policy.arguments;
        if text > limit.saturating_mul(2) {
            self.policy.check(Limit::Arguments, args.len())?;
        }
        Ok(())
    }

    /// `ADD_TARGET` and `MULTI_API_ADD_TARGET`: links two clients and asks the
    /// target to take note (SRV-MSG-1).
    ///
    /// The link stands before the target answers, and also if it then refuses
    /// (SRV-MSG-21). A client may add itself.
    pub(in crate::relay) fn add_target(
        &mut self,
        context: RequestContext<'_>,
        target: ClientId,
        dialect: Dialect,
    ) {
        // The catalogue lets no such event through without an ack id. If it did,
        // asking the target for an answer that nobody waits for would be right:
        // clients of the original crash on a request that they cannot answer.
        let Some(source_id) = context.ack else {
            return context.fail(&no_target(dialect, &target));
        };
        if let Err(failure) = self.permit(context.from, &Action::AddTarget { target: &target }) {
            return context.refuse(&failure, refused);
        }
        let introduction = match self.introduce(&context, dialect) {
            Ok(introduction) => introduction,
            Err(failure) => return context.fail(&failure),
        };
        let Some(to) = self.registry.find(&target) else {
            return respond::refuse_target(
                context.outbox,
                context.from,
                source_id,
                dialect,
                &target,
            );
        };
        let limit = self.policy.links;
        if self.links.link(context.from, to, dialect, limit).is_err() {
            return context.refuse(&self.policy.exceeded(Limit::Links), refused);
        }
        let pending = Pending {
            source: context.from,
            source_id,
            target: to,
            question: Question::AddTarget(dialect, target),
        };
        let id = self.ask(context.outbox, pending);
        context
            .outbox
            .event(to, introduction.encode().into(), Some(id));
    }

    /// The event that tells a target who has added it.
    ///
    /// The first dialect lets a client without id make links; its peers see
    /// `null`. In the second the original serves it with nothing, acks included, so
    /// its failure is told by `SERVER_ERROR`.
    fn introduce(
        &self,
        context: &RequestContext<'_>,
        dialect: Dialect,
    ) -> Result<ServerEvent, Failure> {
        let source = self.registry.client(context.from).cloned();
        match (dialect, source) {
            (Dialect::V1, source) => Ok(TargetAddedV1 { source }.into()),
            (Dialect::V2, Some(source)) => Ok(TargetAdded { source }.into()),
            (Dialect::V2, None) => Err(anonymous("add targets")),
        }
    }

    /// Enters an ack and returns the id under which the target shall give it.
    pub(in crate::relay) fn ask(&mut self, outbox: &mut Outbox, pending: Pending) -> u64 {
        let wait = self.policy.ack_timeout;
        self.ask_within(outbox, pending, wait)
    }

    /// As [`ask`](Self::ask), for as long as this is waited.
    pub(in crate::relay) fn ask_within(
        &mut self,
        outbox: &mut Outbox,
        pending: Pending,
        wait: Duration,
    ) -> u64 {
        // The host is trusted with how much it asks for.
        let limit = if pending.source == ConnectionId::HOST {
            usize::MAX
        } else {
            self.policy.pending_acks
        };
        let due = self.due_in(wait);
        let (id, given_up) = self.acks.ask(pending, self.now, due, limit);
        if let Some((id, given_up)) = given_up {
            let failure = self.policy.exceeded(Limit::PendingAcks);
            self.give_up(outbox, id, given_up, &failure);
        }
        id
    }

    /// Fails what was not answered in time (SRV-ROB-14). An answer that comes later is
    /// dropped, but for one that makes an end of a stream.
    pub(in crate::relay) fn expire_acks(&mut self, outbox: &mut Outbox) {
        while let Some((id, pending)) = self.acks.expired(self.now) {
            let failure = unanswered(&pending.question);
            self.give_up(outbox, id, pending, &failure);
        }
    }

    /// Stops waiting for an ack and tells its source why.
    fn give_up(&mut self, outbox: &mut Outbox, id: u64, pending: Pending, failure: &Failure) {
        let offer = pending.offer(id);
        self.remember_abandoned(id, &pending);
        respond::give_up(outbox, &pending, failure);
        if let Some(offer) = offer {
            self.offer_refused(outbox, &offer);
        }
    }
}

/// The ack of a request to add a target that the server itself refuses.
fn refused(failure: &Failure) -> String {
    AddTargetAck::Refused(failure.payload()).encode()
}
