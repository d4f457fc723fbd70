//! Streams that the host opens, dialect `v2`.
//!
//! The host's end has an id of its own, which stands where the id of a client
//! would, and is known to the relay for as long as the end is open. What the peer
//! sends to it comes out as events; what the host sends is put in here.

use sio_p2p_protocol::{
    Args, ClientId, Dialect, Failure, PeerStreamDestroyedV2, ServerEvent, StreamId, StreamInfo,
};

use super::Host;
use crate::relay::acks::Question;
use crate::relay::failure::cannot_open;
use crate::relay::family::stream::offered;
use crate::relay::output::{Data, Outbox};
use crate::relay::stream::HostEnd;
use crate::relay::{ConnectionId, Relay};

impl Host<'_> {
    /// Asks a client to accept a stream from the end with this id, and for an ack
    /// under `ack`. The end is open from now on, because the client may send before
    /// it answers (SRV-STR-14).
    ///
    /// No link is made: a stream of the host ends with its peer anyway, and there is
    /// nobody who could leave at this side. Fails if the client is not connected.
    pub fn open_stream(
        &mut self,
        end: &ClientId,
        mut info: StreamInfo,
        ack: u64,
    ) -> Result<(), Failure> {
        let target = info.target().clone();
        let Some(peer) = self.find(&target) else {
            return Err(cannot_open(Dialect::V2, &target));
        };
        info.set_source(end.clone());
        let theirs = info.target_stream().clone();
        let ours = info.source_stream().clone();
        let question = Question::Stream {
            dialect: Dialect::V2,
            target,
            source: ours.clone(),
            stream: theirs.clone(),
        };
        let wait = self.relay.policy.stream_open_timeout;
        let id = self.ask(peer, ack, question, wait);
        let entry = HostEnd {
            peer,
            ours,
            theirs,
            under_way: None,
        };
        self.relay.host_ends.insert(end.clone(), entry);
        let offer = offered(info, Dialect::V2).encode();
        self.outbox.event(peer, offer.into(), Some(id));
        Ok(())
    }

    /// Sends a chunk from one of the host's ends, to be confirmed under `ack`. False
    /// if the end is closed; nothing is sent then.
    pub fn send_chunk(&mut self, end: &ClientId, chunk: Args, ack: u64) -> bool {
        let Some(open) = self.relay.host_ends.get(end).cloned() else {
            return false;
        };
        let Some(client) = self.relay.registry.client(open.peer).cloned() else {
            return false;
        };
        let question = Question::Message(Dialect::V2, client);
        let wait = self.relay.chunk_wait();
        let id = self.ask(open.peer, ack, question, wait);
        self.relay.host_ends.under_way(end, id);
        let data = Data::named(&open.ours.data_event(), chunk);
        self.outbox.event(open.peer, data, Some(id));
        true
    }

    /// Closes one of the host's ends, if it is open, and tells the peer if `tell`
    /// says so. A peer that has come to the end of both directions need not be told.
    pub fn close_end(&mut self, end: &ClientId, tell: bool) {
        self.relay.close_end(self.outbox, end, tell);
    }

    /// Tells a client that an end of the host's, which is closed already, is
    /// destroyed: one that has accepted too late would wait for ever.
    pub fn disown(&mut self, client: &ClientId, stream: &StreamId) {
        if let Some(peer) = self.find(client) {
            tell_destroyed(self.outbox, peer, stream);
        }
    }

    /// Lets a chunk go unconfirmed for good. It cannot be confirmed after that.
    pub fn forget(&mut self, id: u64) {
        self.relay.acks.answer(ConnectionId::HOST, id);
    }
}

impl Relay {
    /// Forgets an end of the host's.
    pub(in crate::relay) fn close_end(&mut self, outbox: &mut Outbox, end: &ClientId, tell: bool) {
        let Some(end) = self.host_ends.remove(end) else {
            return;
        };
        // Whether the last chunk arrived is of no interest any more, and the peer may
        // never say.
        if let Some(id) = end.under_way {
            self.acks.answer(end.peer, id);
        }
        if tell {
            tell_destroyed(outbox, end.peer, &end.ours);
        }
    }
}

/// The news that an end with this id is destroyed (SRV-STR-F1).
fn tell_destroyed(outbox: &mut Outbox, peer: ConnectionId, stream: &StreamId) {
    let stream = stream.clone();
    let event = ServerEvent::from(PeerStreamDestroyedV2 { stream });
    outbox.event(peer, event.encode().into(), None);
}
