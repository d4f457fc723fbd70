//! A stream in several hands: one reads, any number write, and each writer can destroy it.
//!
//! `tokio::io::split` gives two halves, but none of them can destroy the stream while the other is
//! in use. Here the stream has a lock that is held for one poll at a time, and writers take turns.

use std::{
    future::poll_fn,
    io,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use futures_core::Stream;
use parking_lot::{Mutex, MutexGuard};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use super::{duplex::P2pStream, error::StreamError};

/// The most that the reader gives at once, in bytes.
const PIECE: usize = 64 << 10;

#[derive(Debug)]
struct Halves {
    stream: Mutex<P2pStream>,
    /// Held by whoever writes, for as long as that takes. Fair: first come, first served.
    turn: tokio::sync::Mutex<()>,
}

impl Halves {
    fn stream(&self) -> MutexGuard<'_, P2pStream> {
        self.stream.lock()
    }
}

impl P2pStream {
    /// Takes the stream apart into what reads and what writes, for different tasks. Dropping
    /// both destroys the stream.
    ///
    /// ```no_run
    /// # async fn f(stream: sio_p2p_client::P2pStream) -> std::io::Result<()> {
    /// use futures_util::StreamExt;
    ///
    /// let (mut reader, writer) = stream.into_split();
    /// tokio::spawn(async move {
    ///     while let Some(Ok(data)) = reader.next().await {
    ///         println!("{} bytes", data.len());
    ///     }
    /// });
    /// writer.write("one").await?;
    /// writer.clone().write("two").await?;
    /// writer.end().await?;
    /// # Ok(()) }
    /// ```
    pub fn into_split(self) -> (StreamReader, StreamWriter) {
        let halves = Arc::new(Halves {
            stream: Mutex::new(self),
            turn: tokio::sync::Mutex::new(()),
        });
        let reader = StreamReader {
            halves: Arc::clone(&halves),
            piece: Vec::new(),
            over: false,
        };
        (reader, StreamWriter(halves))
    }
}

/// The reading half of a stream, see [`P2pStream::into_split`]: bytes by `AsyncRead`, or pieces of
/// them as a [`Stream`], until the peer writes no more (CLI-STR-11) or there is an error. What the
/// peer wrote at once need not come at once.
#[derive(Debug)]
pub struct StreamReader {
    halves: Arc<Halves>,
    /// Room for what is read next; there is none before pieces are asked for.
    piece: Vec<u8>,
    /// The last piece, or an error, was given.
    over: bool,
}

/// A writing half of a stream, see [`P2pStream::into_split`]. Clones write to the same stream.
#[derive(Debug, Clone)]
pub struct StreamWriter(Arc<Halves>);

impl AsyncRead for StreamReader {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut *self.halves.stream()).poll_read(context, buffer)
    }
}

impl Stream for StreamReader {
    type Item = io::Result<Bytes>;

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Bytes>>> {
        if self.over {
            return Poll::Ready(None);
        }
        let this = &mut *self;
        this.piece.resize(PIECE, 0);
        let mut buffer = ReadBuf::new(&mut this.piece);
        let read = ready!(Pin::new(&mut *this.halves.stream()).poll_read(context, &mut buffer));
        let piece = match read {
            Ok(()) if buffer.filled().is_empty() => None,
            Ok(()) => Some(Ok(Bytes::copy_from_slice(buffer.filled()))),
            Err(error) => Some(Err(error)),
        };
        this.over = !matches!(piece, Some(Ok(_)));
        Poll::Ready(piece)
    }
}

impl StreamWriter {
    /// Writes all of this after everything that was written before, by whichever clone. Done
    /// when the last of it is sent, which back-pressure delays (CLI-STR-10).
    ///
    /// A dropped future may have written a part, like that of `write_all`.
    pub async fn write(&self, data: impl AsRef<[u8]>) -> io::Result<()> {
        let _turn = self.0.turn.lock().await;
        let mut rest = data.as_ref();
        while !rest.is_empty() {
            let write = |context: &mut Context<'_>| {
                Pin::new(&mut *self.0.stream()).poll_write(context, rest)
            };
            let written = poll_fn(write).await?;
            rest = rest.get(written..).unwrap_or_default();
        }
        Ok(())
    }

    /// Ends this direction after everything that was written before, see `shutdown` of
    /// [`P2pStream`]. Cancel safe: can be called again.
    pub async fn end(&self) -> io::Result<()> {
        let _turn = self.0.turn.lock().await;
        poll_fn(|context| Pin::new(&mut *self.0.stream()).poll_shutdown(context)).await
    }

    /// Destroys both ends at once (CLI-STR-4). Whoever is reading or writing here gets
    /// [`StreamError::DestroyedLocally`].
    pub fn destroy(&self) {
        self.0.stream().fail(StreamError::DestroyedLocally);
    }
}
