//! Who has something to be written.

use std::fmt;
use std::sync::Arc;

use smallvec::SmallVec;

use crate::socket::Socket;

/// For so many sockets a batch needs no memory of its own. A turn of a read loop seldom
/// fills more.
const FEW: usize = 3;

/// The sockets whose queues were filled and that nobody writes yet.
///
/// Sending only fills a queue. Whoever filled it writes it when all is said: at the end
/// of a turn of a read loop, or when the batch is dropped. So one write carries all that
/// a client got meanwhile, no lock is held over a system call, and no other task has to
/// be woken.
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

    /// Whether nobody has anything to be written.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sockets.is_empty()
    }

    /// Takes over what another batch has.
    pub fn append(&mut self, other: &mut Self) {
        self.sockets.append(&mut other.sockets);
    }

    /// Writes what is to be written, as far as the sockets take it. What they do not
    /// take is left to their own tasks.
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
