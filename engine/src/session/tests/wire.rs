//! What a client makes of what it gets.

use std::collections::VecDeque;
use std::fmt;

use crate::session::Item;
use crate::{Generation, Packet};

/// Something that a client gets.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Got {
    /// A packet in its text form.
    Text(String),
    /// The data of a binary message.
    Binary(Vec<u8>),
    /// The answer to a WebSocket ping.
    Pong(Vec<u8>),
    /// The frame that closes a WebSocket.
    Close,
}

impl Got {
    pub(super) fn packet(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// The number of the message; `None` if it is none.
    pub(super) fn number(&self) -> Option<u32> {
        match self {
            Self::Text(text) => text.strip_prefix('4')?.split(':').next()?.parse().ok(),
            Self::Binary(data) => Some(u32::from_be_bytes(*data.first_chunk()?)),
            Self::Pong(_) | Self::Close => None,
        }
    }
}

/// The beginning and the length: messages are large.
impl fmt::Debug for Got {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{:.12} ({})", text, text.len()),
            Self::Binary(data) => write!(f, "{:?} ({})", self.number(), data.len()),
            Self::Pong(data) => write!(f, "pong ({})", data.len()),
            Self::Close => f.write_str("close"),
        }
    }
}

impl From<Item> for Got {
    fn from(item: Item) -> Self {
        match item {
            Item::Text(text) => Self::Text(String::from_utf8(text.into()).unwrap()),
            Item::Binary(data) => Self::Binary(data.into()),
        }
    }
}

/// Puts frames together from bytes that come in pieces of any size. It shares nothing with
/// the codec of the server.
#[derive(Debug, Default)]
pub(super) struct Frames {
    bytes: VecDeque<u8>,
}

impl Frames {
    pub(super) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
    }

    /// The next frame that has come in whole.
    pub(super) fn next(&mut self, generation: Generation) -> Option<Got> {
        let bytes: &[u8] = self.bytes.make_contiguous();
        let [first, second, rest @ ..] = bytes else {
            return None;
        };
        let (len, rest) = match *second {
            126 => {
                let (len, rest) = rest.split_first_chunk()?;
                (usize::from(u16::from_be_bytes(*len)), rest)
            }
            127 => {
                let (len, rest) = rest.split_first_chunk()?;
                (usize::try_from(u64::from_be_bytes(*len)).unwrap(), rest)
            }
            len => (usize::from(len), rest),
        };
        let payload = rest.get(..len)?.to_vec();
        let got = match *first {
            0x81 => Got::Text(String::from_utf8(payload).unwrap()),
            0x82 => match Packet::from_binary(generation, &payload).unwrap() {
                Packet::Binary(data) => Got::Binary(data.into_owned()),
                other => panic!("{other:?}"),
            },
            0x88 => Got::Close,
            0x8a => Got::Pong(payload),
            other => panic!("a server sends no frame that begins with {other:#x}"),
        };
        let size = bytes.len() - rest.len() + len;
        self.bytes.drain(..size);
        Some(got)
    }
}
