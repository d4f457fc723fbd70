//! The connection under a WebSocket.

mod counters;
mod guard;
mod lenient;
#[cfg(test)]
mod tests;

use std::io;
use std::net::Shutdown;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use parking_lot::Mutex;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

pub use self::counters::IoCounters;
pub use self::guard::StallGuard;
use self::guard::Tie;
pub use self::lenient::Lenient;

/// The connection under a WebSocket, which any task may write to.
#[derive(Debug)]
pub(crate) enum Io {
    /// A TCP connection. Reading and writing need no lock.
    Tcp(TcpStream, Tie),
    /// Any other, such as one with TLS.
    Other(Mutex<Other>),
}

/// A connection of which we know only that it reads and writes.
pub(crate) struct Other(Pin<Box<dyn Stream>>);

impl std::fmt::Debug for Other {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Other")
    }
}

trait Stream: AsyncRead + AsyncWrite + Send {}

impl<S: AsyncRead + AsyncWrite + Send> Stream for S {}

impl Io {
    /// What an HTTP connection has left behind, and the bytes that it has read too many.
    pub(crate) fn new(upgraded: Upgraded) -> (Self, Vec<u8>) {
        let upgraded = match upgraded.downcast::<TokioIo<Lenient<StallGuard<TcpStream>>>>() {
            Ok(parts) => {
                let (guard, held) = parts.io.into_inner().into_parts();
                let (stream, tie) = guard.into_parts();
                // The HTTP server has read its bytes before the ones that are held.
                let mut read = parts.read_buf.to_vec();
                read.extend(held);
                return (Self::Tcp(stream, tie), read);
            }
            Err(upgraded) => upgraded,
        };
        match upgraded.downcast::<TokioIo<StallGuard<TcpStream>>>() {
            Ok(parts) => {
                let (stream, tie) = parts.io.into_inner().into_parts();
                (Self::Tcp(stream, tie), parts.read_buf.to_vec())
            }
            Err(upgraded) => {
                let other = Other(Box::pin(TokioIo::new(upgraded)));
                (Self::Other(Mutex::new(other)), Vec::new())
            }
        }
    }

    /// Writes as much as goes without waiting; the error is `WouldBlock` if nothing does.
    pub(crate) fn try_write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Tcp(stream, tie) => {
                let written = stream.try_write(bytes)?;
                tie.written(written);
                Ok(written)
            }
            Self::Other(_) => {
                let mut context = Context::from_waker(Waker::noop());
                now(self.poll_write(&mut context, bytes))
            }
        }
    }

    /// Hands on what the connection itself has gathered; `WouldBlock` if it cannot yet.
    pub(crate) fn try_flush(&self) -> io::Result<()> {
        match self {
            Self::Tcp(..) => Ok(()),
            Self::Other(_) => {
                let mut context = Context::from_waker(Waker::noop());
                now(self.poll_flush(&mut context))
            }
        }
    }

    /// As [`try_write`](Self::try_write), and waits.
    pub(crate) fn poll_write(
        &self,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self {
            Self::Tcp(stream, tie) => loop {
                std::task::ready!(stream.poll_write_ready(context))?;
                match stream.try_write(bytes) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    outcome => {
                        if let Ok(written) = outcome {
                            tie.written(written);
                        }
                        return Poll::Ready(outcome);
                    }
                }
            },
            Self::Other(other) => other.lock().0.as_mut().poll_write(context, bytes),
        }
    }

    /// As [`try_flush`](Self::try_flush), and waits.
    pub(crate) fn poll_flush(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            Self::Tcp(..) => Poll::Ready(Ok(())),
            Self::Other(other) => other.lock().0.as_mut().poll_flush(context),
        }
    }

    /// Reads behind what the buffer holds, as much as it has room for. Zero bytes are
    /// the end.
    pub(crate) fn poll_read(
        &self,
        context: &mut Context<'_>,
        buffer: &mut Vec<u8>,
    ) -> Poll<io::Result<usize>> {
        match self {
            Self::Tcp(stream, tie) => loop {
                std::task::ready!(stream.poll_read_ready(context))?;
                match stream.try_read_buf(buffer) {
                    Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                    outcome => {
                        if let Ok(read) = outcome {
                            tie.read(read);
                        }
                        return Poll::Ready(outcome);
                    }
                }
            },
            Self::Other(other) => {
                let filled = buffer.len();
                // Room that is not initialised cannot be lent without `unsafe`.
                buffer.resize(buffer.capacity(), 0);
                let room = buffer.get_mut(filled..).unwrap_or_default();
                let mut room = ReadBuf::new(room);
                let outcome = other.lock().0.as_mut().poll_read(context, &mut room);
                let read = room.filled().len();
                buffer.truncate(filled + read);
                outcome.map_ok(|()| read)
            }
        }
    }

    /// Counts that it took nothing for too long. Other connections count it themselves.
    pub(crate) fn stalled(&self) {
        if let Self::Tcp(_, tie) = self {
            tie.stalled();
        }
    }

    /// Says that nothing more is written.
    pub(crate) fn poll_shutdown(&self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self {
            // Closing one half of a TCP connection never waits.
            Self::Tcp(stream, _) => {
                let socket = SockRef::from(stream);
                Poll::Ready(socket.shutdown(Shutdown::Write))
            }
            Self::Other(other) => other.lock().0.as_mut().poll_shutdown(context),
        }
    }
}

/// The outcome of something that shall not wait.
fn now<T>(outcome: Poll<io::Result<T>>) -> io::Result<T> {
    match outcome {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => Err(io::ErrorKind::WouldBlock.into()),
    }
}

/// A connection that several tasks use.
pub(crate) type SharedIo = Arc<Io>;
