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

use sio_p2p_protocol::{Args, ClientId, Failure, Payload, StreamDataAck};

pub use self::duplex::HostStream;
pub use self::end::StreamEnded;
pub use self::open::{OpenStream, OpenStreamError};
pub use self::options::StreamOptions;

use self::chunk::Chunk;
pub(super) use self::end::End;
use self::end::Taken;
use crate::relay::{Data, Host};

/// How many bytes one chunk has at most. Half a megabyte would be faster by little
/// and would make other packets of the same client wait.
pub(super) const CHUNK: usize = 64 << 10;

/// Every end of the host that somebody holds, by its virtual client id.
#[derive(Debug, Default)]
pub(super) struct HostStreams {
    pub(super) ends: HashMap<ClientId, End>,
}

impl HostStreams {
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

/// Tells the peer that it may send the next chunk.
pub(super) fn confirm(host: &mut Host<'_>, ack: Option<u64>) {
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
