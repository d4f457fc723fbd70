use proptest::prelude::*;

use super::*;
use crate::frame::{EioVersion, Frame};

fn decoder() -> Decoder {
    Decoder::new(3, 1000)
}

fn decode(text: &str) -> Result<Option<Packet>, Invalid> {
    decoder().text(Str::copy_from_slice(text))
}

#[test]
fn every_type_is_read() {
    let root = || "/".to_owned();
    let good = [
        (
            "0",
            Packet::Connect {
                namespace: root(),
                data: None,
            },
        ),
        (
            r#"0/a,{"sid":"x"}"#,
            Packet::Connect {
                namespace: "/a".into(),
                data: Some(r#"{"sid":"x"}"#.into()),
            },
        ),
        ("1", Packet::Disconnect { namespace: root() }),
        (
            "1/a,",
            Packet::Disconnect {
                namespace: "/a".into(),
            },
        ),
        (
            r#"2/a,7[ "e",1e400]"#,
            Packet::Event {
                namespace: "/a".into(),
                data: Data::new(r#"[ "e",1e400]"#),
                ack: Some(7),
            },
        ),
        ("2[5]", Packet::event("[5]")),
        (
            "30[]",
            Packet::Ack {
                namespace: root(),
                data: Data::new("[]"),
                id: 0,
            },
        ),
        (
            "4",
            Packet::ConnectError {
                namespace: root(),
                data: None,
            },
        ),
        (
            r#"4/a,"no""#,
            Packet::ConnectError {
                namespace: "/a".into(),
                data: Some("\"no\"".into()),
            },
        ),
        (
            "4/a",
            Packet::ConnectError {
                namespace: "/a".into(),
                data: None,
            },
        ),
    ];
    for (text, packet) in good {
        assert_eq!(decode(text), Ok(Some(packet)), "{text}");
    }
}

#[test]
fn what_is_invalid_is_told_apart() {
    let bad = |text: &str| match decode(text) {
        Err(Invalid::Packet(error)) => error,
        other => panic!("{text}: {other:?}"),
    };
    assert_eq!(bad(""), DecodeError::PacketType);
    assert_eq!(bad("7[]"), DecodeError::PacketType);
    assert_eq!(bad("3[]"), DecodeError::AckId);
    assert_eq!(bad("299999999999999999999[\"e\"]"), DecodeError::AckId);
    assert_eq!(bad("27 [\"e\"]"), DecodeError::AckId);
    assert_eq!(bad("5[\"e\"]"), DecodeError::AttachmentCount);
    assert_eq!(
        bad("51-[\"e\",{\"_placeholder\":true,\"num\":1}]"),
        DecodeError::Placeholder
    );
    for text in [
        "2",
        "2[]",
        "2{}",
        "2[null]",
        "2[\"e\"",
        "2[\"e\"]x",
        "30{}",
        "0{",
        "4{",
    ] {
        assert!(matches!(bad(text), DecodeError::Payload(_)), "{text}");
    }
}

#[test]
fn attachments_are_collected_in_order_and_only_when_due() {
    let mut decoder = decoder();
    assert_eq!(decoder.text("52-[\"e\"]".into()), Ok(None));
    assert_eq!(
        decoder.text("2[\"e\"]".into()),
        Err(DecodeError::AttachmentExpected.into())
    );
    assert_eq!(decoder.binary(Bytes::from_static(b"a")), Ok(None));
    let packet = decoder.binary(Bytes::from_static(b"b")).unwrap().unwrap();
    let Packet::Event { data, .. } = packet else {
        panic!()
    };
    assert_eq!(data.attachments, [&b"a"[..], b"b"]);
    let late = decoder.binary(Bytes::new());
    assert_eq!(late, Err(DecodeError::AttachmentUnexpected.into()));
}

#[test]
fn limits_are_kept() {
    let count = Limit::Attachments { count: 4, max: 3 };
    assert_eq!(decode("54-[\"e\"]"), Err(Invalid::Limit(count)));
    let text = format!("2[\"{}\"]", "x".repeat(1000));
    assert_eq!(
        decode(&text),
        Err(Invalid::Limit(Limit::PacketSize {
            size: text.len(),
            max: 1000
        }))
    );
    let mut decoder = decoder();
    assert_eq!(decoder.text("51-[\"e\"]".into()), Ok(None));
    let size = Limit::PacketSize {
        size: 1008,
        max: 1000,
    };
    assert_eq!(
        decoder.binary(Bytes::from(vec![0; 1000])),
        Err(Invalid::Limit(size))
    );
}

#[test]
fn deep_payloads_are_no_trouble() {
    let deep = format!("[\"e\",{}1{}]", "[".repeat(400), "]".repeat(400));
    assert_eq!(decode(&format!("2{deep}")), Ok(Some(Packet::event(deep))));
}

fn any_packet() -> impl Strategy<Value = Packet> {
    let namespace = prop_oneof![Just("/".to_owned()), "/[a-z\u{e9}]{0,5}"];
    let name = prop_oneof![Just("\"e\""), Just(r#""\ud800\"""#), Just("-1.5e9")];
    let rest = prop::collection::vec(
        prop_oneof![Just("1e400"), Just(r#"{"b":1,"a":-0}"#), Just(" null")],
        0..4,
    );
    let attachments = prop::collection::vec(any::<Vec<u8>>().prop_map(Bytes::from), 0..3);
    let ack = prop::option::of(0..=i64::MAX.unsigned_abs());
    (namespace, name, rest, attachments, ack, 0..5).prop_map(
        |(namespace, name, rest, attachments, ack, kind)| {
            let list = |items: Vec<&str>| format!("[{}]", items.join(","));
            let event = std::iter::once(name).chain(rest.clone()).collect();
            let data = |json| Data::with_attachments(json, attachments.clone());
            match kind {
                0 => Packet::Connect {
                    namespace,
                    data: Some("{}".into()),
                },
                1 => Packet::Disconnect { namespace },
                2 => Packet::Event {
                    namespace,
                    data: data(list(event)),
                    ack,
                },
                3 => Packet::Ack {
                    namespace,
                    data: data(list(rest)),
                    id: ack.unwrap_or(0),
                },
                _ => Packet::ConnectError {
                    namespace,
                    data: Some("\"x\"".into()),
                },
            }
        },
    )
}

proptest! {
    #[test]
    fn packets_round_trip(packet in any_packet(), three: bool) {
        let eio = if three { EioVersion::V3 } else { EioVersion::V4 };
        let mut decoder = Decoder::new(10, 1 << 20);
        let mut read = None;
        for frame in packet.clone().into_frames(eio).unwrap() {
            prop_assert_eq!(&read, &None);
            read = match frame {
                Frame::Text(text) => decoder.text(Str::from(text[1..].to_owned())).unwrap(),
                Frame::Binary(data) => {
                    let skip = usize::from(three);
                    decoder.binary(data.slice(skip..)).unwrap()
                }
                Frame::Close { .. } => unreachable!(),
            };
        }
        prop_assert_eq!(read, Some(packet));
    }

    #[test]
    fn any_text_is_read_or_refused(texts in prop::collection::vec("[0-6]?[0-9/,-]{0,4}.{0,12}", 1..4), data: Vec<u8>) {
        let mut decoder = decoder();
        for text in texts {
            let _ = decoder.text(Str::from(text));
            let _ = decoder.binary(Bytes::from(data.clone()));
        }
    }

    #[test]
    fn near_misses_are_read_or_refused(text in r#"[2356][0-9]{0,3}-?(/a,)?[0-9]{0,22} ?[\[{]["e\\u0-9,:{}\[\]]{0,20}"#) {
        let _ = decode(&text);
    }
}
