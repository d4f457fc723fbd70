//! Time, and the end of a session.

use std::time::Duration;

use super::{Machine, Phase};
use crate::CloseReason;
use crate::session::heartbeat::Beat;
use crate::session::probe::ProbeTick;
use crate::session::{Bounds, Queue, Transport};

/// How long a session on polling that the server has ended is kept, so that the client can
/// fetch what is left. As long as with the official server.
const LINGER: Duration = Duration::from_secs(30);

impl Machine {
    /// When something is due next; `None` if nothing ever is.
    pub(crate) fn due(&self) -> Option<Duration> {
        if let Phase::Ended(_) = self.phase {
            return self.linger;
        }
        let probe = self.probe.map(|probe| probe.due());
        let beat = self.heartbeat.due();
        Some(probe.map_or(beat, |due| due.min(beat)))
    }

    /// Does what is due.
    pub(crate) fn tick(&mut self, now: Duration, bounds: &Bounds) {
        if self.linger.is_some_and(|linger| now >= linger) {
            self.linger = None;
            self.queue.clear();
            return;
        }
        if let Phase::Ended(_) = self.phase {
            return;
        }
        match self.heartbeat.tick(now, bounds) {
            Beat::Send if self.is_open() => self.beat("2", bounds),
            Beat::None | Beat::Send => {}
            Beat::Missed => self.end(CloseReason::PingTimeout),
        }
        let Some(probe) = &mut self.probe else {
            return;
        };
        match probe.tick(now) {
            ProbeTick::None => {}
            ProbeTick::Noop => {
                if self.requests.get.is_some() {
                    self.noop = true;
                    self.wakes.poll = true;
                }
            }
            ProbeTick::TimedOut => self.drop_probe(),
        }
    }

    /// Whether it has ended and nothing is kept for its client any more.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self.phase, Phase::Ended(_)) && self.linger.is_none()
    }

    /// The program closes the session. What waits for the client is still delivered.
    pub(crate) fn close(&mut self, reason: CloseReason, now: Duration) {
        if !self.is_open() {
            return;
        }
        self.drop_probe();
        match &mut self.queue {
            Queue::Packets { .. } => {
                self.queue.text("1");
                self.phase = Phase::Ended(reason);
                self.linger = Some(now + LINGER);
                self.wakes.poll = true;
                self.wakes.timer = true;
            }
            Queue::Frames(frames) => {
                frames.close(None);
                self.phase = Phase::Closing(reason);
                self.wakes.frames = true;
                self.wakes.websocket = true;
            }
        }
    }

    /// The session ends at once, for this reason unless it had one already. A poll that
    /// waits learns of it.
    pub(crate) fn end(&mut self, reason: CloseReason) {
        let reason = match self.phase {
            Phase::Open => reason,
            Phase::Closing(first) => first,
            Phase::Ended(_) => return,
        };
        self.phase = Phase::Ended(reason);
        self.drop_probe();
        self.queue.clear();
        if self.requests.get.is_some() && self.transport == Transport::Polling {
            self.queue.text("1");
        }
        self.linger = None;
        self.wakes.poll = true;
        self.wakes.websocket = true;
    }

    pub(super) fn drop_probe(&mut self) {
        if self.probe.take().is_some() {
            self.wakes.websocket = true;
        }
    }
}
