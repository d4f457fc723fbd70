use proptest::collection::vec;
use proptest::prelude::*;

use super::super::testing::frame;
use super::*;

const MAX: usize = 100_000;

/// [`Incoming`] that owns what it has.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Event {
    Text(String),
    Binary(Vec<u8>),
    Ping(Vec<u8>),
    Pong,
    Close(Option<u16>),
    Error(ReadError),
}

use Event::{Binary, Close, Error, Ping, Pong, Text};

impl From<Incoming<'_>> for Event {
    fn from(incoming: Incoming<'_>) -> Self {
        match incoming {
            Incoming::Text(text) => Self::Text(text.to_owned()),
            Incoming::Binary(bytes) => Self::Binary(bytes.to_vec()),
            Incoming::Ping(payload) => Self::Ping(payload.to_vec()),
            Incoming::Pong => Self::Pong,
            Incoming::Close { code } => Self::Close(code),
        }
    }
}

fn text(text: &str) -> Event {
    Text(text.to_owned())
}

/// What a reader makes of bytes that come in the given pieces. The bytes that were taken
/// are thrown away before the next piece comes.
fn read_pieces<'a>(max: usize, pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<Event> {
    let mut reader = Reader::new(max);
    let mut events = Vec::new();
    let mut buf = Vec::new();
    for piece in pieces {
        buf.extend_from_slice(piece);
        let mut at = 0;
        loop {
            let needed_before = reader.needed();
            let had = buf.len() - at;
            match reader.next(&mut buf, &mut at) {
                Ok(Some(incoming)) => {
                    assert!(had >= needed_before, "less than asked for was enough");
                    events.push(incoming.into());
                }
                Ok(None) => break,
                Err(error) => {
                    events.push(Error(error));
                    assert!(reader.is_closed());
                }
            }
        }
        buf.drain(..at);
        if reader.is_closed() {
            assert!(buf.is_empty(), "bytes are kept after the end");
        }
        assert_eq!(reader.needed() == 0, buf.is_empty());
        assert!(reader.needed() == 0 || reader.needed() > buf.len());
        assert!(reader.needed() <= max.max(125).saturating_add(14));
        assert!(reader.is_in_message() || reader.fragments.capacity() == 0);
    }
    events
}

fn read(frames: &[Vec<u8>]) -> Vec<Event> {
    read_pieces(MAX, [&frames.concat()[..]])
}

fn error(frames: &[Vec<u8>]) -> ReadError {
    match &read(frames)[..] {
        [Error(error)] => *error,
        events => panic!("{events:?}"),
    }
}

#[test]
fn a_reader_is_small() {
    assert!(size_of::<Reader>() <= 64, "{}", size_of::<Reader>());
}

/// RFC 6455, section 5.7.
#[test]
fn the_examples_of_the_rfc() {
    let hello = b"\x81\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
    assert_eq!(read(&[hello.to_vec()]), [text("Hello")]);
    let pong = b"\x8a\x85\x37\xfa\x21\x3d\x7f\x9f\x4d\x51\x58";
    assert_eq!(read(&[pong.to_vec()]), [Pong]);
}

#[test]
fn messages_of_all_lengths_are_read() {
    for len in [0, 1, 125, 126, 127, 128, 65535, 65536, MAX] {
        let payload = vec![b'*'; len];
        assert_eq!(
            read(&[frame(0x82, &payload), frame(0x81, &payload)]),
            [
                Binary(payload.clone()),
                Text(String::from_utf8(payload).unwrap())
            ]
        );
    }
}

#[test]
fn a_length_in_more_bytes_than_necessary_is_read() {
    assert_eq!(
        read(&[b"\x82\xff\0\0\0\0\0\0\0\x01\0\0\0\0*".to_vec()]),
        [Binary(b"*".to_vec())]
    );
}

#[test]
fn fragments_are_joined_and_control_frames_may_stand_between() {
    assert_eq!(
        read(&[
            frame(0x01, b"frag"),
            frame(0x89, b"are you there?"),
            frame(0x00, b""),
            frame(0x8a, b""),
            frame(0x80, b"ment"),
            frame(0x02, b""),
            frame(0x80, b"\xff"),
            frame(0x81, b"whole"),
        ]),
        [
            Ping(b"are you there?".to_vec()),
            Pong,
            text("fragment"),
            Binary(vec![0xff]),
            text("whole"),
        ]
    );
}

