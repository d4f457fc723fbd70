//! When nothing more is read of a connection for a while.
//!
//! A client that sends more than others can take is slowed down before anybody loses
//! anything: what it sends waits in the operating systems of both sides. Two things bring
//! that about. It has sent [too fast](Backpressure::exceed), or it has sent to a client
//! for which much [waits already](Backpressure::wait_for).

use std::sync::Weak;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use sio_p2p_engine::{Room, Socket};
use tokio::time::Instant;

use super::session::{Connection, Session};

/// How long a client is not listened to that was too fast, at least. So one that goes on is
/// told so ten times a second, and not each time.
const PAUSE: Duration = Duration::from_millis(100);

/// Who is not too fast for so long has stopped.
const STOPPED: Duration = Duration::from_secs(1);

/// How often it is looked whether a receiver has taken what waits for it.
const LOOK: Duration = Duration::from_millis(5);

/// How long a receiver may hold up those who send to it. Each second in which it does not
/// gives a tenth back. After that they go on, so that nobody is held up by a client that
/// reads nothing, or just enough: it is let go of when its queue is full.
const ALLOWANCE: Duration = Duration::from_secs(1);

/// Who looks again within this time has waited all the while.
const WAITING: Duration = Duration::from_millis(50);

/// What holds up a connection as a sender, and how it holds up others as a receiver.
#[derive(Debug, Default)]
pub(crate) struct Backpressure {
    /// Whether anything holds it up. Read after every message, so it has no lock.
    held: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Nothing is read until then.
    until: Option<Instant>,
    /// Nothing is read until this receiver has room again.
    receiver: Option<Weak<Socket<Session>>>,
    /// When it was too fast for the first time of a row, and for the last.
    excess: Option<(Instant, Instant)>,
    /// How long it has held up others, as far as that still counts, and when it last did.
    held_up: Option<(Duration, Instant)>,
}

impl Backpressure {
    /// The connection has sent too fast, and has to wait so long until it may send again.
    /// Gives for how long it has been too fast by now.
    pub(crate) fn exceed(&self, wait: Duration) -> Duration {
        let now = Instant::now();
        let mut state = self.state.lock();
        let first = match state.excess {
            Some((first, last)) if now.duration_since(last) < STOPPED + wait => first,
            _ => now,
        };
        state.excess = Some((first, now));
        state.until = Some(now + wait.max(PAUSE));
        self.held.store(true, Ordering::Relaxed);
        now.duration_since(first)
    }

    /// The connection has sent to a receiver that has little room left.
    pub(crate) fn wait_for(&self, receiver: Weak<Socket<Session>>) {
        self.state.lock().receiver = Some(receiver);
        self.held.store(true, Ordering::Relaxed);
    }

    /// How long nothing more is read of the connection.
    pub(crate) fn pause(&self) -> Option<Duration> {
        if !self.held.load(Ordering::Relaxed) {
            return None;
        }
        let mut state = self.state.lock();
        if let Some(until) = state.until {
            let left = until.saturating_duration_since(Instant::now());
            if !left.is_zero() {
                return Some(left);
            }
            state.until = None;
        }
        let receiver = state.receiver.take();
        // It may be the connection itself, which is locked.
        drop(state);
        if let Some(receiver) = receiver
            && let Some(connection) = receiver.upgrade()
            && holds_up(&connection)
        {
            self.state.lock().receiver = Some(receiver);
            return Some(LOOK);
        }
        self.held.store(false, Ordering::Relaxed);
        None
    }

    /// A sender waits for this connection. Says whether it may be made to.
    fn may_hold_up(&self) -> bool {
        let now = Instant::now();
        let mut state = self.state.lock();
        let (spent, last) = state.held_up.unwrap_or((Duration::ZERO, now));
        let since = now.duration_since(last);
        let spent = if since < WAITING {
            spent.saturating_add(since).min(ALLOWANCE)
        } else {
            spent.saturating_sub(since / 10)
        };
        state.held_up = Some((spent, now));
        spent < ALLOWANCE
    }
}

/// Whether those who send to a connection have to wait.
fn holds_up(receiver: &Connection) -> bool {
    !receiver.is_closed()
        && receiver.room() == Room::Scarce
        && receiver.data().backpressure.may_hold_up()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_is_too_fast_is_not_read_for_a_while() {
        let sender = Backpressure::default();
        assert_eq!(sender.pause(), None);
        assert_eq!(sender.exceed(Duration::from_millis(1)), Duration::ZERO);
        assert_eq!(sender.pause(), Some(PAUSE), "at least so long");
        sender.exceed(Duration::from_secs(3));
        assert_eq!(sender.pause(), Some(Duration::from_secs(3)));
        tokio::time::advance(Duration::from_secs(3)).await;
        assert_eq!(sender.pause(), None);
    }

    #[tokio::test(start_paused = true)]
    async fn how_long_somebody_has_been_too_fast_begins_anew_when_it_has_stopped() {
        let sender = Backpressure::default();
        let wait = Duration::from_millis(200);
        for round in 0..10 {
            assert_eq!(sender.exceed(wait), round * wait);
            tokio::time::advance(wait).await;
        }
        tokio::time::advance(STOPPED).await;
        assert_eq!(sender.exceed(wait), Duration::ZERO);
    }

    /// However it reads: the time counts, and not whether there was room in between.
    #[tokio::test(start_paused = true)]
    async fn a_receiver_holds_up_others_for_a_second_and_then_for_a_tenth_of_the_time() {
        let receiver = Backpressure::default();
        let mut held = Duration::ZERO;
        while receiver.may_hold_up() {
            tokio::time::advance(LOOK).await;
            held += LOOK;
        }
        assert_eq!(held, ALLOWANCE);
        assert!(!receiver.may_hold_up(), "it goes on holding them up");
        tokio::time::advance(Duration::from_secs(2)).await;
        held = Duration::ZERO;
        while receiver.may_hold_up() {
            tokio::time::advance(LOOK).await;
            held += LOOK;
        }
        assert_eq!(held, Duration::from_millis(200));
    }
}
