use proptest::prelude::*;

use super::*;
use Generation::{V3, V4};

fn binary(bytes: &[u8]) -> Packet<'_> {
    Packet::Binary(Cow::Borrowed(bytes))
}

fn text(packet: &Packet<'_>, generation: Generation) -> String {
    let mut out = Vec::new();
    packet.push_text(generation, &mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn every_type_has_its_digit_in_both_generations() {
    let packets = [
        ("0{}", Packet::Open("{}")),
        ("1", Packet::Close),
        ("2", Packet::Ping("")),
        ("2probe", Packet::Ping("probe")),
        ("3probe", Packet::Pong("probe")),
        ("4hello €", Packet::Message("hello €")),
        ("5", Packet::Upgrade),
        ("6", Packet::Noop),
    ];
    for generation in [V3, V4] {
        for (encoded, packet) in &packets {
            assert_eq!(Packet::from_text(generation, encoded), Ok(packet.clone()));
            assert_eq!(&text(packet, generation), encoded);
            let (opcode, parts) = packet.frame(generation);
            assert_eq!(opcode, Opcode::Text);
            assert_eq!(parts.concat(), encoded.as_bytes());
        }
    }
}

#[test]
fn binary_data_has_its_type_before_it_in_generation_3_only() {
    let packet = binary(&[1, 2, 255]);
    assert_eq!(text(&packet, V3), "b4AQL/");
    assert_eq!(text(&packet, V4), "bAQL/");
    assert_eq!(packet.frame(V3).1.concat(), [4, 1, 2, 255]);
    assert_eq!(packet.frame(V4).1.concat(), [1, 2, 255]);
    assert_eq!(packet.frame(V4).0, Opcode::Binary);
    assert_eq!(Packet::from_text(V3, "b4AQL/"), Ok(packet.clone()));
    assert_eq!(Packet::from_text(V4, "bAQL/"), Ok(packet.clone()));
    assert_eq!(Packet::from_binary(V3, &[4, 1, 2, 255]), Ok(packet.clone()));
    assert_eq!(Packet::from_binary(V4, &[1, 2, 255]), Ok(packet));
    assert_eq!(Packet::from_binary(V4, &[]), Ok(binary(&[])));
}

#[test]
fn what_is_not_a_packet_is_told() {
    assert_eq!(Packet::from_text(V4, ""), Err(PacketError::Empty));
    assert_eq!(
        Packet::from_text(V4, "7"),
        Err(PacketError::UnknownType('7'))
    );
    assert_eq!(
        Packet::from_text(V3, "€"),
        Err(PacketError::UnknownType('€'))
    );
    assert_eq!(Packet::from_text(V3, "b"), Err(PacketError::BinaryType));
    assert_eq!(
        Packet::from_text(V3, "b2AQ=="),
        Err(PacketError::BinaryType)
    );
    assert_eq!(Packet::from_binary(V3, &[]), Err(PacketError::Empty));
    assert_eq!(Packet::from_binary(V3, &[2]), Err(PacketError::BinaryType));
}

/// What `Buffer.from(text, "base64")` of Node gives.
#[test]
fn base64_is_read_as_node_does_it() {
    let cases: [(&str, &[u8]); 7] = [
        ("YQ==", b"a"),
        ("YQ", b"a"),
        ("YQ==YQ==", b"a"),
        ("Y Q=\n=", b"a"),
        ("-_-_", &[0xfb, 0xff, 0xbf]),
        ("YWJj!ZGVm", b"abcdef"),
        ("Y", b""),
    ];
    for (base64, bytes) in cases {
        assert_eq!(decode_base64(base64), bytes, "{base64:?}");
    }
}

proptest! {
    #[test]
    fn any_text_is_survived(any in ".*") {
        for generation in [V3, V4] {
            if let Ok(packet) = Packet::from_text(generation, &any) {
                let again = text(&packet, generation);
                prop_assert_eq!(Packet::from_text(generation, &again), Ok(packet));
            }
        }
    }

    #[test]
    fn binary_data_is_read_as_it_was_written(bytes: Vec<u8>) {
        let packet = binary(&bytes);
        for generation in [V3, V4] {
            let base64 = text(&packet, generation);
            prop_assert_eq!(Packet::from_text(generation, &base64), Ok(packet.clone()));
            prop_assert_eq!(
                base64.len(),
                packet.prefix(generation).len() + base64_len(bytes.len())
            );
            let frame = packet.frame(generation).1.concat();
            prop_assert_eq!(Packet::from_binary(generation, &frame), Ok(packet.clone()));
        }
    }
}
