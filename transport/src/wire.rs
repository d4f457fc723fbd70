//! The wire under a connection: frames in, frames out.
//!
//! [`Wire`] is the seam between a connection and what carries it: a WebSocket, HTTP
//! long-polling, or the one followed by the other.

use std::task::{Context, Poll};

use crate::{close::CloseReason, frame::Frame};

/// A carrier of frames. All methods are to be called from one task.
pub(crate) trait Wire {
    /// The next frame of the server. After a close frame or an error nothing more comes.
    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<Result<Frame, CloseReason>>;

    /// Ready when [`write`](Self::write) may be called: the peer takes what is written.
    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), CloseReason>>;

    /// Queues a frame.
    fn write(&mut self, frame: Frame) -> Result<(), CloseReason>;

    /// Hands everything queued to the operating system.
    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), CloseReason>>;

    /// Does what has to be done whether or not anybody reads or writes: an upgrade goes on while
    /// the application is slow. Errors show at the next read.
    fn poll_progress(&mut self, _context: &mut Context<'_>) {}

    /// Makes the coming drop an abrupt end (TCP RST) instead of an orderly one (FIN).
    fn reset_on_drop(&mut self);
}
