//! The short way of plain messages and their acks.
//!
//! Most of what a relay does is to hand a message to the client that it names, and
//! the ack back. Here that is done without taking the message apart and without
//! memory: the caller is told to whom it goes, and writes it from the text it has.
//!
//! [`Relay::received`] and [`Relay::acked`] say what is right. Whatever is more than
//! handing on is left to them: nothing has changed then, and the caller goes the
//! long way with the same packet.

use sio_p2p_protocol::{
    MessageForm, MessageRef, PEER_STREAM_DESTROYED, STREAM_DATA_PREFIX, is_server_only,
};

use super::acks::{Pending, Question};
use super::limit::Limit;
use super::{ConnectionId, Outbox, Relay};

/// Where a message goes, and what else is to be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// The connection that shall receive [`MessageRef::forwarded`], and the attachments
    /// of the message as they came.
    pub to: ConnectionId,
    /// The id of the ack that it is asked for.
    pub ack: Option<u64>,
    /// The id under which the sender gets an empty ack, `[]`, after that: a message
    /// that its target cannot answer is answered by the server (SRV-MSG-15).
    pub confirm: Option<u64>,
}

/// Where an ack goes: as it came, under another id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AckRoute {
    /// The connection that waits for it.
    pub to: ConnectionId,
    /// The id under which it does.
    pub id: u64,
}

impl Relay {
    /// A connection has sent a message, perhaps asking for an ack under an id of its
    /// own. `attached` is how many bytes its attachments have together.
    ///
    /// If the message is to be handed on and nothing else, that is counted as done, and
    /// the caller has to do it before anything else is sent. `None` says that there is
    /// more to it, and nothing has changed: it is to be [received](Self::received).
    pub fn route(
        &mut self,
        from: ConnectionId,
        message: &MessageRef<'_>,
        ack: Option<u64>,
        attached: usize,
        outbox: &mut Outbox,
    ) -> Option<Route> {
        // What is sent already must be sent first.
        if !outbox.is_empty() || self.hook.is_set() {
            return None;
        }
        if !self.registry.contains(from) || !self.within_limits(message, attached) {
            return None;
        }
        if self.services.has(message.target) || !self.is_plainly_its_own(message) {
            return None;
        }
        let (to, target) = self.registry.find_text(message.target)?;
        let stream = self.stream_that_flows(from, to, message)?;
        let dialect = message.form.dialect();
        let answered = message.form != MessageForm::V1;
        let asked = if let Some(source_id) = ack.filter(|_| answered) {
            // One more ack would displace an older one, whose asker has to be told.
            if self.acks.count_asked_by(from) >= self.policy.limit(Limit::PendingAcks) {
                return None;
            }
            let question = Question::Message(dialect, target.clone());
            let wait = match stream {
                Some(_) => self.chunk_wait(),
                None => self.policy.ack_timeout,
            };
            let pending = Pending {
                source: from,
                source_id,
                target: to,
                question,
            };
            let due = self.due_in(wait);
            Some(self.acks.ask(pending, self.now, due, usize::MAX).0)
        } else {
            None
        };
        // From here on it is done.
        self.pings.heard_of(from);
        outbox.counters.read(message.form.spec());
        outbox.counters.message(dialect);
        if let Some(stream) = stream {
            self.open_streams.data(from, to, stream, self.now);
        }
        Some(Route {
            to,
            ack: asked,
            confirm: ack.filter(|_| !answered),
        })
    }

    /// A connection has sent an ack, whose text is known to be a JSON array.
    ///
    /// If it is to be handed on and nothing else, that is counted as done, and the
    /// caller has to do it before anything else is sent. `None` says that there is more
    /// to it, and nothing has changed: it is to be given to [`acked`](Self::acked).
    pub fn route_ack(
        &mut self,
        from: ConnectionId,
        id: u64,
        outbox: &mut Outbox,
    ) -> Option<AckRoute> {
        if !outbox.is_empty() {
            return None;
        }
        let pending = self.acks.get(id)?;
        let plain = matches!(pending.question, Question::Message(..));
        if !plain || pending.source == ConnectionId::HOST {
            return None;
        }
        let asked = self.acks.asked_at(id)?;
        let Pending {
            source, source_id, ..
        } = self.acks.answer(from, id)?;
        self.pings.heard_of(from);
        outbox.counters.acks += 1;
        let took = self.now.saturating_sub(asked);
        outbox.counters.round_trips.observe(took);
        Some(AckRoute {
            to: source,
            id: source_id,
        })
    }

    /// True if a message is as the policy wants it. Its name is not reserved.
    fn within_limits(&self, message: &MessageRef<'_>, attached: usize) -> bool {
        let limit = |limit| self.policy.limit(limit);
        let text = message.args.len();
        // A list that is too short to break the limit is not counted in the long way.
        let many = text > limit(Limit::Arguments).saturating_mul(2)
            && message.count > limit(Limit::Arguments);
        message.event.len() <= limit(Limit::EventNameBytes)
            && text.saturating_add(attached) <= limit(Limit::MessageBytes)
            && !many
    }

    /// True if nobody else can be taken for the source of a message.
    fn is_plainly_its_own(&self, message: &MessageRef<'_>) -> bool {
        !self.binds() || message.form == MessageForm::V2 && !is_server_only(message.event)
    }

    /// The stream that a message belongs to, if any. `None` if it does to one more than
    /// handing on data, or has to wait until the stream is open.
    #[expect(clippy::option_option, reason = "to be left with `?`")]
    fn stream_that_flows<'a>(
        &self,
        from: ConnectionId,
        to: ConnectionId,
        message: &MessageRef<'a>,
    ) -> Option<Option<&'a str>> {
        let Some(stream) = message.event.strip_prefix(STREAM_DATA_PREFIX) else {
            return (message.event != PEER_STREAM_DESTROYED).then_some(None);
        };
        if self.binds() && !self.open_streams.has(from, to, stream) {
            return None;
        }
        let ends = message.form == MessageForm::V2 && message.args == "null";
        (!ends && !self.early_data.waits(from, to, stream)).then_some(Some(stream))
    }
}
