//! What one receiver may get, and what it must.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// A receiver, seen from outside.
pub(crate) struct Receiver {
    pub(crate) name: String,
    pub(crate) kind: &'static str,
    /// The number of its connection, and when that was asked for; `None` while it
    /// is away.
    pub(crate) connection: Option<(u32, u64)>,
    pub(crate) connections: u32,
    /// Whether the connection is there, and to stay.
    pub(crate) present: bool,
    /// It has been told to go.
    leaving: bool,
    /// The message that is being stored, if any.
    pub(crate) storing: Option<u32>,
    /// How many messages are stored.
    pub(crate) stored: u32,
    /// The first message that it has never received.
    expected: u32,
    /// The last one that it has received on this connection.
    latest: Option<u32>,
    /// When a message was told to be out of the store.
    acked: BTreeMap<u32, u64>,
    /// How often a message has come on this connection, less how often it was told to be
    /// out of the store since.
    owed: BTreeMap<u32, i32>,
    /// What was being stored when the server was killed. It is stored again, because
    /// nobody knows, so it may be there twice.
    unsure: BTreeSet<u32>,
    /// How often it has received what it had received before.
    pub(crate) doubles: u32,
}

impl fmt::Debug for Receiver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(&self.name)
            .field("connection", &self.connection)
            .field("kind", &self.kind)
            .field("present", &self.present)
            .field("unsure", &self.unsure)
            .field("storing", &self.storing)
            .field("stored", &self.stored)
            .field("expected", &self.expected)
            .field("acked", &self.acked.len())
            .field("last acked at", &self.acked.last_key_value())
            .finish_non_exhaustive()
    }
}

impl Receiver {
    pub(crate) fn new(name: &str, kind: &'static str) -> Self {
        Self {
            name: name.to_owned(),
            kind,
            connection: None,
            connections: 0,
            present: false,
            leaving: false,
            storing: None,
            stored: 0,
            expected: 0,
            latest: None,
            acked: BTreeMap::new(),
            owed: BTreeMap::new(),
            unsure: BTreeSet::new(),
            doubles: 0,
        }
    }

    /// It is told to connect now. Gives the number of the connection.
    pub(crate) fn connects(&mut self, now: u64) -> u32 {
        self.connections += 1;
        self.connection = Some((self.connections, now));
        self.latest = None;
        self.present = false;
        self.leaving = false;
        self.owed.clear();
        self.connections
    }

    /// It is told to go. Until it says that it has, what comes may still come on the
    /// connection that it is about to leave, which does not count as being there.
    pub(crate) fn leaves(&mut self) {
        self.present = false;
        self.leaving = true;
    }

    /// Its connection has ended; an earlier one does not count.
    pub(crate) fn lost(&mut self, connection: u32) {
        if self
            .connection
            .is_some_and(|(number, _)| number == connection)
        {
            self.connection = None;
            self.present = false;
        }
    }

    /// The server was killed. What was being stored must be stored again.
    pub(crate) fn server_killed(&mut self) {
        self.unsure.extend(self.storing.take());
    }

    /// A message has come: none may be left out, none may come out of order, and one
    /// may come again only if its ack was lost.
    pub(crate) fn got(&mut self, connection: u32, message: u32) {
        let name = &self.name;
        let Some((number, began)) = self.connection else {
            panic!("{name} gets {message} while it is away")
        };
        assert_eq!(number, connection, "{name} gets {message}");
        let twice = self.unsure.contains(&message);
        if let Some(latest) = self.latest {
            let in_order = latest < message || latest == message && twice;
            assert!(in_order, "{name} gets {message} after {latest}");
        }
        self.latest = Some(message);
        *self.owed.entry(message).or_default() += 1;
        if message == self.expected {
            self.expected += 1;
            return;
        }
        let expected = self.expected;
        assert!(message < expected, "{name} gets {message}, not {expected}");
        self.doubles += 1;
        // The server has said that the ack was there before this connection was.
        let acked = self.acked.get(&message);
        let lost = acked.is_none_or(|&acked| acked > began);
        assert!(
            lost || twice,
            "{name} gets {message} again, which it has acked"
        );
    }

    /// A message is out of the store.
    pub(crate) fn acked(&mut self, message: u32, now: u64) {
        *self.owed.entry(message).or_default() -= 1;
        let first = self.acked.insert(message, now).is_none();
        let twice = self.unsure.contains(&message);
        assert!(first || twice, "{} has acked {message} twice", self.name);
    }

    /// Its connection is there; an earlier one does not count.
    pub(crate) fn present(&mut self, connection: u32) {
        self.present = !self.leaving
            && self
                .connection
                .is_some_and(|(number, _)| number == connection);
    }

    /// The last message is out of the store, and so is all that came before it on its
    /// connection, which is everything that was left: the last one was stored when the
    /// receiver had begun to ack everything. Acks of earlier connections cannot be asked for,
    /// because a kill may be between an ack and its being told.
    pub(crate) fn is_done(&self, messages: u32) -> bool {
        // The two processes are read one by one: an ack may be told before its message.
        self.expected == messages
            && self.acked.contains_key(&(messages - 1))
            && self.owed.values().all(|owed| *owed <= 0)
    }

    /// For how many messages the program was told that they were acked.
    pub(crate) fn told(&self) -> u32 {
        u32::try_from(self.acked.len()).expect("they are few")
    }
}
