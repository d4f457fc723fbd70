//! Handing packets to the engine, as many as a connection may have waiting.

use std::collections::VecDeque;

use bytes::Bytes;
use engineioxide::{ProtocolVersion, Socket, Str};

use super::frame::{Content, Encoded};
use super::session::Session;
use crate::Config;
use crate::relay::Data;

/// A packet was queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Queued {
    /// The connection has something waiting now, and was idle when it was last
    /// looked at.
    Busy,
    /// It had before.
    StillBusy,
}

/// Why a packet could not be queued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unsent {
    /// The connection is closing; its end will be reported.
    Closed,
    /// The consumer is too far behind.
    Full,
}

/// Queues a packet, unless too much is waiting already.
///
/// Must be called by one task at a time for each connection: the caller holds
/// the hub's lock.
pub(crate) fn queue(
    connection: &Socket<Session>,
    packet: Encoded,
    config: &Config,
) -> Result<Queued, Unsent> {
    let (packets, bytes) = packet.size();
    let Encoded { text, attachments } = packet;
    let mut backlog = connection.data.backlog();
    if !backlog.admits(packets, bytes, config.queue.packets, config.queue.bytes) {
        return Err(Unsent::Full);
    }
    // A second handle on the text, not a copy of it.
    let handle = Bytes::from(text.clone());
    emit(connection, text, attachments)?;
    Ok(if backlog.push(handle, packets, bytes) {
        Queued::Busy
    } else {
        Queued::StillBusy
    })
}

/// Hands a packet to the engine, attachments directly behind their header.
fn emit(
    connection: &Socket<Session>,
    text: Str,
    attachments: VecDeque<Bytes>,
) -> Result<(), Unsent> {
    if attachments.is_empty() {
        return connection.emit(text).map_err(|_| unsent(connection));
    }
    if connection.protocol == ProtocolVersion::V4 {
        let permit = connection.reserve().map_err(|_| unsent(connection))?;
        permit.emit_many(text, attachments);
        return Ok(());
    }
    // The engine's own way to send a packet with its attachments marks them as
    // those of Engine.IO 4, which 2.x clients on polling cannot read. One by one
    // they are marked right; the hub's lock keeps them together.
    connection.emit(text).map_err(|_| unsent(connection))?;
    for attachment in attachments {
        connection
            .emit_binary(attachment)
            .map_err(|_| unsent(connection))?;
    }
    Ok(())
}

/// Why the engine did not take a packet. Its queue has more room than ours, so it
/// is full only if something is wrong with the counting; the fate is the same.
fn unsent(connection: &Socket<Session>) -> Unsent {
    if connection.is_closed() {
        Unsent::Closed
    } else {
        Unsent::Full
    }
}

impl From<Data> for Content {
    fn from(data: Data) -> Self {
        Self {
            json: data.json.into(),
            attachments: data.attachments.into(),
        }
    }
}

impl From<Content> for Data {
    fn from(content: Content) -> Self {
        Self {
            json: content.json.into(),
            attachments: content.attachments.into(),
        }
    }
}
