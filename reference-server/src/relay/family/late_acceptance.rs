//! Streams that are accepted after their request was given up.

use sio_p2p_protocol::{Dialect, PeerStreamDestroyedV1, PeerStreamDestroyedV2, ServerEvent};
use tracing::debug;

use super::stream::accepts;
use crate::relay::acks::{Pending, Question};
use crate::relay::stream::AbandonedRequest;
use crate::relay::{Answer, ConnectionId, Outbox, Relay};

impl Relay {
    /// Remembers what was given up, if its answer would make an end of a stream.
    pub(in crate::relay) fn remember_abandoned(&mut self, id: u64, pending: &Pending) {
        let Question::Stream {
            dialect, source, ..
        } = &pending.question
        else {
            return;
        };
        let request = AbandonedRequest {
            dialect: *dialect,
            opener: pending.source,
            source: source.clone(),
        };
        self.abandoned.insert(pending.target, id, request);
    }

    /// Takes an ack that answers what was given up. Its sender is told that the other
    /// end is gone, in the words in which the opener itself would say so. An opener that
    /// has left was announced as such.
    pub(in crate::relay) fn take_late_acceptance(
        &mut self,
        from: ConnectionId,
        id: u64,
        answer: &Answer,
        outbox: &mut Outbox,
    ) {
        let Some(request) = self.abandoned.take(from, id) else {
            return;
        };
        let there = request.opener == ConnectionId::HOST || self.registry.contains(request.opener);
        if !there || !accepts(answer) {
            return;
        }
        debug!(connection = from.0, id, "a stream was accepted too late");
        let stream = request.source;
        let notice = match (request.dialect, self.registry.client(request.opener)) {
            (Dialect::V1, Some(client)) => ServerEvent::from(PeerStreamDestroyedV1 {
                client: client.clone(),
                stream,
            }),
            _ => ServerEvent::from(PeerStreamDestroyedV2 { stream }),
        };
        outbox.event(from, notice.encode().into(), None);
    }
}
