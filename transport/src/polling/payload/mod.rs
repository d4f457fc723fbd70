//! Reading polling payloads, piece by piece as they arrive.
//!
//! A payload is a list of the same packets that a WebSocket carries as frames. Three framings:
//!
//! - Engine.IO 4: packets separated by the byte `0x1e`, binary as `b` and base64.
//! - Engine.IO 3, text: `<length>:<packet>`, the length in UTF-16 code units because that is
//!   what a JavaScript string counts; binary as `b4` and base64.
//! - Engine.IO 3, `application/octet-stream`: a byte 0 (text) or 1 (binary), the digits of the
//!   length in bytes, each as a byte 0 to 9, the byte 255, then the packet.
//!
//! Packets are given as soon as they are whole, so a payload may be longer than any limit: only
//! a single packet may not. A length that is announced is checked before anything is stored.

use base64::{
    Engine as _,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use bytes::{Buf, Bytes, BytesMut};

use crate::{
    close::{CloseReason, Limit},
    frame::{EioVersion, Frame},
};

/// Lengths of more digits than this are refused before they are read on.
const MAX_DIGITS: usize = 10;
const SEPARATOR: u8 = 0x1e;
/// Servers pad or not, as their library does.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Whether a content type is that of the binary framing.
pub(super) fn is_octets(content_type: &str) -> bool {
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    kind.eq_ignore_ascii_case("application/octet-stream")
}

/// How the packets of a payload are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Framing {
    Separated,
    Lengths,
    Binary,
}

/// A payload that is being received.
#[derive(Debug)]
pub(crate) struct Payload {
    framing: Framing,
    eio: EioVersion,
    max: usize,
    buffer: BytesMut,
    /// How much of the buffer holds no end of a packet.
    scanned: usize,
    /// The head that has been read: is it binary, and how many units or bytes are to come.
    head: Option<(bool, usize)>,
    complete: bool,
    done: bool,
}

impl Payload {
    /// A payload of this content type; `max` is the largest message in bytes.
    pub(crate) fn new(eio: EioVersion, content_type: &str, max: usize) -> Self {
        // As in the JavaScript clients, every other type is text: the packets will tell.
        let octets = is_octets(content_type);
        let framing = match eio {
            EioVersion::V4 => Framing::Separated,
            EioVersion::V3 if octets => Framing::Binary,
            EioVersion::V3 => Framing::Lengths,
        };
        Self {
            framing,
            eio,
            max,
            buffer: BytesMut::new(),
            scanned: 0,
            head: None,
            complete: false,
            done: false,
        }
    }

    /// Adds what has arrived.
    pub(crate) fn push(&mut self, data: &Bytes) {
        self.buffer.extend_from_slice(data);
    }

    /// Nothing more will arrive.
    pub(crate) fn finish(&mut self) {
        self.complete = true;
    }

    /// Whether everything has been given.
    pub(crate) fn is_done(&self) -> bool {
        self.done
    }

    /// The next packet; `None` until more has arrived, or for ever if that was all.
    pub(crate) fn next(&mut self) -> Result<Option<Frame>, CloseReason> {
        match self.framing {
            Framing::Separated => self.next_separated(),
            Framing::Lengths => self.next_counted(Self::read_decimal_head, Self::units_end),
            Framing::Binary => self.next_counted(Self::read_binary_head, Self::bytes_end),
        }
    }

    fn next_separated(&mut self) -> Result<Option<Frame>, CloseReason> {
        let tail = self.buffer.get(self.scanned..).unwrap_or_default();
        let found = tail.iter().position(|byte| *byte == SEPARATOR);
        let end = match found {
            Some(offset) => self.scanned + offset,
            None => self.buffer.len(),
        };
        self.check_text(self.buffer.first() == Some(&b'b'), end)?;
        if found.is_none() && (!self.complete || self.done) {
            self.scanned = end;
            return Ok(None);
        }
        let packet = self.buffer.split_to(end).freeze();
        self.scanned = 0;
        if found.is_some() {
            self.buffer.advance(1);
        } else {
            self.done = true;
        }
        self.text(packet).map(Some)
    }

    /// Both framings of Engine.IO 3: a head that tells the length, then the packet.
    fn next_counted(
        &mut self,
        read_head: impl Fn(&mut Self) -> Result<Option<(bool, usize)>, CloseReason>,
        end: impl Fn(&mut Self, usize) -> Result<Option<usize>, CloseReason>,
    ) -> Result<Option<Frame>, CloseReason> {
        loop {
            if self.head.is_none() {
                self.head = read_head(self)?;
            }
            let Some((binary, length)) = self.head else {
                if self.complete && !self.buffer.is_empty() {
                    return Err(malformed("it ends inside a length"));
                }
                self.done = self.complete;
                return Ok(None);
            };
            let Some(end) = end(self, length)? else {
                if self.complete {
                    return Err(malformed("it ends inside a packet"));
                }
                return Ok(None);
            };
            let packet = self.buffer.split_to(end).freeze();
            self.head = None;
            self.scanned = 0;
            if binary {
                return Ok(Some(Frame::Binary(packet)));
            }
            // The JavaScript clients skip packets without a type, when their length says so.
            if !packet.is_empty() {
                return self.text(packet).map(Some);
            }
        }
    }

