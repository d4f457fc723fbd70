//! Observing every raw frame of a connection.

use std::{fmt, sync::Arc};

use crate::frame::Frame;

/// Which way a frame went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// From the server to this client.
    In,
    /// From this client to the server.
    Out,
}

type Observer = dyn Fn(Direction, &Frame) + Send + Sync;

/// An observer of raw frames, see [`ConnectOptions::observe`](crate::ConnectOptions::observe).
#[derive(Clone)]
pub(crate) struct FrameObserver(Option<Arc<Observer>>);

impl FrameObserver {
    pub(crate) fn none() -> Self {
        Self(None)
    }

    pub(crate) fn new(observer: impl Fn(Direction, &Frame) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(observer)))
    }

    pub(crate) fn see(&self, direction: Direction, frame: &Frame) {
        if let Some(observer) = &self.0 {
            observer(direction, frame);
        }
    }
}

impl fmt::Debug for FrameObserver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() {
            "an observer"
        } else {
            "no observer"
        })
    }
}
