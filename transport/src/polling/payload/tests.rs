//! Payloads in pieces of any size, and payloads that are none.

use proptest::prelude::*;

use super::*;
use crate::polling::encode::encode;

const MAX: usize = 1000;

/// Reads a payload that arrives in pieces of this size.
fn read(
    eio: EioVersion,
    content_type: &str,
    data: &[u8],
    piece: usize,
) -> Result<Vec<Frame>, CloseReason> {
    let mut payload = Payload::new(eio, content_type, MAX);
    let mut frames = Vec::new();
    for piece in data.chunks(piece) {
        payload.push(&Bytes::copy_from_slice(piece));
        while let Some(frame) = payload.next()? {
            frames.push(frame);
        }
        assert!(!payload.is_done());
    }
    payload.finish();
    while let Some(frame) = payload.next()? {
        frames.push(frame);
    }
    assert!(payload.is_done());
    Ok(frames)
}

fn refused(eio: EioVersion, content_type: &str, data: &[u8]) -> String {
    let whole = read(eio, content_type, data, 4096).unwrap_err();
    let pieces = read(eio, content_type, data, 1).unwrap_err();
    assert_eq!(whole.to_string(), pieces.to_string());
    whole.to_string()
}

#[test]
fn payloads_of_the_javascript_servers_are_read() {
    let (three, four) = (EioVersion::V3, EioVersion::V4);
    let read = |eio, kind, data: &[u8]| read(eio, kind, data, 1).unwrap();
    let text = "text/plain; charset=UTF-8";
    let (a, b) = (Frame::text("4é😀"), Frame::text("2"));
    let expected = [a.clone(), b.clone()];
    assert_eq!(read(four, text, "4é😀\u{1e}2".as_bytes()), expected);
    assert_eq!(read(three, text, "4:4é😀1:2".as_bytes()), expected);
    let octets = [&b"\x00\x07\xff"[..], "4é😀".as_bytes(), b"\x00\x01\xff2"].concat();
    assert_eq!(read(three, "application/octet-stream", &octets), expected);
    // Base64, padded or not.
    assert_eq!(
        read(four, text, b"bAQI=\x1ebAQI"),
        [
            Frame::binary(&b"\x01\x02"[..]),
            Frame::binary(&b"\x01\x02"[..])
        ]
    );
    let prefixed = Frame::binary(&b"\x04\x01\x02"[..]);
    assert_eq!(
        read(three, text, b"6:b4AQI=0:"),
        std::slice::from_ref(&prefixed)
    );
    let octets = b"\x01\x03\xff\x04\x01\x02";
    assert_eq!(
        read(three, "Application/Octet-Stream; x", octets),
        [prefixed]
    );
    // What is no base64 is left to who reads packets.
    assert_eq!(read(four, text, b"b?"), [Frame::text("b?")]);
    // An Engine.IO 4 payload always holds a packet, even an empty one.
    assert_eq!(read(four, text, b"2\x1e"), [b, Frame::text("")]);
    assert_eq!(read(four, text, b""), [Frame::text("")]);
}

#[test]
fn what_is_no_payload_is_told() {
    let (three, four) = (EioVersion::V3, EioVersion::V4);
    let octets = "application/octet-stream";
    let cases: [(_, _, &[u8], _); 13] = [
        (four, "", b"4\xff", "not utf-8"),
        (three, "", b"<html>", "no length where one is due: <"),
        (three, "", b":2", "no length where one is due"),
        (three, "", b"12345678901:", "no length"),
        (three, "", b"5:4abc", "ends inside a packet"),
        (three, "", b"1:23", "ends inside a length"),
        (three, "", "2:4😀".as_bytes(), "ends inside a character"),
        (three, "", b"2:4\x80", "not utf-8"),
        (three, "", b"2:4\xe9()", "not utf-8"),
        (three, octets, b"\x00\xff4", "without a length"),
        (three, octets, b"\x00\x0a\xff4", "without a length"),
        (three, octets, b"\x01\x02\xff4", "ends inside a packet"),
        (three, octets, b"\x00\x02\xff4\xff", "not utf-8"),
    ];
    for (eio, kind, data, expected) in cases {
        let mut told = read(eio, kind, data, 4096).unwrap_err().to_string();
        assert!(told.contains(expected), "{data:?}: {told}");
        told = read(eio, kind, data, 1).unwrap_err().to_string();
        assert!(told.contains(expected), "{data:?} in pieces: {told}");
    }
}

#[test]
fn sizes_are_limited_as_soon_as_they_are_known() {
    let (three, four) = (EioVersion::V3, EioVersion::V4);
    let octets = "application/octet-stream";
    let limit = |size| format!("message of {size} bytes, at most {MAX} are accepted");
    assert_eq!(
        refused(three, octets, b"\x01\x09\x09\x09\x09\xff"),
        limit(9999)
    );
    let long = "x".repeat(MAX + 1);
    assert_eq!(refused(four, "", long.as_bytes()), limit(MAX + 1));
    let announced = read(three, "", b"1001:4", 4096).unwrap_err();
    assert_eq!(announced.to_string(), limit(1001));
    // One packet is limited, not the payload.
    let many = vec![Frame::text("4".repeat(MAX)); 5];
    for eio in [three, four] {
        let body = encode(eio, false, &many);
        assert_eq!(read(eio, body.content_type, &body.data, 7).unwrap(), many);
    }
    // Base64 counts as what it holds.
    let full = [Frame::binary(vec![4; MAX])];
    for eio in [three, four] {
        let body = encode(eio, true, &full);
        assert_eq!(read(eio, body.content_type, &body.data, 7).unwrap(), full);
    }
}

fn any_frame(eio: EioVersion) -> impl Strategy<Value = Frame> {
    let prefix: &[u8] = if eio == EioVersion::V3 { &[4] } else { &[] };
    prop_oneof![
        "[0-9][^\u{1e}]{0,12}".prop_map(Frame::Text),
        prop::collection::vec(any::<u8>(), 0..9)
            .prop_map(move |data| Frame::Binary([prefix, &data].concat().into())),
    ]
}

fn any_frames() -> impl Strategy<Value = (EioVersion, Vec<Frame>)> {
    prop::sample::select(vec![EioVersion::V3, EioVersion::V4])
        .prop_flat_map(|eio| (Just(eio), prop::collection::vec(any_frame(eio), 1..6)))
}

proptest! {
    #[test]
    fn frames_survive_in_pieces_of_any_size(
        (eio, frames) in any_frames(),
        base64: bool,
        piece in 1_usize..20,
    ) {
        let body = encode(eio, base64, &frames);
        prop_assert_eq!(read(eio, body.content_type, &body.data, piece), Ok(frames));
    }

    #[test]
    fn any_bytes_are_read_or_refused(
        data in prop::collection::vec(prop_oneof![any::<u8>(), b'0'..b':', Just(b':')], 0..40),
        three: bool,
        octets: bool,
        piece in 1_usize..20,
    ) {
        let eio = if three { EioVersion::V3 } else { EioVersion::V4 };
        let kind = if octets { "application/octet-stream" } else { "text/plain" };
        let whole = read(eio, kind, &data, 4096);
        let pieces = read(eio, kind, &data, piece);
        prop_assert_eq!(whole.is_ok(), pieces.is_ok());
        if whole.is_ok() {
            prop_assert_eq!(whole, pieces);
        }
    }
}
