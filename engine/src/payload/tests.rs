use std::borrow::Cow;

use proptest::collection::vec;
use proptest::prelude::*;

use super::scan::VISITED;
use super::*;
use crate::Generation::{self, V3, V4};
use crate::{Packet, PacketError};

fn binary(bytes: &[u8]) -> Packet<'_> {
    Packet::Binary(Cow::Borrowed(bytes))
}

fn encoded(generation: Generation, takes_binary: bool, packets: &[Packet<'_>]) -> Vec<u8> {
    let mut out = b"before".to_vec();
    let content = encode(generation, takes_binary, packets.iter().cloned(), &mut out);
    let has_binary = packets.iter().any(|p| matches!(p, Packet::Binary(_)));
    let is_binary = generation == V3 && takes_binary && has_binary;
    assert_eq!(content == Content::Binary, is_binary);
    out.split_off(6)
}

fn decoded(generation: Generation, is_binary: bool, body: &[u8]) -> Vec<Packet<'_>> {
    Payload::new(generation, is_binary, body)
        .unwrap()
        .map(Result::unwrap)
        .collect()
}

/// The packets before the first error, and the error.
fn broken(generation: Generation, body: &str) -> (usize, PayloadError) {
    let mut packets = Payload::text(generation, body);
    let good = packets.by_ref().take_while(Result::is_ok).count();
    assert_eq!(packets.next(), None, "nothing comes after an error");
    let error = Payload::text(generation, body)
        .find_map(Result::err)
        .unwrap();
    (good, error)
}

