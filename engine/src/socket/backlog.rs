//! How much waits for all clients together.

use std::sync::atomic::{AtomicUsize, Ordering};

/// So many bytes of each queue are not counted, so that the queues of clients that keep up
/// cost nothing here. A client for which no more than that waits is never too far behind.
pub(super) const FREE: usize = 64 << 10;

/// How many bytes wait for all clients together, in queues that are long.
#[derive(Debug, Default)]
pub(crate) struct Backlog(AtomicUsize);

impl Backlog {
    /// How many there are.
    pub(crate) fn bytes(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }

    /// A queue that counted for `before` bytes has so many now. Gives what it counts for.
    pub(super) fn count(&self, before: usize, bytes: usize) -> usize {
        let now = if bytes > FREE { bytes } else { 0 };
        // Nothing is ordered by it: a bound may be passed by what several threads add at
        // the same moment.
        if now > before {
            self.0.fetch_add(now - before, Ordering::Relaxed);
        } else if now < before {
            self.0.fetch_sub(before - now, Ordering::Relaxed);
        }
        now
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_queues_count_and_short_ones_do_not() {
        let backlog = Backlog::default();
        let mut one = backlog.count(0, FREE);
        assert_eq!((one, backlog.bytes()), (0, 0));
        one = backlog.count(one, FREE + 1);
        let two = backlog.count(0, 1 << 20);
        assert_eq!(backlog.bytes(), FREE + 1 + (1 << 20));
        one = backlog.count(one, 2 * FREE);
        one = backlog.count(one, 3);
        assert_eq!((one, backlog.bytes()), (0, 1 << 20));
        backlog.count(two, 0);
        assert_eq!(backlog.bytes(), 0);
    }
}
