//! The heartbeat of both generations, as a state machine over instants.
//!
//! Engine.IO 3: this side pings every `pingInterval`; the server must be heard within
//! `pingTimeout` of a ping, and at all within the sum of both. Any frame counts.
//! Engine.IO 4: the server pings; a ping must come within `pingInterval + pingTimeout` of the
//! one before. Only pings count. Both rules are those of the JavaScript clients.
//!
//! While the application is so slow that nothing is read ("paused"), the server's frames lie
//! unread in the network, and silence proves nothing: no timeout runs. Engine.IO 3 pings go on.
//! An Engine.IO 4 ping cannot be seen, but its time is known, since the server announced it; the
//! pong is sent at that time plus half of `pingTimeout`, so that a slow application does not
//! lose its connection. Servers take a pong that nobody asked for as a sign of life.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    frame::{EioVersion, EnginePacket},
    options::Heartbeat as Mode,
};

/// What servers announce is clamped to these, so that it can neither spin nor overflow.
const SHORTEST: Duration = Duration::from_millis(5);
const LONGEST: Duration = Duration::from_hours(24);

/// What has to be done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Beat {
    Nothing,
    SendPing,
    SendPong,
    /// The server is gone.
    Dead,
}

/// The heartbeat of one connection.
#[derive(Debug)]
pub(crate) struct Heartbeat {
    /// `None` for a silent client.
    eio: Option<EioVersion>,
    interval: Duration,
    timeout: Duration,
    /// When the server counts as gone, unless paused.
    deadline: Instant,
    /// Engine.IO 3: when to ping. Engine.IO 4: when a ping must be lying unread, if paused.
    next: Instant,
    /// Engine.IO 3: a ping is unanswered.
    asked: bool,
    paused: bool,
}

impl Heartbeat {
    pub(crate) fn new(
        eio: EioVersion,
        mode: Mode,
        interval: Duration,
        timeout: Duration,
        now: Instant,
    ) -> Self {
        let interval = interval.clamp(SHORTEST, LONGEST);
        let timeout = timeout.clamp(SHORTEST, LONGEST);
        let lead = if eio == EioVersion::V4 {
            timeout / 2
        } else {
            Duration::ZERO
        };
        Self {
            eio: (mode == Mode::Normal).then_some(eio),
            interval,
            timeout,
            deadline: now + interval + timeout,
            next: now + interval + lead,
            asked: false,
            paused: false,
        }
    }

    /// When [`tick`](Self::tick) is due.
    pub(crate) fn wake_at(&self) -> Option<Instant> {
        match (self.eio?, self.paused) {
            (_, true) => Some(self.next),
            (EioVersion::V3, false) => Some(self.next.min(self.deadline)),
            (EioVersion::V4, false) => Some(self.deadline),
        }
    }

    /// Time has passed.
    pub(crate) fn tick(&mut self, now: Instant) -> Beat {
        let Some(eio) = self.eio else {
            return Beat::Nothing;
        };
        // A process that was suspended asks first, however late it is, before it gives up.
        let may_ask = eio == EioVersion::V3 && !self.asked && now >= self.next;
        if !self.paused && !may_ask && now >= self.deadline {
            return Beat::Dead;
        }
        if now < self.next {
            return Beat::Nothing;
        }
        match eio {
            EioVersion::V3 => {
                self.next = now + self.interval;
                if !self.asked {
                    self.asked = true;
                    self.deadline = now + self.timeout;
                }
                Beat::SendPing
            }
            EioVersion::V4 if self.paused => {
                // Without further delay: some servers keep a fixed beat, others count from the
                // pong, and this satisfies both.
                self.next = now + self.interval;
                Beat::SendPong
            }
            EioVersion::V4 => Beat::Nothing,
        }
    }

    /// A frame has been read.
    pub(crate) fn received(&mut self, packet: &EnginePacket, now: Instant) -> Beat {
        match (self.eio, packet) {
            (Some(EioVersion::V3), _) => {
                self.asked = false;
                self.deadline = now + self.interval + self.timeout;
                Beat::Nothing
            }
            (Some(EioVersion::V4), EnginePacket::Ping) => {
                self.deadline = now + self.interval + self.timeout;
                self.next = now + self.interval + self.timeout / 2;
                Beat::SendPong
            }
            _ => Beat::Nothing,
        }
    }

