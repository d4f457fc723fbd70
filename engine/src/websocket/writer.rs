//! Writes frames of a server: unmasked and never fragmented.

use super::Opcode;

/// The most bytes that a control frame carries.
pub(super) const MAX_CONTROL: usize = 125;

/// The header of a frame, 2 to 10 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameHeader {
    bytes: [u8; 10],
    len: u8,
}

impl FrameHeader {
    /// The header of a whole message of `len` bytes.
    #[must_use]
    #[inline]
    pub fn new(opcode: Opcode, len: usize) -> Self {
        let mut bytes = [0; 10];
        bytes[0] = 0x80 | opcode as u8;
        let header_len = if let Ok(short) = u8::try_from(len)
            && short <= 125
        {
            bytes[1] = short;
            2
        } else if let Ok(medium) = u16::try_from(len) {
            bytes[1] = 126;
            bytes[2..4].copy_from_slice(&medium.to_be_bytes());
            4
        } else {
            bytes[1] = 127;
            bytes[2..10].copy_from_slice(&(len as u64).to_be_bytes());
            10
        };
        Self {
            bytes,
            len: header_len,
        }
    }

    /// The bytes to send.
    #[must_use]
    #[inline]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.len)]
    }
}

/// How many bytes [`push_frame`] appends for a message of `len` bytes.
#[must_use]
#[inline]
pub fn frame_len(len: usize) -> usize {
    let header = match len {
        0..=125 => 2,
        126..=0xffff => 4,
        _ => 10,
    };
    header + len
}

/// Appends a frame whose payload is `parts`, one after the other. Nothing is allocated
/// but what `out` lacks.
#[inline]
pub fn push_frame(out: &mut Vec<u8>, opcode: Opcode, parts: &[&[u8]]) {
    let len = parts.iter().map(|part| part.len()).sum();
    out.reserve(frame_len(len));
    out.extend_from_slice(FrameHeader::new(opcode, len).as_bytes());
    for part in parts {
        out.extend_from_slice(part);
    }
}

/// Appends the answer to a ping. `payload` is what [`Incoming::Ping`] carried, so it has
/// at most 125 bytes; more are cut.
///
/// [`Incoming::Ping`]: super::Incoming::Ping
pub fn push_pong(out: &mut Vec<u8>, payload: &[u8]) {
    let payload = &payload[..payload.len().min(MAX_CONTROL)];
    push_frame(out, Opcode::Pong, &[payload]);
}

/// Appends a close frame. Without a code the frame is empty. Of `reason` as much is sent
/// as fits, and nothing without a code.
pub fn push_close(out: &mut Vec<u8>, code: Option<u16>, reason: &str) {
    let Some(code) = code else {
        push_frame(out, Opcode::Close, &[]);
        return;
    };
    let reason = &reason[..reason.floor_char_boundary(MAX_CONTROL - 2)];
    push_frame(
        out,
        Opcode::Close,
        &[&code.to_be_bytes(), reason.as_bytes()],
    );
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frame(opcode: Opcode, parts: &[&[u8]]) -> Vec<u8> {
        let mut out = Vec::new();
        push_frame(&mut out, opcode, parts);
        out
    }

    /// RFC 6455, section 5.7.
    #[test]
    fn the_examples_of_the_rfc() {
        assert_eq!(
            frame(Opcode::Text, &[b"Hel", b"lo"]),
            [0x81, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f]
        );
        assert_eq!(
            FrameHeader::new(Opcode::Binary, 256).as_bytes(),
            [0x82, 0x7e, 0x01, 0x00]
        );
        assert_eq!(
            FrameHeader::new(Opcode::Binary, 65536).as_bytes(),
            [0x82, 0x7f, 0, 0, 0, 0, 0, 1, 0, 0]
        );
        let mut out = vec![0xff];
        push_pong(&mut out, b"Hello");
        assert_eq!(out, [0xff, 0x8a, 0x05, 0x48, 0x65, 0x6c, 0x6c, 0x6f]);
    }

    #[test]
    fn lengths_change_their_form_where_the_rfc_says() {
        let header = |len| FrameHeader::new(Opcode::Text, len).as_bytes().to_vec();
        assert_eq!(header(0), [0x81, 0]);
        assert_eq!(header(125), [0x81, 125]);
        assert_eq!(header(126), [0x81, 126, 0, 126]);
        assert_eq!(header(0xffff), [0x81, 126, 0xff, 0xff]);
        assert_eq!(header(0x1_0000), [0x81, 127, 0, 0, 0, 0, 0, 1, 0, 0]);
    }

    #[test]
    fn a_close_frame_has_a_code_and_what_fits_of_a_reason() {
        let mut out = Vec::new();
        push_close(&mut out, Some(1000), "bye");
        assert_eq!(out, [0x88, 5, 0x03, 0xe8, b'b', b'y', b'e']);

        out.clear();
        push_close(&mut out, None, "unsaid");
        assert_eq!(out, [0x88, 0]);

        out.clear();
        push_close(&mut out, Some(1009), &"é".repeat(100));
        assert_eq!(out[1], 124, "half a character is not sent");
        assert!(std::str::from_utf8(&out[4..]).is_ok());
    }

    proptest! {
        #[test]
        fn the_length_is_known_beforehand(len in 0_usize..70_000) {
            let payload = vec![b'x'; len];
            let frame = frame(Opcode::Text, &[&payload]);
            prop_assert_eq!(frame.len(), frame_len(len));
            prop_assert!(frame.ends_with(&payload));
        }
    }
}
