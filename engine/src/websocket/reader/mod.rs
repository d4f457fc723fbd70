//! Reads the frames of a client, in place.

use std::ops::Range;

use super::Opcode;
use super::error::ReadError;
use super::header::{Header, Kind, Parsed};
use super::mask::unmask;

/// A message or a control frame that has come in whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Incoming<'a> {
    /// A text message.
    Text(&'a str),
    /// A binary message.
    Binary(&'a [u8]),
    /// A ping: [`push_pong`](super::push_pong) makes the answer of its payload.
    Ping(&'a [u8]),
    /// A pong. Nothing is to be done.
    Pong,
    /// The client closes. The answer is a close frame with the same code, and nothing is
    /// read any more.
    Close {
        /// The code, if the client gave one.
        code: Option<u16>,
    },
}

/// What a reader is in the middle of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// No message has begun.
    Idle,
    /// A fragmented text message has begun.
    Text,
    /// A fragmented binary message has begun.
    Binary,
    /// The client has closed or made a mistake. All bytes are thrown away.
    Closed,
}

/// Where something that has come in whole stands.
#[derive(Debug)]
enum Found {
    Text(Range<usize>),
    Binary(Range<usize>),
    /// The message is in `fragments`.
    TextOfFragments,
    BinaryOfFragments,
    Ping(Range<usize>),
    Pong,
    Close(Option<u16>),
}

/// Reads messages from the bytes that a client sends.
///
/// The bytes stay in the buffer of the caller. They are unmasked there, and messages
/// borrow from there. Only a fragmented message is copied, into a buffer that lives as
/// long as the message. So a reader has nothing on the heap while it waits.
///
/// ```
/// use sio_p2p_engine::websocket::{Incoming, Reader};
///
/// let mut reader = Reader::new(1_000_000);
/// // "Hello" as RFC 6455 masks it, and a part of the next frame.
/// let mut buf = *b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58\x82\xff";
/// let mut at = 0;
/// let message = reader.next(&mut buf, &mut at)?;
/// assert_eq!(message, Some(Incoming::Text("Hello")));
/// assert_eq!(reader.next(&mut buf, &mut at)?, None);
/// assert_eq!((at, reader.needed()), (11, 14), "the whole header is needed");
/// # Ok::<(), sio_p2p_engine::websocket::ReadError>(())
/// ```
#[derive(Debug)]
pub struct Reader {
    /// The fragments of a message so far, unmasked.
    fragments: Vec<u8>,
    max_message: usize,
    needed: usize,
    state: State,
}

impl Reader {
    /// A reader that refuses messages of more than `max_message` bytes.
    #[must_use]
    pub fn new(max_message: usize) -> Self {
        Self {
            fragments: Vec::new(),
            max_message,
            needed: 0,
            state: State::Idle,
        }
    }

    /// Takes the next message or control frame from `buf[*at..]`, and moves `at` past it.
    ///
    /// `None` says that there is no whole frame: call again with the same bytes from
    /// `at` on and more of them. [`needed`](Self::needed) says how many. The caller may
    /// move the bytes meanwhile. Call until `None` comes, also because a message that
    /// was assembled from fragments is freed by the next call.
    ///
    /// After a close frame and after an error all further bytes are thrown away.
    #[inline]
    pub fn next<'a>(
        &'a mut self,
        buf: &'a mut [u8],
        at: &mut usize,
    ) -> Result<Option<Incoming<'a>>, ReadError> {
        let found = match self.advance(buf, at) {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(None),
            Err(error) => {
                self.discard();
                return Err(error);
            }
        };
        let text = match found {
            Found::Text(range) => utf8(&buf[range]),
            Found::TextOfFragments => utf8(&self.fragments),
            Found::Binary(range) => return Ok(Some(Incoming::Binary(&buf[range]))),
            Found::BinaryOfFragments => return Ok(Some(Incoming::Binary(&self.fragments))),
            Found::Ping(range) => return Ok(Some(Incoming::Ping(&buf[range]))),
            Found::Pong => return Ok(Some(Incoming::Pong)),
            Found::Close(code) => return Ok(Some(Incoming::Close { code })),
        };
        if let Some(text) = text {
            Ok(Some(Incoming::Text(text)))
        } else {
            // The fragments are freed by the next call or with the reader.
            self.state = State::Closed;
            Err(ReadError::NotUtf8)
        }
    }

    /// After [`next`](Self::next) gave `None`: how many bytes the buffer must have from
    /// `at` on before it can give anything else. Zero says that no frame has begun. More
    /// than `max_message` and the 14 bytes of a header are never asked for, so a caller
    /// may reserve them at once.
    #[must_use]
    #[inline]
    pub fn needed(&self) -> usize {
        self.needed
    }

    /// Has the client closed, or made a mistake? Then nothing is read any more.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// Goes from frame to frame until something has come in whole.
    #[inline]
    fn advance(&mut self, buf: &mut [u8], at: &mut usize) -> Result<Option<Found>, ReadError> {
        if self.fragments.capacity() != 0 && !self.is_in_message() {
            self.fragments = Vec::new();
        }
        if self.state == State::Closed {
            *at = buf.len();
            return Ok(None);
        }
        loop {
            let header = match Header::parse(&buf[*at..])? {
                Parsed::Header(header) => header,
                Parsed::Needs(needed) => {
                    self.needed = needed;
                    return Ok(None);
                }
            };
            // Before anything is reserved for the payload.
            self.check(&header)?;
            let end = header.len.saturating_add(header.payload);
            let Some(frame) = buf[*at..].get_mut(header.len..end) else {
                self.needed = end;
                return Ok(None);
            };
            unmask(frame, header.key);
            let range = *at + header.len..*at + end;
            *at += end;
            self.needed = 0;
            match header.kind {
                Kind::Text if header.fin => return Ok(Some(Found::Text(range))),
                Kind::Binary if header.fin => return Ok(Some(Found::Binary(range))),
                Kind::Text => self.begin(State::Text, frame),
                Kind::Binary => self.begin(State::Binary, frame),
                Kind::Continuation => {
                    self.fragments.extend_from_slice(frame);
                    if header.fin {
                        let state = std::mem::replace(&mut self.state, State::Idle);
                        return Ok(Some(match state {
                            State::Text => Found::TextOfFragments,
                            _ => Found::BinaryOfFragments,
                        }));
                    }
                }
                Kind::Control(Opcode::Ping) => return Ok(Some(Found::Ping(range))),
                Kind::Control(Opcode::Close) => {
                    let code = close_code(frame)?;
                    self.discard();
                    return Ok(Some(Found::Close(code)));
                }
                Kind::Control(_) => return Ok(Some(Found::Pong)),
            }
        }
    }

    /// Checks what a header alone does not tell: the order of fragments and the limit.
    #[inline]
    fn check(&self, header: &Header) -> Result<(), ReadError> {
        let before = match header.kind {
            Kind::Control(_) => return Ok(()),
            Kind::Text | Kind::Binary if self.is_in_message() => {
                return Err(ReadError::UnfinishedMessage);
            }
            Kind::Text | Kind::Binary => 0,
            Kind::Continuation if self.is_in_message() => self.fragments.len(),
            Kind::Continuation => return Err(ReadError::NothingToContinue),
        };
        if header.payload > self.max_message - before {
            return Err(ReadError::TooBig {
                max: self.max_message,
            });
        }
        Ok(())
    }

    /// Starts a fragmented message.
    #[cold]
    fn begin(&mut self, state: State, first: &[u8]) {
        self.state = state;
        self.fragments = first.to_vec();
    }

    /// Is a fragmented message under way?
    #[inline]
    fn is_in_message(&self) -> bool {
        matches!(self.state, State::Text | State::Binary)
    }

    /// Reads nothing any more.
    #[cold]
    fn discard(&mut self) {
        self.state = State::Closed;
        self.fragments = Vec::new();
        self.needed = 0;
    }
}

/// Checks the text of a message.
///
/// The standard library does the same, but without vector instructions.
fn utf8(bytes: &[u8]) -> Option<&str> {
    simdutf8::basic::from_utf8(bytes).ok()
}

/// Checks the payload of a close frame and takes the code from it.
fn close_code(payload: &[u8]) -> Result<Option<u16>, ReadError> {
    let Some((code, reason)) = payload.split_first_chunk() else {
        return if payload.is_empty() {
            Ok(None)
        } else {
            Err(ReadError::HalfACloseCode)
        };
    };
    let code = u16::from_be_bytes(*code);
    match code {
        // 1004 to 1006 and 1015 must not be sent. 1012 to 1014 are registered.
        1000..=1003 | 1007..=1014 | 3000..=4999 => {}
        _ => return Err(ReadError::CloseCode(code)),
    }
    if std::str::from_utf8(reason).is_err() {
        return Err(ReadError::NotUtf8);
    }
    Ok(Some(code))
}

#[cfg(test)]
mod tests;
