//! The table of streams: the ends that there are, and who accepts new ones.

use std::{collections::HashMap, sync::Arc};

use bytes::Bytes;
use parking_lot::Mutex;
use sio_p2p_protocol::{
    Args, Arguments, Channel, ClientId, CreateStreamAck, Dialect, Failure, PEER_STREAM_DESTROYED,
    Payload, StreamId, StreamInfo,
};

use crate::{
    message::Responder,
    messenger::Messenger,
    outbox::{self, Outbox},
    queue::QueueSender,
    state::DisconnectReason,
    tables::targets::Targets,
};

use super::{chunk::Chunk, end::End, error::StreamError};

/// What server ends of streams are called: `<uuid>--server-side`, dialect `v2`.
const SERVER_SIDE: &str = "--server-side";

/// What tells the streams of a client apart: the peer's stream id, and in dialect `v1`, where
/// data says who sent it, the peer (CLI-STR-14).
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    peer: Option<ClientId>,
    stream: StreamId,
}

/// The ends of streams, and who accepts new ones.
#[derive(Debug)]
pub(crate) struct Streams {
    messenger: Messenger,
    outbox: Outbox,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    ends: HashMap<Key, Arc<End>>,
    acceptors: HashMap<Option<Channel>, Acceptor>,
    next_acceptor: u64,
    closed: bool,
}

/// Where requests on one channel go.
#[derive(Debug)]
struct Acceptor {
    id: u64,
    requests: QueueSender<StreamRequest>,
}

/// An end in the table, which leaves it when dropped; the peer is told that it is destroyed,
/// unless it knows (CLI-STR-12). Nothing of a stream stays behind, however it ends.
#[derive(Debug)]
pub(super) struct Registration {
    pub(super) streams: Arc<Streams>,
    pub(super) end: Arc<End>,
}

impl Drop for Registration {
    fn drop(&mut self) {
        self.streams.remove(&self.end);
        if self.end.close(StreamError::DestroyedLocally) {
            self.streams.tell_destroyed(&self.end);
        }
    }
}

impl Streams {
    /// None yet, for a client whose messages look like this.
    pub(crate) fn new(messenger: Messenger, outbox: Outbox) -> Self {
        Self {
            messenger,
            outbox,
            table: Mutex::default(),
        }
    }

    /// The ends that exist, requests that are not answered yet included.
    pub(crate) fn len(&self) -> usize {
        self.table.lock().ends.len()
    }

    pub(crate) fn acceptors(&self) -> usize {
        self.table.lock().acceptors.len()
    }

    /// Takes requests on a channel from now on, in place of those who took them before. Gives
    /// what tells this acceptor from others.
    pub(super) fn accept(
        &self,
        channel: Option<Channel>,
        requests: QueueSender<StreamRequest>,
    ) -> u64 {
        let mut table = self.table.lock();
        let id = table.next_acceptor;
        table.next_acceptor += 1;
        if !table.closed {
            let acceptor = Acceptor { id, requests };
            table.acceptors.insert(channel, acceptor);
        }
        id
    }

    /// An acceptor takes no requests any more.
    pub(super) fn stop_accepting(&self, id: u64) {
        let mut table = self.table.lock();
        table.acceptors.retain(|_, acceptor| acceptor.id != id);
    }

    fn key(&self, peer: &ClientId, stream: &StreamId) -> Key {
        let peer = (self.messenger.dialect == Dialect::V1).then(|| peer.clone());
        let stream = stream.clone();
        Key { peer, stream }
    }

    /// Puts an end into the table; `None` if the peer's stream id is in use, because data for
    /// one stream must never reach another (CLI-STR-1), or if the client has ended.
    pub(super) fn register(self: &Arc<Self>, end: End) -> Option<Registration> {
        let key = self.key(&end.peer, &end.peer_stream);
        let end = Arc::new(end);
        let mut table = self.table.lock();
        if table.closed || table.ends.contains_key(&key) {
            return None;
        }
        table.ends.insert(key, Arc::clone(&end));
        drop(table);
        let streams = Arc::clone(self);
        Some(Registration { streams, end })
    }

    /// Takes this end, and no other of the same name, out of the table.
    pub(super) fn remove(&self, end: &Arc<End>) {
        let key = self.key(&end.peer, &end.peer_stream);
        let mut table = self.table.lock();
        let known = table.ends.get(&key);
        if known.is_some_and(|known| Arc::ptr_eq(known, end)) {
            table.ends.remove(&key);
        }
    }

    /// Finds the end that a peer's packet is about. In dialect `v1` the sender must be the peer
    /// (CLI-STR-14); in `v2` nobody can tell.
    fn find(&self, source: Option<&ClientId>, stream: &StreamId) -> Option<Arc<End>> {
        let key = Key {
            peer: source.cloned(),
            stream: stream.clone(),
        };
        self.table.lock().ends.get(&key).map(Arc::clone)
    }

    /// Takes the ends out of the table for which `which` holds, and closes them.
    fn close_ends(&self, which: impl Fn(&End) -> bool, why: &StreamError) {
        let ends: Vec<Arc<End>> = {
            let mut table = self.table.lock();
            let closed = table.ends.extract_if(|_, end| which(end));
            closed.map(|(_, end)| end).collect()
        };
        for end in ends {
            end.close(why.clone());
        }
    }

