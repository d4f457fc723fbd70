//! Reading Socket.IO packets.
//!
//! The head of a packet (type, attachment count, namespace, ack id) is read by the published
//! codec. What it leaves open is done here: packets of type 4, which it refuses; ack ids that it
//! drops without a word; the payload, which it does not look at; and the collecting of
//! attachments, which it would copy.

use bytes::Bytes;
use serde::de::{Deserialize, Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;
use sio_p2p_protocol::check_placeholders;
use socketioxide_core::{
    Str, Value,
    packet::PacketData,
    parser::{Parse, ParseConfig, ParseError, ParserState},
};
use socketioxide_parser_common::CommonParser;

use crate::{close::Limit, data::Data, error::DecodeError, packet::Packet};

/// Why a connection must be ended because of what arrived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Invalid {
    Packet(DecodeError),
    Limit(Limit),
}

impl From<DecodeError> for Invalid {
    fn from(error: DecodeError) -> Self {
        Self::Packet(error)
    }
}

/// The decoder of one connection: stateful, because attachments follow their packet.
#[derive(Debug)]
pub(crate) struct Decoder {
    config: ParseConfig,
    max_packet_size: usize,
    partial: Option<Partial>,
}

/// A packet that waits for attachments.
#[derive(Debug)]
struct Partial {
    packet: Packet,
    missing: usize,
    size: usize,
}

impl Decoder {
    pub(crate) fn new(max_attachments: usize, max_packet_size: usize) -> Self {
        let config = ParseConfig {
            max_incoming_binaries: max_attachments,
            ..Default::default()
        };
        Self {
            config,
            max_packet_size,
            partial: None,
        }
    }

    /// Takes a message; gives a packet unless attachments are still to come.
    pub(crate) fn text(&mut self, text: Str) -> Result<Option<Packet>, Invalid> {
        if self.partial.is_some() {
            return Err(DecodeError::AttachmentExpected.into());
        }
        let size = text.len();
        self.check_size(size)?;
        if let Some(rest) = text.strip_prefix('4') {
            return Ok(Some(connect_error(rest)?));
        }
        // A fresh state each time: what the codec would keep for later is taken out at once.
        let state = ParserState::default();
        let (head, missing) = match CommonParser.decode_str(&self.config, &state, text.clone()) {
            Ok(packet) => (packet, 0),
            Err(ParseError::NeedsMoreBinaryData) => {
                let partial = state.partial_bin_packet.into_inner();
                let partial = partial.ok().flatten().ok_or(DecodeError::AttachmentCount)?;
                (partial.packet, state.incoming_binary_cnt.into_inner())
            }
            Err(ParseError::TooManyAttachments { got, max }) => {
                return Err(Invalid::Limit(Limit::Attachments { count: got, max }));
            }
            Err(ParseError::InvalidAttachments) => return Err(DecodeError::AttachmentCount.into()),
            // The codec says "packet type" as well when an acknowledgement has no id.
            Err(_) if text.starts_with(['3', '6']) => return Err(DecodeError::AckId.into()),
            Err(_) => return Err(DecodeError::PacketType.into()),
        };
        let binary = head.inner.is_binary();
        let packet = complete(&text, head)?;
        if let (true, Packet::Event { data, .. } | Packet::Ack { data, .. }) = (binary, &packet) {
            check_placeholders(&data.json, missing).map_err(|_| DecodeError::Placeholder)?;
        }
        if missing == 0 {
            return Ok(Some(packet));
        }
        self.partial = Some(Partial {
            packet,
            missing,
            size,
        });
        Ok(None)
    }

    /// Takes an attachment; gives the packet if it was the last one.
    pub(crate) fn binary(&mut self, attachment: Bytes) -> Result<Option<Packet>, Invalid> {
        let mut partial = self
            .partial
            .take()
            .ok_or(DecodeError::AttachmentUnexpected)?;
        partial.size = partial.size.saturating_add(attachment.len());
        self.check_size(partial.size)?;
        if let Packet::Event { data, .. } | Packet::Ack { data, .. } = &mut partial.packet {
            data.attachments.push(attachment);
        }
        partial.missing -= 1;
        if partial.missing == 0 {
            return Ok(Some(partial.packet));
        }
        self.partial = Some(partial);
        Ok(None)
    }

