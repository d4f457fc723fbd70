//! Stream API: asking a client for a stream.
//!
//! Once a stream is open, its data, its end and its destruction are messages
//! between the two clients, which the relay forwards. All it does for streams is to
//! introduce the ends to each other, to keep what the acceptor says from overtaking
//! its acceptance, and to end what nobody uses any more.

use sio_p2p_protocol::{
    ClientId, CreateStreamAck, Dialect, Failure, PeerStreamDestroyedV1, PeerStreamDestroyedV2,
    ServerEvent, StreamInfo, StreamOffered, StreamOfferedOnChannel, StreamOfferedV1,
};
use tracing::debug;

use crate::relay::acks::{Pending, Question};
use crate::relay::authorize::Action;
use crate::relay::failure::{anonymous, no_target, refused_stream};
use crate::relay::limit::Limit;
use crate::relay::output::Data;
use crate::relay::respond::{self, RequestContext};
use crate::relay::stream::{
    BufferLimit, Buffered, HeldMessage, Limits, MessageKind, Offer, Stream,
};
use crate::relay::{Answer, ConnectionId, Outbox, Relay};

impl Relay {
    /// `CREATE_STREAM` and `MULTI_API_CREATE_STREAM`: links two clients and asks
    /// the target to accept a stream (SRV-STR-1, SRV-STR-13).
    ///
    /// As with targets, the link stands before the target answers, and also if
    /// it then refuses. A client may open a stream to itself. Stream ids are the
    /// clients' business: the relay does not check whether they are in use.
    pub(in crate::relay) fn create_stream(
        &mut self,
        mut context: RequestContext<'_>,
        mut info: StreamInfo,
        dialect: Dialect,
    ) {
        let target = info.target().clone();
        // The catalogue lets no such event through without an ack id: there would
        // be no way to refuse it, and clients of the original crash on it.
        let Some(source_id) = context.ack else {
            return context.fail(&no_target(dialect, &target));
        };
        if let Err(failure) = self.may_open(&context, &info, &target) {
            return context.refuse(&failure, refused);
        }
        // The acceptor sends its data to the client that is named as source, so
        // a stream that nobody can be named for would be deaf. No original refuses it
        // in the ack: the second dialect answers nothing to a client without id.
        let (found, source) = (
            self.registry.find(&target),
            self.registry.client(context.from).cloned(),
        );
        let (to, source) = match (found, source) {
            (Some(to), Some(source)) => (to, source),
            (None, source) if source.is_some() || dialect == Dialect::V1 => {
                return respond::refuse_stream(
                    context.outbox,
                    context.from,
                    source_id,
                    dialect,
                    &target,
                );
            }
            _ => return context.fail(&anonymous("open streams")),
        };
        if let Err(failure) = self.check_new_stream(context.from, to, info.source_stream().as_str())
        {
            return context.refuse(&failure, refused);
        }
        let limit = self.policy.links;
        if self.links.link(context.from, to, dialect, limit).is_err() {
            return context.refuse(&self.policy.exceeded(Limit::Links), refused);
        }
        // Replaces whatever the opener wrote there, and nothing else
        // (SRV-STR-10, SRV-STR-11).
        info.set_source(source);
        let pending = Pending {
            source: context.from,
            source_id,
            target: to,
            question: Question::Stream {
                dialect,
                target,
                source: info.source_stream().clone(),
                stream: info.target_stream().clone(),
            },
        };
        // Asking may give up an older request, and with it what was held for the
        // same stream. So the new one is entered only then.
        let stream = info.target_stream().clone();
        let wait = self.policy.stream_open_timeout;
        let id = self.ask_within(context.outbox, pending, wait);
        self.early_data.expect(&Offer {
            id,
            acceptor: to,
            opener: context.from,
            stream,
        });
        let data = Data {
            json: offered(info, dialect).encode(),
            attachments: std::mem::take(&mut context.attachments),
        };
        context.outbox.event(to, data, Some(id));
    }

