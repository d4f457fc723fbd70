//! Engine.IO packets.

use crate::Generation;

/// A packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packet<'a> {
    /// `0`: the server opens the session.
    Open(&'a str),
    /// `1`
    Close,
    /// `2`, with its data.
    Ping(&'a str),
    /// `3`, with its data.
    Pong(&'a str),
    /// `4`: a text message.
    Message(&'a str),
    /// A binary message.
    Binary(&'a [u8]),
    /// `5`
    Upgrade,
    /// `6`
    Noop,
}

/// Text or bytes that are no packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no packet begins like this")]
pub struct PacketError;

impl<'a> Packet<'a> {
    /// Reads the text form.
    pub fn parse_text(text: &'a str) -> Result<Self, PacketError> {
        let kind = text.as_bytes().first().ok_or(PacketError)?;
        let rest = text.get(1..).unwrap_or_default();
        Ok(match kind {
            b'0' => Self::Open(rest),
            b'1' => Self::Close,
            b'2' => Self::Ping(rest),
            b'3' => Self::Pong(rest),
            b'4' => Self::Message(rest),
            b'5' => Self::Upgrade,
            b'6' => Self::Noop,
            _ => return Err(PacketError),
        })
    }

    /// Reads a binary frame.
    pub fn parse_binary(generation: Generation, data: &'a [u8]) -> Result<Self, PacketError> {
        match (generation, data) {
            (Generation::V4, data) => Ok(Self::Binary(data)),
            (Generation::V3, [4, data @ ..]) => Ok(Self::Binary(data)),
            (Generation::V3, _) => Err(PacketError),
        }
    }

    /// Appends the text form.
    pub fn write(&self, out: &mut Vec<u8>) {
        let (kind, rest) = match self {
            Self::Open(data) => (b'0', *data),
            Self::Close => (b'1', ""),
            Self::Ping(data) => (b'2', *data),
            Self::Pong(data) => (b'3', *data),
            Self::Message(text) => (b'4', *text),
            Self::Binary(_) => (b'4', ""),
            Self::Upgrade => (b'5', ""),
            Self::Noop => (b'6', ""),
        };
        out.push(kind);
        out.extend_from_slice(rest.as_bytes());
    }
}
