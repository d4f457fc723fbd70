//! How long things take, sorted into buckets.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The upper bounds of the buckets in microseconds; one more has no bound. Relaying
/// takes microseconds; what takes longer has waited for the lock, or for a core.
pub(crate) const BOUNDS: [u64; 16] = [
    5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000,
    1_000_000,
];

const BUCKETS: usize = BOUNDS.len() + 1;

/// A histogram that many tasks write to without a lock.
#[derive(Debug, Default)]
pub(crate) struct Latency {
    counts: [AtomicU64; BUCKETS],
    nanoseconds: AtomicU64,
}

/// What a [`Latency`] has seen so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Latencies {
    /// How many fell into each bucket, not counting the buckets below it.
    pub(crate) counts: [u64; BUCKETS],
    /// All of them together.
    pub(crate) sum: Duration,
}

impl Latency {
    /// Notes that something took so long.
    pub(crate) fn observe(&self, took: Duration) {
        let bucket = BOUNDS.partition_point(|bound| Duration::from_micros(*bound) < took);
        if let Some(count) = self.counts.get(bucket) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        let nanoseconds = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.nanoseconds.fetch_add(nanoseconds, Ordering::Relaxed);
    }

    /// What there is so far.
    pub(crate) fn so_far(&self) -> Latencies {
        Latencies {
            counts: std::array::from_fn(|bucket| {
                let count = self.counts.get(bucket);
                count.map_or(0, |count| count.load(Ordering::Relaxed))
            }),
            sum: Duration::from_nanos(self.nanoseconds.load(Ordering::Relaxed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_falls_into_the_first_bucket_that_holds_it() {
        let latency = Latency::default();
        for micros in [0, 5, 6, 10, 1_000_000, 1_000_001] {
            latency.observe(Duration::from_micros(micros));
        }
        let seen = latency.so_far();
        let mut expected = [0; BUCKETS];
        expected[0] = 2;
        expected[1] = 2;
        expected[BUCKETS - 2] = 1;
        expected[BUCKETS - 1] = 1;
        assert_eq!(seen.counts, expected);
        assert_eq!(seen.sum, Duration::from_micros(2_000_022));
    }
}
