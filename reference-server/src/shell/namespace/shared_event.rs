//! An event for several clients.

use bytes::Bytes;
use sio_p2p_engine::Prepared;

use crate::relay::Data;
use crate::shell::frame::Encoded;

/// An event that was written once for all who get it.
#[derive(Debug)]
pub(super) struct SharedEvent {
    pub(super) message: Prepared,
    pub(super) attachments: Vec<Bytes>,
    pub(super) packets: usize,
    pub(super) bytes: usize,
}

impl SharedEvent {
    pub(super) fn new(data: &Data) -> Self {
        let event = Encoded::event(data.clone().into(), None);
        let (packets, bytes) = event.size();
        Self {
            message: Prepared::new(&[&event.text]),
            attachments: event.attachments,
            packets,
            bytes,
        }
    }
}
