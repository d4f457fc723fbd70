//! What the handles of a connection and its task share: orders one way, the end the other way.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use futures_util::task::AtomicWaker;
use tokio::sync::watch;

use crate::close::CloseReason;

/// How the connection shall end. A later, harsher order replaces a milder one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Order {
    /// Not at all.
    Stay = 0,
    /// Write what is queued, say goodbye.
    Close = 1,
    /// Drop TCP without a word.
    HangUp = 2,
    /// Reset TCP.
    Reset = 3,
}

/// The orders given to a connection's task.
#[derive(Debug)]
pub(crate) struct Control {
    order: AtomicU8,
    connected: AtomicBool,
    frozen: AtomicBool,
    /// Wakes the task, which is the only one to wait here.
    pub(crate) waker: AtomicWaker,
}

impl Control {
    pub(crate) fn new() -> Self {
        Self {
            order: AtomicU8::new(Order::Stay as u8),
            connected: AtomicBool::new(false),
            frozen: AtomicBool::new(false),
            waker: AtomicWaker::new(),
        }
    }

    pub(crate) fn order(&self, order: Order) {
        self.order.fetch_max(order as u8, Ordering::SeqCst);
        self.waker.wake();
    }

    pub(crate) fn is_at_least(&self, order: Order) -> bool {
        self.order.load(Ordering::SeqCst) >= order as u8
    }

    /// From now on the task does nothing but wait for an order to end.
    pub(crate) fn freeze(&self) {
        self.frozen.store(true, Ordering::SeqCst);
        self.waker.wake();
    }

    pub(crate) fn is_frozen(&self) -> bool {
        self.frozen.load(Ordering::SeqCst)
    }

    /// Whether the namespace is connected, so that a goodbye has to leave it.
    pub(crate) fn is_connected(&self) -> bool {
        self.connected.load(Ordering::SeqCst)
    }

    pub(crate) fn set_connected(&self, connected: bool) {
        self.connected.store(connected, Ordering::SeqCst);
    }
}

/// Waits for the end of a connection.
pub(crate) async fn closed(mut end: watch::Receiver<Option<CloseReason>>) -> CloseReason {
    let reason = end
        .wait_for(Option::is_some)
        .await
        .ok()
        .and_then(|reason| reason.clone());
    // Without a reason the task is gone, which only the end of the runtime can do.
    reason.unwrap_or(CloseReason::Aborted)
}
