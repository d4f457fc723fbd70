//! Early data: what acceptors send on a stream before its opener knows of it.
//!
//! An acceptor has its end of a stream before it says so, and clients of the
//! original let the application write to it first. The original relays acks
//! ahead of events, so that its openers mostly hear of the stream in time; now
//! and then they do not, lose the chunk, and the writer waits for ever (DEV-24).
//! A relay in strict order would lose it every time. So such data waits here
//! until the acceptance has been handed over (SRV-STR-14).
//!
//! Two kinds of messages wait, and only from the acceptor to the opener: data of
//! the acceptor's end, and the notice that this end is destroyed, which would
//! find no stream and leave the opener with one that has no other end. Other
//! messages of the same pair pass. An acceptor may ask its opener something
//! before it decides, and would wait for ever if its question did.

use std::collections::BTreeSet;

use sio_p2p_protocol::StreamId;

use super::message_kind::MessageKind;
use crate::relay::hash::{CountedMap, KeyedMap};
use crate::relay::{ConnectionId, Data};

/// A request to open a stream that is not answered yet.
///
/// Requests of one pair with the same stream id cannot be told apart by what
/// the acceptor sends, so they share what is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::relay) struct Offer {
    /// The id of the ack by which it will be answered.
    pub(in crate::relay) id: u64,
    pub(in crate::relay) acceptor: ConnectionId,
    pub(in crate::relay) opener: ConnectionId,
    /// The id of the acceptor's end.
    pub(in crate::relay) stream: StreamId,
}

/// A message that is ready to be sent: its content, what it means to its stream,
/// and the id under which the receiver is asked for an ack.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::relay) struct HeldMessage {
    pub(in crate::relay) data: Data,
    pub(in crate::relay) kind: MessageKind,
    pub(in crate::relay) ack: Option<u64>,
}

/// What became of a message.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::relay) enum Buffered {
    /// It belongs to no open request and may be sent.
    Passes(HeldMessage),
    /// It is kept until the request is answered.
    Held,
    /// It should be kept, but the sender has reached a limit.
    Exceeds(HeldMessage, BufferLimit),
}

/// The limit that an acceptor has reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::relay) enum BufferLimit {
    Events,
    Bytes,
}

/// How much one acceptor may have waiting.
#[derive(Debug, Clone, Copy)]
pub(in crate::relay) struct Limits {
    pub(in crate::relay) events: usize,
    pub(in crate::relay) bytes: usize,
}

/// All open requests, and what their acceptors have sent ahead.
///
/// A request is entered when it is handed to its acceptor and settled with its
/// pending ack, so it lives exactly as long as that.
#[derive(Debug, Default)]
pub(in crate::relay) struct EarlyData {
    acceptors: CountedMap<ConnectionId, Acceptor>,
}

/// What one acceptor has not answered, by opener and stream.
#[derive(Debug, Default)]
struct Acceptor {
    offers: CountedMap<ConnectionId, KeyedMap<StreamId, Unanswered>>,
    events: usize,
    bytes: usize,
}

#[derive(Debug, Default)]
struct Unanswered {
    /// The requests for this stream that are not answered.
    requests: BTreeSet<u64>,
    /// One of several requests has been accepted: the opener listens.
    open: bool,
    held: Vec<HeldMessage>,
}

impl EarlyData {
    /// A request is on its way to its acceptor.
    pub(in crate::relay) fn expect(&mut self, offer: &Offer) {
        let acceptor = self.acceptors.entry(offer.acceptor).or_default();
        let streams = acceptor.offers.entry(offer.opener).or_default();
        let waiting = streams.entry(offer.stream.clone()).or_default();
        waiting.requests.insert(offer.id);
    }

