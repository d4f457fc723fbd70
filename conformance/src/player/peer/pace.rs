//! How fast connections are made: as fast as the server allows.
//!
//! A server may say "not now": by the statuses 429 and 503, or by a listener that is closed for a
//! moment. That breaks no clause, so the runner tries again: after the time that the server
//! names (`Retry-After`) or a growing one, with a gap between connections that grows with
//! every refusal and shrinks while there is none. All of it has an end, see `Limits`.

use std::collections::BTreeSet;
use std::time::Duration;

use parking_lot::Mutex;
use sio_p2p_transport::{ConnectError, ConnectOptions, PacketSocket};
use tokio::time::{Instant, sleep, sleep_until};

/// The gap after the first refusal.
const FIRST_GAP: Duration = Duration::from_millis(50);
/// The largest gap between two connections.
const LAST_GAP: Duration = Duration::from_secs(2);
/// The pause after the first refusal that names no time.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause of this kind.
const LAST_PAUSE: Duration = Duration::from_secs(2);
/// So many connections without a refusal shrink the gap.
const CALM: u32 = 10;

/// How much patience there is with a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Limits {
    /// How long one connection may be refused.
    pub(crate) refused: Duration,
    /// How long nobody may listen.
    pub(crate) away: Duration,
}

/// The pace of a run.
#[derive(Debug)]
pub(crate) struct Pace {
    limits: Limits,
    state: Mutex<State>,
    /// Held by whoever plays, once the server has refused somebody.
    pub(crate) turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    next: Option<Instant>,
    gap: Duration,
    grown: Option<Instant>,
    calm: u32,
    away_since: Option<Instant>,
    /// The server has refused for longer than there is patience.
    exhausted: bool,
    slowed: Slowed,
}

/// How a server has slowed the runner down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Slowed {
    /// How many connections it refused for the moment.
    pub refusals: usize,
    /// By which HTTP statuses.
    pub statuses: BTreeSet<u16>,
    /// How often nobody listened for a moment.
    pub absences: usize,
    /// How long connections have waited, all together.
    pub waited: Duration,
}

impl Slowed {
    /// Whether anything was slowed down at all.
    pub fn is_nothing(&self) -> bool {
        self.refusals == 0 && self.absences == 0
    }
}

impl std::fmt::Display for Slowed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut parts = Vec::new();
        if self.refusals > 0 {
            let statuses: Vec<_> = self.statuses.iter().map(u16::to_string).collect();
            let connections = if self.refusals == 1 {
                "connection"
            } else {
                "connections"
            };
            parts.push(format!(
                "refused {} {connections} for the moment (HTTP {})",
                self.refusals,
                statuses.join(" and ")
            ));
        }
        if self.absences > 0 {
            let times = if self.absences == 1 { "time" } else { "times" };
            parts.push(format!("did not listen {} {times}", self.absences));
        }
        write!(
            f,
            "The server {}; the runner slowed down to what it allows and waited {:.1} s in all. \
             None of that counts against it.",
            parts.join(" and "),
            self.waited.as_secs_f64()
        )
    }
}

/// Why a server could not be talked to just now, if it may be otherwise soon.
enum NotNow {
    Refused(u16, Option<Duration>),
    Away,
}

impl Pace {
    /// Nothing has been refused yet.
    pub(crate) fn new(limits: Limits) -> Self {
        Self {
            limits,
            state: Mutex::default(),
            turn: tokio::sync::Mutex::default(),
        }
    }

    /// How the server has slowed the runner down so far.
    pub(crate) fn slowed(&self) -> Slowed {
        self.state.lock().slowed.clone()
    }

    /// Whether checks are to be played one at a time.
    pub(crate) fn is_slow(&self) -> bool {
        self.state.lock().slowed.refusals > 0
    }

    /// Whether the server has been away for longer than there is patience.
    pub(crate) fn is_gone(&self) -> bool {
        let since = self.state.lock().away_since;
        since.is_some_and(|since| since.elapsed() >= self.limits.away)
    }

    /// Connects, and tries again as long as the server only says "not now" and there is
    /// patience.
    pub(crate) async fn connect(
        &self,
        options: &ConnectOptions,
    ) -> Result<PacketSocket, ConnectError> {
        let began = Instant::now();
        let mut pause = FIRST_PAUSE;
        loop {
            let asked = self.my_turn().await;
            let error = match PacketSocket::connect(options).await {
                Ok(socket) => {
                    self.accepted();
                    return Ok(socket);
                }
                Err(error) => error,
            };
            let Some(why) = not_now(&error) else {
                self.answered();
                return Err(error);
            };
            let Some(wait) = self.refused(&why, began, asked, pause) else {
                return Err(error);
            };
            pause = (pause * 2).min(LAST_PAUSE);
            sleep(wait).await;
        }
    }

    /// Waits until a connection may be made; gives the time at which it is.
    async fn my_turn(&self) -> Instant {
        let at = {
            let mut state = self.state.lock();
            let now = Instant::now();
            let at = state.next.map_or(now, |next| next.max(now));
            state.next = (!state.gap.is_zero()).then(|| at + state.gap);
            state.slowed.waited += at - now;
            at
        };
        sleep_until(at).await;
        at
    }

    fn accepted(&self) {
        self.answered();
        let mut state = self.state.lock();
        state.exhausted = false;
        state.calm += 1;
        if state.calm >= CALM {
            state.calm = 0;
            state.gap = state.gap * 9 / 10;
        }
    }

