//! What goes on beside commands.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::task::{JoinHandle, spawn_local};

/// Work that goes on until it is done or this is dropped: a listener that reports, say. To wait for
/// it is to wait until it is done.
#[derive(Debug)]
#[must_use = "the work stops when this is dropped"]
pub struct Task(JoinHandle<()>);

impl Task {
    /// Begins the work, on this thread. Only within [`run`](crate::run).
    pub fn new(work: impl Future<Output = ()> + 'static) -> Self {
        Self(spawn_local(work))
    }
}

impl Future for Task {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        // An error means that the work has panicked, which it has said: it is over, too.
        let _ = ready!(Pin::new(&mut self.0).poll(context));
        Poll::Ready(())
    }
}

impl Drop for Task {
    fn drop(&mut self) {
        self.0.abort();
    }
}