    /// Keeps a message on a stream if the stream waits for its acceptance.
    pub(in crate::relay) fn admit(
        &mut self,
        from: ConnectionId,
        to: ConnectionId,
        stream: &str,
        message: HeldMessage,
        limits: Limits,
    ) -> Buffered {
        let Some(acceptor) = self.acceptors.get_mut(&from) else {
            return Buffered::Passes(message);
        };
        let streams = acceptor.offers.get_mut(&to);
        let Some(waiting) = streams
            .and_then(|streams| streams.get_mut(stream))
            .filter(|waiting| !waiting.open)
        else {
            return Buffered::Passes(message);
        };
        if acceptor.events >= limits.events {
            return Buffered::Exceeds(message, BufferLimit::Events);
        }
        if acceptor.bytes + message.data.size() > limits.bytes {
            return Buffered::Exceeds(message, BufferLimit::Bytes);
        }
        acceptor.events += 1;
        acceptor.bytes += message.data.size();
        waiting.held.push(message);
        Buffered::Held
    }

    /// True if what an acceptor sends on a stream has to wait for its acceptance.
    pub(in crate::relay) fn waits(
        &self,
        from: ConnectionId,
        to: ConnectionId,
        stream: &str,
    ) -> bool {
        let acceptor = self.acceptors.get(&from);
        let streams = acceptor.and_then(|acceptor| acceptor.offers.get(&to));
        let waiting = streams.and_then(|streams| streams.get(stream));
        waiting.is_some_and(|waiting| !waiting.open)
    }

    /// The acceptor has accepted: returns what is to be sent right after.
    pub(in crate::relay) fn accepted(&mut self, offer: &Offer) -> Vec<HeldMessage> {
        self.settle(offer, |waiting| {
            waiting.open = true;
            std::mem::take(&mut waiting.held)
        })
    }

    /// The request has failed: returns what has to be dropped. That is nothing
    /// as long as another request may open the stream.
    pub(in crate::relay) fn failed(&mut self, offer: &Offer) -> Vec<HeldMessage> {
        self.settle(offer, |waiting| {
            if waiting.requests.is_empty() {
                std::mem::take(&mut waiting.held)
            } else {
                Vec::new()
            }
        })
    }

    /// Gives up a stream: returns its open requests, and what has to be dropped.
    pub(in crate::relay) fn withdraw(
        &mut self,
        acceptor: ConnectionId,
        opener: ConnectionId,
        stream: &str,
    ) -> (BTreeSet<u64>, Vec<HeldMessage>) {
        let streams = self
            .acceptors
            .get_mut(&acceptor)
            .and_then(|acceptor| acceptor.offers.get_mut(&opener));
        let Some(waiting) = streams.and_then(|streams| streams.remove(stream)) else {
            return (BTreeSet::new(), Vec::new());
        };
        self.tidy(acceptor, opener, &waiting.held);
        (waiting.requests, waiting.held)
    }

    /// Forgets what a connection has not answered.
    pub(in crate::relay) fn remove_acceptor(&mut self, connection: ConnectionId) {
        self.acceptors.remove(&connection);
    }

    /// How many requests are open.
    pub(in crate::relay) fn offers(&self) -> usize {
        let acceptors = self.acceptors.values();
        let streams = acceptors.flat_map(|acceptor| acceptor.offers.values());
        let waiting = streams.flat_map(KeyedMap::values);
        waiting.map(|waiting| waiting.requests.len()).sum()
    }

    /// How many messages are held.
    pub(in crate::relay) fn held(&self) -> usize {
        self.acceptors
            .values()
            .map(|acceptor| acceptor.events)
            .sum()
    }

    /// Takes one request off, with what `release` takes out of its entry.
    fn settle(
        &mut self,
        offer: &Offer,
        release: impl FnOnce(&mut Unanswered) -> Vec<HeldMessage>,
    ) -> Vec<HeldMessage> {
        let streams = self
            .acceptors
            .get_mut(&offer.acceptor)
            .and_then(|acceptor| acceptor.offers.get_mut(&offer.opener));
        let Some(streams) = streams else {
            return Vec::new();
        };
        let Some(waiting) = streams.get_mut(&offer.stream) else {
            return Vec::new();
        };
        waiting.requests.remove(&offer.id);
        let released = release(waiting);
        if waiting.requests.is_empty() {
            streams.remove(&offer.stream);
        }
        self.tidy(offer.acceptor, offer.opener, &released);
        released
    }

