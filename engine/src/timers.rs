//! When sessions have to be looked at although nothing happens to them.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::collections::binary_heap::PeekMut;
use std::fmt;
use std::sync::{Arc, Weak};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::socket::Socket;

/// One queue for all sessions of a server. A timer of its own for each would cost more
/// memory than the rest of an idle session.
pub(crate) struct Timers<D> {
    entries: Mutex<BinaryHeap<Reverse<Entry<D>>>>,
    /// Something is due earlier than what the task waits for.
    earlier: Notify,
}

/// A session, and when it has to be looked at.
struct Entry<D> {
    /// Milliseconds of the server's clock.
    due: u64,
    socket: Weak<Socket<D>>,
}

impl<D> Timers<D> {
    pub(crate) fn new() -> Self {
        Self {
            entries: Mutex::default(),
            earlier: Notify::new(),
        }
    }

    /// Has a session looked at then.
    pub(crate) fn add(&self, due: u64, socket: &Arc<Socket<D>>) {
        let entry = Entry {
            due,
            socket: Arc::downgrade(socket),
        };
        let mut entries = self.entries.lock();
        let first = entries.peek().is_none_or(|Reverse(first)| due < first.due);
        entries.push(Reverse(entry));
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
    pub(crate) fn take(&self, now: Duration) -> Option<(u64, Weak<Socket<D>>)> {
        let mut entries = self.entries.lock();
        let first = entries.peek_mut()?;
        if u128::from(first.0.due) > now.as_millis() {
            return None;
        }
        let Reverse(Entry { due, socket }) = PeekMut::pop(first);
        // A crowd that has left gives its memory back.
        if entries.len() < entries.capacity() / 4 {
            let room = entries.len() * 2;
            entries.shrink_to(room);
        }
        Some((due, socket))
    }

    /// Waits until something is due earlier than before.
    pub(crate) async fn earlier(&self) {
        self.earlier.notified().await;
    }
}

impl<D> fmt::Debug for Timers<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Timers")
            .field("entries", &self.entries.lock().len())
            .finish_non_exhaustive()
    }
}

impl<D> PartialEq for Entry<D> {
    fn eq(&self, other: &Self) -> bool {
        self.due == other.due
    }
}

impl<D> Eq for Entry<D> {}

impl<D> PartialOrd for Entry<D> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<D> Ord for Entry<D> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.due.cmp(&other.due)
    }
}
