//! One end of a stream: what has arrived, what is under way, and how it ended.

use std::collections::VecDeque;
use std::mem;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;

/// Why an end does not work any more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StreamEnded {
    /// The client has destroyed its end.
    #[error("the client has destroyed the stream")]
    Destroyed,
    /// The client has left.
    #[error("the client has left")]
    Left,
    /// The client could not take a chunk.
    #[error("the client could not take what was written: {0}")]
    WriteFailed(String),
    /// The client has sent something that is not stream data.
    #[error("the client has sent something that is no chunk of data")]
    NoChunk,
    /// The client has sent much more than was confirmed.
    #[error("the client does not wait until its data is taken")]
    Overrun,
    /// This end has said that it will write nothing more.
    #[error("nothing can be written after the end")]
    Finished,
    /// The server has ended.
    #[error("the server has ended")]
    ServerEnded,
}

/// What an unasked chunk costs at least, so that a great many small ones count.
const OVERHEAD: usize = 64;

/// The state of one end. It is under the lock of the shell.
#[derive(Debug)]
pub(in crate::host) struct End {
    /// What can be read.
    chunks: VecDeque<Bytes>,
    /// How many bytes that is, overhead included.
    buffered: usize,
    /// From how many bytes on the peer has to wait for the reader.
    high_water: usize,
    /// From how many bytes on it is clear that the peer does not wait.
    limit: usize,
    /// The acks that the peer waits for.
    withheld: Vec<u64>,
    /// The peer has nothing more to send.
    ended: bool,
    /// The ack of the latest chunk, if the peer has not confirmed it.
    under_way: Option<u64>,
    /// The end has been sent.
    finished: bool,
    closed: Option<StreamEnded>,
    reader: Option<Waker>,
    writer: Option<Waker>,
}

/// A chunk, or `None` at the end, and the acks that are due because it was read.
pub(super) type Read = (Option<Bytes>, Vec<u64>);

/// A chunk was taken into the buffer or must not be.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::host) enum Taken {
    /// The peer may send the next one: give it this ack.
    Confirm(Option<u64>),
    /// The peer has to wait.
    Withhold,
    /// The peer has not waited.
    Overrun,
}

impl End {
    /// An end that takes `high_water` bytes before its peer has to wait, and `excess`
    /// more from a peer that does not.
    pub(in crate::host) fn new(high_water: usize, excess: usize) -> Self {
        Self {
            chunks: VecDeque::new(),
            buffered: 0,
            high_water,
            limit: high_water.saturating_add(excess),
            withheld: Vec::new(),
            ended: false,
            under_way: None,
            finished: false,
            closed: None,
            reader: None,
            writer: None,
        }
    }

    /// Takes a chunk of data. As the original does, it confirms the chunk at once as
    /// long as the buffer is not full by it, and otherwise once the reader has made
    /// room (CLI-STR-10).
    ///
    /// Data after the end is data like any other: the library of the original lets
    /// its end overtake what is still queued (DEV-16).
    pub(in crate::host) fn receive(&mut self, data: Bytes, ack: Option<u64>) -> Taken {
        if data.is_empty() {
            return Taken::Confirm(ack);
        }
        let size = data.len().max(OVERHEAD);
        // A peer that waits has nothing buffered beyond the mark but one chunk.
        let waits = self.buffered < self.high_water || self.chunks.is_empty();
        if !waits && self.buffered.saturating_add(size) > self.limit {
            return Taken::Overrun;
        }
        self.buffered += size;
        self.chunks.push_back(data);
        wake(&mut self.reader);
        if self.buffered < self.high_water {
            return Taken::Confirm(ack);
        }
        self.withheld.extend(ack);
        Taken::Withhold
    }

    /// The peer has nothing more to send.
    pub(in crate::host) fn end(&mut self) {
        self.ended = true;
        wake(&mut self.reader);
    }

    /// The peer has confirmed the latest chunk.
    pub(in crate::host) fn confirmed(&mut self) {
        self.under_way = None;
        wake(&mut self.writer);
    }

