//! Sockets that wait for being written.

use std::fmt;
use std::sync::Arc;

use smallvec::SmallVec;

use super::Socket;

/// For so many sockets a batch needs no memory of its own. A turn of a read loop seldom
/// fills more.
const FEW: usize = 3;

/// The sockets whose queues were filled, and whose queues are not written yet.
///
/// Sending only fills a queue and notes the socket here. The task that sends writes the
/// queues when it [flushes](Self::flush) the batch, or drops it. So one write carries all
/// messages that a client got meanwhile, no lock is held over a system call, and no other
/// task has to be woken.
///
/// The calls of a [`Handler`](crate::Handler) are given a batch, which the engine flushes
/// soon after they return. A program that sends at another time makes one:
///
/// ```
/// # use std::sync::Arc;
/// # use sio_p2p_engine::{Batch, SendError, Socket};
/// # fn example(sockets: &[Arc<Socket<()>>]) -> Result<(), SendError> {
/// let mut batch = Batch::new();
/// for socket in sockets {
///     socket.send(&["to ", "all"], &[], &mut batch)?;
/// }
/// batch.flush();
/// # Ok(())
/// # }
/// ```
pub struct Batch<D> {
    sockets: SmallVec<[Arc<Socket<D>>; FEW]>,
}

impl<D> Batch<D> {
    /// A batch without sockets.
    #[must_use]
    pub fn new() -> Self {
        Self {
            sockets: SmallVec::new(),
        }
    }

    /// Notes a socket that was idle and has something to be written now.
    pub(crate) fn add(&mut self, socket: Arc<Socket<D>>) {
        self.sockets.push(socket);
    }

    /// Whether no socket waits for being written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sockets.is_empty()
    }

    /// Takes over the sockets of another batch, which is empty then.
    pub fn append(&mut self, other: &mut Self) {
        self.sockets.append(&mut other.sockets);
    }

    /// Writes all queues, without waiting. What a connection does not take at once is left
    /// to its own task. A connection that turns out to be broken ends its session, which
    /// [`Handler::closed`](crate::Handler::closed) tells.
    pub fn flush(&mut self) {
        for socket in self.sockets.drain(..) {
            socket.flush();
        }
    }
}

impl<D> Default for Batch<D> {
    fn default() -> Self {
        Self::new()
    }
}

impl<D> Drop for Batch<D> {
    fn drop(&mut self) {
        self.flush();
    }
}

impl<D> fmt::Debug for Batch<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("sockets", &self.sockets.len())
            .finish()
    }
}
