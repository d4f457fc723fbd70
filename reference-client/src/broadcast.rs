//! What the connection has to tell anybody who subscribes, such as errors of the server.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;
use parking_lot::{Mutex, MutexGuard};

use crate::queue::{Budget, QueueReceiver, QueueSender, queue};

/// The connection's end: everybody who is subscribed gets what is sent from then on.
#[derive(Debug)]
pub(crate) struct Broadcast<T>(Mutex<State<T>>);

#[derive(Debug)]
struct State<T> {
    subscribers: Vec<QueueSender<T>>,
    closed: bool,
}

impl<T> Default for Broadcast<T> {
    fn default() -> Self {
        let subscribers = Vec::new();
        let closed = false;
        Self(Mutex::new(State {
            subscribers,
            closed,
        }))
    }
}

impl<T: Clone> Broadcast<T> {
    pub(crate) fn subscribe(&self, budget: &Budget) -> EventStream<T> {
        let (sender, events) = queue(budget);
        let mut state = self.state();
        // Those who have gone are removed here as well, should nothing ever be sent.
        state
            .subscribers
            .retain(|subscriber| !subscriber.is_closed());
        if !state.closed {
            state.subscribers.push(sender);
        }
        EventStream(events)
    }

    /// Sends to every subscriber.
    pub(crate) fn send(&self, event: &T) {
        let mut state = self.state();
        state
            .subscribers
            .retain(|subscriber| !subscriber.is_closed());
        for subscriber in &state.subscribers {
            subscriber.push(event.clone(), size_of::<T>());
        }
    }

    /// Nothing more is sent.
    pub(crate) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.subscribers.clear();
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.0.lock()
    }
}

/// A stream of events. It ends when the client does, does not keep it alive, and lives through
/// reconnects.
#[derive(Debug)]
pub struct EventStream<T>(QueueReceiver<T>);

impl<T> EventStream<T> {
    /// The next event, `None` once the client has ended. Cancel safe: nothing is lost.
    pub async fn next(&mut self) -> Option<T> {
        self.0.next().await
    }
}

impl<T> Stream for EventStream<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        self.0.poll_next(context)
    }
}
