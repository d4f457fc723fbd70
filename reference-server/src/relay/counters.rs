//! What the relay has done so far, in numbers.
//!
//! They are plain numbers under the lock that everything else is under. They only
//! ever grow; what a rate is, is for the reader to say.

use std::collections::HashMap;
use std::time::Duration;

use sio_p2p_protocol::{ClientEvent, Dialect, EventSpec, Failure, FailureCode};

/// How long clients took to answer, sorted into buckets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RoundTrips {
    /// How many fell into each bucket, not counting the buckets below it. The last has
    /// no upper bound.
    pub counts: [u64; Self::BOUNDS.len() + 1],
    /// All of them together.
    pub sum: Duration,
}

impl RoundTrips {
    /// The upper bounds of the buckets in milliseconds: from a client next door to a
    /// user who has to click first.
    pub const BOUNDS: [u64; 16] = [
        1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 600_000,
    ];

    /// An answer took so long.
    pub(super) fn observe(&mut self, took: Duration) {
        let bucket = Self::BOUNDS.partition_point(|bound| Duration::from_millis(*bound) < took);
        if let Some(count) = self.counts.get_mut(bucket) {
            *count += 1;
        }
        self.sum = self.sum.saturating_add(took);
    }
}

/// What the relay has done so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counters {
    /// Events of clients that were read, by their key in the catalogue, such as
    /// `v2.P2P_EMIT` or `any.LIST_CLIENTS`.
    pub requests: HashMap<&'static str, u64, ahash::RandomState>,
    /// Events of clients that could not be read.
    pub unreadable: u64,
    /// Messages that were passed on to a client, dialect `v1`. Data on streams is
    /// messages, too.
    pub messages_v1: u64,
    /// The same in dialect `v2`.
    pub messages_v2: u64,
    /// Events that clients received because they are in a room.
    pub room_events: u64,
    /// Acks of clients that somebody waited for.
    pub acks: u64,
    /// How long those took from when the client was asked.
    pub round_trips: RoundTrips,
    /// Acks of clients that nobody waited for.
    pub stray_acks: u64,
    /// Streams that were accepted.
    pub streams: u64,
    /// Streams that were ended because nothing came on them for too long.
    pub idle_streams: u64,
    /// Answers to `SERVER_PING`.
    pub pongs: u64,
    /// `SERVER_PING`s that were not answered in time.
    pub missed_pongs: u64,
    /// Failures that clients were told, by their code, whether as `SERVER_ERROR` or
    /// in an ack.
    pub failures: HashMap<FailureCode, u64>,
}

impl Counters {
    /// A client has sent an event; `None` is one that cannot be read.
    pub(super) fn request(&mut self, event: Option<&ClientEvent>) {
        match event {
            Some(event) => self.read(event.spec()),
            None => self.unreadable += 1,
        }
    }

    /// An event of this declaration was read.
    pub(super) fn read(&mut self, spec: &'static EventSpec) {
        *self.requests.entry(spec.key).or_default() += 1;
    }

    /// A message was passed on.
    pub(super) fn message(&mut self, dialect: Dialect) {
        match dialect {
            Dialect::V1 => self.messages_v1 += 1,
            Dialect::V2 => self.messages_v2 += 1,
        }
    }

    /// A client is told of a failure.
    pub(super) fn failure(&mut self, failure: &Failure) {
        *self.failures.entry(failure.code()).or_default() += 1;
    }
}
