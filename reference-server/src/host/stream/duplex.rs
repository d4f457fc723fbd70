//! A stream in the hands of the program.

use std::fmt;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::{Buf, Bytes};
use sio_p2p_protocol::{ClientId, StreamInfo};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::end::{End, StreamEnded};
use crate::host::shared::SharedDriver;
use crate::host::state::HostState;
use crate::relay::Host;

/// The server's end of a stream to a client, from
/// [`Handle::open_stream`](crate::Handle::open_stream).
///
/// - Reading ends when the client has ended its direction. What has arrived is read
///   to the last byte even if the stream was destroyed; then reading fails.
/// - A write puts one chunk under way. The next one waits until the client has
///   confirmed it, which it does as it reads. Flushing waits until all is confirmed.
/// - Shutting down ends this direction once all is confirmed; the client can go on
///   sending. Flushing after that waits until the client has taken note of the end.
/// - Dropping destroys the stream at both ends, unless both directions have come to
///   their end. Errors carry a [`StreamEnded`] that says why.
pub struct HostStream {
    driver: Arc<dyn SharedDriver>,
    id: ClientId,
    info: StreamInfo,
    /// The rest of the chunk that is being read.
    current: Bytes,
}

impl fmt::Debug for HostStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HostStream")
            .field("id", &self.id)
            .field("info", &self.info)
            .finish_non_exhaustive()
    }
}

impl HostStream {
    pub(super) fn new(driver: Arc<dyn SharedDriver>, id: ClientId, info: StreamInfo) -> Self {
        Self {
            driver,
            id,
            info,
            current: Bytes::new(),
        }
    }

    /// The client at the other end.
    pub fn client(&self) -> &ClientId {
        self.info.target()
    }

    /// The id that the client knows the opener by.
    pub fn id(&self) -> &ClientId {
        &self.id
    }

    /// The stream as it was described to the client.
    pub fn info(&self) -> &StreamInfo {
        &self.info
    }

    /// Destroys the stream at both ends, however far it has come.
    pub fn destroy(self) {
        self.with(|state, host| state.drop_stream(&self.id, |_| true, host));
    }

    /// Takes the lock on everything.
    fn with<T>(&self, act: impl FnOnce(&mut HostState, &mut Host<'_>) -> T) -> T {
        let mut driver = self.driver.lock_driver();
        let (state, mut host) = driver.split();
        act(state, &mut host)
    }
}

impl AsyncRead for HostStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if buf.remaining() == 0 {
            return Poll::Ready(Ok(()));
        }
        if self.current.is_empty() {
            let read = ready!(self.with(|state, host| state.read_stream(&self.id, cx, host)));
            match read {
                Ok(chunk) => self.current = chunk.unwrap_or_default(),
                Err(reason) => {
                    return Poll::Ready(Err(io::Error::new(
                        io::ErrorKind::ConnectionReset,
                        reason,
                    )));
                }
            }
        }
        // Nothing is read at the end, which is how the end is told.
        let bytes = self.current.len().min(buf.remaining());
        buf.put_slice(&self.current[..bytes]);
        self.current.advance(bytes);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for HostStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        if data.is_empty() {
            return Poll::Ready(Ok(0));
        }
        self.with(|state, host| state.write_stream(&self.id, cx, data, host))
            .map_err(broken)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|state, _| state.flush_stream(&self.id, cx))
            .map_err(broken)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.with(|state, host| state.finish_stream(&self.id, cx, host))
            .map_err(broken)
    }
}

impl Drop for HostStream {
    fn drop(&mut self) {
        // A peer that has been told of the end may not have read everything yet, and
        // would lose it.
        let tell = |end: &End| !end.is_complete();
        self.with(|state, host| state.drop_stream(&self.id, tell, host));
    }
}

/// The error of a writer.
fn broken(reason: StreamEnded) -> io::Error {
    io::Error::new(io::ErrorKind::BrokenPipe, reason)
}
