//! Streams that the server opens to clients, dialect `v2`.
//!
//! To a client such a stream is one like any other: its opener is called
//! `<uuid>--server-side`, and everything that is sent to that id is for the end
//! here. One chunk is under way in each direction, and the next one waits until it
//! is confirmed, so a slow reader slows down a writer across the network.
//!
//! - `end`: one end: what has arrived, and how it ended.
//! - `chunk`: what a chunk can look like.
//! - `options`, `open`: how a stream comes about.
//! - `duplex`: the end in the hands of the program, `AsyncRead` and `AsyncWrite`.

mod chunk;
mod duplex;
mod end;
mod open;
mod options;

use std::collections::HashMap;
use std::task::{Context, Poll};

use bytes::Bytes;
use sio_p2p_protocol::{Args, Arguments, Binary, ClientId, Failure, Payload, StreamDataAck};

pub use self::duplex::HostStream;
pub use self::end::StreamEnded;
pub use self::open::{OpenStream, OpenStreamError};
pub use self::options::StreamOptions;

use self::chunk::Chunk;
use self::end::{End, Taken};
use super::desk::{Desk, Waiting};
use crate::relay::{Data, Host};

/// How many bytes one chunk has at most. Half a megabyte would be faster by little
/// and would make other packets of the same client wait.
const CHUNK: usize = 64 << 10;

/// Every end of the host that somebody holds, by its virtual client id.
#[derive(Debug, Default)]
pub(super) struct Streams {
    ends: HashMap<ClientId, End>,
}

impl Streams {
    /// A chunk has come for an end.
    pub(super) fn receive(
        &mut self,
        id: &ClientId,
        args: &Args,
        ack: Option<u64>,
        host: &mut Host<'_>,
    ) {
        let Some(end) = self.ends.get_mut(id) else {
            return forget(host, ack);
        };
        match Chunk::read(args) {
            Ok(Chunk::Data(data)) => match end.receive(data, ack) {
                Taken::Confirm(ack) => confirm(host, ack),
                Taken::Withhold => {}
                Taken::Overrun => {
                    forget(host, ack);
                    self.fail(id, StreamEnded::Overrun, host);
                }
            },
            Ok(Chunk::End) => {
                end.end();
                confirm(host, ack);
            }
            Err(chunk::NoChunk) => {
                forget(host, ack);
                self.fail(id, StreamEnded::NoChunk, host);
            }
        }
    }

    /// The peer has confirmed a chunk, or never will.
    pub(super) fn confirmed(
        &mut self,
        id: &ClientId,
        outcome: Result<Data, Failure>,
        host: &mut Host<'_>,
    ) {
        let Some(end) = self.ends.get_mut(id) else {
            return;
        };
        end.confirmed();
        let reason = match outcome.map(|answer| StreamDataAck::decode(&answer.json)) {
            Ok(Ok(StreamDataAck::Taken)) => return,
            Ok(Ok(StreamDataAck::WriteFailed(reason))) => text(&reason),
            Ok(Err(error)) => error.to_string(),
            Err(failure) => failure.text(),
        };
        self.fail(id, StreamEnded::WriteFailed(reason), host);
    }

    /// The peer has destroyed its end.
    pub(super) fn destroyed(&mut self, id: &ClientId, host: &mut Host<'_>) {
        self.fail(id, StreamEnded::Destroyed, host);
    }

    /// The peer has left.
    pub(super) fn lost(&mut self, id: &ClientId, host: &mut Host<'_>) {
        self.fail(id, StreamEnded::Left, host);
    }

    /// The server has ended, and with it all streams.
    pub(super) fn close(&mut self, host: &mut Host<'_>) {
        let ids: Vec<_> = self.ends.keys().cloned().collect();
        for id in ids {
            self.fail(&id, StreamEnded::ServerEnded, host);
        }
    }

    /// An end does not work any more. The peer is told, unless the relay has closed
    /// the end already. What has arrived can still be read.
    fn fail(&mut self, id: &ClientId, reason: StreamEnded, host: &mut Host<'_>) {
        host.close_end(id, true);
        let Some(end) = self.ends.get_mut(id) else {
            return;
        };
        for ack in end.close(reason) {
            host.forget(ack);
        }
    }
}

