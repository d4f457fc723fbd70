//! What becomes of packets that are large.

use bytes::Bytes;
use serde_json::Value;
use sio_p2p_transport::{Data, Frame};

/// What some programs read at once.
pub(super) const PIECE: usize = 16 << 10;
/// What one frame of a WebSocket may hold before its length takes eight bytes.
pub(super) const LONG: usize = 64 << 10;
/// More than this is a transfer, to some.
pub(super) const HUGE: usize = 100_000;

/// How many bytes frames hold in all.
pub(super) fn size(frames: &[Frame]) -> usize {
    frames.iter().map(Frame::len).sum()
}

/// Cuts every text of more than [`PIECE`] bytes off there; `false` if there is none.
pub(super) fn cut_texts(data: &mut Data) -> bool {
    let Ok(mut value) = serde_json::from_str::<Value>(&data.json) else {
        return false;
    };
    let cut = cut_in(&mut value);
    if cut {
        data.json = value.to_string();
    }
    cut
}

fn cut_in(value: &mut Value) -> bool {
    match value {
        Value::String(text) if text.len() > PIECE => {
            text.truncate(text.floor_char_boundary(PIECE));
            true
        }
        // No part is left out because another was cut.
        Value::Array(items) => items.iter_mut().fold(false, |cut, item| cut_in(item) | cut),
        Value::Object(members) => {
            let members = members.values_mut();
            members.fold(false, |cut, member| cut_in(member) | cut)
        }
        _ => false,
    }
}

/// Cuts every attachment of more than [`LONG`] bytes off there; `false` if there is none.
pub(super) fn cut_attachments(attachments: &mut [Bytes]) -> bool {
    let mut cut = false;
    for attachment in attachments.iter_mut().filter(|bytes| bytes.len() > LONG) {
        attachment.truncate(LONG);
        cut = true;
    }
    cut
}

/// The text as a reader has it that decodes piece by piece: a character that lies across a
/// boundary of [`PIECE`] bytes is lost.
pub(super) fn split_characters(text: &str) -> String {
    let pieces = text.as_bytes().chunks(PIECE);
    pieces
        .map(|piece| String::from_utf8_lossy(piece).into_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_large_is_cut() {
        let text = "€".repeat(6000);
        let mut data = Data::with_attachments(
            format!(r#"["e","x",["{text}"]]"#),
            vec![Bytes::from(vec![1; LONG]), Bytes::from(vec![1; LONG + 1])],
        );
        assert!(cut_texts(&mut data));
        assert_eq!(
            data.json,
            format!(r#"["e","x",["{}"]]"#, "€".repeat(PIECE / 3))
        );
        assert!(!cut_texts(&mut data));
        assert!(cut_attachments(&mut data.attachments));
        assert_eq!(data.attachments[1].len(), LONG);
        assert!(!cut_attachments(&mut data.attachments));
    }

    #[test]
    fn a_character_is_split_only_across_a_boundary() {
        let ascii = "x".repeat(2 * PIECE);
        assert_eq!(split_characters(&ascii), ascii);
        let wide = "€".repeat(2 * PIECE);
        assert!(split_characters(&wide).contains('\u{fffd}'));
    }
}
