//! WebSocket frames (RFC 6455) as a client writes and reads them.

/// Opcode of a text message.
pub const TEXT: u8 = 1;
/// Opcode of a close frame.
pub const CLOSE: u8 = 8;

/// A constant key is as good as any: nobody is to be protected from this program.
const KEY: [u8; 4] = [0x5a, 0xc3, 0x17, 0x9e];

/// Appends one masked frame whose payload is the given pieces, one after the other.
pub fn write(out: &mut Vec<u8>, opcode: u8, pieces: &[&[u8]]) {
    let length: usize = pieces.iter().map(|piece| piece.len()).sum();
    out.push(0x80 | opcode);
    if let Ok(short @ 0..=125) = u8::try_from(length) {
        out.push(0x80 | short);
    } else if let Ok(medium) = u16::try_from(length) {
        out.push(0xfe);
        out.extend_from_slice(&medium.to_be_bytes());
    } else {
        out.push(0xff);
        out.extend_from_slice(&(length as u64).to_be_bytes());
    }
    out.extend_from_slice(&KEY);
    let start = out.len();
    for piece in pieces {
        out.extend_from_slice(piece);
    }
    mask(&mut out[start..], KEY);
}

/// One masked text frame by itself.
pub fn text(payload: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(payload.len() + 14);
    write(&mut frame, TEXT, &[payload]);
    frame
}

/// Applies or removes a masking key.
pub fn mask(payload: &mut [u8], key: [u8; 4]) {
    let wide = u64::from_ne_bytes([
        key[0], key[1], key[2], key[3], key[0], key[1], key[2], key[3],
    ]);
    let (chunks, rest) = payload.as_chunks_mut::<8>();
    for chunk in chunks {
        *chunk = (u64::from_ne_bytes(*chunk) ^ wide).to_ne_bytes();
    }
    for (byte, key) in rest.iter_mut().zip(key.iter().cycle()) {
        *byte ^= key;
    }
}

/// The beginning of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// What kind of frame it is.
    pub opcode: u8,
    /// Where the payload begins.
    pub start: usize,
    /// Where it ends, and the next frame begins.
    pub end: usize,
    /// The masking key, if the frame has one.
    pub key: Option<[u8; 4]>,
}

/// Reads the head of the frame at the beginning of `bytes`, if the whole frame is there.
pub fn read(bytes: &[u8]) -> Option<Head> {
    let (&first, &second) = (bytes.first()?, bytes.get(1)?);
    let (length, mut start) = match second & 0x7f {
        126 => (
            u64::from(u16::from_be_bytes(*bytes.get(2..)?.first_chunk()?)),
            4,
        ),
        127 => (u64::from_be_bytes(*bytes.get(2..)?.first_chunk()?), 10),
        short => (u64::from(short), 2),
    };
    let key = if second & 0x80 == 0 {
        None
    } else {
        let key = *bytes.get(start..)?.first_chunk()?;
        start += 4;
        Some(key)
    };
    let end = start.checked_add(usize::try_from(length).ok()?)?;
    (bytes.len() >= end).then_some(Head {
        opcode: first & 0x0f,
        start,
        end,
        key,
    })
}

/// How long the first frames of `bytes` are, `count` of them at most. If there is only
/// the end of one that was begun, or no whole one, that is everything.
pub fn first(bytes: &[u8], count: usize) -> usize {
    let mut end = 0;
    for _ in 0..count {
        match read(&bytes[end..]) {
            Some(head) => end += head.end,
            None => return bytes.len(),
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for length in [0, 1, 7, 8, 125, 126, 127, 65_535, 65_536, 70_000] {
            let payload: Vec<u8> = (0..251).cycle().take(length).collect();
            let (left, right) = payload.split_at(length / 3);
            let mut frame = Vec::new();
            write(&mut frame, TEXT, &[left, right]);
            assert_eq!(read(&frame[..frame.len() - 1]), None, "{length}");
            frame.extend_from_slice(b"next");
            let head = read(&frame).unwrap();
            assert_eq!((head.opcode, head.end), (TEXT, frame.len() - 4));
            let mut got = frame[head.start..head.end].to_vec();
            assert!(length == 0 || got != payload, "masked");
            mask(&mut got, head.key.unwrap());
            assert_eq!(got, payload, "{length}");
        }
    }

    #[test]
    fn frames_of_a_server_have_no_key() {
        let head = read(b"\x81\x032[]rest").unwrap();
        assert_eq!((head.start, head.end, head.key), (2, 5, None));
    }
}
