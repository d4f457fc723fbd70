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

use super::hash::{CountedMap, KeyedMap};
use super::part::Part;
use super::{ConnectionId, Data};

/// A request to open a stream that is not answered yet.
///
/// Requests of one pair with the same stream id cannot be told apart by what
/// the acceptor sends, so they share what is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offer {
    /// The id of the ack by which it will be answered.
    pub(super) id: u64,
    pub(super) acceptor: ConnectionId,
    pub(super) opener: ConnectionId,
    /// The id of the acceptor's end.
    pub(super) stream: StreamId,
}

/// A message that is ready to be sent: its content, what it means to its stream,
/// and the id under which the receiver is asked for an ack.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) data: Data,
    pub(super) part: Part,
    pub(super) ack: Option<u64>,
}

/// What became of a message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Admission {
    /// It belongs to no open request and may be sent.
    Passes(Held),
    /// It is kept until the request is answered.
    Held,
    /// It should be kept, but the sender has reached a limit.
    Exceeds(Held, Excess),
}

/// The limit that an acceptor has reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Excess {
    Events,
    Bytes,
}

/// How much one acceptor may have waiting.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    pub(super) events: usize,
    pub(super) bytes: usize,
}

/// All open requests, and what their acceptors have sent ahead.
///
/// A request is entered when it is handed to its acceptor and settled with its
/// pending ack, so it lives exactly as long as that.
#[derive(Debug, Default)]
pub(super) struct Early {
    acceptors: CountedMap<ConnectionId, Acceptor>,
}

/// What one acceptor has not answered, by opener and stream.
#[derive(Debug, Default)]
struct Acceptor {
    offers: CountedMap<ConnectionId, KeyedMap<StreamId, Waiting>>,
    events: usize,
    bytes: usize,
}

#[derive(Debug, Default)]
struct Waiting {
    /// The requests for this stream that are not answered.
    requests: BTreeSet<u64>,
    /// One of several requests has been accepted: the opener listens.
    open: bool,
    held: Vec<Held>,
}

impl Early {
    /// A request is on its way to its acceptor.
    pub(super) fn expect(&mut self, offer: &Offer) {
        let acceptor = self.acceptors.entry(offer.acceptor).or_default();
        let streams = acceptor.offers.entry(offer.opener).or_default();
        let waiting = streams.entry(offer.stream.clone()).or_default();
        waiting.requests.insert(offer.id);
    }

    /// Keeps a message on a stream if the stream waits for its acceptance.
    pub(super) fn admit(
        &mut self,
        from: ConnectionId,
        to: ConnectionId,
        stream: &str,
        message: Held,
        limits: Limits,
    ) -> Admission {
        let Some(acceptor) = self.acceptors.get_mut(&from) else {
            return Admission::Passes(message);
        };
        let streams = acceptor.offers.get_mut(&to);
        let Some(waiting) = streams
            .and_then(|streams| streams.get_mut(stream))
            .filter(|waiting| !waiting.open)
        else {
            return Admission::Passes(message);
        };
        if acceptor.events >= limits.events {
            return Admission::Exceeds(message, Excess::Events);
        }
        if acceptor.bytes + message.data.size() > limits.bytes {
            return Admission::Exceeds(message, Excess::Bytes);
        }
        acceptor.events += 1;
        acceptor.bytes += message.data.size();
        waiting.held.push(message);
        Admission::Held
    }

    /// True if what an acceptor sends on a stream has to wait for its acceptance.
    pub(super) fn waits(&self, from: ConnectionId, to: ConnectionId, stream: &str) -> bool {
        let acceptor = self.acceptors.get(&from);
        let streams = acceptor.and_then(|acceptor| acceptor.offers.get(&to));
        let waiting = streams.and_then(|streams| streams.get(stream));
        waiting.is_some_and(|waiting| !waiting.open)
    }

    /// The acceptor has accepted: returns what is to be sent right after.
    pub(super) fn accepted(&mut self, offer: &Offer) -> Vec<Held> {
        self.settle(offer, |waiting| {
            waiting.open = true;
            std::mem::take(&mut waiting.held)
        })
    }

