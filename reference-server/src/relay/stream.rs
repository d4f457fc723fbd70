//! Stream API: asking a client for a stream.
//!
//! Once a stream is open, its data, its end and its destruction are messages
//! between the two clients, which the relay forwards without a look. All it does
//! for streams is to introduce the ends to each other, and to keep what the
//! acceptor says from overtaking its acceptance.

use sio_p2p_protocol::{
    CreateStreamAck, Dialect, Failure, ServerEvent, StreamInfo, StreamOffered,
    StreamOfferedOnChannel, StreamOfferedV1,
};

use super::acks::{Pending, Question};
use super::call::{self, Call};
use super::early::{Admission, Excess, Held, Limits, Offer};
use super::failure::{anonymous, no_target, refused_stream};
use super::limit::Limit;
use super::output::Data;
use super::{Answer, ConnectionId, Outbox, Relay};

impl Relay {
    /// `CREATE_STREAM` and `MULTI_API_CREATE_STREAM`: links two clients and asks
    /// the target to accept a stream (SRV-STR-1, SRV-STR-13).
    ///
    /// As with targets, the link stands before the target answers, and also if
    /// it then refuses. A client may open a stream to itself. Stream ids are the
    /// clients' business: the relay does not check whether they are in use.
    pub(super) fn create_stream(
        &mut self,
        mut call: Call<'_>,
        mut info: StreamInfo,
        dialect: Dialect,
    ) {
        let target = info.target().clone();
        // The catalogue lets no such event through without an ack id: there would
        // be no way to refuse it, and clients of the original crash on it.
        let Some(source_id) = call.ack else {
            return call.fail(&no_target(dialect, &target));
        };
        let Some(to) = self.registry.find(&target) else {
            return call::refuse_stream(call.outbox, call.from, source_id, dialect, &target);
        };
        // The acceptor sends its data to the client that is named as source, so
        // a stream that nobody can be named for would be deaf.
        let Some(source) = self.registry.client(call.from).cloned() else {
            return call.refuse(&anonymous("open streams"), refused);
        };
        let limit = self.policy.links;
        if self.links.link(call.from, to, dialect, limit).is_err() {
            return call.refuse(&self.policy.exceeded(Limit::Links), refused);
        }
        // Replaces whatever the opener wrote there, and nothing else
        // (SRV-STR-10, SRV-STR-11).
        info.set_source(source);
        let pending = Pending {
            source: call.from,
            source_id,
            target: to,
            question: Question::Stream {
                dialect,
                target,
                stream: info.target_stream().clone(),
            },
        };
        // Asking may give up an older request, and with it what was held for the
        // same stream. So the new one is entered only then.
        let stream = info.target_stream().clone();
        let id = self.ask(call.outbox, pending);
        self.early.expect(&Offer {
            id,
            acceptor: to,
            opener: call.from,
            stream,
        });
        let data = Data {
            json: offered(info, dialect).encode(),
            attachments: std::mem::take(&mut call.attachments),
        };
        call.outbox.event(to, data, Some(id));
    }

    /// Sends a message that belongs to a stream, or holds it back until the
    /// receiver has been told that the stream is open (SRV-STR-14).
    pub(super) fn forward_on_stream(
        &mut self,
        call: &mut Call<'_>,
        to: ConnectionId,
        stream: &str,
        message: Held,
    ) {
        #[cfg(feature = "faults")]
        if self.faults.hold_nothing {
            return call.outbox.event(to, message.data, message.ack);
        }
        let limits = Limits {
            events: self.policy.early_events,
            bytes: self.policy.early_bytes,
        };
        match self.early.admit(call.from, to, stream, message, limits) {
            Admission::Passes(message) => call.outbox.event(to, message.data, message.ack),
            Admission::Held => {}
            Admission::Exceeds(message, excess) => {
                let limit = match excess {
                    Excess::Events => Limit::EarlyEvents,
                    Excess::Bytes => Limit::EarlyBytes,
                };
                let failure = self.policy.exceeded(limit);
                self.withdraw_offers(call, to, stream, message, &failure);
            }
        }
    }

    /// Hands an answer to whoever asked, and lets follow what waited for it.
    pub(super) fn answered(
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
                for message in self.early.accepted(&offer) {
                    outbox.event(offer.opener, message.data, message.ack);
                }
            }
            Some(offer) => self.offer_refused(outbox, &offer),
            None => {}
        }
    }

    /// A stream has not come about: drops what its acceptor has sent on it.
    pub(super) fn offer_refused(&mut self, outbox: &mut Outbox, offer: &Offer) {
        let dropped = self.early.failed(offer);
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
    pub(super) fn forget_offers(&mut self, connection: ConnectionId) {
        self.early.remove_acceptor(connection);
        for (id, pending) in self.acks.asked_by(connection) {
            if let Some(offer) = pending.offer(id) {
                self.early.failed(&offer);
            }
        }
    }

    /// An acceptor sends more ahead than is held for it. A stream with a hole in
    /// it would be worse than none, so the request is refused in its name.
    fn withdraw_offers(
        &mut self,
        call: &mut Call<'_>,
        opener: ConnectionId,
        stream: &str,
        message: Held,
        failure: &Failure,
    ) {
        let (requests, mut dropped) = self.early.withdraw(call.from, opener, stream);
        for id in requests {
            if let Some(pending) = self.acks.answer(call.from, id) {
                call::give_up(call.outbox, pending, failure);
            }
        }
        dropped.push(message);
        self.drop_early(call.outbox, call.from, opener, dropped, failure);
    }

    /// Tells an acceptor once, however much of its data is dropped.
    fn drop_early(
        &mut self,
        outbox: &mut Outbox,
        acceptor: ConnectionId,
        opener: ConnectionId,
        dropped: Vec<Held>,
        failure: &Failure,
    ) {
        if dropped.is_empty() {
            return;
        }
        // The opener was never asked for these acks, so it cannot give them.
        for id in dropped.into_iter().filter_map(|message| message.ack) {
            self.acks.answer(opener, id);
        }
        call::server_error(outbox, acceptor, failure);
    }
}

impl Pending {
    /// The stream that was asked for under this ack id, if one was.
    pub(super) fn offer(&self, id: u64) -> Option<Offer> {
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
fn offered(info: StreamInfo, dialect: Dialect) -> ServerEvent {
    // A channel cannot spell a reserved name, whatever it is: it has a prefix.
    match (dialect, info.channel().cloned()) {
        (Dialect::V1, _) => StreamOfferedV1 { info }.into(),
        (Dialect::V2, None) => StreamOffered { info }.into(),
        (Dialect::V2, Some(channel)) => StreamOfferedOnChannel { channel, info }.into(),
    }
}

/// True unless the answer refuses the stream, by a first argument that is truthy.
fn accepts(answer: &Answer) -> bool {
    matches!(
        CreateStreamAck::decode(&answer.data.json),
        Ok(CreateStreamAck::Accepted)
    )
}

/// The ack of a request for a stream that the server itself refuses.
fn refused(failure: &Failure) -> String {
    CreateStreamAck::Refused(failure.payload()).encode()
}
