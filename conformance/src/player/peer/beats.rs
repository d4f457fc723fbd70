//! The heartbeats of a server: how often they are due, and how many have come.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sio_p2p_transport::{Direction, EioVersion, Frame, Handshake};

/// How often heartbeats are due, as the handshake says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rhythm {
    pub(super) interval: Duration,
    timeout: Duration,
}

impl Rhythm {
    pub(crate) fn of(handshake: &Handshake) -> Self {
        Self {
            interval: handshake.ping_interval,
            timeout: handshake.ping_timeout,
        }
    }

    /// How long a client may be silent.
    pub(super) fn silence(self) -> Duration {
        self.interval.saturating_add(self.timeout)
    }
}

/// How many heartbeats of the server have come.
#[derive(Debug, Clone, Default)]
pub(crate) struct Beats(Arc<AtomicU64>);

impl Beats {
    /// Counts a frame if it is a heartbeat of the server: in Engine.IO 4 it asks, in 3 it
    /// answers.
    pub(crate) fn see(&self, eio: EioVersion, direction: Direction, frame: &Frame) {
        let beat = match eio {
            EioVersion::V3 => "3",
            EioVersion::V4 => "2",
        };
        if direction == Direction::In && matches!(frame, Frame::Text(text) if text == beat) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    pub(super) fn count(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}
