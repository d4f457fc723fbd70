//! The part of a JSON string that stands for itself, found many bytes at a time.

/// Long strings are looked at in pieces of this size.
const BLOCK: usize = 64;

/// Bytes that are looked at as one number.
const WORD: usize = size_of::<u64>();

/// A number with this byte everywhere.
const fn all(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; WORD])
}

/// Where the first byte from `at` on is that does not stand for itself in a JSON
/// string: a quote, a backslash or a control character. The end of the text if
/// there is none.
#[inline]
pub(super) fn plain(bytes: &[u8], at: usize) -> usize {
    let mut rest = bytes.get(at..).unwrap_or_default();
    // Most strings are short, and need no more than this.
    for _ in 0..BLOCK / WORD {
        let Some((word, after)) = rest.split_first_chunk() else {
            return bytes.len() - rest.len() + tail(rest);
        };
        if let Some(found) = special(*word) {
            return bytes.len() - rest.len() + found;
        }
        rest = after;
    }
    bytes.len() - rest.len() + long(rest)
}

/// As [`plain`], for what may be very long.
#[expect(
    clippy::needless_bitwise_bool,
    reason = "a lazy operator is a branch for each byte"
)]
fn long(bytes: &[u8]) -> usize {
    let mut rest = bytes;
    // The compiler makes a few vector operations of this, without a branch inside.
    while let Some((block, after)) = rest.split_first_chunk::<BLOCK>() {
        let found = block.iter().fold(false, |found, byte| {
            found | (*byte < b' ') | (*byte == b'"') | (*byte == b'\\')
        });
        if found {
            break;
        }
        rest = after;
    }
    while let Some((word, after)) = rest.split_first_chunk() {
        if let Some(found) = special(*word) {
            return bytes.len() - rest.len() + found;
        }
        rest = after;
    }
    bytes.len() - rest.len() + tail(rest)
}

/// The place of the first special byte among eight.
#[inline]
fn special(word: [u8; WORD]) -> Option<usize> {
    let word = u64::from_le_bytes(word);
    // The high bit of a byte is set if the byte is below a bound. A borrow can only
    // reach bytes above one that is, so the lowest mark is always right.
    let below = |word: u64, bound: u8| word.wrapping_sub(all(bound)) & !word;
    let quote = below(word ^ all(b'"'), 1);
    let backslash = below(word ^ all(b'\\'), 1);
    let marks = (below(word, b' ') | quote | backslash) & all(0x80);
    (marks != 0).then(|| marks.trailing_zeros() as usize / 8)
}

/// As [`plain`], one byte at a time.
#[inline]
fn tail(bytes: &[u8]) -> usize {
    let special = |byte: &u8| *byte < b' ' || matches!(byte, b'"' | b'\\');
    bytes.iter().position(special).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_special_byte_is_found_wherever_it_stands() {
        for length in [0, 1, 7, 8, 9, 63, 64, 65, 127, 128, 200, 300] {
            for fill in [b'a', b' ', b'!', b'#', b'[', b']', 0x7f, 0x80, 0xff] {
                let text = vec![fill; length];
                assert_eq!(plain(&text, 0), length);
                for at in 0..length {
                    for special in [b'"', b'\\', 0, 1, 0x1f] {
                        let mut text = text.clone();
                        text[at] = special;
                        // What follows does not matter, whatever it is.
                        if let Some(next) = text.get_mut(at + 1) {
                            *next = special ^ 1;
                        }
                        assert_eq!(plain(&text, 0), at);
                        assert_eq!(plain(&text, at), at);
                    }
                }
            }
        }
        assert_eq!(plain(b"abc", 3), 3);
    }
}
