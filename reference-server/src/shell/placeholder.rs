//! Checks the places where a packet refers to its attachments.
//!
//! A 4.x client that receives a placeholder without attachment drops its
//! connection with a parse error, and a 2.x client throws. A relay that did not
//! look would let anybody disconnect anybody (SRV-ROB-9), so the sender of such
//! a packet is turned away instead.

use std::borrow::Cow;

/// A placeholder that refers to no attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a placeholder refers to none of the {attachments} attachments of its packet")]
pub(crate) struct BadPlaceholder {
    attachments: usize,
}

/// Checks that every object with `"_placeholder": true` in `json` has a `num`
/// that is the index of an attachment.
///
/// Reads the text once and without recursion, so nesting costs no stack. Text
/// that is not JSON passes: the next reader finds that out.
pub(crate) fn check(json: &str, attachments: usize) -> Result<(), BadPlaceholder> {
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
                if levels
                    .pop()
                    .is_some_and(|level| level.marked && !level.valid)
                {
                    return Err(BadPlaceholder { attachments });
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
                at += rest
                    .iter()
                    .position(|byte| b",]} \t\n\r".contains(byte))
                    .unwrap_or(rest.len());
                value(
                    &mut levels,
                    json.get(start..at).unwrap_or_default(),
                    attachments,
                );
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
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn passes(json: &str, attachments: usize) -> bool {
        check(json, attachments).is_ok()
    }

    #[test]
    fn whole_numbers_below_the_count_are_indices() {
        for num in ["0", "1", "-0", "1.0", "1e0", "0.0"] {
            let json = format!(r#"["e",{{"_placeholder":true,"num":{num}}}]"#);
            assert!(passes(&json, 2), "{num}");
        }
        for num in [
            "2", "-1", "0.5", "1e9", "1e400", "\"0\"", "null", "[0]", "{}", "true",
        ] {
            let json = format!(r#"["e",{{"_placeholder":true,"num":{num}}}]"#);
            assert!(!passes(&json, 2), "{num}");
        }
        assert!(!passes(r#"[{"_placeholder":true}]"#, 9));
        assert!(!passes(r#"[{"_placeholder":true,"num":0}]"#, 0));
    }

    #[test]
    fn order_nesting_repetition_and_escapes_do_not_hide_a_placeholder() {
        for json in [
            r#"[{"num":7,"_placeholder":true}]"#,
            r#"[{"a":[{"b":{"_placeholder": true , "num": 7 }}]}]"#,
            r#"[{"_placeholder":true,"num":0,"num":7}]"#,
            r#"[{"_placeholder":false,"_placeholder":true,"num":7}]"#,
            r#"[{"\u005fplaceholder":true,"num":7}]"#,
            r#"[{"_placeholder":true,"\u006eum":7}]"#,
            r#"[{"_placeholder":true,"x":{"num":0}}]"#,
            r#"["}\"",{"_placeholder":true,"num":7}]"#,
            r#"[{"a":"\\"},{"_placeholder":true,"num":7}]"#,
        ] {
            assert!(!passes(json, 1), "{json}");
        }
    }

    #[test]
    fn what_only_looks_like_a_placeholder_is_data() {
        for json in [
            r#"["_placeholder",true,"num",7]"#,
            r#"[{"_placeholder":1,"num":7}]"#,
            r#"[{"_placeholder":"true","num":7}]"#,
            r#"[{"_placeholder":true,"_placeholder":false,"num":7}]"#,
            r#"[{"x":"\"_placeholder\":true"}]"#,
            r#"[{"x":{"_placeholder":null},"num":7}]"#,
            r#"[{"_placeholder":true,"num":7,"num":0}]"#,
        ] {
            assert!(passes(json, 1), "{json}");
        }
    }

    #[test]
    fn nesting_costs_no_stack() {
        let deep = 200_000;
        let json = format!(
            "[{}{}{}]",
            "[".repeat(deep),
            r#"{"_placeholder":true,"num":0}"#,
            "]".repeat(deep)
        );
        assert!(passes(&json, 1));
        assert!(!passes(&json, 0));
    }

    proptest! {
        #[test]
        fn any_text_is_survived(text in ".*", attachments in 0usize..3) {
            let _ = check(&text, attachments);
        }

        #[test]
        fn broken_json_is_survived(text in r#"[\[\]{}:,"\\_placeholdernumtrue0-9 ]{0,60}"#) {
            let _ = check(&text, 1);
        }
    }
}
