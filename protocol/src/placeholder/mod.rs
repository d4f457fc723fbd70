//! Checks the places where a packet refers to its attachments.
//!
//! An object is a placeholder if its member `_placeholder` is `true`, and then its member
//! `num` is the index of an attachment. A 4.x client that receives a placeholder without
//! attachment drops its connection with a parse error, and a 2.x client throws. So a packet
//! with one is invalid: a relay that passed it on would let anybody disconnect anybody
//! (SRV-ROB-9).

use std::borrow::Cow;

/// A placeholder that refers to no attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a placeholder refers to none of the {attachments} attachments of its packet")]
pub struct DanglingPlaceholder {
    /// How many attachments the packet has.
    pub attachments: usize,
}

/// Checks that every placeholder in `json` refers to one of so many attachments.
///
/// This is for binary packets. In others, what looks like a placeholder is data.
///
/// Reads the text once and without recursion, so nesting costs no stack. Text
/// that is not JSON passes: the next reader finds that out.
///
/// ```
/// use sio_p2p_protocol::check_placeholders;
///
/// let event = r#"["photo",{"_placeholder":true,"num":0}]"#;
/// assert!(check_placeholders(event, 1).is_ok());
/// let error = check_placeholders(event, 0).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "a placeholder refers to none of the 0 attachments of its packet"
/// );
/// ```
pub fn check_placeholders(json: &str, attachments: usize) -> Result<(), DanglingPlaceholder> {
    let bytes = json.as_bytes();
    // The objects and arrays that are open at this point, innermost last.
    let mut levels: Vec<Level> = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        at += 1;
        match byte {
            b'{' | b'[' => {
                // It is the value of a member itself, and no index or `true`.
                value(&mut levels, "", attachments);
                levels.push(Level {
                    key: (byte == b'{').then_some(Key::Expected),
                    ..Level::default()
                });
            }
            b'}' | b']' => {
                // Only now is it known what its members were in the end.
                if levels.pop().is_some_and(|level| level.dangles()) {
                    return Err(DanglingPlaceholder { attachments });
                }
            }
            b',' => {
                if let Some(key @ Some(_)) = levels.last_mut().map(|level| &mut level.key) {
                    *key = Some(Key::Expected);
                }
            }
            b'"' => {
                at = end_of_string(bytes, at);
                // In an object, strings are keys and values by turns.
                let text = json.get(start..at).unwrap_or_default();
                match levels.last_mut().map(|level| &mut level.key) {
                    Some(key @ Some(Key::Expected)) => *key = Some(Key::read(text)),
                    _ => value(&mut levels, text, attachments),
                }
            }
            b':' | b' ' | b'\t' | b'\n' | b'\r' => {}
            _ => {
                // A number or a word; it ends where something else begins.
                let rest = bytes.get(at..).unwrap_or_default();
                let ends = |byte: &u8| b",]} \t\n\r".contains(byte);
                at += rest.iter().position(ends).unwrap_or(rest.len());
                let text = json.get(start..at).unwrap_or_default();
                value(&mut levels, text, attachments);
            }
        }
    }
    Ok(())
}

/// What is known of an array or object that is being read.
#[derive(Debug, Default)]
struct Level {
    /// The member being read; `None` in an array.
    key: Option<Key>,
    /// The object says that it is a placeholder.
    marked: bool,
    /// Its `num` is the index of an attachment.
    valid: bool,
}

impl Level {
    fn dangles(&self) -> bool {
        self.marked && !self.valid
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Key {
    /// A key comes next.
    Expected,
    /// `_placeholder`
    Placeholder,
    /// `num`
    Num,
    /// Any other member.
    Other,
}

impl Key {
    /// Reads a key with its quotes. It may be written with escapes.
    fn read(text: &str) -> Self {
        let name = if text.contains('\\') {
            serde_json::from_str(text).map_or(Cow::Borrowed(""), Cow::<str>::Owned)
        } else {
            Cow::Borrowed(text.trim_matches('"'))
        };
        match &*name {
            "_placeholder" => Self::Placeholder,
            "num" => Self::Num,
            _ => Self::Other,
        }
    }
}

/// Notes a value in the object that holds it. Of repeated keys the last counts,
/// as for every JavaScript reader.
fn value(levels: &mut [Level], text: &str, attachments: usize) {
    let Some(level) = levels.last_mut() else {
        return;
    };
    match level.key {
        Some(Key::Placeholder) => level.marked = text == "true",
        Some(Key::Num) => level.valid = is_index(text, attachments),
        _ => {}
    }
}

/// True for a JSON number that is a whole number from 0 to `attachments` - 1,
/// however it is written: JavaScript takes `1.0` and `-0` as well.
fn is_index(text: &str, attachments: usize) -> bool {
    // Strings and words such as `nan` must not be taken for numbers.
    let number = text.starts_with(|first: char| first == '-' || first.is_ascii_digit());
    let Some(number) = number.then(|| text.parse::<f64>().ok()).flatten() else {
        return false;
    };
    #[expect(
        clippy::cast_precision_loss,
        reason = "attachments are counted in thousands"
    )]
    let in_range = number >= 0.0 && number < attachments as f64;
    in_range && number.fract() == 0.0
}

/// The position after the closing quote of a string whose text begins at `at`.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            // Whatever is escaped, it is not the end; `\u` has no quotes in it.
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests;
