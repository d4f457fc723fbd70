//! Buckets: one for a single owner, or one for each key of a table.

use std::hash::{BuildHasher, Hash, RandomState};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::state::keyed::HashMapStateStore;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use parking_lot::Mutex;
use tokio::time::Instant;

/// How often a table is searched for buckets that can be forgotten, at most: the
/// search looks at all of them.
const TIDY: Duration = Duration::from_secs(1);

/// The bucket of all keys for which a table has no room.
const REST: u64 = 0;

/// The clock of tokio.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TokioClock;

impl Clock for TokioClock {
    type Instant = std::time::Instant;

    fn now(&self) -> Self::Instant {
        Instant::now().into_std()
    }
}

type Middleware = NoOpMiddleware<std::time::Instant>;

/// The bucket of one owner.
pub(super) type Bucket = RateLimiter<NotKeyed, InMemoryState, TokioClock, Middleware>;

/// A bucket that is full.
pub(super) fn bucket(quota: Quota) -> Bucket {
    RateLimiter::direct_with_clock(quota, TokioClock)
}

/// Takes something out of a bucket. The error is how long it takes until there is something
/// in it.
pub(super) fn check(bucket: &Bucket) -> Result<(), Duration> {
    let checked = bucket.check();
    checked.map_err(|until| until.wait_time_from(TokioClock.now()))
}

/// So many in a second, so many at once; `None` if there is no limit.
pub(super) fn quota(per_second: u32, burst: u32) -> Option<Quota> {
    let per_second = NonZeroU32::new(per_second)?;
    let burst = NonZeroU32::new(burst)?;
    Some(Quota::per_second(per_second).allow_burst(burst))
}

/// A bucket for each key. Of the keys only a hash is kept, so that a long one costs
/// no more than a short one, and nobody outside can find two that share a bucket.
#[derive(Debug)]
pub(super) struct Buckets {
    limiter: RateLimiter<u64, HashMapStateStore<u64>, TokioClock, Middleware>,
    hasher: RandomState,
    /// When it was last searched.
    tidied: Mutex<Instant>,
    /// How many buckets it may have.
    bound: usize,
}

impl Buckets {
    pub(super) fn new(quota: Quota, bound: usize) -> Self {
        Self {
            limiter: RateLimiter::new(quota, HashMapStateStore::default(), TokioClock),
            hasher: RandomState::new(),
            tidied: Mutex::new(Instant::now()),
            bound,
        }
    }

    /// Takes something out of the bucket of this key. The error is how long it takes
    /// until there is something in it.
    pub(super) fn check(&self, key: impl Hash) -> Result<(), Duration> {
        let mut key = self.hasher.hash_one(key);
        if self.limiter.len() >= self.bound {
            self.tidy();
            if self.limiter.len() >= self.bound {
                // More at a time than any well-meaning crowd has. They count as one,
                // which costs no memory.
                key = REST;
            }
        }
        self.limiter
            .check_key(&key)
            .map_err(|until| until.wait_time_from(TokioClock.now()))
    }

    /// Forgets the buckets that are full again.
    fn tidy(&self) {
        let mut tidied = self.tidied.lock();
        if tidied.elapsed() >= TIDY {
            *tidied = Instant::now();
            self.limiter.retain_recent();
            self.limiter.shrink_to_fit();
        }
    }

    /// How many it has.
    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.limiter.len()
    }
}