    /// Whether the sender may ask for a stream, from any target.
    fn may_open(
        &self,
        context: &RequestContext<'_>,
        info: &StreamInfo,
        target: &ClientId,
    ) -> Result<(), Failure> {
        for id in [info.source_stream(), info.target_stream()] {
            self.policy.check(Limit::StreamIdBytes, id.as_str().len())?;
        }
        let channel = info.channel();
        if let Some(channel) = channel {
            self.policy
                .check(Limit::ChannelBytes, channel.as_str().len())?;
        }
        // Only what one opens counts: others could use up the limit of a client
        // that accepts whatever it is offered.
        let open =
            self.open_streams.opened_by(context.from) + self.acks.streams_asked_by(context.from);
        self.policy.check(Limit::Streams, open + 1)?;
        self.permit(context.from, &Action::OpenStream { target, channel })
    }

    /// Sends a message that belongs to a stream, or holds it back until the
    /// receiver has been told that the stream is open (SRV-STR-14).
    pub(in crate::relay) fn forward_on_stream(
        &mut self,
        context: &mut RequestContext<'_>,
        to: ConnectionId,
        stream: &str,
        message: HeldMessage,
    ) {
        #[cfg(feature = "faults")]
        if self.faults.hold_nothing {
            return context.outbox.event(to, message.data, message.ack);
        }
        let limits = Limits {
            events: self.policy.early_events,
            bytes: self.policy.early_bytes,
        };
        match self
            .early_data
            .admit(context.from, to, stream, message, limits)
        {
            Buffered::Passes(message) => {
                self.note(context.from, to, stream, message.kind);
                context.outbox.event(to, message.data, message.ack);
            }
            Buffered::Held => {}
            Buffered::Exceeds(message, excess) => {
                let limit = match excess {
                    BufferLimit::Events => Limit::EarlyEvents,
                    BufferLimit::Bytes => Limit::EarlyBytes,
                };
                let failure = self.policy.exceeded(limit);
                self.withdraw_offers(context, to, stream, message, &failure);
            }
        }
    }

    /// Hands an answer to the source of the request, and sends what waited for it.
    pub(in crate::relay) fn answered(
        &mut self,
        outbox: &mut Outbox,
        id: u64,
        pending: &Pending,
        answer: Answer,
    ) {
        // The answer is handed on as it is (SRV-STR-16). It is read only to know
        // whether the opener listens from now on.
        let offer = pending.offer(id);
        let accepted = offer.is_some() && accepts(&answer);
        outbox.ack(pending.source, answer.data, pending.source_id);
        match offer {
            Some(offer) if accepted => {
                outbox.counters.streams += 1;
                self.enter_stream(pending);
                for message in self.early_data.accepted(&offer) {
                    let id = offer.stream.as_str();
                    self.note(offer.acceptor, offer.opener, id, message.kind);
                    outbox.event(offer.opener, message.data, message.ack);
                }
            }
            Some(offer) => self.offer_refused(outbox, &offer),
            None => {}
        }
    }

    /// Enters a stream that was accepted into the table of open streams.
    fn enter_stream(&mut self, pending: &Pending) {
        let Question::Stream {
            dialect,
            source,
            stream,
            ..
        } = &pending.question
        else {
            return;
        };
        // The host looks after its own streams.
        if pending.source == ConnectionId::HOST {
            return;
        }
        let stream = Stream {
            dialect: *dialect,
            opener: pending.source,
            acceptor: pending.target,
            source: source.clone(),
            target: stream.clone(),
        };
        let idle = self.policy.stream_idle_timeout;
        self.open_streams.begin(stream, self.now, idle);
    }

    /// Takes note of what a message means to the stream it belongs to, if it is one
    /// that the relay knows of. The message is handed on in any case (DEV-17).
    fn note(&mut self, from: ConnectionId, to: ConnectionId, stream: &str, kind: MessageKind) {
        match kind {
            MessageKind::Data => self.open_streams.data(from, to, stream, self.now),
            MessageKind::End => self.open_streams.finished(from, to, stream, self.now),
            MessageKind::Destroyed => self.open_streams.destroyed(from, to, stream),
        }
    }

