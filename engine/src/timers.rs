//! When sessions have to be looked at although nothing happens to them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::Sid;

/// One queue for all sessions of a server. A timer of its own for each would cost more
/// memory than the rest of an idle session.
#[derive(Debug, Default)]
pub(crate) struct Timers {
    entries: Mutex<BinaryHeap<Reverse<Entry>>>,
    /// Something is due earlier than what the task waits for.
    earlier: Notify,
}

/// A session, and when it has to be looked at.
///
/// It has the id and no reference, not even a weak one: that would keep the memory of a
/// session that has ended until it is due.
#[derive(Debug, PartialEq, Eq)]
struct Entry {
    /// Milliseconds of the server's clock.
    due: u64,
    session: Sid,
}

impl Timers {
    /// Has a session looked at then.
    pub(crate) fn add(&self, due: u64, session: Sid) {
        let mut entries = self.entries.lock();
        let first = entries.peek().is_none_or(|Reverse(first)| due < first.due);
        entries.push(Reverse(Entry { due, session }));
        drop(entries);
        if first {
            self.earlier.notify_one();
        }
    }

    /// When a session has to be looked at next.
    pub(crate) fn next(&self) -> Option<u64> {
        self.entries.lock().peek().map(|Reverse(entry)| entry.due)
    }

    /// Takes out one session that is due, and when it was.
    pub(crate) fn take(&self, now: Duration) -> Option<(u64, Sid)> {
        let mut entries = self.entries.lock();
        let first = entries.peek_mut()?;
        if u128::from(first.0.due) > now.as_millis() {
            return None;
        }
        let Reverse(Entry { due, session }) = PeekMut::pop(first);
        // A crowd that has left gives its memory back.
        if entries.len() < entries.capacity() / 4 {
            let room = entries.len() * 2;
            entries.shrink_to(room);
        }
        Some((due, session))
    }

    /// Waits until something is due earlier than before.
    pub(crate) async fn earlier(&self) {
        self.earlier.notified().await;
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let key = |entry: &Self| (entry.due, entry.session);
        key(self).cmp(&key(other))
    }
}
