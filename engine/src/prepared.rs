//! A text message that is written once and sent to many.

use bytes::Bytes;

use crate::websocket::{FrameHeader, Opcode};

/// A text message that is written once and sent to many clients, as a room has them.
/// Its clones share it.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The WebSocket frame. It is the same for both generations.
    frame: Bytes,
    /// Where the packet begins in it.
    at: usize,
}

impl Prepared {
    /// Writes a message, given in parts.
    #[must_use]
    pub fn new(parts: &[&str]) -> Self {
        let len = 1 + parts.iter().map(|part| part.len()).sum::<usize>();
        let header = FrameHeader::new(Opcode::Text, len);
        let header = header.as_bytes();
        let mut frame = Vec::with_capacity(header.len() + len);
        frame.extend_from_slice(header);
        frame.push(b'4');
        for part in parts {
            frame.extend_from_slice(part.as_bytes());
        }
        Self {
            frame: frame.into(),
            at: header.len(),
        }
    }

    /// The WebSocket frame.
    pub(crate) fn frame(&self) -> &Bytes {
        &self.frame
    }

    /// The packet in its text form.
    pub(crate) fn packet(&self) -> Bytes {
        self.frame.slice(self.at..)
    }

    /// How many bytes the packet has.
    pub(crate) fn len(&self) -> usize {
        self.frame.len() - self.at
    }
}
