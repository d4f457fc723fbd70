//! Packets of Engine.IO.

use std::borrow::Cow;

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::Generation;
use crate::websocket::Opcode;

/// Base64 with or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A packet of Engine.IO.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Packet<'a> {
    /// `0`: the session begins. The data is the handshake in JSON.
    Open(&'a str),
    /// `1`: the session ends.
    Close,
    /// `2`: a heartbeat, or a probe of a WebSocket if the data is `probe`.
    Ping(&'a str),
    /// `3`: the answer to a ping, with its data.
    Pong(&'a str),
    /// `4`: a text message.
    Message(&'a str),
    /// A binary message.
    Binary(Cow<'a, [u8]>),
    /// `5`: the session goes on over the WebSocket.
    Upgrade,
    /// `6`: nothing. It ends a poll.
    Noop,
}

/// Why something is not a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PacketError {
    /// There is nothing, not even a type.
    #[error("the packet is empty")]
    Empty,
    /// A type that no generation has.
    #[error("the packet has the unknown type {0:?}")]
    UnknownType(char),
    /// A binary packet of generation 3 that is not a message.
    #[error("the binary packet does not begin with the type 4 of a message")]
    BinaryType,
}

impl<'a> Packet<'a> {
    /// Reads the text of a packet: a text frame, or an element of a payload. Binary data
    /// in base64 is read too, as leniently as the official servers do it: both alphabets,
    /// with or without padding, and other characters are skipped.
    pub fn from_text(generation: Generation, text: &'a str) -> Result<Self, PacketError> {
        let mut chars = text.chars();
        let kind = chars.next().ok_or(PacketError::Empty)?;
        let data = chars.as_str();
        Ok(match kind {
            '0' => Self::Open(data),
            '1' => Self::Close,
            '2' => Self::Ping(data),
            '3' => Self::Pong(data),
            '4' => Self::Message(data),
            '5' => Self::Upgrade,
            '6' => Self::Noop,
            'b' => {
                let base64 = match generation {
                    Generation::V3 => data.strip_prefix('4').ok_or(PacketError::BinaryType)?,
                    Generation::V4 => data,
                };
                Self::Binary(Cow::Owned(decode_base64(base64)))
            }
            unknown => return Err(PacketError::UnknownType(unknown)),
        })
    }

    /// Reads a binary frame, or a binary element of a payload of generation 3. Binary
    /// data has its type before it in generation 3 only.
    pub fn from_binary(generation: Generation, bytes: &'a [u8]) -> Result<Self, PacketError> {
        let data = match generation {
            Generation::V3 => match bytes.split_first() {
                Some((4, data)) => data,
                Some(_) => return Err(PacketError::BinaryType),
                None => return Err(PacketError::Empty),
            },
            Generation::V4 => bytes,
        };
        Ok(Self::Binary(Cow::Borrowed(data)))
    }

    /// What a WebSocket frame of the packet carries, in two parts for
    /// [`push_frame`](crate::websocket::push_frame).
    #[must_use]
    pub fn frame(&self, generation: Generation) -> (Opcode, [&[u8]; 2]) {
        match (self, generation) {
            (Self::Binary(data), Generation::V3) => (Opcode::Binary, [&[4], data]),
            (Self::Binary(data), Generation::V4) => (Opcode::Binary, [&[], data]),
            _ => (Opcode::Text, [self.prefix(generation), self.data()]),
        }
    }

    /// Appends the text of the packet, with binary data in base64.
    pub fn push_text(&self, generation: Generation, out: &mut Vec<u8>) {
        out.extend_from_slice(self.prefix(generation));
        if let Self::Binary(data) = self {
            let start = out.len();
            out.resize(start + base64_len(data.len()), 0);
            // The length is right, so this cannot fail.
            let written = BASE64.encode_slice(data, &mut out[start..]).unwrap_or(0);
            out.truncate(start + written);
        } else {
            out.extend_from_slice(self.data());
        }
    }

    /// What stands before the data in the text of the packet.
    pub(crate) fn prefix(&self, generation: Generation) -> &'static [u8] {
        match self {
            Self::Open(_) => b"0",
            Self::Close => b"1",
            Self::Ping(_) => b"2",
            Self::Pong(_) => b"3",
            Self::Message(_) => b"4",
            Self::Upgrade => b"5",
            Self::Noop => b"6",
            Self::Binary(_) if generation == Generation::V3 => b"b4",
            Self::Binary(_) => b"b",
        }
    }

    /// The data as it is.
    pub(crate) fn data(&self) -> &[u8] {
        match self {
            Self::Open(data) | Self::Ping(data) | Self::Pong(data) | Self::Message(data) => {
                data.as_bytes()
            }
            Self::Binary(data) => data,
            Self::Close | Self::Upgrade | Self::Noop => b"",
        }
    }
}

/// How many characters base64 makes of `len` bytes.
pub(crate) fn base64_len(len: usize) -> usize {
    len.div_ceil(3) * 4
}

/// Decodes base64 as Node does: what cannot be read is skipped.
fn decode_base64(text: &str) -> Vec<u8> {
    if let Ok(data) = BASE64.decode(text) {
        return data;
    }
    let mut clean: Vec<u8> = text
        .bytes()
        .take_while(|byte| *byte != b'=')
        .filter_map(|byte| match byte {
            b'-' => Some(b'+'),
            b'_' => Some(b'/'),
            b'+' | b'/' => Some(byte),
            _ => byte.is_ascii_alphanumeric().then_some(byte),
        })
        .collect();
    if clean.len() % 4 == 1 {
        // Six bits are no byte.
        clean.pop();
    }
    BASE64.decode(clean).unwrap_or_default()
}

#[cfg(test)]
mod tests;
