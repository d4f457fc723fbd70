//! JSON by its text: taking it apart without turning it into a tree.
//!
//! Both what scenarios say and what servers send is looked at through slices of the
//! original text, so that no number, key or depth is lost before it is compared.

use std::fmt;
use std::io;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The members of a JSON object in their order, repeated keys included. `None` if the text
/// is not an object.
pub(crate) fn members(text: &str) -> Option<Vec<(String, &RawValue)>> {
    serde_json::from_str::<Members<'_>>(text)
        .ok()
        .map(|members| members.0)
}

/// The elements of a JSON array. `None` if the text is not an array.
pub(crate) fn elements(text: &str) -> Option<Vec<&RawValue>> {
    serde_json::from_str(text).ok()
}

/// A JSON string literal of these characters.
pub(crate) fn quote(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The characters of a JSON string literal. `None` if the text is not one.
pub(crate) fn unquote(text: &str) -> Option<String> {
    serde_json::from_str(text).ok()
}

/// Shortens a text for people: the beginning, how much is missing, and the end.
pub(crate) fn shorten(text: &str, limit: usize) -> String {
    let total = text.chars().count();
    if total <= limit {
        return text.to_owned();
    }
    let head: String = text.chars().take(limit * 2 / 3).collect();
    let tail: String = text.chars().skip(total - limit / 6).collect();
    format!("{head}…({total} characters)…{tail}")
}

/// JSON on one line as people write it: `{ "a": [1, 2] }`.
pub(crate) fn spaced(value: &impl Serialize) -> serde_json::Result<String> {
    let mut out = Vec::new();
    let spaced = Spaced::default();
    value.serialize(&mut serde_json::Serializer::with_formatter(
        &mut out, spaced,
    ))?;
    String::from_utf8(out).map_err(serde::ser::Error::custom)
}

/// Blanks inside the braces of objects, and behind commas and colons.
#[derive(Default)]
struct Spaced {
    /// Nothing has been written into the object that was begun last.
    empty: bool,
}

impl serde_json::ser::Formatter for Spaced {
    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.empty = true;
        writer.write_all(b"{")
    }

    fn begin_object_key<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        writer.write_all(if first { b" " } else { b", " })
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.empty = false;
        Ok(())
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        let empty = std::mem::take(&mut self.empty);
        writer.write_all(if empty { b"}" } else { b" }" })
    }

    fn begin_array_value<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }
}

struct Members<'a>(Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;
        impl<'de> Visitor<'de> for Visit {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Visit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_keep_order_repetition_and_text() {
        let found = members(r#" {"b":1e400, "a":[1], "b":-0} "#).unwrap();
        let found: Vec<_> = found.iter().map(|(k, v)| (k.as_str(), v.get())).collect();
        assert_eq!(found, [("b", "1e400"), ("a", "[1]"), ("b", "-0")]);
        assert!(members("[]").is_none());
    }

    #[test]
    fn lines_for_people_have_blanks() {
        let line = |json: &str| {
            let value: serde_json::Value = serde_json::from_str(json).unwrap();
            spaced(&value).unwrap()
        };
        assert_eq!(
            line(r#"{"a":[1,{}],"b":{"c":[]}}"#),
            r#"{ "a": [1, {}], "b": { "c": [] } }"#
        );
        assert_eq!(line("[{},[{}]]"), "[{}, [{}]]");
    }

    #[test]
    fn long_texts_show_both_ends() {
        let short = shorten(&"x".repeat(1000), 60);
        assert!(
            short.starts_with("xxxx") && short.ends_with("xxxx"),
            "{short}"
        );
        assert!(short.contains("(1000 characters)"));
    }
}
