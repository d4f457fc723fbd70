//! Stream: byte streams between two clients.
//!
//! A stream has two ends, each with an id of its own (CLI-STR-2). Data travels as messages whose
//! event name ends in the sender's stream id; one message is one chunk, and its answer says that
//! the next chunk may come. So a slow reader slows the writer down across the network.
//!
//! A stream lives on one connection of each client. When either is lost, both ends end: the own
//! end with the connection, the other one by the notice that the peer has left. Nothing is
//! restored, because nobody knows how much of the last chunks arrived; the application opens a
//! new stream and knows better where to go on.
//!
//! An end that is destroyed tells its peer once (CLI-STR-12), which is also how everything else
//! that may leave half a stream behind is cleaned up: an opener that gives up, a chunk that is no
//! chunk, a peer that overruns us.
//!
//! - `end.rs`: one end: what has arrived, and how the end came to its end.
//! - `duplex.rs`: the end in the hands of the application, `AsyncRead` and `AsyncWrite`.
//! - `split.rs`: the same in several hands.
//! - `open.rs`, `accept.rs`: how the two ends come about.
//! - `chunk.rs`: what a chunk can look like.

mod accept;
mod chunk;
mod duplex;
mod end;
mod error;
mod open;
mod split;

use std::{collections::HashMap, sync::Arc, time::Duration};

use parking_lot::MutexGuard;
use sio_p2p_protocol::{
    Args, Channel, ClientId, CreateStreamAck, Dialect, Failure, PEER_STREAM_DESTROYED, Payload,
    StreamId, StreamInfo,
};

use crate::{
    client::Shared, message::Responder, outbox, queue::QueueSender, state::DisconnectReason,
};

pub use accept::{StreamAcceptor, StreamOffer};
pub use duplex::P2pStream;
pub use error::StreamError;
pub use open::OpenStream;
pub use split::{StreamReader, StreamWriter};

use chunk::Chunk;
use end::End;

/// What server ends of streams are called: `<uuid>--server-side`, dialect `v2`.
const SERVER_SIDE: &str = "--server-side";

/// How one end of a stream behaves. The two ends need not agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamOptions {
    /// The largest chunk to send, in bytes. Default: 64 KiB.
    pub chunk_size: usize,
    /// How many chunks may be sent before the first is answered. Default: 1, as CLI-STR-10 asks.
    ///
    /// Larger windows are faster over slow networks, and only for peers of this library:
    /// JavaScript peers that fall behind forget all answers but the last.
    pub window: usize,
    /// How many received bytes are answered before the application has read them. Beyond that
    /// the peer's writer waits. Default: 256 KiB.
    pub read_buffer: usize,
    /// How long to wait for more data after the peer's end marker, counted from the last answer.
    ///
    /// JavaScript peers send the marker ahead of chunks that still wait for their turn (DEV-16);
    /// the next one of these comes a round trip after the answer to the one before. Default:
    /// 100 ms; zero if all peers are of this library.
    pub end_grace: Duration,
    /// How long a chunk may stay unanswered before the stream is destroyed. Default: for ever,
    /// because a peer that does not read may well be alive.
    pub ack_timeout: Option<Duration>,
}

impl Default for StreamOptions {
    fn default() -> Self {
        Self {
            chunk_size: 64 << 10,
            window: 1,
            read_buffer: 256 << 10,
            end_grace: Duration::from_millis(100),
            ack_timeout: None,
        }
    }
}

/// What tells the streams of a client apart: the peer's stream id, and in dialect `v1`, where
/// data says who sent it, the peer (CLI-STR-14).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    peer: Option<ClientId>,
    stream: StreamId,
}

/// What the family keeps.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    ends: HashMap<Key, Arc<End>>,
    acceptors: HashMap<Option<Channel>, Acceptor>,
    next_acceptor: u64,
    closed: bool,
}

