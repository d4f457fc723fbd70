//! Heartbeats: who sends them, and when one is missed.

use std::time::Duration;

use super::Bounds;
use crate::Generation;

/// A heartbeat that is sent late by less than this part of its timeout counts as sent on
/// time.
const LATE: u32 = 16;

/// The heartbeats of one session.
#[derive(Debug, Clone, Copy)]
pub(super) enum Heartbeat {
    /// Generation 3: the client sends them, and any packet counts as one.
    FromClient {
        /// When one of them is missed.
        until: Duration,
    },
    /// Generation 4: the server sends them.
    FromServer {
        /// When the next is sent, or the one that was sent is missed.
        due: Duration,
        /// One was sent and is not answered yet.
        sent: bool,
    },
}

/// What time it is for a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beat {
    /// Nothing is due.
    None,
    /// A heartbeat has to be sent.
    Send,
    /// A heartbeat was missed.
    Missed,
}

impl Heartbeat {
    /// The heartbeats of a session that is opened now.
    pub(super) fn new(generation: Generation, now: Duration, bounds: &Bounds) -> Self {
        match generation {
            Generation::V3 => Self::FromClient {
                until: now + bounds.ping_interval + bounds.ping_timeout,
            },
            Generation::V4 => Self::FromServer {
                due: now + bounds.ping_interval,
                sent: false,
            },
        }
    }

    /// The client has sent a packet.
    pub(super) fn heard(&mut self, now: Duration, bounds: &Bounds) {
        if let Self::FromClient { until } = self {
            *until = now + bounds.ping_interval + bounds.ping_timeout;
        }
    }

    /// The client has answered a heartbeat.
    pub(super) fn answered(&mut self, now: Duration, bounds: &Bounds) {
        if let Self::FromServer { due, sent } = self {
            *due = now + bounds.ping_interval;
            *sent = false;
        }
    }

    /// When something is due.
    pub(super) fn due(&self) -> Duration {
        match *self {
            Self::FromClient { until } => until,
            Self::FromServer { due, .. } => due,
        }
    }

    /// What is due now. What has to be sent counts as sent.
    pub(super) fn tick(&mut self, now: Duration, bounds: &Bounds) -> Beat {
        if now < self.due() {
            return Beat::None;
        }
        match self {
            Self::FromServer { due, sent } if !*sent => {
                // Timers are a little late, and the two in a row need not add up. A server
                // that was held up for long gives the client its whole time.
                let late = now.saturating_sub(*due);
                let sent_at = if late < bounds.ping_timeout / LATE {
                    *due
                } else {
                    now
                };
                *due = sent_at + bounds.ping_timeout;
                *sent = true;
                Beat::Send
            }
            _ => Beat::Missed,
        }
    }
}
