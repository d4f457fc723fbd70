//! Walking over JSON text without building anything.
//!
//! One pass that accepts exactly what RFC 8259 does, as `serde_json` also reads it
//! when it skips a value: raw control characters, unknown escapes and numbers like
//! `01` are refused, lone surrogates and `1e400` pass. Nothing is allocated and
//! nothing recurses. Values that are nested more deeply than [`DEPTH`] are not
//! followed, and the caller has to read them in another way.

use self::string::plain;

mod string;
#[cfg(test)]
mod tests;

/// How deeply values may be nested: one bit each says what is open.
const DEPTH: u32 = u64::BITS;

/// A place in a text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

/// A JSON string with its quotes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Quoted<'a> {
    /// As it stands in the text, quotes included.
    pub(crate) raw: &'a str,
    /// Part of it is written as an escape.
    escaped: bool,
}

impl<'a> Quoted<'a> {
    /// What is between the quotes, if that is the text itself.
    pub(crate) fn text(self) -> Option<&'a str> {
        let inner = self.raw.get(1..self.raw.len().checked_sub(1)?);
        inner.filter(|_| !self.escaped)
    }
}

/// A JSON array.
#[derive(Debug, Clone, Copy)]
pub(crate) struct List<'a> {
    /// What is between the brackets, without white space at its ends.
    pub(crate) inner: &'a str,
    /// How many elements it has.
    pub(crate) count: usize,
}

impl<'a> Cursor<'a> {
    /// The beginning of a text.
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    #[inline]
    fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    /// The byte that comes next.
    #[inline]
    fn peek(&self) -> Option<u8> {
        self.bytes().get(self.at).copied()
    }

    /// Takes the byte that comes next.
    #[inline]
    fn next(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    /// Takes this byte if it comes next, which is told.
    #[inline]
    pub(crate) fn take(&mut self, byte: u8) -> bool {
        let there = self.peek() == Some(byte);
        self.at += usize::from(there);
        there
    }

    /// Takes white space, and then this byte or nothing.
    #[inline]
    pub(crate) fn expect(&mut self, byte: u8) -> Option<()> {
        self.space();
        self.take(byte).then_some(())
    }

    /// True if only white space is left.
    pub(crate) fn ended(mut self) -> bool {
        self.space();
        self.at == self.text.len()
    }

    /// Takes white space.
    #[inline]
    pub(crate) fn space(&mut self) {
        while let Some(b' ' | b'\n' | b'\t' | b'\r') = self.peek() {
            self.at += 1;
        }
    }

    /// Takes this text if it comes next.
    pub(crate) fn word(&mut self, word: &str) -> Option<()> {
        let rest = self.bytes().get(self.at..)?;
        if !rest.starts_with(word.as_bytes()) {
            return None;
        }
        self.at += word.len();
        Some(())
    }

    /// The text from a place to here.
    fn since(&self, start: usize) -> Option<&'a str> {
        self.text.get(start..self.at)
    }