    /// Somebody listens.
    fn answered(&self) {
        self.state.lock().away_since = None;
    }

    /// Takes note of a refusal; gives the time to wait, or nothing if there is no patience left.
    fn refused(
        &self,
        why: &NotNow,
        began: Instant,
        asked: Instant,
        pause: Duration,
    ) -> Option<Duration> {
        let now = Instant::now();
        let mut state = self.state.lock();
        let (wait, patient) = match *why {
            NotNow::Away => {
                if state.away_since.is_none() {
                    state.away_since = Some(now);
                    state.slowed.absences += usize::from(!self.limits.away.is_zero());
                }
                let since = state.away_since.unwrap_or(now);
                (pause, now + pause < since + self.limits.away)
            }
            NotNow::Refused(status, after) => {
                state.away_since = None;
                state.slowed.refusals += 1;
                state.slowed.statuses.insert(status);
                state.calm = 0;
                // Of those that were refused together, the first is the one to learn from.
                if state.grown.is_none_or(|grown| grown <= asked) {
                    state.gap = (state.gap * 2).clamp(FIRST_GAP, LAST_GAP);
                    state.grown = Some(now);
                }
                let wait = after.unwrap_or(pause);
                let patient = !state.exhausted && now + wait < began + self.limits.refused;
                state.exhausted |= !patient;
                if patient {
                    let next = state.next.map_or(now + wait, |next| next.max(now + wait));
                    state.next = Some(next);
                }
                (wait, patient)
            }
        };
        if !patient {
            // Nobody listens any more: what is asked for from now on is not waited for.
            return None;
        }
        state.slowed.waited += wait;
        Some(wait)
    }
}

/// Whether an error only says that it is not possible now.
fn not_now(error: &ConnectError) -> Option<NotNow> {
    match error {
        ConnectError::Http(refusal) if matches!(refusal.status, 429 | 503) => {
            Some(NotNow::Refused(refusal.status, refusal.retry_after()))
        }
        ConnectError::Unreachable { .. } => Some(NotNow::Away),
        _ => None,
    }
}

/// Whether a server says "not now", and so is well.
pub(crate) fn is_refusal_for_now(error: &ConnectError) -> bool {
    matches!(not_now(error), Some(NotNow::Refused(..)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        refused: Duration::from_secs(30),
        away: Duration::from_secs(10),
    };

    #[tokio::test(start_paused = true)]
    async fn patience_has_an_end() {
        let pace = Pace::new(LIMITS);
        let now = Instant::now();
        let soon = NotNow::Refused(429, Some(Duration::from_secs(2)));
        let wait = pace.refused(&soon, now, now, FIRST_PAUSE);
        assert_eq!(wait, Some(Duration::from_secs(2)));
        assert!(pace.is_slow());
        // An hour is more than there is patience, and then nobody else has any.
        let late = NotNow::Refused(503, Some(Duration::from_hours(1)));
        assert_eq!(pace.refused(&late, now, now, FIRST_PAUSE), None);
        assert_eq!(pace.refused(&soon, now, now, FIRST_PAUSE), None);
        pace.accepted();
        assert!(pace.refused(&soon, now, now, FIRST_PAUSE).is_some());
        let slowed = pace.slowed();
        assert_eq!((slowed.refusals, slowed.statuses.len()), (4, 2));
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_away_for_too_long_is_gone() {
        let pace = Pace::new(LIMITS);
        let now = Instant::now();
        assert!(pace.refused(&NotNow::Away, now, now, FIRST_PAUSE).is_some());
        assert!(!pace.is_gone());
        tokio::time::advance(LIMITS.away).await;
        assert!(pace.refused(&NotNow::Away, now, now, FIRST_PAUSE).is_none());
        assert!(pace.is_gone());
        pace.answered();
        assert!(!pace.is_gone());
    }

    #[tokio::test(start_paused = true)]
    async fn connections_keep_a_gap_that_shrinks_again() {
        let pace = Pace::new(LIMITS);
        let now = Instant::now();
        assert_eq!(pace.my_turn().await, now);
        assert_eq!(pace.my_turn().await, now, "nobody has been refused");
        pace.refused(&NotNow::Refused(429, None), now, now, FIRST_PAUSE);
        let first = pace.my_turn().await;
        assert_eq!(first, now + FIRST_PAUSE);
        assert_eq!(pace.my_turn().await, first + FIRST_GAP);
        for _ in 0..CALM {
            pace.accepted();
        }
        assert!(pace.state.lock().gap < FIRST_GAP);
    }

    /// A listener that is closed for a moment: the connection comes about when it is back.
    #[tokio::test]
    async fn who_listens_again_is_connected_to() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let pace = std::sync::Arc::new(Pace::new(LIMITS));
        let options = ConnectOptions::new(&format!("http://{address}")).unwrap();
        let options = options.query("clientId", "a");
        let asking = std::sync::Arc::clone(&pace);
        let connecting = tokio::spawn(async move { asking.connect(&options).await });
        while pace.slowed().absences == 0 {
            tokio::task::yield_now().await;
        }
        let listener = tokio::net::TcpListener::bind(address).await.unwrap();
        let config = sio_p2p_server::Config::default();
        let forever = std::future::pending::<()>();
        let server = tokio::spawn(sio_p2p_server::serve(listener, config, forever));
        assert!(connecting.await.unwrap().is_ok());
        assert_eq!(pace.slowed().absences, 1);
        server.abort();
    }
}