    /// Takes what is no longer held off an acceptor's account, and forgets
    /// acceptors that have nothing left to answer.
    fn tidy(&mut self, acceptor: ConnectionId, opener: ConnectionId, released: &[HeldMessage]) {
        let Some(entry) = self.acceptors.get_mut(&acceptor) else {
            return;
        };
        entry.events -= released.len();
        let sizes = released.iter().map(|message| message.data.size());
        entry.bytes -= sizes.sum::<usize>();
        if entry.offers.get(&opener).is_some_and(KeyedMap::is_empty) {
            entry.offers.remove(&opener);
        }
        if entry.offers.is_empty() {
            self.acceptors.remove(&acceptor);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPENER: ConnectionId = ConnectionId(1);
    const ACCEPTOR: ConnectionId = ConnectionId(2);
    const LIMITS: Limits = Limits {
        events: 2,
        bytes: 10,
    };

    fn offer(id: u64, stream: &str) -> Offer {
        Offer {
            id,
            acceptor: ACCEPTOR,
            opener: OPENER,
            stream: StreamId::new(stream).unwrap(),
        }
    }

    fn message(text: &str) -> HeldMessage {
        HeldMessage {
            data: text.to_owned().into(),
            kind: MessageKind::Data,
            ack: None,
        }
    }

    fn send(early: &mut EarlyData, stream: &str, text: &str) -> Buffered {
        early.admit(ACCEPTOR, OPENER, stream, message(text), LIMITS)
    }

    #[test]
    fn only_the_acceptor_is_held_up_and_only_on_the_stream() {
        let mut early = EarlyData::default();
        early.expect(&offer(1, "s"));
        assert_eq!(send(&mut early, "t", "x"), Buffered::Passes(message("x")));
        let reverse = early.admit(OPENER, ACCEPTOR, "s", message("x"), LIMITS);
        assert_eq!(reverse, Buffered::Passes(message("x")));
        assert_eq!(send(&mut early, "s", "x"), Buffered::Held);
        assert_eq!((early.offers(), early.held()), (1, 1));
        assert_eq!(early.accepted(&offer(1, "s")), [message("x")]);
        assert_eq!(send(&mut early, "s", "y"), Buffered::Passes(message("y")));
        assert!(early.acceptors.is_empty());
    }

    #[test]
    fn requests_with_the_same_id_share_what_is_held() {
        let mut early = EarlyData::default();
        early.expect(&offer(1, "s"));
        early.expect(&offer(2, "s"));
        send(&mut early, "s", "x");
        assert_eq!(early.failed(&offer(1, "s")), []);
        assert_eq!(early.failed(&offer(2, "s")), [message("x")]);

        early.expect(&offer(1, "s"));
        early.expect(&offer(2, "s"));
        send(&mut early, "s", "x");
        assert_eq!(early.accepted(&offer(1, "s")), [message("x")]);
        // The opener listens now, whatever becomes of the other request.
        assert_eq!(send(&mut early, "s", "y"), Buffered::Passes(message("y")));
        assert_eq!(early.failed(&offer(2, "s")), []);
        assert!(early.acceptors.is_empty());
    }

    #[test]
    fn the_limits_are_those_of_the_acceptor_over_all_its_streams() {
        let mut early = EarlyData::default();
        early.expect(&offer(1, "s"));
        early.expect(&offer(2, "t"));
        assert_eq!(send(&mut early, "s", "12345678"), Buffered::Held);
        let much = send(&mut early, "t", "123");
        assert_eq!(much, Buffered::Exceeds(message("123"), BufferLimit::Bytes));
        assert_eq!(send(&mut early, "t", "12"), Buffered::Held);
        let many = send(&mut early, "s", "");
        assert_eq!(many, Buffered::Exceeds(message(""), BufferLimit::Events));
        let (requests, dropped) = early.withdraw(ACCEPTOR, OPENER, "s");
        assert_eq!((requests, dropped), ([1].into(), vec![message("12345678")]));
        assert_eq!(early.withdraw(ACCEPTOR, OPENER, "s").1, []);
        assert_eq!(send(&mut early, "t", "12345678"), Buffered::Held);
        early.remove_acceptor(ACCEPTOR);
        assert_eq!((early.offers(), early.held()), (0, 0));
        assert_eq!(early.accepted(&offer(2, "t")), []);
    }
}
