//! Answers that a client owes, taken in the order in which they came.
//!
//! socketioxide hands the answer to each event to the future that waits for it, and tells
//! nobody in which order answers came. All of one client are waited for in one
//! place here, which notes who is woken first; and before anything else of that
//! client is looked at, the answers that are there are taken. So its acks keep their
//! order, among themselves and among its events (SRV-MSG-12).

use std::collections::{HashMap, VecDeque};
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use parking_lot::{Mutex, MutexGuard};
use socketioxide_core::Value;
use tokio::sync::Notify;
use tokio::task::coop::unconstrained;

use super::adapter::{Reply, Unsent};
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
        let mut dropped = self.dropped.lock();
        dropped.push(id);
        self.changed.notify_one();
    }

    /// A client has answered.
    fn answer(&self, id: ConnectionId) {
        let mut answered = self.answered.lock();
        if !answered.contains(&id) {
            answered.push(id);
        }
        self.changed.notify_one();
    }

    /// Takes what there is: who has answered, and who no longer exists.
    pub(super) fn take(&self) -> (Vec<ConnectionId>, Vec<ConnectionId>) {
        let take = |list: &Mutex<Vec<_>>| std::mem::take(&mut *list.lock());
        (take(&self.answered), take(&self.dropped))
    }
}

/// The answers that one client owes.
pub(super) struct Asks {
    /// Each with its ack id of the relay, and what wakes it.
    waiting: HashMap<u64, (Reply, Waker)>,
    woken: Arc<Woken>,
    /// How many were left when those that are not waited for were dropped.
    pruned: usize,
}

/// The answers of one client that should be looked at, first come first.
struct Woken {
    client: ConnectionId,
    asks: Mutex<VecDeque<u64>>,
    signals: Arc<Signals>,
}

/// Notes that an answer has come.
struct AskWaker {
    ask: u64,
    woken: Arc<Woken>,
}

impl Woken {
    fn asks(&self) -> MutexGuard<'_, VecDeque<u64>> {
        self.asks.lock()
    }
}

impl Wake for AskWaker {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        let Woken {
            client, signals, ..
        } = &*self.woken;
        self.woken.asks().push_back(self.ask);
        signals.answer(*client);
    }
}

/// As many answers are waited for without asking whether the relay still does.
const KEPT: usize = 64;

impl Asks {
    pub(super) fn new(client: ConnectionId, signals: Arc<Signals>) -> Self {
        Self {
            waiting: HashMap::new(),
            woken: Arc::new(Woken {
                client,
                asks: Mutex::default(),
                signals,
            }),
            pruned: KEPT,
        }
    }

    /// Waits for another answer. [`ready`](Self::ready) must follow at once: from
    /// then on it is known when the answer comes.
    pub(super) fn push(&mut self, ask: u64, reply: Reply) {
        let woken = Arc::clone(&self.woken);
        let waker = Arc::new(AskWaker { ask, woken }).into();
        self.waiting.insert(ask, (reply, waker));
        self.woken.asks().push_back(ask);
    }

    /// Takes the answers that are there.
    pub(super) fn ready(&mut self) -> Vec<(u64, Result<Value, Unsent>)> {
        let mut ready = Vec::new();
        // The lock is not held while an answer is looked at, which may wake another.
        while let Some(ask) = { self.woken.asks().pop_front() } {
            let Some((reply, waker)) = self.waiting.get_mut(&ask) else {
                continue;
            };
            // Without the limit that tokio sets to what a task may take at a time: an
            // answer that is left behind would be overtaken.
            let reply = pin!(unconstrained(reply));
            if let Poll::Ready(answer) = reply.poll(&mut Context::from_waker(waker)) {
                self.waiting.remove(&ask);
                ready.push((ask, answer));
            }
        }
        ready
    }

    /// Throws away the answers that nobody waits for, now and then: who asked may
    /// have gone, and a client need never answer (SRV-ROB-12).
    pub(super) fn prune(&mut self, awaited: impl Fn(u64) -> bool) {
        if self.waiting.len() > 2 * self.pruned {
            self.waiting.retain(|ask, _| awaited(*ask));
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
        let (answer, reply) = oneshot::channel();
        asks.push(
            200,
            Box::pin(async move { reply.await.map_err(|_| Unsent::Closed) }),
        );
        assert!(asks.ready().is_empty());
        asks.prune(|id| id < 3 || id == 200);
        assert_eq!(asks.waiting.len(), 4);
        // What is kept is still woken.
        answer.send(Value::Str("[]".into(), None)).unwrap();
        assert_eq!(ids(&mut asks), [200]);
    }
}