    /// Tells the peer that this end is destroyed (CLI-STR-4).
    pub(super) fn tell_destroyed(&self, end: &End) {
        let event = PEER_STREAM_DESTROYED.try_into();
        let (Ok(event), Ok(args)) = (event, Args::from_value(&(&end.own_stream,))) else {
            return;
        };
        let (event, attachments) = self.messenger.message(end.peer.clone(), event, args, false);
        // On another connection it would be about a stream that ended with the former one.
        let packet = outbox::event(&event, attachments, None);
        self.outbox.reply(packet, Some(end.epoch));
    }

    pub(crate) fn on_data(
        &self,
        source: Option<&ClientId>,
        stream: &StreamId,
        chunk: &Payload,
        attachments: &[Bytes],
        responder: Option<Responder>,
    ) {
        let Some(end) = self.find(source, stream) else {
            // No answer, so that a stray writer stops.
            return tracing::debug!(%stream, "data of a stream that is not open");
        };
        let fault = match Chunk::read(chunk, attachments) {
            Some(chunk) => end.receive(chunk, responder).err(),
            None => Some(StreamError::UnsupportedChunk),
        };
        if let Some(fault) = fault {
            self.remove(&end);
            if end.close(fault) {
                self.tell_destroyed(&end);
            }
        }
    }

    pub(crate) fn on_peer_destroyed(&self, source: Option<&ClientId>, stream: &StreamId) {
        // Repeated notices, echoes of our own and stale ones after a reconnect find nothing.
        let Some(end) = self.find(source, stream) else {
            return;
        };
        self.remove(&end);
        let peer = end.peer.clone();
        let opened = end.is_open();
        // The echo tells the peer that this end is gone too; a server end has already gone.
        if end.close(StreamError::DestroyedByPeer { peer })
            && opened
            && !end.peer.as_str().ends_with(SERVER_SIDE)
        {
            self.tell_destroyed(&end);
        }
    }

    /// A linked client has left: its streams end. It is not told, because it is not there.
    pub(crate) fn target_left(&self, client: &ClientId) {
        let peer = client.clone();
        self.close_ends(|end| end.peer == *client, &StreamError::PeerLeft { peer });
    }

    /// The connection has ended, and with it every stream.
    pub(crate) fn connection_lost(&self, reason: &DisconnectReason) {
        let reason = reason.clone();
        self.close_ends(|_| true, &StreamError::Disconnected(reason));
    }

    /// The client has ended.
    pub(crate) fn close(&self, reason: &DisconnectReason) {
        let acceptors = {
            let mut table = self.table.lock();
            table.closed = true;
            std::mem::take(&mut table.acceptors)
        };
        drop(acceptors);
        self.connection_lost(reason);
    }

    /// A peer or the server asks to open a stream.
    pub(crate) fn on_offered(
        self: &Arc<Self>,
        targets: &Targets,
        channel: Option<Channel>,
        info: &StreamInfo,
        attachments: Vec<Bytes>,
        responder: Option<Responder>,
    ) {
        // Without a source nobody could be written to, without a responder nobody is asked.
        let (Some(source), Some(responder)) = (info.source(), responder) else {
            return tracing::warn!("stream request that cannot be answered");
        };
        // Every request is answered, now or by the acceptor.
        let refuse = |why: &Payload| CreateStreamAck::Refused(why.clone()).encode();
        let acceptor = {
            let table = self.table.lock();
            let acceptor = table.acceptors.get(&channel);
            acceptor.map(|acceptor| acceptor.requests.clone())
        };
        let Some(acceptor) = acceptor else {
            // CLI-STR-13. The original is silent in v2, and the opener waits for its deadline.
            let client = Some(self.messenger.id.to_string());
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
        let Some(registration) = self.register(end) else {
            let why = Payload::string("a stream with this id is open already");
            return responder.reply(refuse(&why));
        };
        // The server has linked both clients, and will tell when the opener leaves.
        targets.link(source.clone());
        let args = info.member("argArray");
        let args = args.and_then(|args| Arguments::parse(args.as_json()).ok());
        let request = StreamRequest {
            pending: Some((registration, responder)),
            peer: source.clone(),
            channel,
            args: Args::new(args.unwrap_or_default(), attachments),
        };
        // Outside the lock: an acceptor that has just gone drops the request here, which refuses
        // it.
        acceptor.push(request, info.as_json().len());
    }
}

/// What the opener is told if the application just drops its request.
const NOT_ACCEPTED: &str = "the stream was not accepted";

/// A request to open a stream. Dropping it refuses, wherever that happens.
#[derive(Debug)]
pub(super) struct StreamRequest {
    /// What is needed to say yes or no; gone once that was said.
    pending: Option<(Registration, Responder)>,
    pub(super) peer: ClientId,
    pub(super) channel: Option<Channel>,
    pub(super) args: Args,
}

impl StreamRequest {
    /// Takes what is needed to say yes or no. The rest of the request says no more.
    pub(super) fn take(&mut self) -> Option<(Registration, Responder)> {
        self.pending.take()
    }

    /// Says no, with a reason for the peer.
    pub(super) fn refuse(&mut self, reason: &str) {
        if let Some((registration, responder)) = self.pending.take() {
            // An empty text would mean yes.
            let reason = if reason.is_empty() {
                NOT_ACCEPTED
            } else {
                reason
            };
            responder.reply(CreateStreamAck::Refused(Payload::string(reason)).encode());
            // There is no other end that would have to be told.
            registration.end.close(StreamError::DestroyedLocally);
        }
    }
}

impl Drop for StreamRequest {
    fn drop(&mut self) {
        self.refuse(NOT_ACCEPTED);
    }
}
