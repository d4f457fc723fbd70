//! Between the published codec and the packets that the rest of the suite speaks of.

use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use engineioxide::Str;
use sio_p2p_transport::{Data, Packet};
use socketioxide_core::Value;
use socketioxide_core::packet::{Packet as Codec, PacketData};
use socketioxide_core::parser::{Parse, ParseConfig, ParseError, ParserState};
use socketioxide_parser_common::CommonParser;

/// Puts the frames of one connection together.
#[derive(Debug, Default)]
pub(crate) struct Decoder {
    state: ParserState,
    /// Polling requests may overlap; their frames must not.
    turn: Mutex<()>,
}

impl Decoder {
    /// Reads a text frame; `None` if attachments must follow.
    pub(crate) fn text(&self, text: Str) -> Result<Option<Packet>, String> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let shown = crate::json::shorten(&text, 120);
        let limits = ParseConfig::default();
        finish(CommonParser.decode_str(&limits, &self.state, text))
            .map_err(|error| format!("{shown} ({error})"))
    }

    /// Reads a binary frame, an attachment of the packet before it.
    pub(crate) fn binary(&self, bytes: Bytes) -> Result<Option<Packet>, String> {
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let size = bytes.len();
        let limits = ParseConfig::default();
        finish(CommonParser.decode_bin(&limits, &self.state, bytes))
            .map_err(|error| format!("a binary frame of {size} bytes ({error})"))
    }
}

fn finish(packet: Result<Codec, ParseError>) -> Result<Option<Packet>, String> {
    let packet = match packet {
        Ok(packet) => packet,
        Err(ParseError::NeedsMoreBinaryData) => return Ok(None),
        Err(error) => return Err(error.to_string()),
    };
    let namespace = packet.ns.to_string();
    let text =
        |value: Option<Value>| value.and_then(|value| value.as_str().map(ToString::to_string));
    let number = |id: i64| u64::try_from(id).map_err(|_| "a negative ack id".to_owned());
    Ok(Some(match packet.inner {
        PacketData::Connect(data) => Packet::Connect {
            namespace,
            data: text(data),
        },
        PacketData::Disconnect => Packet::Disconnect { namespace },
        PacketData::Event(value, ack) | PacketData::BinaryEvent(value, ack) => Packet::Event {
            namespace,
            data: data(value)?,
            ack: ack.map(number).transpose()?,
        },
        PacketData::EventAck(value, id) | PacketData::BinaryAck(value, id) => Packet::Ack {
            namespace,
            data: data(value)?,
            id: number(id)?,
        },
        PacketData::ConnectError(_) => Packet::ConnectError {
            namespace,
            data: None,
        },
    }))
}

fn data(value: Value) -> Result<Data, String> {
    let Value::Str(json, attachments) = value else {
        return Err("a packet without text".to_owned());
    };
    let attachments = attachments.unwrap_or_default().into();
    Ok(Data::with_attachments(json.to_string(), attachments))
}

/// The text of a packet and its attachments, in the order of sending.
pub(crate) fn encode(packet: Packet) -> (String, Vec<Bytes>) {
    let codec = match packet {
        Packet::Event {
            namespace,
            data,
            ack,
        } => {
            let mut packet = Codec::event(namespace, value(data));
            if let Some(id) = ack.and_then(|id| i64::try_from(id).ok()) {
                packet.inner.set_ack_id(id);
            }
            packet
        }
        Packet::Ack {
            namespace,
            data,
            id,
        } => Codec::ack(
            namespace,
            value(data),
            i64::try_from(id).unwrap_or(i64::MAX),
        ),
        Packet::Disconnect { namespace } => Codec::disconnect(namespace),
        Packet::Connect { namespace, data } => {
            Codec::connect(namespace, data.map(|data| Value::Str(data.into(), None)))
        }
        Packet::ConnectError { namespace, data } => {
            Codec::connect_error(namespace, data.unwrap_or_default().as_str())
        }
    };
    match CommonParser.encode(codec) {
        Value::Str(text, attachments) => (text.to_string(), attachments.unwrap_or_default().into()),
        // The codec writes text; this arm only spares a panic.
        Value::Bytes(bytes) => (String::new(), vec![bytes]),
    }
}

fn value(data: Data) -> Value {
    Value::Str(data.json.into(), Some(data.attachments.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let data = Data::with_attachments(
            r#"["e",{"_placeholder":true,"num":0}]"#,
            vec![Bytes::from_static(b"x")],
        );
        let packet = Packet::Event {
            namespace: "/".into(),
            data,
            ack: Some(7),
        };
        let (text, attachments) = encode(packet.clone());
        assert_eq!(text, r#"51-7["e",{"_placeholder":true,"num":0}]"#);
        let decoder = Decoder::default();
        assert_eq!(decoder.text(text.into()), Ok(None));
        assert_eq!(decoder.binary(attachments[0].clone()), Ok(Some(packet)));
        assert!(decoder.text("nonsense".to_owned().into()).is_err());
    }
}
