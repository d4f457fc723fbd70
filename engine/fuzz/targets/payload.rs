//! Any body of a polling request: reading neither panics nor makes more of it than it is,
//! and what was read is written and read again as the same packets.

#![no_main]

use libfuzzer_sys::fuzz_target;
use sio_p2p_engine::payload::{self, Content, Payload};
use sio_p2p_engine::{Generation, Packet};

fn all(generation: Generation, is_binary: bool, body: &[u8]) {
    let Ok(payload) = Payload::new(generation, is_binary, body) else {
        return;
    };
    let read: Vec<_> = payload.collect();
    assert!(read.len() <= body.len() + 1);
    let failed = read.iter().position(Result::is_err);
    assert!(failed.is_none_or(|at| at == read.len() - 1), "an error is the end");
    let packets: Vec<Packet<'_>> = read.into_iter().filter_map(Result::ok).collect();
    let size: usize = packets.iter().map(|packet| size(packet)).sum();
    assert!(size <= body.len(), "there is more in the packets than in the body");
    if packets.is_empty() {
        return;
    }
    for takes_binary in [false, true] {
        let mut out = Vec::new();
        let content = payload::encode(generation, takes_binary, packets.iter().cloned(), &mut out);
        let is_binary = content == Content::Binary;
        let again = Payload::new(generation, is_binary, &out).expect("it was written here");
        let again: Result<Vec<_>, _> = again.collect();
        assert_eq!(again.as_ref(), Ok(&packets));
    }
}

/// The bytes of the data.
fn size(packet: &Packet<'_>) -> usize {
    match packet {
        Packet::Open(data) | Packet::Ping(data) | Packet::Pong(data) | Packet::Message(data) => {
            data.len()
        }
        Packet::Binary(data) => data.len(),
        Packet::Close | Packet::Upgrade | Packet::Noop => 0,
    }
}

fuzz_target!(|body: &[u8]| {
    all(Generation::V3, false, body);
    all(Generation::V3, true, body);
    all(Generation::V4, false, body);
    if let Ok(text) = payload::decode_jsonp(body) {
        assert!(text.len() <= body.len());
        all(Generation::V3, false, text.as_bytes());
        let mut script = Vec::new();
        payload::encode_jsonp("0", &text, &mut script);
        let script = String::from_utf8(script).expect("a script is text");
        assert!(!script.contains(['\n', '\r', '\u{2028}', '\u{2029}']));
    }
});
