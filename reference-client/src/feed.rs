//! Feeds: what the connection has to tell anybody who cares, such as errors of the server.

use std::{
    pin::Pin,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use futures_core::Stream;

use crate::queue::{Budget, QueueReceiver, QueueSender, queue};

/// The connection's end: everybody who listens now gets what is told from now on.
#[derive(Debug)]
pub(crate) struct Feed<T>(Mutex<State<T>>);

#[derive(Debug)]
struct State<T> {
    listeners: Vec<QueueSender<T>>,
    closed: bool,
}

impl<T> Default for Feed<T> {
    fn default() -> Self {
        let listeners = Vec::new();
        let closed = false;
        Self(Mutex::new(State { listeners, closed }))
    }
}

impl<T: Clone> Feed<T> {
    /// Begins to listen.
    pub(crate) fn listen(&self, budget: &Budget) -> News<T> {
        let (sender, news) = queue(budget);
        let mut state = self.state();
        // Whoever has gone is forgotten here as well, should nothing ever be told.
        state.listeners.retain(|listener| !listener.is_closed());
        if !state.closed {
            state.listeners.push(sender);
        }
        News(news)
    }

    /// Tells everybody.
    pub(crate) fn tell(&self, news: &T) {
        let mut state = self.state();
        state.listeners.retain(|listener| !listener.is_closed());
        for listener in &state.listeners {
            listener.push(news.clone(), size_of::<T>());
        }
    }

    /// Nothing more is told.
    pub(crate) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        state.listeners.clear();
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A stream of news. It ends when the client does, does not keep it alive, and lives through
/// reconnects.
#[derive(Debug)]
pub struct News<T>(QueueReceiver<T>);

impl<T> News<T> {
    /// The next piece of news, `None` once the client has ended. Cancel safe: nothing is lost.
    pub async fn next(&mut self) -> Option<T> {
        self.0.next().await
    }
}

impl<T> Stream for News<T> {
    type Item = T;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        self.0.poll_next(context)
    }
}
