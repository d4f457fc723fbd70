//! Queues from the connection to the application, bounded together.
//!
//! The connection must not wait for one slow listener, because answers that another part of the
//! application waits for come behind. So every listener has a queue of its own that always takes
//! more, and all queues share one [`Budget`] of bytes: once that is used up, nothing more is read
//! from the server until the application has taken something. Memory stays bounded, order is
//! kept, nothing is dropped, and TCP tells the server to slow down.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::sync::{Notify, mpsc};

/// What an item costs beside its payload: the queue's own bookkeeping.
const SURCHARGE: usize = 256;

/// The bytes that wait for the application, in all queues of a client together.
#[derive(Debug, Clone)]
pub(crate) struct Budget(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    used: AtomicUsize,
    limit: usize,
    freed: Notify,
}

impl Budget {
    pub(crate) fn new(limit: usize) -> Self {
        Self(Arc::new(Inner {
            used: AtomicUsize::new(0),
            limit,
            freed: Notify::new(),
        }))
    }

    pub(crate) fn used(&self) -> usize {
        self.0.used.load(Ordering::Acquire)
    }

    /// Waits until more may be read. Cancel safe.
    pub(crate) async fn room(&self) {
        loop {
            let freed = self.0.freed.notified();
            if self.used() < self.0.limit {
                return;
            }
            freed.await;
        }
    }

    fn charge(&self, bytes: usize) -> Charge {
        let bytes = bytes + SURCHARGE;
        self.0.used.fetch_add(bytes, Ordering::AcqRel);
        Charge {
            budget: self.clone(),
            bytes,
        }
    }
}

/// The part of the budget that one item takes, given back when dropped.
#[derive(Debug)]
struct Charge {
    budget: Budget,
    bytes: usize,
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.budget.0.used.fetch_sub(self.bytes, Ordering::AcqRel);
        // Only the connection's task waits here, and a permit is kept if it does not wait yet.
        self.budget.0.freed.notify_one();
    }
}

/// The connection's end of a queue.
#[derive(Debug)]
pub(crate) struct QueueSender<T> {
    items: mpsc::UnboundedSender<(T, Charge)>,
    budget: Budget,
}

impl<T> Clone for QueueSender<T> {
    fn clone(&self) -> Self {
        Self {
            items: self.items.clone(),
            budget: self.budget.clone(),
        }
    }
}

impl<T> QueueSender<T> {
    /// Appends an item of this many payload bytes. An application that has dropped the other
    /// end does not want to know.
    pub(crate) fn push(&self, item: T, bytes: usize) {
        let _ = self.items.send((item, self.budget.charge(bytes)));
    }

    /// Whether the application has dropped its end.
    pub(crate) fn is_closed(&self) -> bool {
        self.items.is_closed()
    }
}

/// The application's end of a queue.
#[derive(Debug)]
pub(crate) struct QueueReceiver<T>(mpsc::UnboundedReceiver<(T, Charge)>);

impl<T> QueueReceiver<T> {
    /// The next item, `None` once the sender is gone and everything is taken. Cancel safe.
    pub(crate) async fn next(&mut self) -> Option<T> {
        self.0.recv().await.map(|(item, _)| item)
    }

    pub(crate) fn poll_next(
        &mut self,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<T>> {
        self.0.poll_recv(context).map(|item| Some(item?.0))
    }
}

/// A new queue.
pub(crate) fn queue<T>(budget: &Budget) -> (QueueSender<T>, QueueReceiver<T>) {
    let (items, receiver) = mpsc::unbounded_channel();
    let budget = budget.clone();
    (QueueSender { items, budget }, QueueReceiver(receiver))
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn reading_stops_when_the_budget_is_used_up_and_goes_on_when_something_is_taken() {
        let budget = Budget::new(1_000);
        let (first, mut first_queue) = queue(&budget);
        let (second, second_queue) = queue(&budget);
        first.push("a", 300);
        assert!(budget.room().now_or_never().is_some());
        second.push("b", 300);
        assert!(budget.room().now_or_never().is_none());
        assert_eq!(first_queue.next().await, Some("a"));
        assert!(budget.room().now_or_never().is_some());
        drop(second_queue);
        assert_eq!(budget.used(), 0);
    }

    #[tokio::test]
    async fn what_is_queued_outlives_the_sender() {
        let (sender, mut queue) = queue(&Budget::new(0));
        sender.push(1, 0);
        drop(sender);
        assert_eq!(queue.next().await, Some(1));
        assert_eq!(queue.next().await, None);
    }
}
