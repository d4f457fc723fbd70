//! One event being handled: who sent it, and the ways to answer.

use bytes::Bytes;
use sio_p2p_protocol::{
    AddTargetAck, ClientId, CreateStreamAck, Dialect, Failure, ServerError, ServerEvent,
};
use tracing::debug;

use super::acks::{Pending, Question};
use super::failure::{cannot_add, cannot_open, no_target};
use super::host_event::HostEvent;
use super::output::{ConnectionId, Outbox};

/// An event on its way through a handler.
///
/// The rule for acks: an ack that was asked for is given, or its failure is
/// told as `SERVER_ERROR`. Clients of the original hand whatever an ack holds
/// to their caller as success, so an error must never travel in the ack of an
/// event that has no refusal of its own. One that has a refusal is refused at once
/// or never: when it has been handed on, its ack is the target's.
#[derive(Debug)]
pub(super) struct RequestContext<'a> {
    /// The connection that sent the event.
    pub(super) from: ConnectionId,
    /// The id under which it wants an answer.
    pub(super) ack: Option<u64>,
    /// The attachments, to be handed on as they are.
    pub(super) attachments: Vec<Bytes>,
    /// Where packets go.
    pub(super) outbox: &'a mut Outbox,
}

impl RequestContext<'_> {
    /// Answers the event, if an answer is wanted.
    pub(super) fn answer(self, json: String) {
        if let Some(id) = self.ack {
            self.outbox.ack(self.from, json.into(), id);
        }
    }

    /// Refuses the event in its ack, as only requests with an agreed refusal can be.
    pub(super) fn refuse(self, failure: &Failure, ack: fn(&Failure) -> String) {
        self.outbox.counters.failure(failure);
        self.answer(ack(failure));
    }

    /// Tells the sender, and nobody else, what went wrong (SRV-CORE-F3). The
    /// ack is not given.
    pub(super) fn fail(self, failure: &Failure) {
        server_error(self.outbox, self.from, failure);
    }
}

/// Sends a `SERVER_ERROR`.
pub(super) fn server_error(outbox: &mut Outbox, to: ConnectionId, failure: &Failure) {
    debug!(connection = to.0, %failure, "telling an error");
    outbox.counters.failure(failure);
    let text = failure.text();
    let event = ServerEvent::from(ServerError { text });
    outbox.event(to, event.encode().into(), None);
}

/// Tells the source of an ack that its target has left (SRV-MSG-30).
///
/// The source of a message or a call is told as if the target had not been there from
/// the start. A request to add the target or to open a stream has made a link, and the
/// link owes a notice that says the same. Its ack stays open, as on the original: it
/// would end an application that adds a target and does not expect to fail.
pub(super) fn target_left(outbox: &mut Outbox, pending: Pending) {
    let Pending {
        source,
        source_id,
        question,
        ..
    } = pending;
    if source == ConnectionId::HOST {
        let failure = match question {
            Question::Message(dialect, target) | Question::AddTarget(dialect, target) => {
                no_target(dialect, &target)
            }
            Question::Stream {
                dialect, target, ..
            } => cannot_open(dialect, &target),
            Question::Api(api) => Failure::unknown_api(&api),
        };
        let id = source_id;
        return outbox.host(HostEvent::Unanswered { id, failure });
    }
    match question {
        Question::Message(dialect, target) => {
            server_error(outbox, source, &no_target(dialect, &target));
        }
        Question::Api(api) => server_error(outbox, source, &Failure::unknown_api(&api)),
        Question::AddTarget(..) | Question::Stream { .. } => {}
    }
}

/// Tells the source of an ack why it is not waited for any more, for example
/// because it has asked for so many others since then. The ack is not given: once a
/// request is on its way, its ack is the target's alone.
pub(super) fn give_up(outbox: &mut Outbox, pending: &Pending, failure: &Failure) {
    if pending.source == ConnectionId::HOST {
        let (id, failure) = (pending.source_id, failure.clone());
        return outbox.host(HostEvent::Unanswered { id, failure });
    }
    server_error(outbox, pending.source, failure);
}

/// Refuses to add a target that is not there (SRV-MSG-3): in the first dialect
/// with a `SERVER_ERROR` and then the ack, in the second with the ack alone.
pub(super) fn refuse_target(
    outbox: &mut Outbox,
    source: ConnectionId,
    source_id: u64,
    dialect: Dialect,
    target: &ClientId,
) {
    if dialect == Dialect::V1 {
        server_error(outbox, source, &no_target(dialect, target));
    }
    let failure = cannot_add(dialect, target);
    outbox.counters.failure(&failure);
    let ack = AddTargetAck::Refused(failure.payload()).encode();
    outbox.ack(source, ack.into(), source_id);
}

/// Refuses a stream to a client that is not there (SRV-STR-3), in the same way.
pub(super) fn refuse_stream(
    outbox: &mut Outbox,
    source: ConnectionId,
    source_id: u64,
    dialect: Dialect,
    target: &ClientId,
) {
    if dialect == Dialect::V1 {
        server_error(outbox, source, &no_target(dialect, target));
    }
    let failure = cannot_open(dialect, target);
    outbox.counters.failure(&failure);
    let ack = CreateStreamAck::Refused(failure.payload()).encode();
    outbox.ack(source, ack.into(), source_id);
}
