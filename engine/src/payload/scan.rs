//! Lengths, as generation 3 writes and counts them.

/// How many units of UTF-16 a text has, which is what JavaScript calls its length.
pub(super) fn utf16_len(text: &[u8]) -> usize {
    // Every character is one unit and begins with a byte that does not continue another
    // one. Those of four bytes are two units.
    text.iter()
        .map(|byte| usize::from(byte & 0xc0 != 0x80) + usize::from(*byte >= 0xf0))
        .sum()
}

/// How many bytes the first `units` units of UTF-16 of a text have. `None` if there are
/// fewer, or if the last one is half a character. Looks at no more than those bytes, and
/// at them twice at most.
pub(super) fn utf16_prefix(text: &str, units: usize) -> Option<usize> {
    let bytes = text.as_bytes();
    let ascii = bytes.get(..units)?;
    visit(units);
    if ascii.is_ascii() {
        return Some(units);
    }
    let (mut end, mut seen) = (0, 0);
    while seen < units {
        let (len, units) = match bytes.get(end)? {
            0..0x80 => (1, 1),
            0x80..0xe0 => (2, 1),
            0xe0..0xf0 => (3, 1),
            0xf0.. => (4, 2),
        };
        visit(len);
        end += len;
        seen += units;
    }
    (seen == units).then_some(end)
}

/// Reads a decimal number whose first digit is `zero`, up to `end`. Gives the number and
/// how many bytes it took with its end.
pub(super) fn number(bytes: &[u8], zero: u8, end: u8) -> Option<(usize, usize)> {
    let mut number = 0_usize;
    for (at, byte) in bytes.iter().enumerate() {
        visit(1);
        if *byte == end {
            return (at > 0).then_some((number, at + 1));
        }
        let digit = byte.checked_sub(zero).filter(|digit| *digit < 10)?;
        number = number.checked_mul(10)?.checked_add(usize::from(digit))?;
    }
    None
}

/// Appends a decimal number whose first digit is `zero`.
pub(super) fn push_number(out: &mut Vec<u8>, mut number: usize, zero: u8) {
    let start = out.len();
    loop {
        // A digit is less than ten.
        #[allow(clippy::cast_possible_truncation)]
        out.push(zero + (number % 10) as u8);
        number /= 10;
        if number == 0 {
            break;
        }
    }
    out[start..].reverse();
}

/// Counts the bytes that are looked at, for the test that decoding is linear.
#[inline]
pub(super) fn visit(bytes: usize) {
    #[cfg(test)]
    VISITED.with(|visited| visited.set(visited.get() + bytes));
    let _ = bytes;
}

#[cfg(test)]
thread_local! {
    pub(super) static VISITED: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}
