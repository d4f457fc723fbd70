//! What both directions of a connection know of each other.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;
use sio_p2p_transport::{Data, Packet};
use tokio::time::Instant;

/// How many questions are remembered; of more, the oldest are forgotten.
const REMEMBERED: usize = 1 << 16;
/// After how many questions the numbers of a forgetful server begin again.
const ROUND: u64 = 256;

/// A connection as its two directions see it.
#[derive(Debug, Clone)]
pub(super) struct Talk(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    /// The questions of the client that the server has not answered, by number.
    asked: BTreeMap<u64, Asked>,
    /// The true numbers behind those by which the client was asked.
    numbers: BTreeMap<u64, u64>,
    next_number: u64,
    failure: Option<Data>,
    ack: Option<Data>,
    /// When a packet passed last.
    passed: Instant,
}

/// A question of the client.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// Its event.
    pub(super) event: String,
    /// The first argument, if it is a text.
    pub(super) about: Option<String>,
    /// When it was asked.
    pub(super) at: Instant,
    /// The proxy has answered, so the answer of the server is lost.
    pub(super) answered: bool,
}

impl Talk {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(State {
            asked: BTreeMap::new(),
            numbers: BTreeMap::new(),
            next_number: 0,
            failure: None,
            ack: None,
            passed: Instant::now(),
        })))
    }

    /// A packet has passed.
    pub(super) fn passes(&self) {
        self.0.lock().passed = Instant::now();
    }

    /// When a packet passed last.
    pub(super) fn passed(&self) -> Instant {
        self.0.lock().passed
    }

    /// The client has asked for an ack.
    pub(super) fn asks(&self, number: u64, data: &Data) {
        let elements = data.elements();
        let text = |index: usize| crate::json::unquote(elements.get(index)?.get());
        let asked = Asked {
            event: text(0).unwrap_or_default(),
            about: text(1),
            at: Instant::now(),
            answered: false,
        };
        let mut state = self.0.lock();
        state.asked.insert(number, asked);
        if state.asked.len() > REMEMBERED {
            state.asked.pop_first();
        }
    }

    /// The proxy answers the client in place of the server.
    pub(super) fn is_answered(&self, number: u64) {
        if let Some(asked) = self.0.lock().asked.get_mut(&number) {
            asked.answered = true;
        }
    }

    /// The question that an ack of the server answers.
    pub(super) fn question(&self, number: u64) -> Option<Asked> {
        self.0.lock().asked.remove(&number)
    }

    /// The number by which a server that counts to 256 asks for this ack.
    pub(super) fn number(&self, number: u64) -> u64 {
        let mut state = self.0.lock();
        let short = state.next_number % ROUND;
        state.next_number += 1;
        state.numbers.insert(short, number);
        short
    }

    /// The number that such a server means by this one.
    pub(super) fn meant(&self, short: u64) -> Option<u64> {
        self.0.lock().numbers.get(&short).copied()
    }

    /// What the failure before this one said.
    pub(super) fn failure_before(&self, now: &Data) -> Option<Data> {
        self.0.lock().failure.replace(now.clone())
    }

    /// What the ack before this one said.
    pub(super) fn ack_before(&self, now: &Data) -> Option<Data> {
        self.0.lock().ack.replace(now.clone())
    }
}

/// The ack with this number.
pub(super) fn ack(namespace: &str, data: Data, id: u64) -> Packet {
    let namespace = namespace.to_owned();
    Packet::Ack {
        namespace,
        data,
        id,
    }
}
