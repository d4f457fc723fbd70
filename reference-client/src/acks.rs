//! The answers that this client waits for.

use std::{
    collections::HashMap,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use parking_lot::{Mutex, MutexGuard};
use sio_p2p_protocol::ClientId;
use sio_p2p_transport::{CloseReason, Data};
use tokio::sync::oneshot;

use crate::{message::Responder, state::DisconnectReason};

/// How a wait ended.
pub(crate) type Outcome = Result<Data, DisconnectReason>;

/// Who waits for an answer.
#[derive(Debug)]
pub(crate) enum Waiter {
    /// A future of the application.
    Future(oneshot::Sender<Outcome>),
    /// A peer: what the server says of its joining a topic decides what it is told.
    Subscriber {
        /// Where the peer waits.
        responder: Responder,
        /// Who was to join.
        client: ClientId,
    },
}

#[derive(Debug)]
struct Slot {
    waiter: Waiter,
    /// The client that was asked, to which a `SERVER_ERROR` may refer.
    target: Option<ClientId>,
    /// What the server said about that client.
    hint: Option<String>,
    /// Whether the question has been written to the current connection.
    sent: bool,
}

#[derive(Debug, Default)]
struct State {
    /// The id of the next question.
    next: u64,
    slots: HashMap<u64, Slot>,
    /// Why no question will be answered any more.
    closed: Option<DisconnectReason>,
}

/// All open questions.
///
/// A question has a place here from before it is sent until it is answered, given up, or lost
/// with its connection; there is no other way in or out, so nothing can stay behind. The original
/// keeps unanswered callbacks for ever.
///
/// Ids count from 0, as in every client, and go on counting over reconnects,
/// so that an answer can never be taken for that of another question.
#[derive(Debug, Clone, Default)]
pub(crate) struct AckTable(Arc<Mutex<State>>);

impl AckTable {
    /// Opens a question on behalf of the application.
    pub(crate) fn open(&self, target: Option<&ClientId>) -> Awaited {
        let (sender, answer) = oneshot::channel();
        let id = self.insert(Waiter::Future(sender), target);
        Awaited {
            id,
            answer,
            table: self.clone(),
        }
    }

    /// Opens a question whose answer the connection itself handles.
    pub(crate) fn insert(&self, waiter: Waiter, target: Option<&ClientId>) -> u64 {
        let mut state = self.state();
        let id = state.next;
        state.next += 1;
        match (&state.closed, waiter) {
            (Some(reason), Waiter::Future(waiter)) => {
                let _ = waiter.send(Err(reason.clone()));
            }
            (Some(_), Waiter::Subscriber { .. }) => {}
            (None, waiter) => {
                let target = target.cloned();
                let slot = Slot {
                    waiter,
                    target,
                    hint: None,
                    sent: false,
                };
                state.slots.insert(id, slot);
            }
        }
        id
    }

    /// Notes that a question goes out now; false if nobody waits for the answer any more, so
    /// that it need not be asked.
    pub(crate) fn sending(&self, id: u64) -> bool {
        let mut state = self.state();
        let slot = state.slots.get_mut(&id);
        slot.map(|slot| slot.sent = true).is_some()
    }

    /// A question did not go out after all: it waits for the next connection.
    pub(crate) fn not_sent(&self, id: u64) {
        if let Some(slot) = self.state().slots.get_mut(&id) {
            slot.sent = false;
        }
    }

    /// An answer has arrived: gives who waits for it. The first answer counts (SRV-MSG-14).
    pub(crate) fn take(&self, id: u64) -> Option<Waiter> {
        self.state().slots.remove(&id).map(|slot| slot.waiter)
    }

    /// A question will not be asked, because its connection has ended before.
    pub(crate) fn abandon(&self, id: u64) {
        if let Some(Waiter::Future(waiter)) = self.take(id) {
            let reason = CloseReason::Lost("before the question was sent".to_owned());
            let _ = waiter.send(Err(DisconnectReason::Lost(reason)));
        }
    }

    /// The server said something about a client: whoever waits for that client's answer will
    /// see it, should no answer come.
    pub(crate) fn hint(&self, about: &str, text: &str) {
        for slot in self.state().slots.values_mut() {
            if slot
                .target
                .as_ref()
                .is_some_and(|target| target.as_str() == about)
            {
                slot.hint = Some(text.to_owned());
            }
        }
    }

    /// The connection has ended: what was asked on it will not be answered. What has not been
    /// sent yet waits for the next connection.
    pub(crate) fn connection_lost(&self, reason: &DisconnectReason) {
        self.fail(reason, |slot| slot.sent);
    }

    /// The client has ended.
    pub(crate) fn close(&self, reason: &DisconnectReason) {
        self.state().closed = Some(reason.clone());
        self.fail(reason, |_| true);
    }

    fn fail(&self, reason: &DisconnectReason, which: impl Fn(&Slot) -> bool) {
        let failed: Vec<Slot> = {
            let mut state = self.state();
            state
                .slots
                .extract_if(|_, slot| which(slot))
                .map(|(_, slot)| slot)
                .collect()
        };
        // Outside the lock: what is woken up may ask something else at once.
        for slot in failed {
            // A subscriber waits for its own deadline; its answer would find no connection.
            if let Waiter::Future(waiter) = slot.waiter {
                let _ = waiter.send(Err(reason.clone()));
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.state().slots.len()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock()
    }
}

/// An open question. Dropping it gives up its place in the table.
#[derive(Debug)]
pub(crate) struct Awaited {
    pub(crate) id: u64,
    answer: oneshot::Receiver<Outcome>,
    table: AckTable,
}

impl Awaited {
    /// What the server said about the client that was asked.
    pub(crate) fn hint(&self) -> Option<String> {
        let state = self.table.state();
        state.slots.get(&self.id).and_then(|slot| slot.hint.clone())
    }
}

impl Future for Awaited {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Outcome> {
        Pin::new(&mut self.answer).poll(context).map(|answer| {
            // The table never drops a sender without sending, except with the client itself.
            answer.unwrap_or(Err(DisconnectReason::Local))
        })
    }
}

impl Drop for Awaited {
    fn drop(&mut self) {
        self.table.state().slots.remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(table: &AckTable, id: u64, json: &str) {
        if let Some(Waiter::Future(waiter)) = table.take(id) {
            waiter.send(Ok(Data::new(json))).unwrap();
        }
    }

    #[tokio::test]
    async fn answers_find_their_question_and_the_first_one_counts() {
        let table = AckTable::default();
        let (first, second) = (table.open(None), table.open(None));
        assert_eq!((first.id, second.id), (0, 1));
        answer(&table, 1, "[1]");
        answer(&table, 1, "[2]");
        assert_eq!(second.await, Ok(Data::new("[1]")));
        drop(first);
        assert_eq!(table.len(), 0);
    }

    #[tokio::test]
    async fn a_lost_connection_ends_what_was_sent_and_keeps_what_was_not() {
        let table = AckTable::default();
        let (sent, waiting) = (table.open(None), table.open(None));
        assert!(table.sending(sent.id));
        table.connection_lost(&DisconnectReason::Local);
        assert_eq!(sent.await, Err(DisconnectReason::Local));
        assert!(table.sending(waiting.id));
        let id = waiting.id;
        drop(waiting);
        assert!(!table.sending(id));
    }

    #[tokio::test]
    async fn a_closed_table_answers_at_once() {
        let table = AckTable::default();
        table.close(&DisconnectReason::Local);
        assert_eq!(table.open(None).await, Err(DisconnectReason::Local));
        assert_eq!(table.len(), 0);
    }

    #[test]
    fn hints_reach_those_who_asked_that_client() {
        let table = AckTable::default();
        let (b, c) = (ClientId::new("b").unwrap(), ClientId::new("c").unwrap());
        let (to_b, to_c) = (table.open(Some(&b)), table.open(Some(&c)));
        table.hint("b", "gone");
        assert_eq!((to_b.hint().as_deref(), to_c.hint()), (Some("gone"), None));
    }
}