/// What the holder of an end does with it.
impl Desk {
    /// Reads the next chunk; `None` at the end.
    fn read_stream(
        &mut self,
        id: &ClientId,
        cx: &Context<'_>,
        host: &mut Host<'_>,
    ) -> Poll<Result<Option<Bytes>, StreamEnded>> {
        let Some(end) = self.streams.ends.get_mut(id) else {
            return Poll::Ready(Ok(None));
        };
        end.poll_read(cx).map_ok(|(chunk, due)| {
            for ack in due {
                confirm(host, Some(ack));
            }
            chunk
        })
    }

    /// Sends as much as fits into one chunk, once the one before is confirmed.
    fn write_stream(
        &mut self,
        id: &ClientId,
        cx: &Context<'_>,
        data: &[u8],
        host: &mut Host<'_>,
    ) -> Poll<Result<usize, StreamEnded>> {
        let Some(end) = self.streams.ends.get_mut(id) else {
            return Poll::Ready(Err(StreamEnded::Finished));
        };
        match end.poll_write(cx) {
            Poll::Ready(Ok(())) => {}
            Poll::Ready(Err(reason)) => return Poll::Ready(Err(reason)),
            Poll::Pending => return Poll::Pending,
        }
        let chunk = &data[..data.len().min(CHUNK)];
        let args = Binary(Bytes::copy_from_slice(chunk)).into();
        let ack = self.expect(Waiting::Chunk(id.clone()));
        if let Some(end) = self.streams.ends.get_mut(id) {
            end.sent(ack);
        }
        host.send_chunk(id, args, ack);
        Poll::Ready(Ok(chunk.len()))
    }

    /// Waits until everything is confirmed.
    fn flush_stream(&mut self, id: &ClientId, cx: &Context<'_>) -> Poll<Result<(), StreamEnded>> {
        match self.streams.ends.get_mut(id) {
            Some(end) => end.poll_confirmed(cx),
            None => Poll::Ready(Ok(())),
        }
    }

    /// Says that nothing more will be written, once everything is confirmed.
    fn finish_stream(
        &mut self,
        id: &ClientId,
        cx: &Context<'_>,
        host: &mut Host<'_>,
    ) -> Poll<Result<(), StreamEnded>> {
        let Some(end) = self.streams.ends.get_mut(id) else {
            return Poll::Ready(Ok(()));
        };
        match end.poll_finish(cx) {
            Poll::Ready(Ok(true)) => {}
            other => return other.map_ok(|_| ()),
        }
        let ack = self.expect(Waiting::Chunk(id.clone()));
        if let Some(end) = self.streams.ends.get_mut(id) {
            end.finish(ack);
        }
        let end = Arguments::from_payloads(&[Payload::null()]);
        host.send_chunk(id, end.into(), ack);
        Poll::Ready(Ok(()))
    }

    /// Nobody holds an end any more; whether the peer is told depends on how far it
    /// has come.
    fn drop_stream(&mut self, id: &ClientId, tell: impl FnOnce(&End) -> bool, host: &mut Host<'_>) {
        let Some(mut end) = self.streams.ends.remove(id) else {
            return;
        };
        if let Some(ack) = end.under_way() {
            self.forget(ack);
        }
        host.close_end(id, tell(&end));
        for ack in end.close(StreamEnded::Finished) {
            host.forget(ack);
        }
    }
}

/// Tells the peer that it may send the next chunk.
fn confirm(host: &mut Host<'_>, ack: Option<u64>) {
    if let Some(id) = ack {
        host.answer(id, Args::default());
    }
}

/// The peer will not be told: its end is destroyed, or never was.
fn forget(host: &mut Host<'_>, ack: Option<u64>) {
    if let Some(id) = ack {
        host.forget(id);
    }
}

/// A reason as text, whatever the client has given for one.
fn text(reason: &Payload) -> String {
    reason
        .to_text()
        .unwrap_or_else(|| reason.as_json().to_owned())
}
