//! A clock for loads that send at a fixed rate.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use mio::Waker;

/// Messages are due in bursts, one each millisecond.
pub(super) const TICK: Duration = Duration::from_millis(1);

/// A thread that ends the wait of a poll at each tick, as a poll by itself cannot wait for
/// less than a millisecond.
#[derive(Debug)]
pub(super) struct Pacer {
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
    next: Instant,
    each: f64,
    /// What is due of a message that is not due yet.
    part: f64,
}

impl Pacer {
    /// Starts now, with this many messages each second.
    pub(super) fn start(waker: Arc<Waker>, rate: f64) -> Self {
        let start = Instant::now();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || {
            let mut next = start;
            while !stopped.load(Ordering::Relaxed) {
                thread::sleep(next.saturating_duration_since(Instant::now()));
                next += TICK;
                // The poll is gone if this fails, and so will be the pacer.
                let _ = waker.wake();
            }
        });
        Self {
            stop,
            thread: Some(thread),
            next: start,
            each: rate * TICK.as_secs_f64(),
            part: 0.0,
        }
    }

    /// The next burst if its time has come: when it was due, and how many messages it has.
    pub(super) fn burst(&mut self) -> Option<(Instant, usize)> {
        if Instant::now() < self.next {
            return None;
        }
        let due = self.next;
        self.next += TICK;
        self.part += self.each;
        let count = self.part.floor();
        self.part -= count;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        Some((due, count as usize))
    }
}

impl Drop for Pacer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            // It cannot panic.
            let _ = thread.join();
        }
    }
}