/// Where requests on one channel go.
#[derive(Debug)]
struct Acceptor {
    id: u64,
    offers: QueueSender<StreamOffer>,
}

impl Streams {
    /// The ends that exist, offers that are not answered yet included.
    pub(crate) fn len(&self) -> usize {
        self.ends.len()
    }

    pub(crate) fn acceptors(&self) -> usize {
        self.acceptors.len()
    }
}

/// An end in the table, which leaves it when dropped; the peer is told that it is destroyed,
/// unless it knows (CLI-STR-12). Nothing of a stream stays behind, however it ends.
#[derive(Debug)]
struct Registration {
    shared: Arc<Shared>,
    end: Arc<End>,
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.shared.forget_end(&self.end);
        if self.end.finish(StreamError::DestroyedLocally) {
            self.shared.tell_destroyed(&self.end);
        }
    }
}

impl Shared {
    fn streams(&self) -> MutexGuard<'_, Streams> {
        self.streams.lock()
    }

    fn key(&self, peer: &ClientId, stream: &StreamId) -> Key {
        let peer = (self.dialect == Dialect::V1).then(|| peer.clone());
        let stream = stream.clone();
        Key { peer, stream }
    }

    /// Puts an end into the table; `None` if the peer's stream id is in use, because data for
    /// one stream must never reach another (CLI-STR-1), or if the client has ended.
    fn register_end(self: &Arc<Self>, end: End) -> Option<Registration> {
        let key = self.key(&end.peer, &end.peer_stream);
        let end = Arc::new(end);
        let mut streams = self.streams();
        if streams.closed || streams.ends.contains_key(&key) {
            return None;
        }
        streams.ends.insert(key, Arc::clone(&end));
        drop(streams);
        let shared = Arc::clone(self);
        Some(Registration { shared, end })
    }

    /// Takes this end, and no other of the same name, out of the table.
    fn forget_end(&self, end: &Arc<End>) {
        let key = self.key(&end.peer, &end.peer_stream);
        let mut streams = self.streams();
        if streams
            .ends
            .get(&key)
            .is_some_and(|known| Arc::ptr_eq(known, end))
        {
            streams.ends.remove(&key);
        }
    }

    /// Finds the end that a peer's packet is about. In dialect `v1` the sender must be the peer
    /// (CLI-STR-14); in `v2` nobody can tell.
    fn find_end(&self, source: Option<&ClientId>, stream: &StreamId) -> Option<Arc<End>> {
        let key = Key {
            peer: source.cloned(),
            stream: stream.clone(),
        };
        self.streams().ends.get(&key).map(Arc::clone)
    }

    /// Takes the ends out of the table for which `which` holds, and ends them.
    fn finish_ends(&self, which: impl Fn(&End) -> bool, why: &StreamError) {
        let ends: Vec<Arc<End>> = {
            let mut streams = self.streams();
            let ended = streams.ends.extract_if(|_, end| which(end));
            ended.map(|(_, end)| end).collect()
        };
        for end in ends {
            end.finish(why.clone());
        }
    }

    /// Tells the peer that this end is destroyed (CLI-STR-4).
    fn tell_destroyed(&self, end: &End) {
        let event = PEER_STREAM_DESTROYED.try_into();
        let (Ok(event), Ok(args)) = (event, Args::from_value(&(&end.own_stream,))) else {
            return;
        };
        let (event, attachments) = self.message(end.peer.clone(), event, args, false);
        // On another connection it would be about a stream that ended with the former one.
        let packet = outbox::event(&event, attachments, None);
        self.outbox.reply(packet, Some(end.epoch));
    }

    pub(crate) fn on_stream_data(
        &self,
        source: Option<&ClientId>,
        stream: &StreamId,
        chunk: &Payload,
        attachments: &[bytes::Bytes],
        responder: Option<Responder>,
    ) {
        let Some(end) = self.find_end(source, stream) else {
            // No answer, so that a stray writer stops.
            return tracing::debug!(%stream, "data of a stream that is not open");
        };
        let fault = match Chunk::read(chunk, attachments) {
            Some(chunk) => end.receive(chunk, responder).err(),
            None => Some(StreamError::UnsupportedChunk),
        };
        if let Some(fault) = fault {
            self.forget_end(&end);
            if end.finish(fault) {
                self.tell_destroyed(&end);
            }
        }
    }

    pub(crate) fn on_peer_stream_destroyed(&self, source: Option<&ClientId>, stream: &StreamId) {
        // Repeated notices, echoes of our own and stale ones after a reconnect find nothing.
        let Some(end) = self.find_end(source, stream) else {
            return;
        };
        self.forget_end(&end);
        let peer = end.peer.clone();
        let opened = end.is_open();
        // The echo tells the peer that this end is gone too; a server end has already gone.
        if end.finish(StreamError::DestroyedByPeer { peer })
            && opened
            && !end.peer.as_str().ends_with(SERVER_SIDE)
        {
            self.tell_destroyed(&end);
        }
    }

    /// A linked client has left: its streams end. It is not told, because it is not there.
    pub(crate) fn streams_of_departed(&self, client: &ClientId) {
        let peer = client.clone();
        self.finish_ends(|end| end.peer == *client, &StreamError::PeerLeft { peer });
    }

    /// The connection has ended, and with it every stream.
    pub(crate) fn streams_disconnected(&self, reason: &DisconnectReason) {
        let reason = reason.clone();
        self.finish_ends(|_| true, &StreamError::Disconnected(reason));
    }

    /// The client has ended.
    pub(crate) fn close_streams(&self, reason: &DisconnectReason) {
        let acceptors = {
            let mut streams = self.streams();
            streams.closed = true;
            std::mem::take(&mut streams.acceptors)
        };
        drop(acceptors);
        self.streams_disconnected(reason);
    }

    /// A peer or the server asks to open a stream.
    pub(crate) fn on_stream_offered(
        self: &Arc<Self>,
        channel: Option<Channel>,
        info: &StreamInfo,
        attachments: Vec<bytes::Bytes>,
        responder: Option<Responder>,
    ) {
        // Without a source nobody could be written to, without a responder nobody is asked.
        let (Some(source), Some(responder)) = (info.source(), responder) else {
            return tracing::warn!("stream request that cannot be answered");
        };
        // Every request is answered, now or by whoever takes the offer.
        let refuse = |why: &Payload| CreateStreamAck::Refused(why.clone()).encode();
        let acceptor = {
            let streams = self.streams();
            let acceptor = streams.acceptors.get(&channel);
            acceptor.map(|acceptor| acceptor.offers.clone())
        };
        let Some(acceptor) = acceptor else {
            // CLI-STR-13. The original is silent in v2, and the opener waits for its deadline.
            let client = Some(self.id.to_string());
            let why = Failure::NotListeningForStreams { client };
            return responder.reply(refuse(&why.payload()));
        };
        // The request describes the stream as its opener sees it: its target is this end. The end
        // exists from now on, so that a notice that the opener has given up finds it.
        let end = End::new(
            info.target_stream().clone(),
            source.clone(),
            info.source_stream().clone(),
            self.outbox.epoch(),
        );
        let Some(registration) = self.register_end(end) else {
            let why = Payload::string("a stream with this id is open already");
            return responder.reply(refuse(&why));
        };
        // The server has linked both clients, and will tell when the opener leaves.
        self.targets.link(source.clone());
        let args = info.member("argArray");
        let args = args.and_then(|args| sio_p2p_protocol::Arguments::parse(args.as_json()).ok());
        let offer = StreamOffer::new(registration, channel, args, attachments, responder);
        // Outside the lock: an acceptor that has just gone drops the offer here, which refuses it.
        acceptor.push(offer, info.as_json().len());
    }
}