    /// Takes white space and a string.
    #[inline]
    pub(crate) fn string(&mut self) -> Option<Quoted<'a>> {
        self.space();
        let start = self.at;
        if !self.take(b'"') {
            return None;
        }
        let escaped = self.rest_of_string()?;
        let raw = self.since(start)?;
        Some(Quoted { raw, escaped })
    }

    /// Takes white space and an array.
    pub(crate) fn list(&mut self) -> Option<List<'a>> {
        self.expect(b'[')?;
        self.space();
        let start = self.at;
        if self.take(b']') {
            let inner = "";
            return Some(List { inner, count: 0 });
        }
        let mut count = 0;
        loop {
            self.value()?;
            count += 1;
            let end = self.at;
            self.space();
            match self.next()? {
                b',' => {}
                b']' => {
                    let inner = self.text.get(start..end)?;
                    return Some(List { inner, count });
                }
                _ => return None,
            }
        }
    }

    /// Takes white space and one value of any kind.
    fn value(&mut self) -> Option<()> {
        // One bit for each array or object that is open, the innermost last; it is
        // set for an object.
        let (mut open, mut depth) = (0_u64, 0_u32);
        loop {
            self.space();
            match self.next()? {
                b'"' => {
                    self.rest_of_string()?;
                }
                b'{' => {
                    self.space();
                    if !self.take(b'}') {
                        if depth == DEPTH {
                            return None;
                        }
                        (open, depth) = (open << 1 | 1, depth + 1);
                        self.key()?;
                        continue;
                    }
                }
                b'[' => {
                    self.space();
                    if !self.take(b']') {
                        if depth == DEPTH {
                            return None;
                        }
                        (open, depth) = (open << 1, depth + 1);
                        continue;
                    }
                }
                byte => self.scalar(byte)?,
            }
            // Here a value has ended, and with it perhaps those around it.
            loop {
                if depth == 0 {
                    return Some(());
                }
                self.space();
                match (self.next()?, open & 1 == 1) {
                    (b',', true) => {
                        self.space();
                        self.key()?;
                        break;
                    }
                    (b',', false) => break,
                    (b'}', true) | (b']', false) => (open, depth) = (open >> 1, depth - 1),
                    _ => return None,
                }
            }
        }
    }

    /// Takes the key of a member and its colon.
    fn key(&mut self) -> Option<()> {
        if !self.take(b'"') {
            return None;
        }
        self.rest_of_string()?;
        self.expect(b':')
    }

    /// Takes the rest of a number or a word that begins with this byte.
    fn scalar(&mut self, first: u8) -> Option<()> {
        match first {
            b'0' => self.fraction(),
            b'1'..=b'9' => self.number(),
            b'-' => match self.next()? {
                b'0' => self.fraction(),
                b'1'..=b'9' => self.number(),
                _ => None,
            },
            b't' => self.word("rue"),
            b'f' => self.word("alse"),
            b'n' => self.word("ull"),
            _ => None,
        }
    }

    /// Takes the rest of a number whose first digit was not a zero.
    fn number(&mut self) -> Option<()> {
        self.digits();
        self.fraction()
    }

    /// Takes the fraction and the exponent of a number, if it has them.
    fn fraction(&mut self) -> Option<()> {
        if self.take(b'.') {
            self.some_digits()?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.some_digits()?;
        }
        // Another digit here would be one after a leading zero, and is refused by
        // whoever expects a comma.
        Some(())
    }

    fn some_digits(&mut self) -> Option<()> {
        let start = self.at;
        self.digits();
        (self.at > start).then_some(())
    }

    fn digits(&mut self) {
        while let Some(b'0'..=b'9') = self.peek() {
            self.at += 1;
        }
    }

    /// Takes the rest of a string, its last quote included, and says whether it had
    /// escapes.
    #[inline]
    fn rest_of_string(&mut self) -> Option<bool> {
        let mut escaped = false;
        loop {
            self.at = plain(self.bytes(), self.at);
            match self.next()? {
                b'"' => return Some(escaped),
                b'\\' => {
                    escaped = true;
                    self.escape()?;
                }
                // A control character.
                _ => return None,
            }
        }
    }

    /// Takes what follows a backslash.
    fn escape(&mut self) -> Option<()> {
        match self.next()? {
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't' => Some(()),
            b'u' => {
                let digits = self.bytes().get(self.at..self.at + 4)?;
                self.at += 4;
                digits.iter().all(u8::is_ascii_hexdigit).then_some(())
            }
            _ => None,
        }
    }
}

/// The text of a JSON array without white space around it, in one pass.
///
/// `None` says that the text is no JSON array, or one that is nested so deeply that
/// it has to be read by [`Arguments::parse`](crate::Arguments::parse), which knows
/// no bounds and says what is wrong.
///
/// ```
/// use sio_p2p_protocol::argument_list;
///
/// assert_eq!(argument_list(" [1, {\"a\":[]}]\n"), Some("[1, {\"a\":[]}]"));
/// assert_eq!(argument_list("[1,]"), None);
/// ```
pub fn argument_list(text: &str) -> Option<&str> {
    let mut cursor = Cursor::new(text);
    cursor.space();
    let start = cursor.at;
    cursor.list()?;
    let list = cursor.since(start)?;
    cursor.ended().then_some(list)
}