    /// The request has failed: returns what has to be dropped. That is nothing
    /// as long as another request may open the stream.
    pub(super) fn failed(&mut self, offer: &Offer) -> Vec<Held> {
        self.settle(offer, |waiting| {
            if waiting.requests.is_empty() {
                std::mem::take(&mut waiting.held)
            } else {
                Vec::new()
            }
        })
    }

    /// Gives up a stream: returns its open requests, and what has to be dropped.
    pub(super) fn withdraw(
        &mut self,
        acceptor: ConnectionId,
        opener: ConnectionId,
        stream: &str,
    ) -> (BTreeSet<u64>, Vec<Held>) {
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
    pub(super) fn remove_acceptor(&mut self, connection: ConnectionId) {
        self.acceptors.remove(&connection);
    }

    /// How many requests are open.
    pub(super) fn offers(&self) -> usize {
        let acceptors = self.acceptors.values();
        let streams = acceptors.flat_map(|acceptor| acceptor.offers.values());
        let waiting = streams.flat_map(KeyedMap::values);
        waiting.map(|waiting| waiting.requests.len()).sum()
    }

    /// How many messages are held.
    pub(super) fn held(&self) -> usize {
        self.acceptors
            .values()
            .map(|acceptor| acceptor.events)
            .sum()
    }

    /// Takes one request off, with what `release` takes out of its entry.
    fn settle(
        &mut self,
        offer: &Offer,
        release: impl FnOnce(&mut Waiting) -> Vec<Held>,
    ) -> Vec<Held> {
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
    /// whoever has nothing left to answer.
    fn tidy(&mut self, acceptor: ConnectionId, opener: ConnectionId, released: &[Held]) {
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

    fn message(text: &str) -> Held {
        Held {
            data: text.to_owned().into(),
            part: Part::Data,
            ack: None,
        }
    }

    fn send(early: &mut Early, stream: &str, text: &str) -> Admission {
        early.admit(ACCEPTOR, OPENER, stream, message(text), LIMITS)
    }

    #[test]
    fn only_the_acceptor_is_held_up_and_only_on_the_stream() {
        let mut early = Early::default();
        early.expect(&offer(1, "s"));
        assert_eq!(send(&mut early, "t", "x"), Admission::Passes(message("x")));
        let reverse = early.admit(OPENER, ACCEPTOR, "s", message("x"), LIMITS);
        assert_eq!(reverse, Admission::Passes(message("x")));
        assert_eq!(send(&mut early, "s", "x"), Admission::Held);
        assert_eq!((early.offers(), early.held()), (1, 1));
        assert_eq!(early.accepted(&offer(1, "s")), [message("x")]);
        assert_eq!(send(&mut early, "s", "y"), Admission::Passes(message("y")));
        assert!(early.acceptors.is_empty());
    }

    #[test]
    fn requests_with_the_same_id_share_what_is_held() {
        let mut early = Early::default();
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
        assert_eq!(send(&mut early, "s", "y"), Admission::Passes(message("y")));
        assert_eq!(early.failed(&offer(2, "s")), []);
        assert!(early.acceptors.is_empty());
    }

    #[test]
    fn the_limits_are_those_of_the_acceptor_over_all_its_streams() {
        let mut early = Early::default();
        early.expect(&offer(1, "s"));
        early.expect(&offer(2, "t"));
        assert_eq!(send(&mut early, "s", "12345678"), Admission::Held);
        let much = send(&mut early, "t", "123");
        assert_eq!(much, Admission::Exceeds(message("123"), Excess::Bytes));
        assert_eq!(send(&mut early, "t", "12"), Admission::Held);
        let many = send(&mut early, "s", "");
        assert_eq!(many, Admission::Exceeds(message(""), Excess::Events));
        let (requests, dropped) = early.withdraw(ACCEPTOR, OPENER, "s");
        assert_eq!((requests, dropped), ([1].into(), vec![message("12345678")]));
        assert_eq!(early.withdraw(ACCEPTOR, OPENER, "s").1, []);
        assert_eq!(send(&mut early, "t", "12345678"), Admission::Held);
        early.remove_acceptor(ACCEPTOR);
        assert_eq!((early.offers(), early.held()), (0, 0));
        assert_eq!(early.accepted(&offer(2, "t")), []);
    }
}
