//! Arguments as plain JSON, binary data included: for logs, files, queues and other programs.
//!
//! The form is that of the driver protocol (`spec/driver.md`): where a packet has a placeholder
//! and an attachment beside the text, plain JSON has `{"$bin": base64}`. Both are objects that
//! hold no other object, so one pass over the text finds them without building a tree: nesting
//! costs no stack, and everything else stays byte for byte (SRV-MSG-10).

use std::fmt;

use base64::{Engine, prelude::BASE64_STANDARD};
use bytes::Bytes;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::Value;

use super::binary::Placeholder;
use super::{Args, ArgsError};
use crate::payload::Arguments;

/// An object `{"$bin": text}`, perhaps with more than one `$`.
#[derive(Debug)]
struct Binlike {
    dollars: usize,
    text: String,
}

impl Binlike {
    fn read(object: &str) -> Option<Self> {
        serde_json::from_str(object).ok()
    }

    /// The object with so many `$`.
    fn with(&self, dollars: usize) -> String {
        format!(
            r#"{{"{}bin":{}}}"#,
            "$".repeat(dollars),
            Value::from(self.text.as_str())
        )
    }
}

impl<'de> Deserialize<'de> for Binlike {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OneMember;

        impl<'de> Visitor<'de> for OneMember {
            type Value = Binlike;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with one member, `$bin`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Binlike, A::Error> {
                let unfit = || A::Error::custom("no binary data");
                let (key, text): (String, String) = members.next_entry()?.ok_or_else(unfit)?;
                let dollars = key.strip_suffix("bin").ok_or_else(unfit)?;
                if dollars.is_empty() || dollars.bytes().any(|byte| byte != b'$') {
                    return Err(unfit());
                }
                let dollars = dollars.len();
                // A second member is an error, because the object is not at its end.
                Ok(Binlike { dollars, text })
            }
        }

        deserializer.deserialize_map(OneMember)
    }
}

