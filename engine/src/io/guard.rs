//! A TCP stream that gives up on a reader who has stopped reading, and lets others have
//! their turn if one never stops writing.
//!
//! A client that stops reading would stay connected and receive nothing, and nothing
//! would end its connection. Bounding the time that a write may be blocked bounds the
//! life of such a connection.
//!
//! A connection that floods the server would keep the thread it is on to itself. So
//! after some bytes it goes to the end of the queue, behind all others that have
//! something to say.
//!
//! This guards a connection while it speaks HTTP, and all its life if it is no plain TCP
//! connection. A WebSocket on plain TCP is watched in the same way by its own task.

use std::fmt;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

use super::IoCounters;

/// How many bytes may be read before others have their turn. Some hundred small packets,
/// or a part of a large one: less than a millisecond of work, and far more than it costs
/// to take turns.
const TURN: usize = 16 << 10;

/// Wraps a stream; fails reads and writes once a write was blocked for a while.
///
/// A program that accepts connections itself puts one around each, directly around the
/// [`TcpStream`](tokio::net::TcpStream). A WebSocket then takes the TCP connection over,
/// and any task can write to it without a lock.
#[derive(Debug)]
pub struct StallGuard<S> {
    stream: S,
    /// How long a write may be blocked.
    limit: Duration,
    /// Runs while a write is blocked. Boxed, because most connections never
    /// need it.
    timer: Option<Pin<Box<Sleep>>>,
    /// The limit has passed once; from then on everything fails.
    stalled: bool,
    /// The reader must be woken when the writer gives up, or it would wait for
    /// bytes of a client that is written off.
    reader: Option<Waker>,
    /// How many bytes were read in this turn.
    taken: usize,
    tie: Tie,
}

/// What a connection takes among all others, for as long as it lasts.
#[derive(Debug, Default)]
pub(crate) struct Tie {
    /// What passes through is counted here.
    counters: Arc<IoCounters>,
    /// Its place; free again on drop.
    slot: Option<Box<dyn Slot>>,
}

/// A place among all connections.
trait Slot: fmt::Debug + Send + Sync {}

impl<T: fmt::Debug + Send + Sync> Slot for T {}

impl Tie {
    pub(super) fn read(&self, bytes: usize) {
        self.counters.add_read(bytes);
    }

    pub(super) fn written(&self, bytes: usize) {
        self.counters.add_written(bytes);
    }

    pub(super) fn stalled(&self) {
        self.counters.stall();
    }
}

impl Drop for Tie {
    fn drop(&mut self) {
        self.counters.end();
    }
}

impl<S> StallGuard<S> {
    /// Guards a stream: a write may be blocked for as long as `limit`, for example
    /// [`write_stall`](crate::Config::write_stall).
    pub fn new(stream: S, limit: Duration) -> Self {
        Self {
            stream,
            limit,
            timer: None,
            stalled: false,
            reader: None,
            taken: 0,
            tie: Tie::default(),
        }
    }

    /// Keeps a place among all connections, such as a permit of a semaphore, until the
    /// stream is dropped, which an upgraded one survives its HTTP connection by.
    #[must_use]
    pub fn in_slot(mut self, slot: impl fmt::Debug + Send + Sync + 'static) -> Self {
        self.tie.slot = Some(Box::new(slot));
        self
    }

    /// Counts what passes through, and that it was accepted and has ended.
    #[must_use]
    pub fn counted(mut self, counters: Arc<IoCounters>) -> Self {
        counters.accept();
        self.tie.counters = counters;
        self
    }

    /// The stream without its guard, and what it takes among all.
    pub(crate) fn into_parts(self) -> (S, Tie) {
        (self.stream, self.tie)
    }

    /// The stream inside, to set its options.
    pub fn get_ref(&self) -> &S {
        &self.stream
    }

    /// Counts what was written.
    fn count_written(&self, outcome: &Poll<io::Result<usize>>) {
        if let Poll::Ready(Ok(written)) = outcome {
            self.tie.written(*written);
        }
    }

    /// Passes the outcome of a write on, and watches how long it is pending.
    ///
    /// Any progress starts the clock anew. A slow client is not a stalled one:
    /// how far behind it may fall is for the queue to say.
    fn watch<T>(
        &mut self,
        context: &mut Context<'_>,
        outcome: Poll<io::Result<T>>,
    ) -> Poll<io::Result<T>> {
        if outcome.is_ready() {
            self.timer = None;
            return outcome;
        }
        // The stream wakes the writer when it takes bytes again, the timer when it
        // does not.
        let limit = self.limit;
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(limit)));
        if timer.as_mut().poll(context).is_pending() {
            return Poll::Pending;
        }
        self.stalled = true;
        self.tie.stalled();
        self.timer = None;
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
        Poll::Ready(Err(stalled()))
    }
}

