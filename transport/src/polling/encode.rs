//! Writing polling payloads; the framings are described in `payload.rs`.

use std::fmt::Write;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use bytes::Bytes;

use crate::frame::{EioVersion, Frame};

/// The body of a POST request, and its content type.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Body {
    pub(crate) content_type: &'static str,
    pub(crate) data: Bytes,
}

const TEXT: &str = "text/plain;charset=UTF-8";
const OCTETS: &str = "application/octet-stream";

/// Writes frames as one payload. `base64` makes Engine.IO 3 avoid its binary framing.
pub(crate) fn encode(eio: EioVersion, base64: bool, frames: &[Frame]) -> Body {
    let binary = frames.iter().any(|frame| matches!(frame, Frame::Binary(_)));
    match eio {
        EioVersion::V3 if binary && !base64 => octets(frames),
        EioVersion::V3 => lengths(frames),
        EioVersion::V4 => separated(frames),
    }
}

/// About what a frame takes in a payload, for deciding how many fit.
pub(crate) fn size(eio: EioVersion, frame: &Frame) -> usize {
    let head = 12;
    match (eio, frame) {
        (EioVersion::V4, Frame::Binary(data)) => data.len().div_ceil(3) * 4 + 2,
        (EioVersion::V4, frame) => frame.len() + 1,
        (EioVersion::V3, Frame::Binary(data)) => data.len().div_ceil(3) * 4 + head,
        (EioVersion::V3, frame) => frame.len() + head,
    }
}

/// The text of a frame that is none of bytes. A close frame, which only a WebSocket has, stands
/// for the close packet of the engine.
fn text(frame: &Frame) -> &str {
    match frame {
        Frame::Text(text) => text,
        Frame::Binary(_) | Frame::Close { .. } => "1",
    }
}

fn separated(frames: &[Frame]) -> Body {
    let mut payload = String::new();
    for (index, frame) in frames.iter().enumerate() {
        if index > 0 {
            payload.push('\u{1e}');
        }
        if let Frame::Binary(data) = frame {
            payload.push('b');
            BASE64_STANDARD.encode_string(data, &mut payload);
        } else {
            payload.push_str(text(frame));
        }
    }
    Body {
        content_type: TEXT,
        data: payload.into(),
    }
}

fn lengths(frames: &[Frame]) -> Body {
    let mut payload = String::new();
    for frame in frames {
        let base64;
        let packet = if let Frame::Binary(data) = frame {
            // The type that a binary frame has as a byte is a digit here.
            let (kind, data) = data.split_first().unwrap_or((&4, &[]));
            base64 = format!("b{kind}{}", BASE64_STANDARD.encode(data));
            &base64
        } else {
            text(frame)
        };
        // Writing to a string cannot fail.
        let _ = write!(payload, "{}:{packet}", packet.encode_utf16().count());
    }
    Body {
        content_type: TEXT,
        data: payload.into(),
    }
}

fn octets(frames: &[Frame]) -> Body {
    let mut payload = Vec::new();
    for frame in frames {
        let (kind, packet) = match frame {
            Frame::Binary(data) => (1, &data[..]),
            other => (0, text(other).as_bytes()),
        };
        payload.push(kind);
        let digits = packet.len().to_string();
        payload.extend(digits.bytes().map(|digit| digit - b'0'));
        payload.push(255);
        payload.extend_from_slice(packet);
    }
    Body {
        content_type: OCTETS,
        data: payload.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames() -> Vec<Frame> {
        vec![
            Frame::text("4é😀"),
            Frame::binary(&b"\x04\x01\xff"[..]),
            Frame::Close {
                code: None,
                reason: String::new(),
            },
        ]
    }

    #[test]
    fn each_framing_is_written_as_the_servers_read_it() {
        let four = encode(EioVersion::V4, false, &frames());
        assert_eq!(four.data, "4é😀\u{1e}bBAH/\u{1e}1");
        assert_eq!(four.content_type, TEXT);
        let text = encode(EioVersion::V3, true, &frames());
        assert_eq!(text.data, "4:4é😀6:b4Af8=1:1");
        let binary = encode(EioVersion::V3, false, &frames());
        assert_eq!(binary.content_type, OCTETS);
        let expected = [
            &b"\x00\x07\xff4"[..],
            "é😀".as_bytes(),
            b"\x01\x03\xff\x04\x01\xff\x00\x01\xff1",
        ];
        assert_eq!(binary.data, expected.concat());
        let only_text = encode(EioVersion::V3, false, &frames()[..1]);
        assert_eq!(
            (only_text.content_type, &only_text.data[..]),
            (TEXT, "4:4é😀".as_bytes())
        );
    }
}
