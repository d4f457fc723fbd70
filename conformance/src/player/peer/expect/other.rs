//! Looking for what is no event: the end of a connection, and packets of other kinds.

use sio_p2p_transport::{CloseReason, Packet};

use crate::player::matching;
use crate::player::play::Play;
use crate::player::play::attempt::Attempt;
use crate::player::play::stop::Stop;
use crate::scenario::body::{Closed, ClosedBy, PacketKind, ReceivePacket};

pub(crate) fn match_end(play: &mut Play, body: &Closed) -> Result<Attempt, Stop> {
    let Some(connection) = play.peers.get(&body.at)?.connection.as_mut() else {
        return Ok(Attempt::Pending);
    };
    if connection.inbox.closed.is_none() || connection.end_seen {
        return Ok(Attempt::Pending);
    }
    let reason = connection.inbox.closed.clone();
    let by_packet = matches!(reason, Some(CloseReason::ServerDisconnect));
    let event = connection.inbox.events.front().cloned();
    if let Some(event) = event {
        let message = format!("{} received {event} before its connection ended", body.at);
        let expected = "the end of the connection";
        return Ok(Attempt::mismatch(message, expected, play.peers.unmatched()));
    }
    let as_asked = match body.by {
        None => true,
        Some(ClosedBy::Packet) => by_packet,
        Some(ClosedBy::Transport) => !by_packet,
    };
    if as_asked {
        connection.end_seen = true;
        return Ok(Attempt::Matched);
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
    Ok(Attempt::mismatch(message, expected, actual))
}

pub(crate) fn match_packet(play: &mut Play, body: &ReceivePacket) -> Result<Attempt, Stop> {
    let namespace = match &body.namespace {
        Some(text) => play.fill(text)?,
        None => "/".to_owned(),
    };
    let Some(connection) = play.peers.get(&body.at)?.connection.as_mut() else {
        return Ok(Attempt::Pending);
    };
    let Some((_, packet)) = connection.inbox.packets.front().cloned() else {
        return Ok(Attempt::Pending);
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
        Some(pattern) => matching::compare(&play.bindings, pattern, json, &[], "its data"),
    };
    if kind == Some(body.kind) && *found == namespace && data_fits.is_ok() {
        if let Some(connection) = &mut play.peers.get(&body.at)?.connection {
            connection.inbox.packets.pop_front();
        }
        return Ok(Attempt::Matched);
    }
    let message = format!("{} received another packet", body.at);
    let expected = format!("{:?} of namespace {namespace}", body.kind);
    Ok(Attempt::mismatch(message, expected, format!("{packet:?}")))
}