    fn check_size(&self, size: usize) -> Result<(), Invalid> {
        if size > self.max_packet_size {
            return Err(Invalid::Limit(Limit::PacketSize {
                size,
                max: self.max_packet_size,
            }));
        }
        Ok(())
    }
}

/// Turns the codec's packet into ours and checks its payload.
fn complete(text: &str, head: socketioxide_core::packet::Packet) -> Result<Packet, DecodeError> {
    let namespace = head.ns.to_string();
    Ok(match head.inner {
        PacketData::Connect(value) => {
            let data = value.map(text_of);
            if let Some(json) = &data {
                any_json(json)?;
            }
            Packet::Connect { namespace, data }
        }
        PacketData::Disconnect => Packet::Disconnect { namespace },
        PacketData::Event(value, ack) | PacketData::BinaryEvent(value, ack) => {
            let json = text_of(value);
            let head = &text[..text.len() - json.len()];
            // An id that the codec read but could not hold stands right before the payload.
            if ack.is_none() && head.len() > 1 && head.ends_with(|c: char| c.is_ascii_digit()) {
                return Err(DecodeError::AckId);
            }
            event_arguments(&json)?;
            let ack = ack
                .map(u64::try_from)
                .transpose()
                .map_err(|_| DecodeError::AckId)?;
            Packet::Event {
                namespace,
                data: Data::new(json),
                ack,
            }
        }
        PacketData::EventAck(value, id) | PacketData::BinaryAck(value, id) => {
            let json = text_of(value);
            serde_json::from_str::<Vec<IgnoredAny>>(&json).map_err(payload)?;
            let id = u64::try_from(id).map_err(|_| DecodeError::AckId)?;
            Packet::Ack {
                namespace,
                data: Data::new(json),
                id,
            }
        }
        PacketData::ConnectError(_) => return Err(DecodeError::PacketType),
    })
}

fn text_of(value: Value) -> String {
    match value {
        Value::Str(text, _) => text.to_string(),
        Value::Bytes(_) => String::new(),
    }
}

/// Reads a packet of type 4, without its type.
fn connect_error(rest: &str) -> Result<Packet, DecodeError> {
    let (namespace, data) = match rest.strip_prefix('/') {
        Some(path) => {
            let end = path.find(',').map_or(rest.len(), |comma| comma + 1);
            (&rest[..end], rest.get(end + 1..).unwrap_or_default())
        }
        None => ("/", rest),
    };
    if !data.is_empty() {
        any_json(data)?;
    }
    let data = (!data.is_empty()).then(|| data.to_owned());
    Ok(Packet::ConnectError {
        namespace: namespace.to_owned(),
        data,
    })
}

fn any_json(text: &str) -> Result<(), DecodeError> {
    serde_json::from_str::<IgnoredAny>(text)
        .map(drop)
        .map_err(payload)
}

/// Checks that the text is an array whose first element can be an event name: a string, or a
/// number, which JavaScript accepts as well. Works at any depth and without building a tree.
fn event_arguments(json: &str) -> Result<(), DecodeError> {
    struct Event;
    impl<'de> Deserialize<'de> for Event {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_seq(Event)
        }
    }
    impl<'de> Visitor<'de> for Event {
        type Value = Self;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an array that begins with an event name")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut array: A) -> Result<Self, A::Error> {
            let name = array.next_element::<&RawValue>()?.map(RawValue::get);
            if !name.is_some_and(|name| {
                name.starts_with(['"', '-']) || name.as_bytes()[0].is_ascii_digit()
            }) {
                return Err(serde::de::Error::custom("no event name in the first place"));
            }
            while array.next_element::<IgnoredAny>()?.is_some() {}
            Ok(self)
        }
    }
    serde_json::from_str::<Event>(json)
        .map(drop)
        .map_err(payload)
}

fn payload(error: serde_json::Error) -> DecodeError {
    DecodeError::Payload(error.to_string())
}

#[cfg(test)]
mod tests;
