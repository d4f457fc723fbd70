//! What the holders of the host's ends of streams do with them.

use std::task::{Context, Poll};

use bytes::Bytes;
use sio_p2p_protocol::{Arguments, Binary, ClientId, Payload};

use super::state::{AckWaiter, HostState};
use super::stream::{CHUNK, End, StreamEnded, confirm};
use crate::relay::Host;

/// What the holder of an end does with it.
impl HostState {
    /// Reads the next chunk; `None` at the end.
    pub(super) fn read_stream(
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
    pub(super) fn write_stream(
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
        let ack = self.expect(AckWaiter::Chunk(id.clone()));
        if let Some(end) = self.streams.ends.get_mut(id) {
            end.sent(ack);
        }
        host.send_chunk(id, args, ack);
        Poll::Ready(Ok(chunk.len()))
    }

    /// Waits until everything is confirmed.
    pub(super) fn flush_stream(
        &mut self,
        id: &ClientId,
        cx: &Context<'_>,
    ) -> Poll<Result<(), StreamEnded>> {
        match self.streams.ends.get_mut(id) {
            Some(end) => end.poll_confirmed(cx),
            None => Poll::Ready(Ok(())),
        }
    }

    /// Says that nothing more will be written, once everything is confirmed.
    pub(super) fn finish_stream(
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
        let ack = self.expect(AckWaiter::Chunk(id.clone()));
        if let Some(end) = self.streams.ends.get_mut(id) {
            end.finish(ack);
        }
        let end = Arguments::from_payloads(&[Payload::null()]);
        host.send_chunk(id, end.into(), ack);
        Poll::Ready(Ok(()))
    }

    /// Nobody holds an end any more; whether the peer is told depends on how far it
    /// has come.
    pub(super) fn drop_stream(
        &mut self,
        id: &ClientId,
        tell: impl FnOnce(&End) -> bool,
        host: &mut Host<'_>,
    ) {
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