/// The bytes are what `engine.io-parser` 2.2 (generation 3) and 5.2 (generation 4) make.
#[test]
fn payloads_are_those_of_the_official_parsers() {
    let unicode = [
        Packet::Message("€"),
        Packet::Ping(""),
        Packet::Message("😀x"),
    ];
    let mixed = [Packet::Message("é😀"), binary(&[1, 2, 255]), Packet::Noop];
    let empty = [Packet::Message(""), binary(&[])];
    let probe = [Packet::Pong("probe")];
    let v3_mixed =
        b"\x00\x07\xff4\xc3\xa9\xf0\x9f\x98\x80\x01\x04\xff\x04\x01\x02\xff\x00\x01\xff6";
    let cases: [(Generation, bool, &[Packet<'_>], &[u8]); 11] = [
        (V3, true, &unicode, "2:4€1:24:4😀x".as_bytes()),
        (V3, false, &unicode, "2:4€1:24:4😀x".as_bytes()),
        (V4, true, &unicode, "4€\x1e2\x1e4😀x".as_bytes()),
        (V3, true, &mixed, v3_mixed),
        (V3, false, &mixed, "4:4é😀6:b4AQL/1:6".as_bytes()),
        (V4, true, &mixed, "4é😀\x1ebAQL/\x1e6".as_bytes()),
        (V3, true, &empty, b"\x00\x01\xff4\x01\x01\xff\x04"),
        (V3, false, &empty, b"1:42:b4"),
        (V4, true, &empty, b"4\x1eb"),
        (V3, true, &probe, b"6:3probe"),
        (V4, true, &probe, b"3probe"),
    ];
    for (generation, takes_binary, packets, body) in cases {
        assert_eq!(encoded(generation, takes_binary, packets), body);
        let is_binary = body[0] < 2;
        assert_eq!(decoded(generation, is_binary, body), packets);
    }
    assert_eq!(encoded(V3, true, &[]), b"0:");
    assert_eq!(decoded(V3, false, b"0:"), []);
    assert_eq!(decoded(V3, false, b"0:1:20:"), [Packet::Ping("")]);
    assert_eq!(encoded(V4, true, &[]), b"");
}

#[test]
fn content_types_are_those_of_the_official_servers() {
    assert_eq!(Content::Text.content_type(), "text/plain; charset=UTF-8");
    assert_eq!(Content::Binary.content_type(), "application/octet-stream");
}

#[test]
fn broken_text_is_told_and_what_was_before_stays() {
    use PayloadError as E;
    let seven = PacketError::UnknownType('7');
    assert_eq!(broken(V4, ""), (0, E::Empty));
    assert_eq!(broken(V4, "4a\x1e"), (1, E::Packet(PacketError::Empty)));
    assert_eq!(broken(V4, "4a\x1e7\x1e4b"), (1, E::Packet(seven)));
    assert_eq!(broken(V3, ""), (0, E::Empty));
    for length in [
        "4a",
        ":4a",
        "x:4a",
        "-1:4",
        "2",
        "99999999999999999999999:4",
    ] {
        assert_eq!(
            broken(V3, &format!("2:4b{length}")),
            (1, E::Length),
            "{length}"
        );
    }
    assert_eq!(broken(V3, "2:4b3:4a"), (1, E::Mismatch));
    assert_eq!(broken(V3, "2:4😀"), (0, E::Mismatch), "half a character");
    assert_eq!(broken(V3, "1:7"), (0, E::Packet(seven)));
    assert_eq!(broken(V3, "3:b2A"), (0, E::Packet(PacketError::BinaryType)));
    assert_eq!(Payload::new(V4, false, b"4\xff").unwrap_err(), E::NotUtf8);
    assert_eq!(Payload::new(V4, true, b"4a").unwrap_err(), E::BinaryBody);
}

#[test]
fn broken_binary_is_told() {
    use PayloadError as E;
    let cases: [(&[u8], E); 8] = [
        (b"\x00", E::Length),
        (b"\x00\xff", E::Length),
        (b"\x00\x0a\xff4", E::Length),
        (b"\x00\x02", E::Length),
        (b"\x00\x02\xff4", E::Mismatch),
        (b"\x02\x01\xff4", E::ElementType),
        (b"\x00\x02\xff4\xff", E::NotUtf8),
        (b"\x01\x01\xff\x02", E::Packet(PacketError::BinaryType)),
    ];
    for (body, error) in cases {
        assert_eq!(Payload::binary(body).next(), Some(Err(error)), "{body:?}");
    }
    assert_eq!(Payload::binary(b"").next(), None);
    // Base64 may stand in a text element.
    assert_eq!(decoded(V3, true, b"\x00\x04\xffb4AA"), [binary(&[0])]);
}

/// The results are those of `engine.io` 3.6.
#[test]
fn forms_of_jsonp_are_read_as_the_official_servers_do() {
    let cases = [
        ("d=4a%5Cnb", "4a\nb"),
        ("d=4a%5C%5Cnb", "4a\\nb"),
        ("d=4a%5C%5C%5Cnb", "4a\\\\nb"),
        ("d=a+b%2B%zz%4", "a b+%zz%4"),
        ("x=1&d=%C3%A9%5C", "é\\"),
        ("d=%5Cn%5C%5Cn%5Cn", "\n\\n\n"),
        ("d=", ""),
    ];
    for (body, payload) in cases {
        assert_eq!(
            decode_jsonp(body.as_bytes()),
            Ok(payload.to_owned()),
            "{body}"
        );
    }
    for body in ["", "x=1", "d=1&d=2"] {
        assert_eq!(
            decode_jsonp(body.as_bytes()),
            Err(PayloadError::Form),
            "{body}"
        );
    }
    assert_eq!(decode_jsonp(b"d=%ff"), Err(PayloadError::NotUtf8));
}

/// The script is the one of `engine.io` 3.6.
#[test]
fn a_script_of_jsonp_is_that_of_the_official_servers() {
    let mut out = Vec::new();
    let payload = "4\"\\\n\u{2028}\u{2029}\u{1}\u{8}\u{c}\r\t/é😀\u{7f}";
    encode_jsonp("x3]", payload, &mut out);
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "___eio[3](\"4\\\"\\\\\\n\\u2028\\u2029\\u0001\\b\\f\\r\\t/é😀\u{7f}\");"
    );
}

/// Bytes that are looked at while a whole body is decoded.
fn visits(generation: Generation, body: &[u8], is_binary: bool) -> usize {
    VISITED.with(|visited| visited.set(0));
    let packets = Payload::new(generation, is_binary, body).unwrap();
    assert!(packets.count() > 0);
    VISITED.with(std::cell::Cell::get)
}

#[test]
fn decoding_looks_at_each_byte_a_bounded_number_of_times() {
    let n = 20_000;
    let bodies = [
        (V4, "4\x1e".repeat(n), false),
        (V3, "1:4".repeat(n), false),
        (V3, "2:4€".repeat(n), false),
        (V3, format!("1:4{}", "0:".repeat(n)), false),
        (V3, format!("{}:4{}", n + 1, "€".repeat(n)), false),
        (V3, format!("{}1:4", "0".repeat(n)), false),
        (V3, format!("{}:{}", 2 * n, "€".repeat(n)), false),
        (V3, "\0\x01\u{7f}".repeat(n), true),
    ];
    for (generation, body, is_binary) in bodies {
        let mut body = body.into_bytes();
        if is_binary {
            for byte in &mut body {
                *byte |= (*byte & 0x40) << 1;
            }
        }
        let visits = visits(generation, &body, is_binary);
        assert!(visits <= 3 * body.len(), "{visits} for {}", body.len());
    }
    // Each call looks at its own packet only.
    let body = "2:4€".repeat(n);
    VISITED.with(|visited| visited.set(0));
    assert!(Payload::text(V3, &body).next().is_some());
    assert!(VISITED.with(std::cell::Cell::get) < 20);
}

/// A packet that owns its data.
#[derive(Debug, Clone)]
enum Owned {
    Text(u8, String),
    Binary(Vec<u8>),
}

impl Owned {
    fn packet(&self) -> Packet<'_> {
        match self {
            Self::Text(0, data) => Packet::Ping(data),
            Self::Text(1, data) => Packet::Pong(data),
            Self::Text(2, _) => Packet::Noop,
            Self::Text(_, data) => Packet::Message(data),
            Self::Binary(data) => binary(data),
        }
    }
}

