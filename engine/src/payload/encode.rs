//! Writes payloads.

use super::decode::SEPARATOR;
use super::scan::{push_number, utf16_len};
use crate::Generation;
use crate::packet::{Packet, base64_len};

/// What a body is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Content {
    /// Text.
    Text,
    /// A binary payload of generation 3.
    Binary,
}

impl Content {
    /// The value of the header `Content-Type`.
    #[must_use]
    pub fn content_type(self) -> http::HeaderValue {
        http::HeaderValue::from_static(match self {
            Self::Text => "text/plain; charset=UTF-8",
            Self::Binary => "application/octet-stream",
        })
    }
}

/// Appends a payload to `out`, and says what it is.
///
/// A binary payload is made in generation 3 if any packet is binary and the client takes
/// it, so `takes_binary` is false if the query has `b64` or `j`. In all other cases binary
/// data is base64 in text.
pub fn encode<'a>(
    generation: Generation,
    takes_binary: bool,
    packets: impl Iterator<Item = Packet<'a>> + Clone,
    out: &mut Vec<u8>,
) -> Content {
    match generation {
        Generation::V4 => encode_v4(packets, out),
        Generation::V3
            if takes_binary && packets.clone().any(|p| matches!(p, Packet::Binary(_))) =>
        {
            encode_v3_binary(packets, out);
            return Content::Binary;
        }
        Generation::V3 => encode_v3(packets, out),
    }
    Content::Text
}

fn encode_v4<'a>(packets: impl Iterator<Item = Packet<'a>>, out: &mut Vec<u8>) {
    let mut is_first = true;
    for packet in packets {
        if !std::mem::replace(&mut is_first, false) {
            out.push(SEPARATOR);
        }
        packet.push_text(Generation::V4, out);
    }
}

fn encode_v3<'a>(packets: impl Iterator<Item = Packet<'a>>, out: &mut Vec<u8>) {
    let start = out.len();
    for packet in packets {
        let prefix = packet.prefix(Generation::V3).len();
        let data = match &packet {
            Packet::Binary(data) => base64_len(data.len()),
            _ => utf16_len(packet.data()),
        };
        push_number(out, prefix + data, b'0');
        out.push(b':');
        packet.push_text(Generation::V3, out);
    }
    if out.len() == start {
        // What the official servers send if there is nothing.
        out.extend_from_slice(b"0:");
    }
}

fn encode_v3_binary<'a>(packets: impl Iterator<Item = Packet<'a>>, out: &mut Vec<u8>) {
    for packet in packets {
        let (_, [prefix, data]) = packet.frame(Generation::V3);
        out.push(u8::from(matches!(packet, Packet::Binary(_))));
        push_number(out, prefix.len() + data.len(), 0);
        out.push(0xff);
        out.extend_from_slice(prefix);
        out.extend_from_slice(data);
    }
}
