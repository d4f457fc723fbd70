//! Reading and writing the JSON arrays that packets are made of.
//!
//! Reading makes one pass that skips over every element without building it,
//! whatever its depth or size. Only the first few elements are remembered, which
//! is all that the catalogue ever names; the rest is one slice of the text.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

/// How many leading elements are remembered: an event name and its first four arguments.
const HEAD: usize = 5;

/// The elements of a JSON array, without their contents.
#[derive(Debug)]
pub(crate) struct Elements<'a> {
    text: &'a str,
    head: Vec<&'a RawValue>,
    last: Option<&'a RawValue>,
    count: usize,
}

impl<'a> Elements<'a> {
    /// Scans the text of a JSON array. Trailing text is an error.
    pub(crate) fn scan(text: &'a str) -> Result<Self, serde_json::Error> {
        let Scanned { head, last, count } = serde_json::from_str(text)?;
        Ok(Self {
            text,
            head,
            last,
            count,
        })
    }

    pub(crate) fn len(&self) -> usize {
        self.count
    }

    /// The element at `index`, if it is there and among the remembered ones.
    pub(crate) fn get(&self, index: usize) -> Option<&'a RawValue> {
        self.head.get(index).copied()
    }

    /// The text from element `index` to the last, commas and inner white space included.
    pub(crate) fn rest(&self, index: usize) -> &'a str {
        match (self.head.get(index), self.last) {
            (Some(first), Some(last)) => self.slice(start(self.text, first), end(self.text, last)),
            _ => "",
        }
    }

    fn slice(&self, from: usize, to: usize) -> &'a str {
        self.text.get(from..to).unwrap_or_default()
    }
}

/// Where a raw value borrowed from `text` begins in it, in bytes.
pub(crate) fn start(text: &str, part: &RawValue) -> usize {
    part.get()
        .as_ptr()
        .addr()
        .wrapping_sub(text.as_ptr().addr())
}

/// Where a raw value borrowed from `text` ends in it, in bytes.
pub(crate) fn end(text: &str, part: &RawValue) -> usize {
    start(text, part).wrapping_add(part.get().len())
}

struct Scanned<'a> {
    head: Vec<&'a RawValue>,
    last: Option<&'a RawValue>,
    count: usize,
}

impl<'de> Deserialize<'de> for Scanned<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Array;

        impl<'de> Visitor<'de> for Array {
            type Value = Scanned<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a JSON array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                let mut scanned = Scanned {
                    head: Vec::with_capacity(HEAD),
                    last: None,
                    count: 0,
                };
                while let Some(element) = seq.next_element::<&'de RawValue>()? {
                    if scanned.head.len() < HEAD {
                        scanned.head.push(element);
                    }
                    scanned.last = Some(element);
                    scanned.count += 1;
                }
                Ok(scanned)
            }
        }

        deserializer.deserialize_seq(Array)
    }
}

/// Walks over the members of an object text in order, duplicates included.
///
/// The key is `None` when it holds a lone surrogate: no name of the protocol
/// does, so such a member is always a stranger.
pub(crate) fn members<'a>(
    text: &'a str,
    visit: impl FnMut(Member<'a>),
) -> Result<(), serde_json::Error> {
    struct Object<F>(F);

    impl<'de, F: FnMut(Member<'de>)> Visitor<'de> for Object<F> {
        type Value = ();

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a JSON object")
        }

        fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
            while let Some(key) = map.next_key::<&'de RawValue>()? {
                let value = map.next_value::<&'de RawValue>()?;
                (self.0)(Member {
                    name: self::text(key),
                    value,
                });
            }
            Ok(())
        }
    }

    let mut deserializer = serde_json::Deserializer::from_str(text);
    deserializer.deserialize_map(Object(visit))?;
    deserializer.end()
}

/// One member of an object.
pub(crate) struct Member<'a> {
    pub(crate) name: Option<String>,
    pub(crate) value: &'a RawValue,
}

/// The text of a JSON string; `None` for other values and for lone surrogates.
pub(crate) fn text(raw: &RawValue) -> Option<String> {
    // Looking at the first byte keeps serde from ever descending into arrays.
    raw.get()
        .starts_with('"')
        .then(|| serde_json::from_str(raw.get()).ok())
        .flatten()
}

/// The decimal digits that JavaScript prints for a JSON integer, if it prints them as written.
pub(crate) fn integer(raw: &RawValue) -> Option<String> {
    /// Above this, JavaScript rounds.
    const SAFE: u64 = (1 << 53) - 1;
    let value: i64 = raw.get().parse().ok()?;
    (value.unsigned_abs() <= SAFE).then(|| value.to_string())
}

