//! Answers that a client owes, taken in the order in which they came.
//!
//! socketioxide hands the answer to each event to whoever waits for it, and tells
//! nobody in which order answers came. All of one client are waited for in one
//! place here, which notes who is woken first; and before anything else of that
//! client is looked at, the answers that are there are taken. So its acks keep their
//! order, among themselves and among its events (SRV-MSG-12).

use std::future::Future;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use socketioxide_core::Value;
use tokio::sync::Notify;
use tokio::task::coop::unconstrained;

use super::tap::{Reply, Unsent};
use crate::relay::ConnectionId;

/// What the watch is to look after; see [`watch`](super::watch).
#[derive(Debug, Default)]
pub(super) struct Signals {
    /// Connections with answers, those of the first answer first.
    answered: Mutex<Vec<ConnectionId>>,
    /// Connections whose socket no longer exists.
    dropped: Mutex<Vec<ConnectionId>>,
    pub(super) changed: Notify,
}

impl Signals {
    /// A socket was dropped. Nothing is locked for long here, because it can be
    /// dropped anywhere.
    pub(super) fn drop_socket(&self, id: ConnectionId) {
        let mut dropped = self.dropped.lock().unwrap_or_else(PoisonError::into_inner);
        dropped.push(id);
        self.changed.notify_one();
    }

    /// Takes what there is: who has answered, and who no longer exists.
    pub(super) fn take(&self) -> (Vec<ConnectionId>, Vec<ConnectionId>) {
        let take = |list: &Mutex<Vec<_>>| {
            std::mem::take(&mut *list.lock().unwrap_or_else(PoisonError::into_inner))
        };
        (take(&self.answered), take(&self.dropped))
    }
}

/// Rings when a client has answered.
struct Bell {
    id: ConnectionId,
    signals: Arc<Signals>,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let answered = self.signals.answered.lock();
        let mut answered = answered.unwrap_or_else(PoisonError::into_inner);
        if !answered.contains(&self.id) {
            answered.push(self.id);
        }
        self.signals.changed.notify_one();
    }
}

/// The answers that one client owes.
pub(super) struct Asks {
    waiting: FuturesUnordered<Ask>,
    waker: Waker,
    /// How many were left when those that nobody waits for were thrown away.
    pruned: usize,
}

/// One answer, with the ack id of the relay.
struct Ask {
    id: u64,
    reply: Reply,
}

impl Future for Ask {
    type Output = (u64, Result<Value, Unsent>);

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let id = self.id;
        self.reply.as_mut().poll(context).map(|reply| (id, reply))
    }
}

/// As many answers are waited for without asking whether the relay still does.
const KEPT: usize = 64;

impl Asks {
    pub(super) fn new(id: ConnectionId, signals: Arc<Signals>) -> Self {
        Self {
            waiting: FuturesUnordered::new(),
            waker: Arc::new(Bell { id, signals }).into(),
            pruned: KEPT,
        }
    }

    /// Waits for another answer. [`ready`](Self::ready) must follow at once: from
    /// then on it is known when the answer comes.
    pub(super) fn push(&mut self, id: u64, reply: Reply) {
        self.waiting.push(Ask { id, reply });
    }

    /// Takes the answers that are there.
    pub(super) fn ready(&mut self) -> Vec<(u64, Result<Value, Unsent>)> {
        let mut context = Context::from_waker(&self.waker);
        let mut ready = Vec::new();
        // Without the limit that tokio sets to what a task may take at a time: an
        // answer that is left behind would be overtaken.
        loop {
            let next = pin!(unconstrained(self.waiting.next()));
            match next.poll(&mut context) {
                Poll::Ready(Some(answer)) => ready.push(answer),
                Poll::Ready(None) | Poll::Pending => return ready,
            }
        }
    }

    /// Throws away the answers that nobody waits for, now and then: who asked may
    /// have gone, and a client need never answer (SRV-ROB-12).
    pub(super) fn prune(&mut self, awaited: impl Fn(u64) -> bool) {
        if self.waiting.len() > 2 * self.pruned {
            let waiting = std::mem::take(&mut self.waiting);
            let awaited = waiting.into_iter().filter(|ask| awaited(ask.id));
            self.waiting = awaited.collect();
            self.pruned = self.waiting.len().max(KEPT);
        }
    }
}

#[cfg(test)]
mod tests {
    use tokio::sync::oneshot;

    use super::*;

    fn asks() -> (Asks, Arc<Signals>) {
        let signals = Arc::new(Signals::default());
        (Asks::new(ConnectionId(7), Arc::clone(&signals)), signals)
    }

    fn ids(asks: &mut Asks) -> Vec<u64> {
        asks.ready().into_iter().map(|(id, _)| id).collect()
    }

    #[tokio::test]
    async fn answers_are_taken_in_the_order_in_which_they_came() {
        let (mut asks, signals) = asks();
        let mut answers = Vec::new();
        for id in 0..1_000 {
            let (answer, reply) = oneshot::channel();
            let reply = async move { reply.await.map_err(|_| Unsent::Closed) };
            asks.push(id, Box::pin(reply));
            assert!(asks.ready().is_empty());
            answers.push((id, answer));
        }
        answers.sort_by_key(|(id, _)| id * 7_919 % 1_000);
        let order: Vec<_> = answers.iter().map(|(id, _)| *id).collect();
        for (_, answer) in answers {
            answer.send(Value::Str("[]".into(), None)).unwrap();
        }
        assert_eq!(signals.take().0, [ConnectionId(7)]);
        assert_eq!(ids(&mut asks), order);
    }

    #[tokio::test]
    async fn what_nobody_waits_for_is_thrown_away() {
        let (mut asks, _) = asks();
        for id in 0..200 {
            asks.push(id, Box::pin(std::future::pending()));
        }
        asks.prune(|id| id < 3);
        assert_eq!(asks.waiting.len(), 3);
    }
}