/// What both halves report. To the engine it is a broken connection like any
/// other, so the disconnect is noticed in the usual way.
fn stalled() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "the peer has stopped reading")
}

impl<S: AsyncRead + Unpin> AsyncRead for StallGuard<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.stalled {
            return Poll::Ready(Err(stalled()));
        }
        if self.taken >= TURN {
            self.taken = 0;
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        let most = buffer.remaining().min(TURN - self.taken);
        let mut part = ReadBuf::new(buffer.initialize_unfilled_to(most));
        let outcome = Pin::new(&mut self.stream).poll_read(context, &mut part);
        let read = part.filled().len();
        buffer.advance(read);
        self.tie.read(read);
        self.taken = if outcome.is_pending() {
            0
        } else {
            self.taken + read
        };
        // Remembered while it waits, and replaced only when it has moved to
        // another task, as it does when an HTTP connection becomes a WebSocket.
        let waker = context.waker();
        if outcome.is_pending() && !self.reader.as_ref().is_some_and(|old| old.will_wake(waker)) {
            self.reader = Some(waker.clone());
        }
        outcome
    }
}

// Flushing is watched like writing: streams with a buffer of their own, such as
// TLS, block there.
impl<S: AsyncWrite + Unpin> AsyncWrite for StallGuard<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        if self.stalled {
            return Poll::Ready(Err(stalled()));
        }
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.count_written(&outcome);
        self.watch(context, outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if self.stalled {
            return Poll::Ready(Err(stalled()));
        }
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.count_written(&outcome);
        self.watch(context, outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.stalled {
            return Poll::Ready(Err(stalled()));
        }
        let outcome = Pin::new(&mut self.stream).poll_flush(context);
        self.watch(context, outcome)
    }

    // Shutting a TCP stream down never blocks, so there is nothing to watch.
    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::pin::pin;

    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex, split};
    use tokio::sync::Semaphore;
    use tokio::time::Instant;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(20);

    fn guard<S>(stream: S) -> StallGuard<S> {
        let slots = Arc::new(Semaphore::new(1));
        let slot = slots.try_acquire_owned().unwrap();
        StallGuard::new(stream, LIMIT).in_slot(slot)
    }

    #[tokio::test(start_paused = true)]
    async fn a_blocked_write_fails_both_halves_after_the_limit() {
        let (stream, _peer) = duplex(8);
        let (mut reader, mut writer) = split(guard(stream));
        let reading = tokio::spawn(async move { reader.read_u8().await });
        let start = Instant::now();
        let error = writer.write_all(&[0; 64]).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert_eq!(start.elapsed().as_secs(), LIMIT.as_secs());
        let error = reading.await.unwrap().unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
    }

    /// A client that never stops writing is not read without end.
    #[tokio::test]
    async fn others_have_their_turn_while_there_is_something_to_read() {
        const ALL: usize = 1 << 20;
        let (stream, mut peer) = duplex(ALL);
        peer.write_all(&vec![0; ALL]).await.unwrap();
        let all = Cell::new(0);
        let mut reading = pin!(async {
            let mut guard = guard(stream);
            let mut buffer = vec![0; ALL];
            while all.get() < ALL {
                all.set(all.get() + guard.read(&mut buffer).await.unwrap());
            }
        });
        // Each poll is a turn, and at the end of each it asks for another.
        let mut before = 0;
        let context = &mut Context::from_waker(Waker::noop());
        while reading.as_mut().poll(context).is_pending() {
            let now = all.get();
            assert_eq!(now - before, TURN);
            before = now;
        }
        assert_eq!(before, ALL - TURN);
    }

    #[tokio::test(start_paused = true)]
    async fn a_slow_reader_is_not_a_stalled_one() {
        let (stream, mut peer) = duplex(8);
        let mut guard = guard(stream);
        let reading = tokio::spawn(async move {
            let mut received = 0;
            while received < 64 {
                sleep(LIMIT / 2).await;
                received += peer.read(&mut [0; 8]).await.unwrap();
            }
        });
        guard.write_all(&[0; 64]).await.unwrap();
        drop(guard);
        reading.await.unwrap();
    }
}
