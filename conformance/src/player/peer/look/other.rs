//! Looking for what is no event: the end of a connection, and packets of other kinds.

use sio_p2p_transport::{CloseReason, Packet};

use crate::player::finding::Finding;
use crate::player::matching;
use crate::player::peer::leftovers::describe;
use crate::player::peer::look::Look;
use crate::player::play::{Play, Stop};
use crate::scenario::body::{Closed, ClosedBy, PacketKind, ReceivePacket};

impl Play {
    pub(crate) fn look_for_end(&mut self, body: &Closed) -> Result<Look, Stop> {
        let Some(connection) = self.actor(&body.at)?.connection.as_mut() else {
            return Ok(Look::Pending);
        };
        if connection.inbox.closed.is_none() || connection.end_seen {
            return Ok(Look::Pending);
        }
        let reason = connection.inbox.closed.clone();
        let by_packet = matches!(reason, Some(CloseReason::ServerDisconnect));
        let event = connection.inbox.events.front().cloned();
        if let Some(event) = event {
            let message = format!(
                "{} received {} before its connection ended",
                body.at,
                describe(&event)
            );
            return Ok(Look::Other(
                Finding::new(message).comparing("the end of the connection", self.unmatched()),
            ));
        }
        let as_asked = match body.by {
            None => true,
            Some(ClosedBy::Packet) => by_packet,
            Some(ClosedBy::Transport) => !by_packet,
        };
        if as_asked {
            connection.end_seen = true;
            return Ok(Look::Matched);
        }
        let message = format!(
            "the server ended the connection of {} in another way",
            body.at
        );
        let actual = reason.map(|reason| reason.to_string()).unwrap_or_default();
        let expected = if by_packet {
            "without a disconnect packet"
        } else {
            "by a disconnect packet"
        };
        Ok(Look::Other(
            Finding::new(message).comparing(expected, actual),
        ))
    }

    pub(crate) fn look_for_packet(&mut self, body: &ReceivePacket) -> Result<Look, Stop> {
        let namespace = match &body.namespace {
            Some(text) => self.fill(text)?,
            None => "/".to_owned(),
        };
        let Some(connection) = self.actor(&body.at)?.connection.as_mut() else {
            return Ok(Look::Pending);
        };
        let Some(packet) = connection.inbox.packets.front().cloned() else {
            return Ok(Look::Pending);
        };
        let (kind, found, data) = match &packet {
            Packet::Connect { namespace, data } => (Some(PacketKind::Connect), namespace, data),
            Packet::ConnectError { namespace, data } => {
                (Some(PacketKind::ConnectError), namespace, data)
            }
            other => (None, &other.namespace().to_owned(), &None),
        };
        let json = data.as_deref().unwrap_or("null");
        let data_fits = match &body.data {
            None => Ok(()),
            Some(pattern) => matching::compare(&self.world, pattern, json, &[], "its data"),
        };
        if kind == Some(body.kind) && *found == namespace && data_fits.is_ok() {
            if let Some(connection) = &mut self.actor(&body.at)?.connection {
                connection.inbox.packets.pop_front();
            }
            return Ok(Look::Matched);
        }
        let message = format!("{} received another packet", body.at);
        let expected = format!("{:?} of namespace {namespace}", body.kind);
        Ok(Look::Other(
            Finding::new(message).comparing(expected, format!("{packet:?}")),
        ))
    }
}
