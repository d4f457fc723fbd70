//! Whatever a client sends over a WebSocket, and however TCP cuts it: the reader neither
//! panics nor asks for more room than a message may have, and the same messages come out.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sio_p2p_engine::websocket::{Incoming, ReadError, Reader};
use sio_p2p_engine::{Generation, Packet};

/// Small enough for inputs to get beyond it.
const MAX: usize = 300;

/// The longest header of a frame.
const HEADER: usize = 14;

/// Something that was read, with its own bytes.
#[derive(Debug, PartialEq, Eq)]
enum Read {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong,
    Close(Option<u16>),
    Error(ReadError),
}

impl From<Incoming<'_>> for Read {
    fn from(incoming: Incoming<'_>) -> Self {
        match incoming {
            Incoming::Text(text) => Self::Text(text.to_owned()),
            Incoming::Binary(data) => Self::Binary(data.to_vec()),
            Incoming::Ping(data) => Self::Ping(data.to_vec()),
            Incoming::Pong => Self::Pong,
            Incoming::Close { code } => Self::Close(code),
        }
    }
}

/// Reads bytes that come in pieces of these lengths, over and over.
fn read(bytes: &[u8], lengths: &[usize]) -> Vec<Read> {
    let mut reader = Reader::new(MAX);
    let mut events = Vec::new();
    let mut buffer = Vec::new();
    let mut rest = bytes;
    for length in lengths.iter().cycle() {
        let (piece, after) = rest.split_at(rest.len().min(*length));
        rest = after;
        buffer.extend_from_slice(piece);
        let mut at = 0;
        loop {
            match reader.next(&mut buffer, &mut at) {
                Ok(Some(incoming)) => events.push(incoming.into()),
                Ok(None) => break,
                Err(error) => events.push(Read::Error(error)),
            }
        }
        buffer.drain(..at);
        assert!(reader.needed() <= MAX + HEADER);
        assert!(reader.needed() == 0 || reader.needed() > buffer.len());
        assert!(buffer.len() < MAX + HEADER, "a whole frame was left");
        if rest.is_empty() {
            break;
        }
    }
    events
}

fuzz_target!(|input: (Vec<u8>, Vec<u8>)| {
    let (bytes, cuts) = input;
    let whole = read(&bytes, &[usize::MAX]);
    let lengths: Vec<_> = cuts.iter().map(|cut| usize::from(*cut) + 1).collect();
    if !lengths.is_empty() {
        assert_eq!(whole, read(&bytes, &lengths));
    }
    assert_eq!(whole, read(&bytes, &[1]));
    for event in whole {
        for generation in [Generation::V3, Generation::V4] {
            match &event {
                Read::Text(text) => drop(Packet::from_text(generation, text)),
                Read::Binary(data) => drop(Packet::from_binary(generation, data)),
                _ => {}
            }
        }
    }
});