    /// The end does not work any more. The first reason counts. Returns the acks that
    /// will never be given.
    pub(in crate::host) fn close(&mut self, reason: StreamEnded) -> Vec<u64> {
        self.closed.get_or_insert(reason);
        wake(&mut self.reader);
        wake(&mut self.writer);
        mem::take(&mut self.withheld)
    }

    /// True if anything has come from the peer, so that it has an end of its own.
    pub(in crate::host) fn was_heard(&self) -> bool {
        self.ended || self.buffered > 0
    }

    /// True if both directions have come to their end.
    pub(in crate::host) fn is_complete(&self) -> bool {
        self.ended && self.finished && self.chunks.is_empty()
    }

    /// The next chunk, `None` at the end, and the acks that are due because of that.
    /// What has arrived is read to the last byte, however the stream ended.
    pub(in crate::host) fn poll_read(
        &mut self,
        cx: &Context<'_>,
    ) -> Poll<Result<Read, StreamEnded>> {
        if let Some(chunk) = self.chunks.pop_front() {
            self.buffered -= chunk.len().max(OVERHEAD);
            let due = if self.buffered < self.high_water {
                mem::take(&mut self.withheld)
            } else {
                Vec::new()
            };
            return Poll::Ready(Ok((Some(chunk), due)));
        }
        if self.ended {
            return Poll::Ready(Ok((None, Vec::new())));
        }
        if let Some(reason) = &self.closed {
            return Poll::Ready(Err(reason.clone()));
        }
        self.reader = Some(cx.waker().clone());
        Poll::Pending
    }

    /// Waits until a chunk may be sent.
    pub(in crate::host) fn poll_write(
        &mut self,
        cx: &Context<'_>,
    ) -> Poll<Result<(), StreamEnded>> {
        if self.finished {
            return Poll::Ready(Err(StreamEnded::Finished));
        }
        self.poll_confirmed(cx)
    }

    /// Waits until the peer has confirmed everything.
    pub(in crate::host) fn poll_confirmed(
        &mut self,
        cx: &Context<'_>,
    ) -> Poll<Result<(), StreamEnded>> {
        if let Some(reason) = &self.closed {
            let all = self.finished && self.under_way.is_none();
            return Poll::Ready(if all { Ok(()) } else { Err(reason.clone()) });
        }
        if self.under_way.is_some() {
            self.writer = Some(cx.waker().clone());
            return Poll::Pending;
        }
        Poll::Ready(Ok(()))
    }

    /// Waits until the end may be sent; true if it is still to be sent. Whether the
    /// peer confirms the end is of no consequence for the writer.
    pub(in crate::host) fn poll_finish(
        &mut self,
        cx: &Context<'_>,
    ) -> Poll<Result<bool, StreamEnded>> {
        if self.finished {
            return Poll::Ready(Ok(false));
        }
        self.poll_confirmed(cx).map_ok(|()| true)
    }

    /// A chunk is under way, to be confirmed by this ack.
    pub(in crate::host) fn sent(&mut self, ack: u64) {
        self.under_way = Some(ack);
    }

    /// The end is under way, to be confirmed by this ack.
    pub(in crate::host) fn finish(&mut self, ack: u64) {
        self.finished = true;
        self.sent(ack);
    }

    /// The ack that is under way.
    pub(in crate::host) fn under_way(&self) -> Option<u64> {
        self.under_way
    }
}