    /// `<digits>:`
    fn read_decimal_head(&mut self) -> Result<Option<(bool, usize)>, CloseReason> {
        let window = self.buffer.len().min(MAX_DIGITS + 1);
        let window = self.buffer.get(..window).unwrap_or_default();
        let Some(colon) = window.iter().position(|byte| *byte == b':') else {
            let digits = window.iter().all(u8::is_ascii_digit);
            return if digits && window.len() <= MAX_DIGITS {
                Ok(None)
            } else {
                Err(self.no_length())
            };
        };
        let length = std::str::from_utf8(window.get(..colon).unwrap_or_default());
        let length = length.ok().and_then(|digits| digits.parse::<usize>().ok());
        let Some(length) = length else {
            return Err(self.no_length());
        };
        // The next byte tells whether this is base64; if it is not there yet, it is counted as
        // such, which only allows a third more.
        let base64 = self.buffer.get(colon + 1).is_none_or(|byte| *byte == b'b');
        self.check_text(base64, length)?;
        self.buffer.advance(colon + 1);
        Ok(Some((false, length)))
    }

    /// `<0 or 1><digits as bytes><255>`
    fn read_binary_head(&mut self) -> Result<Option<(bool, usize)>, CloseReason> {
        let Some((kind, rest)) = self.buffer.split_first() else {
            return Ok(None);
        };
        let binary = *kind != 0;
        let mut length = 0_usize;
        for (index, byte) in rest.iter().take(MAX_DIGITS + 1).enumerate() {
            match byte {
                0..=9 if index < MAX_DIGITS => {
                    length = length.saturating_mul(10).saturating_add(usize::from(*byte));
                }
                255 if index > 0 => {
                    self.check(length)?;
                    self.buffer.advance(index + 2);
                    return Ok(Some((binary, length)));
                }
                _ => return Err(malformed("a packet begins without a length")),
            }
        }
        Ok(None)
    }

    /// Where a text of so many UTF-16 units ends.
    fn units_end(&mut self, units: usize) -> Result<Option<usize>, CloseReason> {
        let (mut at, mut left) = (self.scanned, units);
        // What has been scanned is remembered in both numbers.
        while left > 0 {
            let Some(byte) = self.buffer.get(at) else {
                self.remember(at, left);
                return Ok(None);
            };
            let (bytes, units) = match byte {
                0x00..=0x7f => (1, 1),
                0xc2..=0xdf => (2, 1),
                0xe0..=0xef => (3, 1),
                0xf0..=0xf4 => (4, 2),
                _ => return Err(malformed("it is not utf-8")),
            };
            if at + bytes > self.buffer.len() {
                self.remember(at, left);
                return Ok(None);
            }
            at += bytes;
            left = left
                .checked_sub(units)
                .ok_or_else(|| malformed("a packet ends inside a character"))?;
        }
        Ok(Some(at))
    }

    fn remember(&mut self, at: usize, left: usize) {
        self.scanned = at;
        self.head = Some((false, left));
    }

    #[expect(
        clippy::unnecessary_wraps,
        reason = "has the shape of its sibling, which can fail"
    )]
    fn bytes_end(&mut self, bytes: usize) -> Result<Option<usize>, CloseReason> {
        Ok((self.buffer.len() >= bytes).then_some(bytes))
    }

    /// A packet of text, which may be binary in base64.
    fn text(&self, packet: Bytes) -> Result<Frame, CloseReason> {
        let text =
            String::from_utf8(packet.into()).map_err(|_| malformed("a packet is not utf-8"))?;
        let base64 = match self.eio {
            EioVersion::V4 => text.strip_prefix('b'),
            EioVersion::V3 => text.strip_prefix("b4"),
        };
        let Some(data) = base64.and_then(|base64| BASE64.decode(base64).ok()) else {
            self.check(text.len())?;
            return Ok(Frame::Text(text));
        };
        self.check(data.len())?;
        Ok(crate::frame::binary_frame(self.eio, data.into()))
    }

    /// Checks a size before the packet is there. Base64 counts as the least it can hold.
    fn check_text(&self, base64: bool, size: usize) -> Result<(), CloseReason> {
        let held = (size.saturating_sub(2) / 4 * 3).saturating_sub(2);
        self.check(if base64 { held } else { size })
    }

    fn check(&self, size: usize) -> Result<(), CloseReason> {
        let max = self.max;
        if size > max {
            return Err(CloseReason::Limit(Limit::MessageSize { size, max }));
        }
        Ok(())
    }

    fn no_length(&self) -> CloseReason {
        let start = String::from_utf8_lossy(self.buffer.get(..40).unwrap_or(&self.buffer));
        let start = crate::error::shown(&start);
        CloseReason::Http(format!(
            "the payload has no length where one is due: {start}"
        ))
    }
}

fn malformed(why: &str) -> CloseReason {
    CloseReason::Http(format!("the payload cannot be read: {why}"))
}

#[cfg(test)]
mod tests;
