//! Raw Engine.IO frames, and the two generations of the engine that speak them.
//!
//! Text frames are read by the codec that `engineioxide-core` publishes. It has two holes that
//! are filled here: it refuses the OPEN packet (see `handshake.rs`), and it knows nothing of the
//! byte `0x04` with which Engine.IO 3 prefixes a binary WebSocket frame.

use std::{fmt, str::FromStr};

use bytes::Bytes;
use engineioxide_core::{Packet as Codec, ProtocolVersion, Str};

use crate::error::DecodeError;

/// The byte for "message" that precedes every binary WebSocket frame of Engine.IO 3.
const MESSAGE_PREFIX: u8 = 4;

/// The generation of the Engine.IO protocol, the number sent as `EIO` in the handshake query.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EioVersion {
    /// Engine.IO 3, under Socket.IO 1.x and 2.x: the client pings, the server connects the
    /// default namespace unasked, binary frames carry a prefix byte.
    V3,
    /// Engine.IO 4, under Socket.IO 3.x and 4.x: the server pings, the client asks for every
    /// namespace, binary frames are bare.
    V4,
}

impl EioVersion {
    /// The number of the generation, `3` or `4`.
    pub fn number(self) -> u8 {
        match self {
            Self::V3 => 3,
            Self::V4 => 4,
        }
    }

    fn codec(self) -> ProtocolVersion {
        match self {
            Self::V3 => ProtocolVersion::V3,
            Self::V4 => ProtocolVersion::V4,
        }
    }
}

impl fmt::Display for EioVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.number())
    }
}

/// The text was neither `3` nor `4`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("engine.io version must be 3 or 4, not '{0}'")]
pub struct UnknownEioVersion(String);

impl FromStr for EioVersion {
    type Err = UnknownEioVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "3" => Ok(Self::V3),
            "4" => Ok(Self::V4),
            other => Err(UnknownEioVersion(other.to_owned())),
        }
    }
}

/// One raw frame as it stands on the wire: what an observer sees, and what a hostile test sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// A text frame, Engine.IO packet type included: `42["hello"]`, `2`, `40`.
    Text(String),
    /// A binary frame as it travels: with the prefix byte `0x04` in Engine.IO 3, bare in 4.
    Binary(Bytes),
    /// The WebSocket close frame.
    Close {
        /// The status code of RFC 6455 section 7.4, `None` for an empty close frame.
        code: Option<u16>,
        /// The text after the code, at most 123 bytes; ignored without a code.
        reason: String,
    },
}

impl Frame {
    /// A text frame.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A binary frame, sent exactly as given.
    pub fn binary(data: impl Into<Bytes>) -> Self {
        Self::Binary(data.into())
    }

    /// The number of payload bytes.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Binary(data) => data.len(),
            Self::Close { reason, .. } => reason.len(),
        }
    }

    /// Whether the payload is empty.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// What one inbound frame means to the engine.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum EnginePacket {
    /// The handshake, still as JSON text.
    Open(Str),
    Close,
    Ping,
    Pong,
    /// Text for the Socket.IO decoder.
    Message(Str),
    /// An attachment for the Socket.IO decoder.
    Binary(Bytes),
    /// Upgrade and noop packets: nothing to do on a WebSocket.
    Ignored,
}

/// Reads a text frame. Costs no copy of the message.
pub(crate) fn read_text(eio: EioVersion, text: Str) -> Result<EnginePacket, DecodeError> {
    if text.starts_with('0') {
        return Ok(EnginePacket::Open(text.slice(1..)));
    }
    match Codec::parse(eio.codec(), text) {
        Ok(Codec::Message(message)) => Ok(EnginePacket::Message(message)),
        Ok(Codec::Binary(data) | Codec::BinaryV3(data)) => Ok(EnginePacket::Binary(data)),
        Ok(Codec::Close) => Ok(EnginePacket::Close),
        Ok(Codec::Ping | Codec::PingUpgrade) => Ok(EnginePacket::Ping),
        Ok(Codec::Pong | Codec::PongUpgrade) => Ok(EnginePacket::Pong),
        Ok(Codec::Open(_) | Codec::Upgrade | Codec::Noop) => Ok(EnginePacket::Ignored),
        Err(_) => Err(DecodeError::EnginePacket),
    }
}

