//! What the shell counts, and all metrics at one moment.
//!
//! Everything is a plain number under the lock of the namespace, except for what concerns a
//! packet before the lock is taken. Nothing here is global: two servers in one
//! process have figures of their own.

use std::sync::atomic::{AtomicU64, Ordering};

use sio_p2p_engine::Generation;
use sio_p2p_protocol::Dialect;

use super::disconnect_reason::DisconnectReason;
use super::latency::{Latencies, Latency};
use crate::relay::{Counters, Gauges};

/// The dialects that a connection has been seen to speak, as a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Spoken(u8);

impl Spoken {
    /// The set from the number that stands for it.
    pub(crate) fn from_bits(bits: u8) -> Self {
        Self(bits & 3)
    }

    /// The number that stands for it, 0 to 3.
    pub(crate) fn bits(self) -> u8 {
        self.0
    }

    /// The set with this dialect in it.
    pub(crate) fn with(self, dialect: Dialect) -> Self {
        match dialect {
            Dialect::V1 => Self(self.0 | 1),
            Dialect::V2 => Self(self.0 | 2),
        }
    }

    /// Its name in metrics.
    pub(crate) fn name(self) -> &'static str {
        match self.0 {
            0 => "none",
            1 => "v1",
            2 => "v2",
            _ => "both",
        }
    }
}

/// Numbers for each generation of Engine.IO: 3, then 4.
pub(crate) type ByEngine<T> = [T; 2];

/// The place of a generation in [`ByEngine`].
fn place(generation: Generation) -> usize {
    match generation {
        Generation::V3 => 0,
        Generation::V4 => 1,
    }
}

/// What the namespace counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ShellCounters {
    /// Connections that are in the namespace now, by what they have spoken so far.
    pub(crate) joined: ByEngine<[u64; 4]>,
    /// How often a connection has joined.
    pub(crate) joins: ByEngine<u64>,
    /// How often a connection was refused to join.
    pub(crate) refused: u64,
    /// Connections that have ended, by [`DisconnectReason`].
    pub(crate) ended: [u64; DisconnectReason::ALL.len()],
    /// Events that were queued for a client.
    pub(crate) events: u64,
    /// Acks that were queued for a client.
    pub(crate) acks: u64,
    /// Packets of the engine that these came to, attachments counted each.
    pub(crate) packets: u64,
    /// Their bytes.
    pub(crate) bytes: u64,
}

impl ShellCounters {
    /// A connection has joined the namespace.
    pub(crate) fn join(&mut self, generation: Generation, spoken: Spoken) {
        self.joins[place(generation)] += 1;
        *self.at(generation, spoken) += 1;
    }

    /// A connection has left the namespace.
    pub(crate) fn leave(&mut self, generation: Generation, spoken: Spoken) {
        *self.at(generation, spoken) -= 1;
    }

    /// A connection that is in the namespace has spoken another dialect.
    pub(crate) fn speak(&mut self, generation: Generation, before: Spoken, now: Spoken) {
        *self.at(generation, before) -= 1;
        *self.at(generation, now) += 1;
    }

    /// A connection has ended.
    pub(crate) fn end(&mut self, reason: DisconnectReason) {
        self.ended[reason as usize] += 1;
    }

    /// So many packets with so many bytes were queued for a client.
    pub(crate) fn queue(&mut self, packets: usize, bytes: usize) {
        self.packets += packets as u64;
        self.bytes += bytes as u64;
    }

    fn at(&mut self, generation: Generation, spoken: Spoken) -> &mut u64 {
        // The set is a number below 4, whatever it holds.
        &mut self.joined[place(generation)][usize::from(spoken.bits() & 3)]
    }
}

/// What is counted before the lock is taken.
#[derive(Debug, Default)]
pub(crate) struct ReadCounters {
    packets: AtomicU64,
    bytes: AtomicU64,
    /// From the moment a packet is read until all that it gave rise to is queued.
    latency: Latency,
}

impl ReadCounters {
    /// A packet was read.
    pub(crate) fn read(&self, bytes: usize) {
        self.packets.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(bytes as u64, Ordering::Relaxed);
    }

    /// It has been dealt with.
    pub(crate) fn handled(&self, took: std::time::Duration) {
        self.latency.observe(took);
    }
}

/// What waits for consumers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct QueueGauges {
    /// How many connections have something waiting.
    pub(crate) connections: usize,
    /// How many packets wait for all of them.
    pub(crate) packets: usize,
    /// How many bytes those have.
    pub(crate) bytes: usize,
    /// The most packets that wait for one connection.
    pub(crate) most_packets: usize,
    /// The most bytes that wait for one connection.
    pub(crate) most_bytes: usize,
}

impl QueueGauges {
    /// Adds one connection for which so much waits.
    pub(crate) fn add(&mut self, packets: usize, bytes: usize) {
        if packets > 0 {
            self.connections += 1;
            self.packets += packets;
            self.bytes += bytes;
            self.most_packets = self.most_packets.max(packets);
            self.most_bytes = self.most_bytes.max(bytes);
        }
    }
}

/// All metrics at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct ShellMetrics {
    /// Open connections, joined or not.
    pub(crate) open: usize,
    /// What the namespace has counted.
    pub(crate) shell: ShellCounters,
    /// What waits for consumers.
    pub(crate) queues: QueueGauges,
    /// What the relay holds.
    pub(crate) gauges: Gauges,
    /// What the relay has done.
    pub(crate) counters: Counters,
    /// Packets that were read, and their bytes.
    pub(crate) read: (u64, u64),
    /// How long packets took to be handled.
    pub(crate) latencies: Latencies,
}

impl ShellMetrics {
    /// Adds what was counted without the lock.
    pub(crate) fn with(self, read_counters: &ReadCounters) -> Self {
        Self {
            read: (
                read_counters.packets.load(Ordering::Relaxed),
                read_counters.bytes.load(Ordering::Relaxed),
            ),
            latencies: read_counters.latency.so_far(),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_counted_where_it_belongs() {
        let mut counters = ShellCounters::default();
        let none = Spoken::default();
        counters.join(Generation::V3, none);
        counters.join(Generation::V4, none);
        let v2 = none.with(Dialect::V2);
        counters.speak(Generation::V4, none, v2);
        assert_eq!(counters.joined, [[1, 0, 0, 0], [0, 0, 1, 0]]);
        let both = v2.with(Dialect::V1);
        assert_eq!(
            (none.name(), v2.name(), both.name()),
            ("none", "v2", "both")
        );
        counters.speak(Generation::V4, v2, both);
        counters.leave(Generation::V4, both);
        assert_eq!(counters.joined, [[1, 0, 0, 0], [0, 0, 0, 0]]);
        assert_eq!(counters.joins, [1, 1]);
    }
}
