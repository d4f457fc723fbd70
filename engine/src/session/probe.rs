//! A WebSocket that wants to become the transport of a session on polling.

use std::time::Duration;

/// How often a poll that waits is answered by a `6` while an upgrade is under way, so
/// that the client can stop polling. The official server has the same pace.
const NOOP_INTERVAL: Duration = Duration::from_millis(100);

/// Tells one WebSocket of a session from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Prober(pub(super) u32);

/// An upgrade that is under way.
#[derive(Debug, Clone, Copy)]
pub(super) struct Probe {
    pub(super) prober: Prober,
    /// When it has taken too long.
    until: Duration,
    /// When a poll that waits is answered next; `None` until the client has said
    /// `2probe`.
    noop: Option<Duration>,
}

/// What time it is for an upgrade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ProbeTick {
    /// Nothing is due.
    None,
    /// A poll that waits is to be answered by `6`.
    Noop,
    /// It has taken too long.
    TimedOut,
}

impl Probe {
    /// A WebSocket has come; it has until then.
    pub(super) fn new(prober: Prober, until: Duration) -> Self {
        Self {
            prober,
            until,
            noop: None,
        }
    }

    /// The client has said `2probe`.
    pub(super) fn asked(&mut self, now: Duration) {
        self.noop.get_or_insert(now + NOOP_INTERVAL);
    }

    /// When something is due.
    pub(super) fn due(&self) -> Duration {
        self.noop.map_or(self.until, |noop| noop.min(self.until))
    }

    /// What is due now.
    pub(super) fn tick(&mut self, now: Duration) -> ProbeTick {
        if now >= self.until {
            return ProbeTick::TimedOut;
        }
        match &mut self.noop {
            Some(noop) if now >= *noop => {
                *noop = now + NOOP_INTERVAL;
                ProbeTick::Noop
            }
            _ => ProbeTick::None,
        }
    }
}