/// Wakes the task that waits, once.
fn wake(waker: &mut Option<Waker>) {
    if let Some(waker) = waker.take() {
        waker.wake();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cx() -> Context<'static> {
        Context::from_waker(Waker::noop())
    }

    fn read(end: &mut End) -> Poll<Result<Read, StreamEnded>> {
        end.poll_read(&cx())
    }

    /// As a receiver of the original does, with a mark of 8 bytes in its test.
    #[test]
    fn the_chunk_that_fills_the_buffer_is_confirmed_when_it_is_read() {
        let mut end = End::new(100, 100);
        let chunk = |bytes: usize| Bytes::from(vec![b'x'; bytes]);
        assert_eq!(end.receive(chunk(90), Some(1)), Taken::Confirm(Some(1)));
        assert_eq!(end.receive(Bytes::new(), Some(2)), Taken::Confirm(Some(2)));
        assert_eq!(end.receive(chunk(90), Some(3)), Taken::Withhold);
        assert_eq!(end.receive(chunk(90), None), Taken::Overrun);
        assert_eq!(read(&mut end), Poll::Ready(Ok((Some(chunk(90)), vec![3]))));
        assert_eq!(read(&mut end), Poll::Ready(Ok((Some(chunk(90)), vec![]))));
        assert_eq!(read(&mut end), Poll::Pending);
        // Even a chunk beyond all limits is taken by an empty buffer.
        assert_eq!(end.receive(chunk(999), Some(4)), Taken::Withhold);
        assert_eq!(end.close(StreamEnded::Destroyed), [4]);
        assert_eq!(read(&mut end), Poll::Ready(Ok((Some(chunk(999)), vec![]))));
        assert_eq!(read(&mut end), Poll::Ready(Err(StreamEnded::Destroyed)));
    }

    #[test]
    fn one_chunk_is_under_way_at_a_time_and_the_end_comes_last() {
        let mut end = End::new(100, 100);
        assert_eq!(end.poll_write(&cx()), Poll::Ready(Ok(())));
        end.sent(1);
        assert_eq!(end.poll_write(&cx()), Poll::Pending);
        assert_eq!(end.poll_finish(&cx()), Poll::Pending);
        end.confirmed();
        assert_eq!(end.poll_finish(&cx()), Poll::Ready(Ok(true)));
        end.finish(2);
        assert_eq!(end.poll_finish(&cx()), Poll::Ready(Ok(false)));
        let finished = Err(StreamEnded::Finished);
        assert_eq!(end.poll_write(&cx()), Poll::Ready(finished));
        assert!(!end.is_complete());
        end.end();
        assert!(end.is_complete());
        assert_eq!(read(&mut end), Poll::Ready(Ok((None, vec![]))));
    }

    /// What comes after the end, because a library lets it overtake, is not lost.
    #[test]
    fn data_after_the_end_can_still_be_read() {
        let mut end = End::new(100, 100);
        end.end();
        assert_eq!(read(&mut end), Poll::Ready(Ok((None, vec![]))));
        assert_eq!(end.receive("late".into(), None), Taken::Confirm(None));
        let late = Ok((Some("late".into()), vec![]));
        assert_eq!(read(&mut end), Poll::Ready(late));
        assert_eq!(read(&mut end), Poll::Ready(Ok((None, vec![]))));
    }

    proptest! {
        /// Whatever a peer does, the buffer is bounded, bytes come out as they went in,
        /// and every ack is given once: at once, by a read, or never after the end.
        #[test]
        fn the_buffer_is_bounded_and_loses_nothing(
            steps in proptest::collection::vec(proptest::option::of(0_usize..300), 1..200),
        ) {
            let mut end = End::new(256, 512);
            let (mut sent, mut got) = (Vec::new(), Vec::new());
            let (mut asked, mut given) = (0_u64, Vec::new());
            for step in steps {
                if let Some(bytes) = step {
                    let chunk = vec![u8::try_from(bytes % 251).unwrap(); bytes];
                    match end.receive(chunk.clone().into(), Some(asked)) {
                        Taken::Confirm(ack) => given.extend(ack),
                        Taken::Withhold => {}
                        Taken::Overrun => break,
                    }
                    asked += 1;
                    sent.extend(chunk);
                } else if let Poll::Ready(Ok((Some(chunk), due))) = read(&mut end) {
                    got.extend(chunk);
                    given.extend(due);
                }
                prop_assert!(end.buffered <= 256 + 512);
            }
            given.extend(end.close(StreamEnded::Left));
            while let Poll::Ready(Ok((Some(chunk), due))) = read(&mut end) {
                prop_assert!(due.is_empty());
                got.extend(chunk);
            }
            prop_assert_eq!(got, sent);
            given.sort_unstable();
            prop_assert_eq!(given, (0..asked).collect::<Vec<_>>());
            prop_assert_eq!(end.buffered, 0);
        }
    }
}