    /// Ends streams on which nothing has come for too long. Each end is told what
    /// it would hear from the other if that were destroyed.
    pub(in crate::relay) fn expire_streams(&mut self, outbox: &mut Outbox) {
        let idle = self.policy.stream_idle_timeout;
        while let Some(stream) = self.open_streams.expired(self.now, idle) {
            debug!(?stream, "a stream was idle for too long");
            outbox.counters.idle_streams += 1;
            for (owner, peer, id) in stream.ends() {
                let notice = match (stream.dialect, self.registry.client(owner)) {
                    (Dialect::V1, Some(client)) => ServerEvent::from(PeerStreamDestroyedV1 {
                        client: client.clone(),
                        stream: id.clone(),
                    }),
                    _ => ServerEvent::from(PeerStreamDestroyedV2 { stream: id.clone() }),
                };
                outbox.event(peer, notice.encode().into(), None);
            }
        }
    }

    /// A stream has not come about: drops what its acceptor has sent on it.
    pub(in crate::relay) fn offer_refused(&mut self, outbox: &mut Outbox, offer: &Offer) {
        let dropped = self.early_data.failed(offer);
        let Offer {
            acceptor, opener, ..
        } = *offer;
        self.drop_early(outbox, acceptor, opener, dropped, &refused_stream());
    }

    /// Forgets all streams that a connection was asked for or has asked for.
    ///
    /// What its openers were to hear is dropped in silence, as everything is that
    /// was on its way from a client that has left. What acceptors sent to it
    /// fails like all that it has not answered.
    pub(in crate::relay) fn forget_offers(&mut self, connection: ConnectionId) {
        self.early_data.remove_acceptor(connection);
        for (id, pending) in self.acks.asked_by(connection) {
            if let Some(offer) = pending.offer(id) {
                self.early_data.failed(&offer);
            }
        }
    }

    /// An acceptor sends more ahead than is held for it. A stream with a hole in
    /// it would be worse than none, so the request is given up, and both are told.
    fn withdraw_offers(
        &mut self,
        context: &mut RequestContext<'_>,
        opener: ConnectionId,
        stream: &str,
        message: HeldMessage,
        failure: &Failure,
    ) {
        let (requests, mut dropped) = self.early_data.withdraw(context.from, opener, stream);
        for id in requests {
            if let Some(pending) = self.acks.answer(context.from, id) {
                self.remember_abandoned(id, &pending);
                respond::give_up(context.outbox, &pending, failure);
            }
        }
        dropped.push(message);
        self.drop_early(context.outbox, context.from, opener, dropped, failure);
    }

    /// Tells an acceptor once, however much of its data is dropped.
    fn drop_early(
        &mut self,
        outbox: &mut Outbox,
        acceptor: ConnectionId,
        opener: ConnectionId,
        dropped: Vec<HeldMessage>,
        failure: &Failure,
    ) {
        if dropped.is_empty() {
            return;
        }
        // The opener was never asked for these acks, so it cannot give them.
        for id in dropped.into_iter().filter_map(|message| message.ack) {
            self.acks.answer(opener, id);
        }
        respond::server_error(outbox, acceptor, failure);
    }
}

impl Pending {
    /// True for a request to open a stream.
    pub(in crate::relay) fn is_stream(&self) -> bool {
        matches!(self.question, Question::Stream { .. })
    }

    /// The stream that was asked for under this ack id, if one was.
    pub(in crate::relay) fn offer(&self, id: u64) -> Option<Offer> {
        match &self.question {
            Question::Stream { stream, .. } => Some(Offer {
                id,
                acceptor: self.target,
                opener: self.source,
                stream: stream.clone(),
            }),
            _ => None,
        }
    }
}

/// The event that asks the target for a stream. Only the second dialect has
/// channels (SRV-STR-12).
pub(in crate::relay) fn offered(info: StreamInfo, dialect: Dialect) -> ServerEvent {
    // A channel cannot spell a reserved name, whatever it is: it has a prefix.
    match (dialect, info.channel().cloned()) {
        (Dialect::V1, _) => StreamOfferedV1 { info }.into(),
        (Dialect::V2, None) => StreamOffered { info }.into(),
        (Dialect::V2, Some(channel)) => StreamOfferedOnChannel { channel, info }.into(),
    }
}

/// True unless the answer refuses the stream, by a first argument that is truthy.
pub(in crate::relay) fn accepts(answer: &Answer) -> bool {
    matches!(
        CreateStreamAck::decode(&answer.data.json),
        Ok(CreateStreamAck::Accepted)
    )
}

/// The ack of a request for a stream that the server itself refuses.
fn refused(failure: &Failure) -> String {
    CreateStreamAck::Refused(failure.payload()).encode()
}
