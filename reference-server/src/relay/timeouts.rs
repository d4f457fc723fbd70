//! Deadlines of entries that wait for a few different times.
//!
//! Acks are waited for as long as the policy says, which is two or three different
//! times for all of them. Of those that wait equally long, the first to come is due
//! first. So each such time has a queue, and neither entering nor leaving one has to look
//! at other entries.

use std::time::Duration;

use super::lists::{List, Lists};

/// One queue for each time that entries wait.
#[derive(Debug, Default)]
pub(super) struct Timeouts {
    queues: Vec<Queue>,
}

#[derive(Debug)]
struct Queue {
    wait: Duration,
    list: List,
}

/// An entry of a queue.
pub(super) trait Timed {
    /// When it entered. No entry comes before one that came earlier.
    fn since(&self) -> Duration;

    /// When it is due; [`Duration::MAX`] is never.
    fn due(&self) -> Duration;

    /// Its number, which counts up: of two that are due at once, the lower is first.
    fn number(&self) -> u64;

    /// How long it waits. `None` is for ever, which needs no queue.
    fn wait(&self) -> Option<Duration> {
        (self.due() != Duration::MAX).then(|| self.due().saturating_sub(self.since()))
    }
}

impl Timeouts {
    /// Lets an entry wait.
    pub(super) fn insert<T: Timed, const N: usize>(
        &mut self,
        lists: &mut Lists<T, N>,
        kind: usize,
        place: usize,
    ) {
        let Some(wait) = lists.get(place).and_then(T::wait) else {
            return;
        };
        let known = self.queues.iter_mut().find(|queue| queue.wait == wait);
        if let Some(queue) = known {
            lists.append(&mut queue.list, kind, place);
        } else {
            let mut list = List::default();
            lists.append(&mut list, kind, place);
            self.queues.push(Queue { wait, list });
        }
    }

    /// Lets an entry wait no longer. A queue ends with its last entry.
    pub(super) fn remove<T: Timed, const N: usize>(
        &mut self,
        lists: &mut Lists<T, N>,
        kind: usize,
        place: usize,
    ) {
        let Some(wait) = lists.get(place).and_then(T::wait) else {
            return;
        };
        let Some(at) = self.queues.iter().position(|queue| queue.wait == wait) else {
            return;
        };
        if let Some(queue) = self.queues.get_mut(at) {
            lists.unlink(&mut queue.list, kind, place);
            if queue.list.len() == 0 {
                self.queues.swap_remove(at);
            }
        }
    }

    /// The entry that is due first, if it is due now.
    pub(super) fn due<'a, T: Timed, const N: usize>(
        &self,
        lists: &'a Lists<T, N>,
        now: Duration,
    ) -> Option<&'a T> {
        let heads = self.queues.iter().filter_map(|queue| queue.list.first());
        let due = heads
            .filter_map(|place| lists.get(place))
            .filter(|entry| entry.due() <= now);
        due.min_by_key(|entry| (entry.due(), entry.number()))
    }

    /// True if no entry waits.
    #[cfg(test)]
    pub(super) fn is_empty(&self) -> bool {
        self.queues.is_empty()
    }
}