#[test]
fn fragments_out_of_order_are_refused() {
    let whole = [frame(0x81, b"whole")].concat();
    for first in [0x00, 0x80] {
        assert_eq!(error(&[frame(first, b"x")]), ReadError::NothingToContinue);
        let after = read(&[whole.clone(), frame(first, b"x")]);
        assert_eq!(after, [text("whole"), Error(ReadError::NothingToContinue)]);
    }
    for second in [0x01, 0x81, 0x02, 0x82] {
        assert_eq!(
            error(&[frame(0x01, b"x"), frame(second, b"y")]),
            ReadError::UnfinishedMessage
        );
    }
}

#[test]
fn text_is_checked_over_the_whole_message() {
    // A character that is cut by a fragment is whole in the end.
    let (a, b) = "κόσμε".as_bytes().split_at(3);
    assert_eq!(
        read(&[frame(0x01, a), frame(0x80, b)]),
        [text("κόσμε")],
        "RFC 6455, section 5.4"
    );
    assert_eq!(
        error(&[frame(0x01, a), frame(0x80, b"")]),
        ReadError::NotUtf8
    );
    // A surrogate, an overlong form, a character past the last one, a cut one.
    for bad in [
        &b"\xed\xa0\x80"[..],
        b"\xc0\xaf",
        b"\xf4\x90\x80\x80",
        b"ok\xe2\x82",
    ] {
        assert_eq!(error(&[frame(0x81, bad)]), ReadError::NotUtf8);
    }
    assert_eq!(ReadError::NotUtf8.close_code(), 1007);
}

#[test]
fn what_no_extension_allows_is_refused() {
    for bits in [0x10, 0x20, 0x40, 0x70] {
        assert_eq!(error(&[frame(0x81 | bits, b"x")]), ReadError::ReservedBits);
    }
    for opcode in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] {
        let first = 0x80 | opcode;
        assert_eq!(
            error(&[frame(first, b"")]),
            ReadError::ReservedOpcode(opcode)
        );
    }
    assert_eq!(error(&[b"\x81\x05Hello".to_vec()]), ReadError::Unmasked);
    let far = b"\x82\xff\x80\0\0\0\0\0\0\x01\0\0\0\0".to_vec();
    assert_eq!(error(&[far]), ReadError::Length);
    assert_eq!(ReadError::Length.close_code(), 1002);
}

#[test]
fn control_frames_are_short_and_whole() {
    for first in [0x88, 0x89, 0x8a] {
        assert_eq!(error(&[frame(first, &[b'x'; 126])]), ReadError::LongControl);
        let fragment = frame(first & 0x0f, b"");
        assert_eq!(error(&[fragment]), ReadError::FragmentedControl);
    }
    let most = vec![b'x'; 125];
    assert_eq!(read(&[frame(0x89, &most)]), [Ping(most)]);
}

#[test]
fn close_frames_are_checked() {
    let with_code = |code: u16, reason: &[u8]| {
        let payload = [&code.to_be_bytes()[..], reason].concat();
        read(&[frame(0x88, &payload), frame(0x81, b"too late")])
    };
    assert_eq!(read(&[frame(0x88, b"")]), [Close(None)]);
    assert_eq!(error(&[frame(0x88, b"\x03")]), ReadError::HalfACloseCode);
    for code in [
        1000, 1001, 1002, 1003, 1007, 1011, 1012, 1014, 3000, 3999, 4000, 4999,
    ] {
        assert_eq!(with_code(code, b"bye"), [Close(Some(code))]);
    }
    for code in [
        0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535,
    ] {
        assert_eq!(with_code(code, b""), [Error(ReadError::CloseCode(code))]);
    }
    assert_eq!(with_code(1000, b"\xff"), [Error(ReadError::NotUtf8)]);
}

