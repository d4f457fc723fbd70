//! Payloads: JSON text with binary attachments beside it.

use bytes::Bytes;
use serde::{
    Deserialize, Serialize,
    de::{self, Visitor},
};
use serde_json::value::RawValue;

use crate::error::EncodeError;

/// The payload of an event or acknowledgement: the text of a JSON array, and the binary
/// attachments it names.
///
/// The text is kept byte for byte: numbers, key order, escapes and white space are those of the
/// sender. In it, `{"_placeholder":true,"num":k}` stands for attachment `k`.
///
/// At packet level what is sent is not checked, so that hostile packets can be written; what is
/// received is always valid. [`Args`] builds payloads piece by piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Data {
    /// JSON text of an array; in an event packet its first element is the name.
    pub json: String,
    /// The attachments in the order of their numbers.
    pub attachments: Vec<Bytes>,
}

impl Data {
    /// Text without attachments.
    pub fn new(json: impl Into<String>) -> Self {
        Self {
            json: json.into(),
            attachments: Vec::new(),
        }
    }

    /// Text with attachments.
    pub fn with_attachments(json: impl Into<String>, attachments: Vec<Bytes>) -> Self {
        Self {
            json: json.into(),
            attachments,
        }
    }

    /// The elements of the array, each as its own text. Empty if the text is no JSON array,
    /// which received text always is.
    pub fn elements(&self) -> Vec<&RawValue> {
        serde_json::from_str(&self.json).unwrap_or_default()
    }

    /// Reads the array as a type: a tuple for a fixed list of arguments, a `Vec` for a free one.
    pub fn parse<'a, T: Deserialize<'a>>(&'a self) -> Result<T, serde_json::Error> {
        serde_json::from_str(&self.json)
    }

    /// Checks that the text is a JSON array.
    pub(crate) fn check_array(&self) -> Result<(), EncodeError> {
        match serde_json::from_str::<Vec<de::IgnoredAny>>(&self.json) {
            Ok(_) => Ok(()),
            Err(error) => Err(EncodeError::Arguments(error.to_string())),
        }
    }

    /// Puts the name of an event before the arguments.
    pub(crate) fn with_event(self, name: &str) -> Result<Self, EncodeError> {
        self.check_array()?;
        let rest = self.json.trim_start().strip_prefix('[').unwrap_or_default();
        let name = serde_json::Value::from(name);
        let comma = if rest.trim_start().starts_with(']') {
            ""
        } else {
            ","
        };
        Ok(Self {
            json: format!("[{name}{comma}{rest}"),
            attachments: self.attachments,
        })
    }

    /// Takes an event apart: its name, and the arguments byte for byte. `None` if the payload is
    /// that of no event, which received events always are.
    ///
    /// A name that is a number is given as its text; one with a lone surrogate, which a Rust
    /// string cannot hold, with replacement characters.
    pub(crate) fn split_event(self) -> Option<(String, Self)> {
        let body = self.json.trim().strip_prefix('[')?.trim_start();
        let first = serde_json::Deserializer::from_str(body)
            .into_iter::<&RawValue>()
            .next()?
            .ok()?;
        let rest = body.strip_prefix(first.get())?.trim_start();
        let json = rest
            .strip_prefix(',')
            .map_or_else(|| "[]".into(), |rest| format!("[{rest}"));
        let name = match serde_json::from_str::<LossyString>(first.get()) {
            Ok(LossyString(name)) => name,
            Err(_) => first.get().to_owned(),
        };
        Some((
            name,
            Self {
                json,
                attachments: self.attachments,
            },
        ))
    }
}

/// The empty array.
impl Default for Data {
    fn default() -> Self {
        Self::new("[]")
    }
}

/// Builds an argument list.
///
/// ```
/// use sio_p2p_transport::{Args, Data};
///
/// let args = Args::new().value(&1)?.json(r#"{"exact":1e400}"#).binary(&b"\x00\x01"[..]);
/// let data = Data::from(args);
/// assert_eq!(data.json, r#"[1,{"exact":1e400},{"_placeholder":true,"num":0}]"#);
/// assert_eq!(data.attachments.len(), 1);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct Args {
    list: String,
    attachments: Vec<Bytes>,
}

impl Args {
    /// No arguments.
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a value. Fails if it cannot be written as JSON.
    pub fn value<T: Serialize + ?Sized>(self, value: &T) -> Result<Self, serde_json::Error> {
        Ok(self.json(&serde_json::to_string(value)?))
    }

