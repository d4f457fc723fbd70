//! Reading what others send: frames and polling payloads of a connection that is only watched.

use bytes::Bytes;
use engineioxide_core::Str;

use crate::{
    close::{CloseReason, Limit},
    decode::{Decoder, Invalid},
    error::DecodeError,
    frame::{EioVersion, EnginePacket, Frame, read_binary, read_text},
    packet::Packet,
    polling::payload::Payload,
};

/// What a frame says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// The Engine.IO handshake of the server, as JSON text.
    Open(String),
    /// The Engine.IO close packet, or the close frame of a WebSocket.
    Close,
    /// A whole Socket.IO packet, attachments included.
    Packet(Packet),
    /// Nothing (yet): a heartbeat, a probe, or a part of a packet.
    Nothing,
}

/// Reads the frames of one direction of a connection.
#[derive(Debug)]
pub struct FrameReader {
    eio: EioVersion,
    decoder: Decoder,
}

/// Why a watched frame cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// It is no packet.
    #[error(transparent)]
    Invalid(DecodeError),
    /// It is larger than the reader was made for.
    #[error(transparent)]
    TooLarge(Limit),
}

impl FrameReader {
    /// A reader of packets of at most `max_packet_size` bytes and `max_attachments`.
    pub fn new(eio: EioVersion, max_packet_size: usize, max_attachments: usize) -> Self {
        Self {
            eio,
            decoder: Decoder::new(max_attachments, max_packet_size),
        }
    }

    /// Takes the next frame of the direction, whatever carried it.
    pub fn read(&mut self, frame: Frame) -> Result<Heard, Unreadable> {
        let engine = match frame {
            Frame::Text(text) => read_text(self.eio, Str::from(text)),
            Frame::Binary(data) => read_binary(self.eio, data),
            Frame::Close { .. } => return Ok(Heard::Close),
        };
        let invalid = |invalid| match invalid {
            Invalid::Packet(error) => Unreadable::Invalid(error),
            Invalid::Limit(limit) => Unreadable::TooLarge(limit),
        };
        let packet = match engine.map_err(Unreadable::Invalid)? {
            EnginePacket::Open(json) => return Ok(Heard::Open(json.to_string())),
            EnginePacket::Close => return Ok(Heard::Close),
            EnginePacket::Message(text) => self.decoder.text(text).map_err(invalid)?,
            EnginePacket::Binary(data) => self.decoder.binary(data).map_err(invalid)?,
            EnginePacket::Ping | EnginePacket::Pong | EnginePacket::Ignored => None,
        };
        Ok(packet.map_or(Heard::Nothing, Heard::Packet))
    }
}

/// Reads one polling payload, piece by piece, as the frames that a WebSocket would carry.
#[derive(Debug)]
pub struct PayloadReader(Payload);

impl PayloadReader {
    /// A payload of this content type, with messages of at most `max_message_size` bytes.
    pub fn new(eio: EioVersion, content_type: &str, max_message_size: usize) -> Self {
        Self(Payload::new(eio, content_type, max_message_size))
    }

    /// Adds what has arrived.
    pub fn push(&mut self, data: &Bytes) {
        self.0.push(data);
    }

    /// Nothing more will arrive.
    pub fn finish(&mut self) {
        self.0.finish();
    }

    /// The next frame; `None` until more has arrived, or for ever if that was all.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, CloseReason> {
        if self.0.is_done() {
            return Ok(None);
        }
        self.0.next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader(eio: EioVersion) -> FrameReader {
        FrameReader::new(eio, 1000, 3)
    }

    #[test]
    fn frames_of_both_directions_are_read() {
        let mut four = reader(EioVersion::V4);
        let open = four.read(Frame::text(r#"0{"sid":"x"}"#));
        assert_eq!(open, Ok(Heard::Open(r#"{"sid":"x"}"#.to_owned())));
        for nothing in ["2probe", "3probe", "5", "6", "2", "3"] {
            assert_eq!(
                four.read(Frame::text(nothing)),
                Ok(Heard::Nothing),
                "{nothing}"
            );
        }
        assert_eq!(four.read(Frame::text("1")), Ok(Heard::Close));
        let begun = four.read(Frame::text(r#"451-["e",{"_placeholder":true,"num":0}]"#));
        assert_eq!(begun, Ok(Heard::Nothing));
        let Ok(Heard::Packet(Packet::Event { data, .. })) = four.read(Frame::binary(&b"x"[..]))
        else {
            panic!("no event");
        };
        assert_eq!(data.attachments, [&b"x"[..]]);
        assert!(four.read(Frame::text("4x")).is_err());
        let large = four.read(Frame::text(format!(r#"42["{}"]"#, "x".repeat(2000))));
        assert!(matches!(large, Err(Unreadable::TooLarge(_))));
    }

    #[test]
    fn payloads_of_both_directions_are_read() {
        let mut payload = PayloadReader::new(EioVersion::V3, "text/plain;charset=UTF-8", 1000);
        payload.push(&Bytes::from_static(b"6:42[\"e\"]"));
        assert!(payload.next_frame().is_ok());
        let mut payload = PayloadReader::new(EioVersion::V4, "text/plain", 1000);
        payload.push(&Bytes::from_static(b"2\x1e42[\"e\"]"));
        assert_eq!(payload.next_frame(), Ok(Some(Frame::text("2"))));
        assert_eq!(payload.next_frame(), Ok(None));
        payload.finish();
        assert_eq!(payload.next_frame(), Ok(Some(Frame::text(r#"42["e"]"#))));
        assert_eq!(payload.next_frame(), Ok(None));
    }
}
