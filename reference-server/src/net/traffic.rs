//! What passes through TCP connections, in numbers.

use std::sync::atomic::{AtomicU64, Ordering};

/// What passes through the TCP connections of one server. Every field only grows.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    /// Connections that were accepted.
    pub(crate) accepted: Count,
    /// Connections that have ended.
    pub(crate) ended: Count,
    /// Connections that did not get through the TLS handshake.
    pub(crate) no_handshake: Count,
    /// Connections that were dropped because they took no byte for too long.
    pub(crate) stalled: Count,
    /// Requests of pages that may not connect.
    pub(crate) foreign: Count,
    /// Requests to connect from addresses that ask too often.
    pub(crate) too_many: Count,
    /// Bytes that were read, with all that HTTP and TLS add.
    pub(crate) read: Count,
    /// Bytes that were written.
    pub(crate) written: Count,
}

/// A number that many tasks add to.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add(&self, more: usize) {
        // Nothing is ordered by it: whoever reads it wants to know about how many.
        self.0.fetch_add(more as u64, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
