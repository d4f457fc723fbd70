//! Where the targets of requests are among the bytes of a connection.
//!
//! This is stricter than any HTTP parser. Whatever it does not expect ends its work for
//! good, which costs a client no more than a status 400. If it took a part of a body for
//! a request, by contrast, it would change what the body says and where it ends.

/// How long the longest word is that means something here, `transfer-encoding`.
const WORD: usize = 17;

/// Follows the requests on one connection, byte by byte.
#[derive(Debug, Default)]
pub(super) struct Requests {
    state: State,
    /// The method, or the name of a header.
    word: Word,
    /// The `Content-Length` of this request, once it has one.
    length: Option<u64>,
}

/// What the next byte belongs to.
#[derive(Debug, Default, Clone, Copy)]
enum State {
    /// A method, or one of the empty lines that may precede it.
    #[default]
    Start,
    /// The end of an empty line before a method.
    StartLf,
    Method,
    Target,
    /// The version, of which so many bytes have passed, and the end of its line.
    Version(usize),
    /// A header, or the empty line behind all of them.
    Line,
    /// The end of the empty line behind the headers.
    LastLf,
    /// The name of a header.
    Name,
    /// The value of a header that means nothing here.
    Value,
    /// The end of the line of a header.
    ValueLf,
    /// The value of `Content-Length`.
    Length(Part),
    /// A body, of which so many bytes are to come.
    Body(u64),
    /// Nothing that concerns us, for good.
    Rest,
}

/// Where in the value of `Content-Length` we are.
#[derive(Debug, Clone, Copy)]
enum Part {
    Before,
    Digits,
    After,
}

/// The beginning of a word, and how long it was.
#[derive(Debug, Default)]
struct Word {
    bytes: [u8; WORD],
    length: usize,
}

impl Word {
    fn clear(&mut self) {
        self.length = 0;
    }

    fn push(&mut self, byte: u8) {
        if let Some(place) = self.bytes.get_mut(self.length) {
            *place = byte;
        }
        self.length = self.length.saturating_add(1);
    }

    /// Names of headers have no case, and no method differs from another by its case.
    fn is(&self, word: &str) -> bool {
        let bytes = self.bytes.get(..self.length);
        bytes.is_some_and(|bytes| bytes.eq_ignore_ascii_case(word.as_bytes()))
    }
}

impl Requests {
    /// Follows what was read, and calls `odd` with the place of each byte that has to be
    /// encoded.
    pub(super) fn follow(&mut self, bytes: &[u8], mut odd: impl FnMut(usize)) {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            match self.state {
                State::Rest => return,
                State::Body(left) => {
                    let passed =
                        usize::try_from(left).map_or(rest.len(), |all| all.min(rest.len()));
                    at += passed;
                    self.body(left.saturating_sub(passed as u64));
                }
                State::Target => {
                    let plain = rest.iter().position(|&byte| !is_plain(byte));
                    let Some(plain) = plain else { return };
                    at += plain;
                    match rest.get(plain) {
                        Some(b' ') => self.state = State::Version(0),
                        Some(&byte) if is_odd(byte) => odd(at),
                        _ => self.state = State::Rest,
                    }
                    at += 1;
                }
                State::Value => {
                    let Some(end) = memchr::memchr2(b'\r', b'\n', rest) else {
                        return;
                    };
                    let ends = rest.get(end) == Some(&b'\r');
                    self.state = if ends { State::ValueLf } else { State::Rest };
                    at += end + 1;
                }
                state => {
                    if let Some(&byte) = rest.first() {
                        self.state = self.step(state, byte);
                    }
                    at += 1;
                }
            }
        }
    }

    /// The state behind a byte, for all states that go byte by byte.
    fn step(&mut self, state: State, byte: u8) -> State {
        match (state, byte) {
            (State::Start, b'\r') => State::StartLf,
            (State::StartLf, b'\n') => State::Start,
            (State::Start, _) if is_token(byte) => {
                self.length = None;
                self.word.clear();
                self.word.push(byte);
                State::Method
            }
            (State::Method, b' ') if !self.word.is("connect") => State::Target,
            (State::Method | State::Name, _) if is_token(byte) => {
                self.word.push(byte);
                state
            }
            (State::Version(passed), _) => version(passed, byte),
            (State::Line, b'\r') => State::LastLf,
            (State::Line, _) if is_token(byte) => {
                self.word.clear();
                self.word.push(byte);
                State::Name
            }
            (State::LastLf, b'\n') => {
                self.body(self.length.unwrap_or(0));
                self.state
            }
            (State::Name, b':') => self.named(),
            (State::ValueLf, b'\n') => State::Line,
            (State::Length(part), _) => self.digit(part, byte),
            _ => State::Rest,
        }
    }

    /// So much of a body is to come.
    fn body(&mut self, left: u64) {
        self.state = if left == 0 {
            State::Start
        } else {
            State::Body(left)
        };
    }

    /// The state behind the name of a header.
    fn named(&mut self) -> State {
        // Behind these, the next request may be anywhere. With `Expect`, a client may
        // leave out the body that it has announced.
        let unclear = ["transfer-encoding", "upgrade", "expect"];
        if unclear.iter().any(|name| self.word.is(name)) {
            return State::Rest;
        }
        if !self.word.is("content-length") {
            return State::Value;
        }
        // Two lengths are one too many, even if they are the same.
        if self.length.is_some() {
            return State::Rest;
        }
        self.length = Some(0);
        State::Length(Part::Before)
    }

    /// The state behind a byte of a length.
    fn digit(&mut self, part: Part, byte: u8) -> State {
        match (part, byte) {
            (Part::Before | Part::Digits, b'0'..=b'9') => {
                let length = self.length.and_then(|length| length.checked_mul(10));
                self.length = length.and_then(|length| length.checked_add(u64::from(byte - b'0')));
                if self.length.is_none() {
                    return State::Rest;
                }
                State::Length(Part::Digits)
            }
            (Part::Before, b' ' | b'\t') => State::Length(Part::Before),
            (Part::Digits | Part::After, b' ' | b'\t') => State::Length(Part::After),
            (Part::Digits | Part::After, b'\r') => State::ValueLf,
            _ => State::Rest,
        }
    }
}

/// The state behind a byte of the version.
fn version(passed: usize, byte: u8) -> State {
    const LINE: &[u8] = b"HTTP/1.1\r\n";
    const MINOR: usize = 7;
    let expected = LINE.get(passed) == Some(&byte);
    if !expected && (passed, byte) != (MINOR, b'0') {
        State::Rest
    } else if passed + 1 == LINE.len() {
        State::Line
    } else {
        State::Version(passed + 1)
    }
}

/// Whether Node takes a byte in a target that has to be encoded for hyper.
fn is_odd(byte: u8) -> bool {
    matches!(
        byte,
        b'"' | b'<' | b'>' | b'|' | b'{' | b'}' | b'\\' | b'^' | b'`'
    )
}

/// Whether a byte of a target stays as it is. The HTTP server judges those that are no
/// ASCII.
fn is_plain(byte: u8) -> bool {
    byte > b' ' && byte != 0x7f && !is_odd(byte)
}

/// Whether a byte may be in a method or in the name of a header.
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}
