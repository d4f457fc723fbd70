//! Deadlines: what is to happen unless something else happens before.

use std::collections::BTreeSet;
use std::time::Duration;

/// Things that are due at some time, earliest first.
///
/// The relay has no clock. A time is how long its driver's clock has been running,
/// as [`Relay::advance`](super::Relay::advance) was told last. Entries are taken
/// out when what they wait for has happened, so the queue is never longer than
/// what there is to wait for (SRV-ROB-12), and nobody walks over it.
#[derive(Debug)]
pub(super) struct Deadlines<K> {
    queue: BTreeSet<(Duration, K)>,
}

impl<K> Default for Deadlines<K> {
    fn default() -> Self {
        Self {
            queue: BTreeSet::new(),
        }
    }
}

impl<K: Ord + Copy> Deadlines<K> {
    /// Enters something. The same key may be due at several times.
    pub(super) fn insert(&mut self, due: Duration, key: K) {
        self.queue.insert((due, key));
    }

    /// Takes something out, which was due at this time.
    pub(super) fn remove(&mut self, due: Duration, key: K) {
        self.queue.remove(&(due, key));
    }

    /// Takes out what is due first, if it is due now.
    pub(super) fn next(&mut self, now: Duration) -> Option<K> {
        let (due, _) = self.queue.first()?;
        if *due > now {
            return None;
        }
        self.queue.pop_first().map(|(_, key)| key)
    }

    /// True if nothing is waited for.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_due_comes_in_the_order_of_its_deadlines() {
        let mut deadlines = Deadlines::default();
        let ms = Duration::from_millis;
        for (due, key) in [(5, 'b'), (3, 'c'), (5, 'a'), (9, 'd')] {
            deadlines.insert(ms(due), key);
        }
        deadlines.remove(ms(5), 'b');
        // What was taken out already, or never was there, does not matter.
        deadlines.remove(ms(5), 'b');
        assert_eq!(deadlines.next(ms(2)), None);
        assert_eq!(deadlines.next(ms(5)), Some('c'));
        assert_eq!(deadlines.next(ms(5)), Some('a'));
        assert_eq!(deadlines.next(ms(5)), None);
        assert_eq!(deadlines.next(ms(9)), Some('d'));
        assert!(deadlines.is_empty());
    }
}