#[test]
fn what_is_too_big_is_refused_when_its_header_has_come() {
    let too_big = ReadError::TooBig { max: 10 };
    assert_eq!(too_big.close_code(), 1009);
    let most = frame(0x82, &[0; 10]);
    assert_eq!(read_pieces(10, [&most[..]]), [Binary(vec![0; 10])]);

    let more = frame(0x82, &[0; 11]);
    assert_eq!(read_pieces(10, [&more[..6]]), [Error(too_big)]);
    let huge = b"\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0";
    assert_eq!(read_pieces(10, [&huge[..]]), [Error(too_big)]);
    assert_eq!(
        read_pieces(usize::MAX, [&huge[..]]).len(),
        0,
        "no limit, no error, and no panic"
    );

    // All fragments count, and control frames do not.
    let fragments = [
        frame(0x02, &[0; 6]),
        frame(0x89, &[0; 50]),
        frame(0x00, &[0; 4]),
    ]
    .concat();
    let end = frame(0x80, &[0; 1]);
    assert_eq!(
        read_pieces(10, [&fragments[..], &end[..6]]),
        [Ping(vec![0; 50]), Error(too_big)]
    );
}

#[test]
fn needed_names_the_rest_of_the_frame() {
    let mut reader = Reader::new(MAX);
    let mut bytes = frame(0x82, &[7; 1000]);
    let mut needed = |len| {
        let mut at = 0;
        assert_eq!(reader.next(&mut bytes[..len], &mut at), Ok(None));
        assert_eq!(at, 0);
        reader.needed()
    };
    assert_eq!(needed(0), 0);
    assert_eq!(needed(1), 2);
    assert_eq!(needed(2), 8);
    assert_eq!(needed(7), 8);
    assert_eq!(needed(8), 1008);
    assert_eq!(needed(1007), 1008);
}

/// Whole messages are lent from the buffer of the caller.
#[test]
fn a_message_of_one_frame_is_not_copied() {
    let mut reader = Reader::new(MAX);
    let mut bytes = frame(0x81, b"in place");
    let place = bytes.as_ptr_range();
    let Ok(Some(Incoming::Text(text))) = reader.next(&mut bytes, &mut 0) else {
        panic!("no text");
    };
    assert!(place.contains(&text.as_ptr()));
    assert_eq!(reader.fragments.capacity(), 0);
}

/// Frames that are often right and sometimes wrong.
fn any_frame() -> impl Strategy<Value = Vec<u8>> {
    let first = prop_oneof![
        8 => prop::sample::select(vec![0x81, 0x82, 0x01, 0x02, 0x00, 0x80, 0x89, 0x8a]),
        1 => any::<u8>(),
    ];
    let payload = prop_oneof![
        4 => ".{0,40}".prop_map(String::into_bytes),
        1 => vec(any::<u8>(), 0..40),
        1 => vec(Just(b'x'), 100..400),
    ];
    (first, payload).prop_map(|(first, payload)| frame(first, &payload))
}

proptest! {
    #[test]
    fn the_same_messages_come_however_the_bytes_are_cut(
        frames in vec(any_frame(), 0..12),
        cuts in vec(1_usize..60, 1..20),
    ) {
        let bytes = frames.concat();
        let whole = read_pieces(300, [&bytes[..]]);
        let one_by_one = read_pieces(300, bytes.chunks(1));
        prop_assert_eq!(&whole, &one_by_one);

        let mut pieces = Vec::new();
        let mut rest = &bytes[..];
        for cut in cuts.iter().cycle() {
            let (piece, after) = rest.split_at(rest.len().min(*cut));
            pieces.push(piece);
            rest = after;
            if rest.is_empty() {
                break;
            }
        }
        prop_assert_eq!(&whole, &read_pieces(300, pieces));
    }

    #[test]
    fn any_bytes_are_survived(bytes: Vec<u8>, max in 0_usize..1000) {
        let whole = read_pieces(max, [&bytes[..]]);
        prop_assert_eq!(whole, read_pieces(max, bytes.chunks(1)));
    }

    #[test]
    fn what_is_sent_in_fragments_is_read_as_one(
        message in ".{0,200}",
        cuts in vec(0_usize..50, 0..8),
    ) {
        let mut rest = message.as_bytes();
        let mut frames = Vec::new();
        for cut in cuts {
            let (part, after) = rest.split_at(rest.len().min(cut));
            frames.push(frame(u8::from(frames.is_empty()), part));
            rest = after;
        }
        frames.push(frame(0x80 | u8::from(frames.is_empty()), rest));
        prop_assert_eq!(read(&frames), [Text(message)]);
    }
}
