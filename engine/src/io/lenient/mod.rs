//! A stream that takes request targets which are escaped less than they should be.
//!
//! RFC 3986 wants some characters percent-encoded. Node's HTTP server takes them as they
//! are, and clients exist that rely on it. hyper refuses such a request before a
//! program sees it, so they are encoded before hyper reads them.

mod requests;
#[cfg(test)]
mod tests;

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use self::requests::Requests;

/// Wraps a stream; percent-encodes `"` `<` `>` `|` `{` `}` `\` `^` and the backtick in
/// the target of each HTTP/1 request that is read, and changes nothing else.
///
/// It belongs directly under the HTTP server, where the bytes are plain text: around a
/// [`StallGuard`](crate::StallGuard), and around a TLS stream. This is for the program
/// that accepts connections. A server that is mounted in an application, for example
/// with axum, sees requests only after they were parsed. There the application decides
/// whether it puts a `Lenient` around its connections.
///
/// To find the next request on a connection it must know where a body ends. Where that
/// is not plain, such as with `Transfer-Encoding` or after an `Upgrade`, everything that
/// follows passes unchanged. So the bytes of a body never change.
#[derive(Debug)]
pub struct Lenient<S> {
    stream: S,
    requests: Requests,
    /// What was read, and did not fit once it had grown. At most twice as much as the
    /// last read, because nothing is read before all of it was given out.
    held: Vec<u8>,
    /// How much of `held` was given out.
    given: usize,
}

impl<S> Lenient<S> {
    /// Wraps a stream from which no request was read yet.
    pub fn new(stream: S) -> Self {
        Self {
            stream,
            requests: Requests::default(),
            held: Vec::new(),
            given: 0,
        }
    }

    /// The stream inside, and the bytes that were read from it and not given out.
    pub(crate) fn into_parts(mut self) -> (S, Vec<u8>) {
        self.held.drain(..self.given);
        (self.stream, self.held)
    }

    /// Gives out what is held; false if nothing is.
    fn give(&mut self, buffer: &mut ReadBuf<'_>) -> bool {
        let rest = self.held.get(self.given..).unwrap_or_default();
        if rest.is_empty() {
            return false;
        }
        let most = rest.len().min(buffer.remaining());
        buffer.put_slice(rest.get(..most).unwrap_or_default());
        self.given += most;
        if self.given == self.held.len() {
            // Few requests need it, so its memory is not kept.
            self.held = Vec::new();
            self.given = 0;
        }
        true
    }
}

/// The bytes with those at the given places percent-encoded. The places ascend.
fn encoded(bytes: &[u8], places: &[usize]) -> Vec<u8> {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |value: u8| DIGITS.get(usize::from(value)).copied().unwrap_or_default();
    let mut encoded = Vec::with_capacity(bytes.len() + 2 * places.len());
    let mut places = places.iter().copied().peekable();
    for (place, &byte) in bytes.iter().enumerate() {
        if places.next_if_eq(&place).is_some() {
            encoded.extend([b'%', digit(byte >> 4), digit(byte & 15)]);
        } else {
            encoded.push(byte);
        }
    }
    encoded
}

impl<S: AsyncRead + Unpin> AsyncRead for Lenient<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.give(buffer) {
            return Poll::Ready(Ok(()));
        }
        let before = buffer.filled().len();
        let outcome = Pin::new(&mut self.stream).poll_read(context, buffer);
        if matches!(outcome, Poll::Ready(Ok(()))) {
            let read = buffer.filled().get(before..).unwrap_or_default();
            let mut places = Vec::new();
            self.requests.follow(read, |place| places.push(place));
            if !places.is_empty() {
                self.held = encoded(read, &places);
                buffer.set_filled(before);
                self.give(buffer);
            }
        }
        outcome
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Lenient<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
