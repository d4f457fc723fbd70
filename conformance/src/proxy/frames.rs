//! Reading the frames of a WebSocket that passes by, one direction of it.

use std::io::Cursor;

use bytes::{Buf, BytesMut};
use sio_p2p_transport::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::FrameHeader;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Control, Data, OpCode};

/// Collects bytes until messages are whole.
#[derive(Debug)]
pub(crate) struct Frames {
    buffer: BytesMut,
    /// The parts of a message that is sent in several frames.
    message: BytesMut,
    is_text: bool,
    max: usize,
}

impl Frames {
    /// Messages of more than `max` bytes are not held.
    pub(crate) fn new(max: usize) -> Self {
        Self {
            buffer: BytesMut::new(),
            message: BytesMut::new(),
            is_text: true,
            max,
        }
    }

    /// Adds bytes that have passed.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The next whole message, or the close frame. The error says why no more can be read.
    pub(crate) fn next_frame(&mut self) -> Result<Option<Frame>, String> {
        loop {
            let mut cursor = Cursor::new(&self.buffer);
            let head = FrameHeader::parse(&mut cursor).map_err(|error| error.to_string())?;
            let Some((head, length)) = head else {
                return Ok(None);
            };
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            if length.saturating_add(self.message.len()) > self.max {
                return Err(format!("a message of more than {} bytes", self.max));
            }
            if head.rsv1 || head.rsv2 || head.rsv3 {
                return Err("it is compressed, which was not agreed on".to_owned());
            }
            let start = usize::try_from(cursor.position()).unwrap_or(usize::MAX);
            if self.buffer.len() < start.saturating_add(length) {
                return Ok(None);
            }
            self.buffer.advance(start);
            let mut payload = self.buffer.split_to(length);
            if let Some(mask) = head.mask {
                for (byte, mask) in payload.iter_mut().zip(mask.iter().cycle()) {
                    *byte ^= mask;
                }
            }
            match head.opcode {
                OpCode::Control(Control::Close) => return Ok(Some(close(&payload))),
                OpCode::Control(_) => continue,
                OpCode::Data(kind) => {
                    if kind != Data::Continue {
                        self.is_text = kind == Data::Text;
                    }
                }
            }
            self.message.unsplit(payload);
            if head.is_final {
                return self.take().map(Some);
            }
        }
    }

    fn take(&mut self) -> Result<Frame, String> {
        let message = self.message.split().freeze();
        if !self.is_text {
            return Ok(Frame::Binary(message));
        }
        match String::from_utf8(Vec::from(message)) {
            Ok(text) => Ok(Frame::Text(text)),
            Err(_) => Err("a text message is not utf-8".to_owned()),
        }
    }
}

fn close(payload: &[u8]) -> Frame {
    let code = payload
        .first_chunk::<2>()
        .map(|code| u16::from_be_bytes(*code));
    let reason = payload.get(2..).unwrap_or_default();
    Frame::Close {
        code,
        reason: String::from_utf8_lossy(reason).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_however_they_are_cut() {
        // "Hello" masked, in two fragments with a ping between them, then binary, then close.
        let wire = [
            &[0x01, 0x83, 1, 2, 3, 4, b'H' ^ 1, b'e' ^ 2, b'l' ^ 3][..],
            &[0x89, 0x01, 7],
            &[0x80, 0x02, b'l', b'o'],
            &[0x82, 0x02, 4, 9],
            &[0x88, 0x04, 0x03, 0xe8, b'o', b'k'],
        ]
        .concat();
        for step in [1, 3, wire.len()] {
            let mut frames = Frames::new(100);
            let mut seen = Vec::new();
            for piece in wire.chunks(step) {
                frames.push(piece);
                while let Some(frame) = frames.next_frame().unwrap() {
                    seen.push(frame);
                }
            }
            let close = Frame::Close {
                code: Some(1000),
                reason: "ok".to_owned(),
            };
            assert_eq!(
                seen,
                [Frame::text("Hello"), Frame::binary(&[4, 9][..]), close]
            );
        }
    }

    #[test]
    fn what_is_too_large_or_compressed_is_not_held() {
        let mut frames = Frames::new(10);
        frames.push(&[0x82, 0x7e, 0xff, 0xff]);
        assert!(frames.next_frame().is_err());
        let mut frames = Frames::new(10);
        frames.push(&[0xc1, 0x01, 0]);
        assert!(frames.next_frame().is_err());
    }
}