    /// Reading has stopped, or goes on.
    pub(crate) fn set_paused(&mut self, paused: bool, now: Instant) {
        if self.paused && !paused {
            self.asked = false;
            self.deadline = now + self.interval + self.timeout;
        }
        self.paused = paused;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PING: EnginePacket = EnginePacket::Ping;
    const PONG: EnginePacket = EnginePacket::Pong;

    fn new(eio: EioVersion, mode: Mode) -> (Heartbeat, impl Fn(u64) -> Instant) {
        let start = Instant::now();
        let (interval, timeout) = (Duration::from_secs(10), Duration::from_secs(4));
        let heartbeat = Heartbeat::new(eio, mode, interval, timeout, start);
        (heartbeat, move |seconds| {
            start + Duration::from_secs(seconds)
        })
    }

    #[test]
    fn engine_3_pings_and_wants_an_answer() {
        let (mut heart, at) = new(EioVersion::V3, Mode::Normal);
        assert_eq!(heart.wake_at(), Some(at(10)));
        assert_eq!(heart.tick(at(9)), Beat::Nothing);
        assert_eq!(heart.tick(at(10)), Beat::SendPing);
        assert_eq!(heart.wake_at(), Some(at(14)));
        assert_eq!(heart.received(&PONG, at(13)), Beat::Nothing);
        assert_eq!(heart.tick(at(20)), Beat::SendPing);
        assert_eq!(
            heart.received(&EnginePacket::Ignored, at(21)),
            Beat::Nothing
        );
        assert_eq!(heart.tick(at(30)), Beat::SendPing);
        assert_eq!(heart.tick(at(34)), Beat::Dead);
    }

    #[test]
    fn engine_3_does_not_forgive_an_unanswered_ping_for_the_next() {
        let start = Instant::now();
        let (interval, timeout) = (Duration::from_secs(1), Duration::from_secs(3));
        let mut heart = Heartbeat::new(EioVersion::V3, Mode::Normal, interval, timeout, start);
        for second in 1..4 {
            assert_eq!(
                heart.tick(start + Duration::from_secs(second)),
                Beat::SendPing
            );
        }
        assert_eq!(heart.tick(start + Duration::from_secs(4)), Beat::Dead);
    }

    #[test]
    fn engine_3_asks_before_it_gives_up_after_a_long_sleep() {
        let (mut heart, at) = new(EioVersion::V3, Mode::Normal);
        assert_eq!(heart.tick(at(1000)), Beat::SendPing);
        assert_eq!(heart.tick(at(1003)), Beat::Nothing);
        assert_eq!(heart.tick(at(1004)), Beat::Dead);
    }

    #[test]
    fn engine_4_answers_and_counts_only_pings() {
        let (mut heart, at) = new(EioVersion::V4, Mode::Normal);
        assert_eq!(heart.wake_at(), Some(at(14)));
        assert_eq!(heart.received(&PING, at(10)), Beat::SendPong);
        assert_eq!(
            heart.received(&EnginePacket::Message("2[]".into()), at(20)),
            Beat::Nothing
        );
        assert_eq!(heart.tick(at(23)), Beat::Nothing);
        assert_eq!(heart.tick(at(24)), Beat::Dead);
    }

    #[test]
    fn while_paused_life_is_shown_and_nobody_dies() {
        let (mut heart, at) = new(EioVersion::V4, Mode::Normal);
        heart.set_paused(true, at(5));
        assert_eq!(heart.wake_at(), Some(at(12)));
        assert_eq!(heart.tick(at(12)), Beat::SendPong);
        assert_eq!(heart.tick(at(22)), Beat::SendPong);
        assert_eq!(heart.wake_at(), Some(at(32)));
        heart.set_paused(false, at(30));
        assert_eq!(heart.wake_at(), Some(at(44)));
        assert_eq!(heart.received(&PING, at(30)), Beat::SendPong);

        let (mut heart, at) = new(EioVersion::V3, Mode::Normal);
        heart.set_paused(true, at(5));
        assert_eq!(heart.tick(at(10)), Beat::SendPing);
        assert_eq!(heart.tick(at(20)), Beat::SendPing);
        heart.set_paused(false, at(25));
        assert_eq!(heart.tick(at(30)), Beat::SendPing);
        assert_eq!(heart.tick(at(34)), Beat::Dead);
    }

    #[test]
    fn a_silent_client_does_nothing() {
        for eio in [EioVersion::V3, EioVersion::V4] {
            let (mut heart, at) = new(eio, Mode::Silent);
            assert_eq!(heart.wake_at(), None);
            assert_eq!(heart.received(&PING, at(1)), Beat::Nothing);
            assert_eq!(heart.tick(at(1000)), Beat::Nothing);
        }
    }

    #[test]
    fn absurd_intervals_are_clamped() {
        let now = Instant::now();
        for time in [Duration::ZERO, Duration::MAX] {
            let heart = Heartbeat::new(EioVersion::V3, Mode::Normal, time, time, now);
            let wait = heart.wake_at().unwrap() - now;
            assert!((SHORTEST..=LONGEST).contains(&wait));
        }
    }
}
