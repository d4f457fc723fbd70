//! Socket.IO packets of one connection, read from and written to text and
//! attachments.
//!
//! The codec is the one that socketioxide publishes. What it lets pass and a
//! relay must not is checked here.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};

use bytes::Bytes;
use parking_lot::Mutex;
use sio_p2p_protocol::{DanglingPlaceholder, check_placeholders};
use socketioxide_core::packet::{Packet, PacketData};
use socketioxide_core::parser::{Parse, ParseConfig, ParseError, ParserState};
use socketioxide_core::{Str, Value};
use socketioxide_parser_common::CommonParser;

use crate::relay::Data;

/// The namespace that the protocol lives in; there is no other.
pub(crate) const DEFAULT_NAMESPACE: &str = "/";

/// Why a frame cannot be read. The connection that sent it is closed; nobody
/// else notices.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FrameError {
    /// It does not follow the grammar, or comes at the wrong moment, such as text
    /// while an attachment is due.
    #[error(transparent)]
    Packet(#[from] ParseError),
    /// Its ack id cannot be given back as it came.
    #[error("an ack id must be a whole number below 2^53")]
    AckId,
    /// It refers to an attachment that it does not have (SRV-ROB-9).
    #[error(transparent)]
    Placeholder(#[from] DanglingPlaceholder),
}

/// A whole packet as it came from a client.
#[derive(Debug)]
pub(crate) struct Frame {
    /// The namespace it is for, as written by the client.
    pub(crate) namespace: Str,
    /// What it is.
    pub(crate) kind: FrameKind,
}

/// What a client can send.
#[derive(Debug)]
pub(crate) enum FrameKind {
    /// `0`: it asks to join. What it says besides is looked at by authentication
    /// alone: otherwise a client is known by its handshake (SRV-CON-1).
    Connect { payload: Option<Str> },
    /// `1`: it leaves.
    Disconnect,
    /// `2` or `5`: an event, with the id of the ack that is asked for.
    Event { data: Content, ack: Option<u64> },
    /// `3` or `6`: the answer to an event of the server.
    Ack { data: Content, id: u64 },
}

/// The JSON text of a packet and the attachments that it refers to.
#[derive(Debug, Default)]
pub(crate) struct Content {
    /// Shares the memory of the frame it came in.
    pub(crate) json: Str,
    /// In the order of their numbers.
    pub(crate) attachments: VecDeque<Bytes>,
}

/// Puts the frames of one connection together.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    /// A packet that still lacks attachments.
    state: ParserState,
    /// Polling requests of one connection may overlap; their frames must not.
    turn: Mutex<()>,
    /// A packet still lacks attachments.
    amid: AtomicBool,
}

impl Decoder {
    /// Reads a text frame. `Ok(None)` means that attachments must follow.
    pub(crate) fn text(
        &self,
        limits: &ParseConfig,
        text: Str,
    ) -> Result<Option<Frame>, FrameError> {
        check_ack_id(&text)?;
        let _turn = self.turn.lock();
        self.note(CommonParser.decode_str(limits, &self.state, text))
    }

    /// Reads a binary frame, which is an attachment of the packet before it.
    pub(crate) fn binary(
        &self,
        limits: &ParseConfig,
        bytes: Bytes,
    ) -> Result<Option<Frame>, FrameError> {
        let _turn = self.turn.lock();
        self.note(CommonParser.decode_bin(limits, &self.state, bytes))
    }

    /// Whether a packet still lacks attachments.
    pub(crate) fn is_amid(&self) -> bool {
        self.amid.load(Ordering::Acquire)
    }

    fn note(&self, packet: Result<Packet, ParseError>) -> Result<Option<Frame>, FrameError> {
        let amid = matches!(packet, Err(ParseError::NeedsMoreBinaryData));
        self.amid.store(amid, Ordering::Release);
        finish(packet)
    }
}