/// Reads a binary frame; a slice of it, never a copy.
pub(crate) fn read_binary(eio: EioVersion, data: Bytes) -> Result<EnginePacket, DecodeError> {
    match eio {
        EioVersion::V4 => Ok(EnginePacket::Binary(data)),
        EioVersion::V3 if data.first() == Some(&MESSAGE_PREFIX) => {
            Ok(EnginePacket::Binary(data.slice(1..)))
        }
        EioVersion::V3 => Err(DecodeError::BinaryPrefix),
    }
}

/// The frame of an attachment. Engine.IO 3 costs one copy, for the prefix.
pub(crate) fn binary_frame(eio: EioVersion, data: Bytes) -> Frame {
    match eio {
        EioVersion::V4 => Frame::Binary(data),
        EioVersion::V3 => {
            let mut prefixed = Vec::with_capacity(data.len() + 1);
            prefixed.push(MESSAGE_PREFIX);
            prefixed.extend_from_slice(&data);
            Frame::Binary(prefixed.into())
        }
    }
}

/// The frame of a Socket.IO packet's text.
pub(crate) fn message_frame(text: Str) -> Frame {
    Frame::Text(String::from(Codec::Message(text)))
}

/// The heartbeat question and answer.
pub(crate) fn ping_frame() -> Frame {
    Frame::Text(String::from(Codec::Ping))
}

/// See [`ping_frame`].
pub(crate) fn pong_frame() -> Frame {
    Frame::Text(String::from(Codec::Pong))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BOTH: [EioVersion; 2] = [EioVersion::V3, EioVersion::V4];

    #[test]
    fn text_frames_are_told_apart() {
        for eio in BOTH {
            let read = |text: &str| read_text(eio, Str::copy_from_slice(text));
            assert_eq!(read("0{}"), Ok(EnginePacket::Open("{}".into())));
            assert_eq!(read("1"), Ok(EnginePacket::Close));
            assert_eq!(read("2"), Ok(EnginePacket::Ping));
            assert_eq!(read("3"), Ok(EnginePacket::Pong));
            assert_eq!(read("3probe"), Ok(EnginePacket::Pong));
            assert_eq!(read("42[]"), Ok(EnginePacket::Message("2[]".into())));
            assert_eq!(read("6"), Ok(EnginePacket::Ignored));
            assert_eq!(read(""), Err(DecodeError::EnginePacket));
            assert_eq!(read("9"), Err(DecodeError::EnginePacket));
            assert_eq!(read("é"), Err(DecodeError::EnginePacket));
        }
    }

    #[test]
    fn engine_3_wants_its_prefix() {
        let prefixed = Bytes::from_static(&[4, 1, 2]);
        let read = read_binary(EioVersion::V3, prefixed.clone());
        assert_eq!(read, Ok(EnginePacket::Binary(Bytes::from_static(&[1, 2]))));
        let bare = read_binary(EioVersion::V4, prefixed.clone());
        assert_eq!(bare, Ok(EnginePacket::Binary(prefixed)));
        for bad in [&[][..], &[1, 2]] {
            let read = read_binary(EioVersion::V3, Bytes::copy_from_slice(bad));
            assert_eq!(read, Err(DecodeError::BinaryPrefix));
        }
    }

    #[test]
    fn versions_are_read_and_written() {
        for eio in BOTH {
            assert_eq!(eio.to_string().parse(), Ok(eio));
        }
        let error = "5".parse::<EioVersion>().unwrap_err().to_string();
        assert_eq!(error, "engine.io version must be 3 or 4, not '5'");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".*", eio in prop::sample::select(&BOTH[..])) {
            let _ = read_text(eio, text.into());
        }

        #[test]
        fn attachments_round_trip(data: Vec<u8>, eio in prop::sample::select(&BOTH[..])) {
            let data = Bytes::from(data);
            let Frame::Binary(wire) = binary_frame(eio, data.clone()) else { unreachable!() };
            prop_assert_eq!(read_binary(eio, wire), Ok(EnginePacket::Binary(data)));
        }
    }
}