    /// Appends a value that is JSON text already; it is sent as it is. Objects in it may name
    /// attachments by [`attach`](Self::attach).
    #[must_use]
    pub fn json(mut self, text: &str) -> Self {
        if !self.list.is_empty() {
            self.list.push(',');
        }
        self.list.push_str(text);
        self
    }

    /// Appends a binary argument.
    #[must_use]
    pub fn binary(mut self, data: impl Into<Bytes>) -> Self {
        let placeholder = self.attach(data);
        self.json(&placeholder)
    }

    /// Adds an attachment and gives the JSON text that stands for it, to be placed anywhere
    /// inside an argument.
    pub fn attach(&mut self, data: impl Into<Bytes>) -> String {
        self.attachments.push(data.into());
        format!(
            r#"{{"_placeholder":true,"num":{}}}"#,
            self.attachments.len() - 1
        )
    }
}

impl From<Args> for Data {
    fn from(args: Args) -> Self {
        Self {
            json: format!("[{}]", args.list),
            attachments: args.attachments,
        }
    }
}

/// A JSON string whose lone surrogates are replaced.
struct LossyString(String);

impl<'de> Deserialize<'de> for LossyString {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;
        impl Visitor<'_> for Bytes {
            type Value = LossyString;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a string")
            }

            fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<LossyString, E> {
                Ok(LossyString(String::from_utf8_lossy(bytes).into_owned()))
            }
        }
        deserializer.deserialize_bytes(Bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(json: &str) -> (String, String) {
        let (name, args) = Data::new(json).split_event().unwrap();
        (name, args.json)
    }

    #[test]
    fn events_are_taken_apart_byte_for_byte() {
        let own = |name: &str, args: &str| (name.to_owned(), args.to_owned());
        assert_eq!(split(r#"["e"]"#), own("e", "[]"));
        assert_eq!(
            split(r#" [ "e" , 1e400 ,{"b":1, "a":-0}] "#),
            own("e", r#"[ 1e400 ,{"b":1, "a":-0}]"#)
        );
        assert_eq!(split(r#"["a\"],\u0062",","]"#), own("a\"],b", r#"[","]"#));
        assert_eq!(split("[-5,1]"), own("-5", "[1]"));
        assert_eq!(
            split(r#"["\ud800x"]"#),
            own("\u{fffd}\u{fffd}\u{fffd}x", "[]")
        );
        for bad in ["", "[]", "{}", "x"] {
            assert_eq!(Data::new(bad).split_event(), None, "{bad}");
        }
    }

    #[test]
    fn arguments_must_be_an_array() {
        let join = |json: &str| Data::new(json).with_event("e\"").map(|data| data.json);
        assert_eq!(join("[]").unwrap(), r#"["e\""]"#);
        assert_eq!(join(" [ ] ").unwrap(), r#"["e\"" ] "#);
        assert_eq!(join(" [ 1e400,2]").unwrap(), r#"["e\"", 1e400,2]"#);
        for bad in ["", "{}", "[1", "[1]]", "1"] {
            assert!(join(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn nested_attachments_are_numbered() {
        let mut args = Args::new();
        let (first, second) = (args.attach(&b"a"[..]), args.attach(&b"b"[..]));
        let data = Data::from(args.json(&format!(r#"{{"x":[{second},{first}]}}"#)));
        let text = r#"[{"x":[{"_placeholder":true,"num":1},{"_placeholder":true,"num":0}]}]"#;
        assert_eq!(
            data,
            Data::with_attachments(text, vec!["a".into(), "b".into()])
        );
        assert_eq!(Data::from(Args::new()), Data::default());
        let pair: (u8, String) = Data::new(r#"[1,"x"]"#).parse().unwrap();
        assert_eq!(pair, (1, "x".to_owned()));
    }

    proptest! {
        #[test]
        fn names_and_arguments_survive_the_joining(name: String, args: Vec<i64>) {
            let json = serde_json::to_string(&args).unwrap();
            let joined = Data::new(json.clone()).with_event(&name).unwrap();
            prop_assert_eq!(joined.split_event(), Some((name, Data::new(json))));
        }

        #[test]
        fn any_text_is_taken_apart_or_not(json in r#"[\[\]{}",:\\ a0-9é]{0,20}"#) {
            let _ = Data::new(json).split_event();
        }
    }
}
