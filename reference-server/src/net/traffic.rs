//! What passes through TCP connections, in numbers.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sio_p2p_engine::IoCounters;

/// What passes through the TCP connections of one server. Every field only grows.
#[derive(Debug, Default)]
pub(crate) struct Traffic {
    /// What the connections themselves count.
    pub(crate) io: Arc<IoCounters>,
    /// Connections that did not get through the TLS handshake.
    pub(crate) no_handshake: Count,
    /// Requests of pages that may not connect.
    pub(crate) foreign: Count,
    /// TCP connections of addresses that have too many.
    pub(crate) too_many_sockets: Count,
    /// Requests to connect from addresses that ask too often.
    pub(crate) too_many: Count,
}

/// A number that many tasks add to.
#[derive(Debug, Default)]
pub(crate) struct Count(AtomicU64);

impl Count {
    pub(crate) fn add(&self, more: usize) {
        // Nothing is ordered by it: a reader wants to know about how many.
        self.0.fetch_add(more as u64, Ordering::Relaxed);
    }

    pub(crate) fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
