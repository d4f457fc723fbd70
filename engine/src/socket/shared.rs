//! What all sessions of a server share.

use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::Instant;

use super::backlog::Backlog;
use crate::Config;
use crate::session::Bounds;
use crate::timers::Timers;

/// What all sessions of a server share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) bounds: Bounds,
    pub(crate) timers: Timers,
    /// What waits for all clients.
    pub(crate) backlog: Backlog,
    /// The room that bodies of polling requests have, in KiB.
    pub(crate) payloads: Semaphore,
    /// When the server's clock began.
    began: Instant,
}

impl Shared {
    pub(crate) fn new(config: Config) -> Self {
        Self {
            bounds: Bounds {
                ping_interval: config.ping_interval,
                ping_timeout: config.ping_timeout,
                upgrade_timeout: config.upgrade_timeout,
                queue_packets: config.queue_packets,
                queue_bytes: config.queue_bytes,
            },
            backlog: Backlog::default(),
            payloads: Semaphore::new(payload_room(&config)),
            config,
            timers: Timers::default(),
            began: Instant::now(),
        }
    }

    /// How long the server's clock has been running.
    pub(crate) fn now(&self) -> Duration {
        self.began.elapsed()
    }

    /// The moment at which its clock shows so many milliseconds.
    pub(crate) fn moment(&self, milliseconds: u64) -> Instant {
        self.began + Duration::from_millis(milliseconds)
    }
}

/// How many KiB the bodies of all polling requests may have together. The largest that is
/// taken has room in it, or it would wait for ever.
fn payload_room(config: &Config) -> usize {
    let bytes = config.payload_bytes.max(config.largest_body());
    (bytes >> 10).saturating_add(1).min(Semaphore::MAX_PERMITS)
}