fn any_packet() -> impl Strategy<Value = Owned> {
    prop_oneof![
        // The separator of generation 4 cannot stand in a packet, also officially.
        3 => (0_u8..5, "[^\x1e]{0,30}").prop_map(|(kind, text)| Owned::Text(kind, text)),
        1 => vec(any::<u8>(), 0..30).prop_map(Owned::Binary),
    ]
}

proptest! {
    #[test]
    fn what_is_written_is_read(owned in vec(any_packet(), 1..10), takes_binary: bool) {
        let packets: Vec<_> = owned.iter().map(Owned::packet).collect();
        for generation in [V3, V4] {
            let mut body = Vec::new();
            let content = encode(generation, takes_binary, packets.iter().cloned(), &mut body);
            let is_binary = content == Content::Binary;
            prop_assert_eq!(&decoded(generation, is_binary, &body), &packets);
        }
    }

    #[test]
    fn any_body_is_survived_in_linear_time(bytes: Vec<u8>, text in ".{0,200}") {
        for body in [&bytes[..], text.as_bytes()] {
            let _ = decode_jsonp(body);
            for (generation, is_binary) in [(V3, false), (V3, true), (V4, false)] {
                if let Ok(packets) = Payload::new(generation, is_binary, body) {
                    VISITED.with(|visited| visited.set(0));
                    prop_assert!(packets.count() <= body.len() + 1);
                    let visited = VISITED.with(std::cell::Cell::get);
                    prop_assert!(visited <= 3 * body.len() + 1);
                }
            }
        }
    }

    /// Bodies that are nearly right get further than arbitrary ones.
    #[test]
    fn bodies_that_are_nearly_right_are_survived(body in "([0-9]{0,3}:?[0-9b]?[a€😀]{0,4}\x1e?){0,12}") {
        for generation in [V3, V4] {
            for packet in Payload::text(generation, &body) {
                if packet.is_err() {
                    break;
                }
            }
        }
    }

    #[test]
    fn a_form_gives_back_what_a_client_escaped(text in "[\\\\na-c€+%&=\n ]{0,40}") {
        // A backslash before a line break is what the escapes of the official client
        // cannot tell from `\\n`. JSON never has a line break within a string.
        let text = text.replace('\n', "c\n");
        let escaped = text.replace("\\n", "\\\\n").replace('\n', "\\n");
        let mut body = b"d=".to_vec();
        for byte in escaped.bytes() {
            body.extend(format!("%{byte:02X}").into_bytes());
        }
        prop_assert_eq!(decode_jsonp(&body), Ok(text));
    }
}
