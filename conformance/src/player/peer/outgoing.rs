//! Packets to send.

use bytes::Bytes;
use sio_p2p_protocol::ClientEvent;
use sio_p2p_transport::Data;

/// An event packet to send, but for its ack number.
#[derive(Debug, Clone)]
pub(crate) struct Outgoing {
    /// Name, arguments and attachments.
    pub(crate) data: Data,
    /// Whether it asks for an ack.
    pub(crate) asks: bool,
}

impl Outgoing {
    /// An event without attachments.
    pub(super) fn of(event: impl Into<ClientEvent>) -> Self {
        Self::with(event, Vec::new())
    }

    /// An event with these attachments.
    pub(super) fn with(event: impl Into<ClientEvent>, attachments: Vec<Bytes>) -> Self {
        let event = event.into();
        Self {
            asks: event.wants_ack(),
            data: Data::with_attachments(event.encode(), attachments),
        }
    }
}