/// Refuses an ack id that the codec would silently leave out because it does
/// not fit: the sender would wait for its ack for ever. Ids of JavaScript
/// clients are exact numbers, so 2^53 is far beyond all of them.
fn check_ack_id(text: &str) -> Result<(), FrameError> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    // Packet type, then for binary packets the number of attachments.
    let mut rest = text.get(1..).unwrap_or_default();
    if text.starts_with(['5', '6']) {
        rest = rest.get(digits(rest)..).unwrap_or_default();
        rest = rest.strip_prefix('-').unwrap_or(rest);
    }
    if rest.starts_with('/') {
        rest = rest.split_once(',').map_or("", |(_, rest)| rest);
    }
    // More digits than a number can have are an error too, and not "no id".
    let id = rest.get(..digits(rest)).unwrap_or_default();
    match id.parse::<u64>() {
        Ok(id) if id >= 1 << 53 => Err(FrameError::AckId),
        Err(_) if !id.is_empty() => Err(FrameError::AckId),
        _ => Ok(()),
    }
}

/// Checks what the codec leaves open and names what it found.
fn finish(packet: Result<Packet, ParseError>) -> Result<Option<Frame>, FrameError> {
    let packet = match packet {
        Ok(packet) => packet,
        Err(ParseError::NeedsMoreBinaryData) => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    let binary = packet.inner.is_binary();
    let kind = match packet.inner {
        PacketData::Connect(payload) => FrameKind::Connect {
            payload: payload.and_then(|payload| payload.as_str().cloned()),
        },
        PacketData::Disconnect => FrameKind::Disconnect,
        PacketData::Event(value, ack) | PacketData::BinaryEvent(value, ack) => FrameKind::Event {
            data: Content::read(value, binary)?,
            ack: ack.map(ack_id).transpose()?,
        },
        PacketData::EventAck(value, id) | PacketData::BinaryAck(value, id) => FrameKind::Ack {
            data: Content::read(value, binary)?,
            id: ack_id(id)?,
        },
        PacketData::ConnectError(_) => return Err(ParseError::InvalidPacketType.into()),
    };
    let namespace = packet.ns;
    Ok(Some(Frame { namespace, kind }))
}

impl Content {
    /// Takes the parts of a codec value. Only binary packets have placeholders;
    /// in others, what looks like one is data.
    fn read(value: Value, binary: bool) -> Result<Self, FrameError> {
        let Value::Str(json, attachments) = value else {
            return Err(ParseError::InvalidData.into());
        };
        let attachments = attachments.unwrap_or_default();
        if binary {
            check_placeholders(&json, attachments.len())?;
        }
        Ok(Self { json, attachments })
    }
}

/// The codec counts with a sign, although the grammar has none.
fn ack_id(id: i64) -> Result<u64, FrameError> {
    u64::try_from(id).map_err(|_| FrameError::AckId)
}

/// A packet ready for the engine: its text, then its attachments.
#[derive(Debug)]
pub(crate) struct Encoded {
    /// The first frame, which says how many attachments follow.
    pub(crate) text: Str,
    /// One binary frame each.
    pub(crate) attachments: Vec<Bytes>,
}

impl Encoded {
    /// How many packets of the engine it is, and how many bytes they have.
    pub(crate) fn size(&self) -> (usize, usize) {
        let attachments = self.attachments.iter().map(Bytes::len).sum::<usize>();
        (1 + self.attachments.len(), self.text.len() + attachments)
    }

    /// Writes a packet with the codec.
    fn packet(packet: Packet) -> Self {
        match CommonParser.encode(packet) {
            Value::Str(text, attachments) => Self {
                text,
                attachments: attachments.unwrap_or_default().into(),
            },
            // The codec writes text; this arm only spares a panic.
            Value::Bytes(bytes) => Self {
                text: Str::default(),
                attachments: [bytes].into(),
            },
        }
    }

    /// An event for the default namespace, with the ack id to answer under.
    pub(crate) fn event(content: Content, ack: Option<u64>) -> Self {
        let mut packet = Packet::event(DEFAULT_NAMESPACE, content.into());
        if let Some(id) = ack.and_then(|id| i64::try_from(id).ok()) {
            packet.inner.set_ack_id(id);
        }
        Self::packet(packet)
    }

    /// The answer to an event of the client.
    pub(crate) fn ack(content: Content, id: u64) -> Self {
        let id = i64::try_from(id).unwrap_or(i64::MAX);
        Self::packet(Packet::ack(DEFAULT_NAMESPACE, content.into(), id))
    }

    /// `40`: the client has joined. Engine.IO 4 clients are told their Socket.IO
    /// id; those of Engine.IO 3 know it already.
    pub(crate) fn connect(sid: Option<&str>) -> Self {
        let sid = sid.map(|sid| Value::Str(format!("{{\"sid\":\"{sid}\"}}").into(), None));
        Self::packet(Packet::connect(DEFAULT_NAMESPACE, sid))
    }

    /// `41`: the client has left, on the server's account.
    pub(crate) fn disconnect() -> Self {
        Self::packet(Packet::disconnect(DEFAULT_NAMESPACE))
    }

    /// `44`: the client may not join, and why.
    pub(crate) fn denied(reason: &str, object: bool) -> Self {
        let reason = serde_json::Value::from(reason);
        let text = if object {
            format!("4{{\"message\":{reason}}}")
        } else {
            format!("4{reason}")
        };
        Self {
            text: text.into(),
            attachments: Vec::new(),
        }
    }

    /// `44`: there is no such namespace. A bare text for Engine.IO 3, an object
    /// for Engine.IO 4; the codec knows only the object.
    pub(crate) fn invalid_namespace(namespace: &str, object: bool) -> Self {
        const REASON: &str = "Invalid namespace";
        if object {
            Self::packet(Packet::connect_error(namespace.to_owned(), REASON))
        } else {
            Self {
                text: format!("4{namespace},\"{REASON}\"").into(),
                attachments: Vec::new(),
            }
        }
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

impl From<Content> for Value {
    fn from(content: Content) -> Self {
        Self::Str(content.json, Some(content.attachments))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decode(text: &str) -> Result<Option<Frame>, FrameError> {
        Decoder::default().text(&ParseConfig::default(), text.to_owned().into())
    }

    #[test]
    fn an_ack_id_is_never_lost() {
        for (text, expected) in [
            (r#"2["e"]"#, None),
            (r#"20["e"]"#, Some(0)),
            (r#"2/other,12["e"]"#, Some(12)),
            (r#"29007199254740991["e"]"#, Some((1 << 53) - 1)),
        ] {
            let Ok(Some(frame)) = decode(text) else {
                panic!("{text} must be a whole packet");
            };
            assert!(
                matches!(frame.kind, FrameKind::Event { ack, .. } if ack == expected),
                "{text}"
            );
        }
        for text in [
            r#"29007199254740992["e"]"#,
            r#"299999999999999999999["e"]"#,
            r#"51-99999999999999999999["e",{"_placeholder":true,"num":0}]"#,
            "3[]",
        ] {
            assert!(decode(text).is_err(), "{text}");
        }
    }

    #[test]
    fn placeholders_are_looked_for_in_binary_packets_only() {
        let data = r#"["e",{"_placeholder":true,"num":3}]"#;
        assert!(decode(&format!("2{data}")).is_ok());
        let decoder = Decoder::default();
        let limits = ParseConfig::default();
        let header = decoder.text(&limits, format!("51-{data}").into());
        assert!(matches!(header, Ok(None)));
        let whole = decoder.binary(&limits, Bytes::from_static(b"x"));
        assert!(matches!(whole, Err(FrameError::Placeholder(_))));
    }

    #[test]
    fn frames_out_of_place_are_errors() {
        let limits = ParseConfig::default();
        let decoder = Decoder::default();
        assert!(decoder.binary(&limits, Bytes::new()).is_err());
        assert!(matches!(
            decoder.text(&limits, r#"51-["e"]"#.into()),
            Ok(None)
        ));
        assert!(decoder.text(&limits, r#"2["e"]"#.into()).is_err());
    }

    #[test]
    fn both_generations_are_told_in_their_own_way_that_they_may_not_join() {
        let old = Encoded::invalid_namespace("/other", false);
        assert_eq!(&*old.text, r#"4/other,"Invalid namespace""#);
        assert_eq!(&*Encoded::denied("no \"x\"", false).text, r#"4"no \"x\"""#);
        let new = Encoded::denied("no", true);
        assert_eq!(&*new.text, r#"4{"message":"no"}"#);
        let new = Encoded::invalid_namespace("/other", true);
        assert_eq!(&*new.text, r#"4/other,{"message":"Invalid namespace"}"#);
    }
}
