//! Reads payloads.

use super::scan::{number, utf16_prefix, visit};
use crate::Generation;
use crate::packet::{Packet, PacketError};

/// Stands between the packets of a payload of generation 4.
pub(super) const SEPARATOR: u8 = 0x1e;

/// Why a body is not a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PayloadError {
    /// A packet that is not one.
    #[error("the payload has a packet that cannot be read: {0}")]
    Packet(#[from] PacketError),
    /// Nothing at all.
    #[error("the payload is empty")]
    Empty,
    /// Text that is not UTF-8.
    #[error("the payload is not UTF-8")]
    NotUtf8,
    /// A length that is not a number, or that is not ended.
    #[error("the payload has a length that is not a decimal number")]
    Length,
    /// A length that goes past the end, or ends within a character.
    #[error("the payload has a length that does not fit its packet")]
    Mismatch,
    /// An element of a binary payload that is neither text nor binary.
    #[error("the payload has an element that is neither text (0) nor binary (1)")]
    ElementType,
    /// A binary body in generation 4.
    #[error("payloads of Engine.IO 4 are text, but the body is application/octet-stream")]
    BinaryBody,
    /// The body of a JSONP request without its one field.
    #[error("the body of a JSONP request needs one form field named d")]
    Form,
}

/// The packets of a payload, one after the other.
///
/// An error ends the payload. The packets before it are valid, and the official servers
/// handle them. Reading takes time in proportion to the body, and each call in proportion
/// to its packet, so a caller can do other work between packets.
///
/// ```
/// use sio_p2p_engine::{Generation, Packet, payload::Payload};
///
/// let mut payload = Payload::text(Generation::V4, "4hello\x1e2");
/// assert_eq!(payload.next(), Some(Ok(Packet::Message("hello"))));
/// assert_eq!(payload.next(), Some(Ok(Packet::Ping(""))));
/// assert_eq!(payload.next(), None);
/// ```
#[derive(Debug, Clone)]
pub struct Payload<'a> {
    rest: Rest<'a>,
    /// Nothing has been read yet.
    fresh: bool,
}

/// What has not been read yet.
#[derive(Debug, Clone, Copy)]
enum Rest<'a> {
    V4(&'a str),
    V3(&'a str),
    V3Binary(&'a [u8]),
    /// Nothing comes after the end or an error.
    End,
}

impl<'a> Payload<'a> {
    /// Reads a body. `is_binary` says that its content type is
    /// `application/octet-stream`, which only generation 3 has.
    pub fn new(
        generation: Generation,
        is_binary: bool,
        body: &'a [u8],
    ) -> Result<Self, PayloadError> {
        match (generation, is_binary) {
            (Generation::V3, true) => Ok(Self::binary(body)),
            (Generation::V4, true) => Err(PayloadError::BinaryBody),
            (_, false) => match std::str::from_utf8(body) {
                Ok(text) => Ok(Self::text(generation, text)),
                Err(_) => Err(PayloadError::NotUtf8),
            },
        }
    }

    /// Reads a text payload.
    #[must_use]
    pub fn text(generation: Generation, text: &'a str) -> Self {
        let rest = match generation {
            Generation::V3 => Rest::V3(text),
            Generation::V4 => Rest::V4(text),
        };
        Self { rest, fresh: true }
    }

    /// Reads a binary payload of generation 3.
    #[must_use]
    pub fn binary(bytes: &'a [u8]) -> Self {
        Self {
            rest: Rest::V3Binary(bytes),
            fresh: true,
        }
    }

    /// Reads one packet.
    fn step(&mut self) -> Result<Option<Packet<'a>>, PayloadError> {
        let fresh = std::mem::replace(&mut self.fresh, false);
        match self.rest {
            Rest::V4(text) => {
                if fresh && text.is_empty() {
                    return Err(PayloadError::Empty);
                }
                let end = memchr::memchr(SEPARATOR, text.as_bytes());
                let packet = &text[..end.unwrap_or(text.len())];
                self.rest = end.map_or(Rest::End, |end| Rest::V4(&text[end + 1..]));
                visit(packet.len() + 1);
                Ok(Some(Packet::from_text(Generation::V4, packet)?))
            }
            Rest::V3(mut text) => {
                if fresh && text.is_empty() {
                    return Err(PayloadError::Empty);
                }
                while !text.is_empty() {
                    let (units, taken) =
                        number(text.as_bytes(), b'0', b':').ok_or(PayloadError::Length)?;
                    let after = &text[taken..];
                    let end = utf16_prefix(after, units).ok_or(PayloadError::Mismatch)?;
                    let (packet, after) = after.split_at(end);
                    self.rest = Rest::V3(after);
                    // `0:` is what the official servers send if there is nothing.
                    if !packet.is_empty() {
                        return Ok(Some(Packet::from_text(Generation::V3, packet)?));
                    }
                    text = after;
                }
                Ok(None)
            }
            Rest::V3Binary(bytes) => {
                let Some((kind, after)) = bytes.split_first() else {
                    return Ok(None);
                };
                let (len, taken) = number(after, 0, 0xff).ok_or(PayloadError::Length)?;
                let (packet, after) = after[taken..]
                    .split_at_checked(len)
                    .ok_or(PayloadError::Mismatch)?;
                visit(packet.len() + 1);
                self.rest = Rest::V3Binary(after);
                let packet = match kind {
                    0 => {
                        let text =
                            std::str::from_utf8(packet).map_err(|_| PayloadError::NotUtf8)?;
                        Packet::from_text(Generation::V3, text)
                    }
                    1 => Packet::from_binary(Generation::V3, packet),
                    _ => return Err(PayloadError::ElementType),
                };
                Ok(Some(packet?))
            }
            Rest::End => Ok(None),
        }
    }
}

impl<'a> Iterator for Payload<'a> {
    type Item = Result<Packet<'a>, PayloadError>;

    fn next(&mut self) -> Option<Self::Item> {
        let result = self.step();
        if !matches!(result, Ok(Some(_))) {
            self.rest = Rest::End;
        }
        result.transpose()
    }
}

impl std::iter::FusedIterator for Payload<'_> {}