impl Args {
    /// Reads a JSON array, in which an object `{"$bin": base64}`, at any depth, becomes an
    /// attachment. Everything else is sent as it is written here, numbers, key order and white
    /// space included. An object that is to arrive as `{"$bin": text}` is written with one more
    /// `$`, `{"$$bin": text}`, and so on for that.
    ///
    /// Fails if the text is no JSON array, or if a text under a lone `$bin` is not base64 with
    /// the standard alphabet and padding.
    ///
    /// ```
    /// use sio_p2p_protocol::{Args, Binary};
    ///
    /// let args = Args::from_json(r#"["photo.png", {"$bin": "AQID"}]"#)?;
    /// let (name, photo): (String, Binary) = args.parse()?;
    /// assert_eq!((name.as_str(), &photo.0[..]), ("photo.png", &[1, 2, 3][..]));
    /// assert_eq!(args.to_json(), r#"["photo.png", {"$bin":"AQID"}]"#);
    /// # Ok::<(), sio_p2p_protocol::ArgsError>(())
    /// ```
    pub fn from_json(json: &str) -> Result<Self, ArgsError> {
        let arguments = Arguments::parse(json).map_err(unreadable)?;
        let (mut attachments, mut mistake) = (Vec::new(), None);
        let text = replace(arguments.as_json(), |object| {
            let found = Binlike::read(object)?;
            if found.dollars > 1 {
                return Some(found.with(found.dollars - 1));
            }
            let data = BASE64_STANDARD.decode(found.text);
            let data = data.map_err(|error| mistake = Some(error)).ok()?;
            let number = attachments.len();
            attachments.push(Bytes::from(data));
            Some(format!(r#"{{"_placeholder":true,"num":{number}}}"#))
        });
        match mistake {
            Some(error) => Err(unreadable(format!("no base64 under '$bin': {error}"))),
            None => Ok(Self::new(
                Arguments::parse(text).map_err(unreadable)?,
                attachments,
            )),
        }
    }

    /// Writes the list as a JSON array, in which attachments stand as `{"$bin": base64}`, so that
    /// [`from_json`](Self::from_json) reads the same list again. Everything else is as the sender
    /// wrote it, line breaks between the parts included. Each attachment stands where it is first
    /// referred to; no Socket.IO library refers to one twice.
    ///
    /// An object of this form that the sender meant as one has one more `$`: `{"$$bin": text}`.
    pub fn to_json(&self) -> String {
        let text = self.arguments().as_json();
        // Without attachments a placeholder is an object like any other.
        if self.attachments().is_empty() && !text.contains("bin") && !text.contains('\\') {
            return text.to_owned();
        }
        // Or a short text of many placeholders and one large attachment would fill the memory.
        let mut once: Vec<Option<&Bytes>> = self.attachments().iter().map(Some).collect();
        replace(text, |object| {
            if let Some(found) = Binlike::read(object) {
                return Some(found.with(found.dollars + 1));
            }
            let placeholder: Placeholder = serde_json::from_str(object).ok()?;
            let place = once.get_mut(placeholder.num);
            let data = place.filter(|_| placeholder.is_one)?.take()?;
            // Base64 needs no escapes.
            Some(format!(r#"{{"$bin":"{}"}}"#, BASE64_STANDARD.encode(data)))
        })
    }

    /// [`from_json`](Self::from_json) with values that are in memory already.
    pub fn from_json_values(values: &[Value]) -> Result<Self, ArgsError> {
        Self::from_json(&serde_json::to_string(values).map_err(unreadable)?)
    }

    /// [`to_json`](Self::to_json) as values in memory. These are not byte for byte what was sent:
    /// a number may lose digits, and this fails if there is none like it (`1e400`), or if a value
    /// is nested too deeply.
    ///
    /// ```
    /// use serde_json::json;
    /// use sio_p2p_protocol::Args;
    ///
    /// let values = [json!("photo.png"), json!({ "$bin": "AQID" })];
    /// let args = Args::from_json_values(&values)?;
    /// assert_eq!(args.attachments(), [&[1, 2, 3][..]]);
    /// assert_eq!(args.to_json_values()?, values);
    /// # Ok::<(), sio_p2p_protocol::ArgsError>(())
    /// ```
    pub fn to_json_values(&self) -> Result<Vec<Value>, ArgsError> {
        serde_json::from_str(&self.to_json()).map_err(unreadable)
    }
}

fn unreadable(error: impl fmt::Display) -> ArgsError {
    ArgsError(format!("cannot read arguments from json: {error}"))
}

/// Gives the text with those objects replaced for which `with` has something else. Only objects
/// that hold no array and no object are asked about; the text must be valid JSON.
fn replace(json: &str, mut with: impl FnMut(&str) -> Option<String>) -> String {
    let mut replaced = String::with_capacity(json.len());
    let mut copied = 0;
    // Where the innermost object begins, as long as nothing else has begun in it.
    let mut object = None;
    let (mut quoted, mut escaped) = (false, false);
    for (at, byte) in json.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' => object = Some(at),
            b'[' => object = None,
            b'}' => {
                if let Some(start) = object.take()
                    && let Some(other) = with(&json[start..=at])
                {
                    replaced.push_str(&json[copied..start]);
                    replaced.push_str(&other);
                    copied = at + 1;
                }
            }
            _ => {}
        }
    }
    replaced.push_str(&json[copied..]);
    replaced
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn packet(json: &str, attachments: &[&'static str]) -> Args {
        let attachments = attachments.iter().map(|data| Bytes::from(*data)).collect();
        Args::new(Arguments::parse(json).unwrap(), attachments)
    }

    #[test]
    fn binary_data_is_base64_wherever_it_stands() {
        let args = packet(
            r#"[1e400,{"_placeholder":true,"num":0}, {"b":[{"num":1,"_placeholder":true}],"a":-0}]"#,
            &["one", "two"],
        );
        let json = r#"[1e400,{"$bin":"b25l"}, {"b":[{"$bin":"dHdv"}],"a":-0}]"#;
        assert_eq!(args.to_json(), json);
        let back = Args::from_json(json).unwrap();
        assert_eq!(back.to_json(), json);
        assert_eq!(back.attachments(), args.attachments());
        assert_eq!(Args::from_json(r#"[{"\u0024bin":""}]"#).unwrap(), {
            packet(r#"[{"_placeholder":true,"num":0}]"#, &[""])
        });
    }

    #[test]
    fn what_only_looks_like_it_stays() {
        let plain = r#"["{\"$bin\":\"b25l\"}", {"$bin":5}, {"$bin":{"$bin":null}}, {"$bin":"b25l","x":1}, "\\"]"#;
        assert_eq!(Args::from_json(plain).unwrap(), packet(plain, &[]));
        for text in [
            r#"[{"_placeholder":false,"num":0}]"#,
            r#"[{"_placeholder":true,"num":1}]"#,
            r#"["{\"_placeholder\":true,\"num\":0}"]"#,
        ] {
            assert_eq!(packet(text, &["one"]).to_json(), text);
        }
        let text = r#"[{"_placeholder":true,"num":0}]"#;
        assert_eq!(packet(text, &[]).to_json(), text);
        let twice = r#"[{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}]"#;
        let once = r#"[{"$bin":"b25l"},{"_placeholder":true,"num":0}]"#;
        assert_eq!(packet(twice, &["one"]).to_json(), once);
    }

    /// What an application sends may look like binary data, and like the escape for that.
    #[test]
    fn what_is_meant_so_gets_one_more_dollar() {
        let meant =
            r#"[{"\u0024bin":"b25l"},{"$$bin":"?"},{"$bin":1},{"$bin":"","$bin":""},{"bin":""}]"#;
        let written =
            r#"[{"$$bin":"b25l"},{"$$$bin":"?"},{"$bin":1},{"$bin":"","$bin":""},{"bin":""}]"#;
        let args = packet(meant, &[]);
        assert_eq!(args.to_json(), written);
        let back = Args::from_json(written).unwrap();
        assert_eq!(back, packet(&meant.replace("\\u0024", "$"), &[]));
        assert_eq!(back.to_json(), written);
    }

    #[test]
    fn depth_costs_no_stack() {
        let depth = 200_000;
        let deep = |inner: &str| format!("{}{inner}{}", "[".repeat(depth), "]".repeat(depth));
        let args = Args::from_json(&deep(r#"{"$bin":"b25l"}"#)).unwrap();
        assert_eq!(args.attachments(), ["one"]);
        assert_eq!(args.to_json(), deep(r#"{"$bin":"b25l"}"#));
    }

    #[test]
    fn what_no_value_holds_is_told() {
        let values = |json| packet(json, &[]).to_json_values();
        assert_eq!(
            values(r#"[1, {"a": -0}]"#),
            Ok(vec![json!(1), json!({ "a": -0.0 })])
        );
        let error = values("[1e400]").unwrap_err().to_string();
        assert!(error.contains("number out of range"), "{error}");
        let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
        let error = values(&deep).unwrap_err().to_string();
        assert!(error.contains("recursion limit"), "{error}");
    }

    #[test]
    fn mistakes_are_told() {
        let error = |json| Args::from_json(json).unwrap_err().to_string();
        let bare = "cannot read arguments from json: expected a JSON array, found a string";
        assert_eq!(error(r#""hi""#), bare);
        assert!(error("[").starts_with("cannot read arguments from json: not valid JSON: EOF"));
        assert!(error(r#"[{"$bin":"b25"}]"#).contains("no base64 under '$bin': Invalid padding"));
    }

    /// Any JSON value with binary data in it.
    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<i64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            ".*".prop_map(Value::from),
            any::<Vec<u8>>().prop_map(|data| json!({ "$bin": BASE64_STANDARD.encode(data) })),
        ];
        leaf.prop_recursive(5, 64, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::btree_map("[^$]{0,8}|\\$\\$+bin|\\$bin.", inner, 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    /// How many objects are nothing but a text of this name.
    fn alike(value: &Value, name: &str) -> usize {
        match value {
            Value::Array(items) => items.iter().map(|item| alike(item, name)).sum(),
            Value::Object(members) => {
                let lone = members.len() == 1 && members.get(name).is_some_and(Value::is_string);
                let inside: usize = members.values().map(|item| alike(item, name)).sum();
                inside + usize::from(lone)
            }
            _ => 0,
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_back(values in prop::collection::vec(value(), 0..5)) {
            let json = Value::from(values.clone()).to_string();
            let args = Args::from_json(&json).unwrap();
            prop_assert_eq!(args.to_json(), json.clone());
            // The attachments are those that a packet would have, in its order.
            prop_assert_eq!(args.attachments().len(), json.matches(r#"{"$bin":""#).count());
            // What looks like one without being one was written with one more `$`.
            let sent: Value = serde_json::from_str(args.arguments().as_json()).unwrap();
            prop_assert_eq!(alike(&sent, "$bin"), alike(&Value::from(values), "$$bin"));
        }
    }
}