/// What JavaScript's truth test says about a value.
pub(crate) fn is_truthy(raw: &RawValue) -> bool {
    match raw.get() {
        "null" | "false" | "\"\"" => false,
        number if number.starts_with(|c: char| c == '-' || c.is_ascii_digit()) => {
            // A zero in any spelling has only zero digits before its exponent.
            // Values that underflow to zero in JavaScript do so here too.
            number.parse::<f64>().is_ok_and(|value| value != 0.0)
        }
        _ => true,
    }
}

/// What a value is, in two words for an error message.
pub(crate) fn kind(raw: &RawValue) -> &'static str {
    match raw.get().as_bytes().first() {
        Some(b'"') => "a string",
        Some(b'[') => "an array",
        Some(b'{') => "an object",
        Some(b't' | b'f') => "a boolean",
        Some(b'n') => "null",
        _ => "a number",
    }
}

/// Cuts JSON white space off both ends.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\n', '\r'])
}

/// Writes the array of a packet, element by element.
#[derive(Debug)]
pub(crate) struct Writer {
    text: String,
}

impl Writer {
    pub(crate) fn new() -> Self {
        Self {
            text: String::from("["),
        }
    }

    /// A writer that will not need to grow up to `bytes` of text.
    pub(crate) fn with_capacity(bytes: usize) -> Self {
        let mut text = String::with_capacity(bytes);
        text.push('[');
        Self { text }
    }

    fn comma(&mut self) {
        if self.text.len() > 1 {
            self.text.push(',');
        }
    }

    /// Appends text that is known to be one or more JSON elements, or nothing.
    pub(crate) fn json(&mut self, json: &str) -> &mut Self {
        if !json.is_empty() {
            self.comma();
            self.text.push_str(json);
        }
        self
    }

    pub(crate) fn string(&mut self, text: &str) -> &mut Self {
        self.comma();
        push_string(&mut self.text, text);
        self
    }

    pub(crate) fn null(&mut self) -> &mut Self {
        self.json("null")
    }

    pub(crate) fn string_or_null(&mut self, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.string(text),
            None => self.null(),
        }
    }

    pub(crate) fn finish(mut self) -> String {
        self.text.push(']');
        self.text
    }
}

/// Appends a JSON string, escaped exactly as `JSON.stringify` does.
pub(crate) fn push_string(out: &mut String, text: &str) {
    use fmt::Write as _;

    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            control @ '\0'..='\u{1f}' => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", u32::from(control));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str) -> &RawValue {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn the_rest_of_an_array_is_a_slice_of_its_text() {
        let elements = Elements::scan(r#" [ "a" , [1, 2] ,{"b" : 3},4,5, 6 ,7 ] "#).unwrap();
        assert_eq!(elements.len(), 7);
        assert_eq!(elements.get(1).unwrap().get(), "[1, 2]");
        assert_eq!(elements.rest(0), r#""a" , [1, 2] ,{"b" : 3},4,5, 6 ,7"#);
        assert_eq!(elements.rest(4), "5, 6 ,7");
        assert_eq!(Elements::scan("[1]").unwrap().rest(1), "");
        assert_eq!(Elements::scan("[]").unwrap().rest(0), "");
    }

    #[test]
    fn integers_are_printed_as_javascript_prints_them() {
        for (json, text) in [("0", "0"), ("-0", "0"), ("-17", "-17")] {
            assert_eq!(integer(raw(json)).as_deref(), Some(text));
        }
        assert_eq!(
            integer(raw("9007199254740991")).as_deref(),
            Some("9007199254740991")
        );
        for json in [
            "9007199254740992",
            "1.0",
            "1e3",
            "true",
            "\"5\"",
            "99999999999999999999",
        ] {
            assert_eq!(integer(raw(json)), None, "{json}");
        }
    }

    #[test]
    fn strings_are_written_as_serde_writes_them() {
        for text in [
            "",
            "plain",
            "q\"\\/\u{0}\u{1f}\u{7f}\n\r\t\u{8}\u{c}é😀\u{2028}",
        ] {
            let mut written = String::new();
            push_string(&mut written, text);
            assert_eq!(written, serde_json::to_string(text).unwrap());
        }
    }

    #[test]
    fn members_come_in_order_with_their_repetitions() {
        let mut seen = Vec::new();
        members(r#"{"a":1,"\u0061":[2],"\ud800":3}"#, |member| {
            seen.push((member.name, member.value.get().to_owned()));
        })
        .unwrap();
        let a = || Some("a".to_owned());
        assert_eq!(
            seen,
            [(a(), "1".into()), (a(), "[2]".into()), (None, "3".into())]
        );
        assert!(members("[]", |_| ()).is_err() && members("{}x", |_| ()).is_err());
    }
}
