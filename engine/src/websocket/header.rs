//! The header of a frame that a client sends.

use super::Opcode;
use super::error::ReadError;
use super::writer::MAX_CONTROL;

/// What a frame carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Continuation,
    Text,
    Binary,
    Control(Opcode),
}

/// A header that obeys the rules which a header alone can break.
#[derive(Debug, Clone, Copy)]
pub(super) struct Header {
    pub(super) kind: Kind,
    /// Is it the last frame of its message?
    pub(super) fin: bool,
    pub(super) key: [u8; 4],
    /// The length of the header itself.
    pub(super) len: usize,
    /// The length of the payload, which follows the header.
    pub(super) payload: usize,
}

/// What [`Header::parse`] found.
#[derive(Debug)]
pub(super) enum Parsed {
    Header(Header),
    /// So many bytes are needed to say more. Zero if there is none yet.
    Needs(usize),
}

impl Header {
    /// Reads a header from the start of `bytes`. Mistakes are told as soon as the byte is
    /// there that makes them.
    #[inline]
    pub(super) fn parse(bytes: &[u8]) -> Result<Parsed, ReadError> {
        let Some(&first) = bytes.first() else {
            return Ok(Parsed::Needs(0));
        };
        if first & 0x70 != 0 {
            return Err(ReadError::ReservedBits);
        }
        let fin = first & 0x80 != 0;
        let kind = match first & 0x0f {
            0 => Kind::Continuation,
            1 => Kind::Text,
            2 => Kind::Binary,
            8 => Kind::Control(Opcode::Close),
            9 => Kind::Control(Opcode::Ping),
            10 => Kind::Control(Opcode::Pong),
            opcode => return Err(ReadError::ReservedOpcode(opcode)),
        };
        let Some(&second) = bytes.get(1) else {
            return Ok(Parsed::Needs(2));
        };
        if second & 0x80 == 0 {
            return Err(ReadError::Unmasked);
        }
        let short = usize::from(second & 0x7f);
        if let Kind::Control(_) = kind {
            if !fin {
                return Err(ReadError::FragmentedControl);
            }
            if short > MAX_CONTROL {
                return Err(ReadError::LongControl);
            }
        }
        let extended = match short {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let len = 2 + extended + 4;
        let Some((header, key)) = bytes.get(..len).and_then(|b| b.split_last_chunk()) else {
            return Ok(Parsed::Needs(len));
        };
        // A length may be written longer than it must be, as all implementations allow.
        let payload = match short {
            126 | 127 => length(&header[2..])?,
            _ => short,
        };
        Ok(Parsed::Header(Self {
            kind,
            fin,
            key: *key,
            len,
            payload,
        }))
    }
}

/// A length in 16 or 64 bits.
#[inline]
fn length(bytes: &[u8]) -> Result<usize, ReadError> {
    let long = bytes
        .iter()
        .fold(0_u64, |long, byte| long << 8 | u64::from(*byte));
    if long >> 63 != 0 {
        return Err(ReadError::Length);
    }
    // Only a machine of 32 bits cannot count that far. The limit refuses both.
    Ok(usize::try_from(long).unwrap_or(usize::MAX))
}
