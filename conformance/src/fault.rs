//! Faults that the runner makes itself, between it and the judged: how they are named, and
//! what they do to values.

use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use bytes::{BufMut as _, Bytes, BytesMut};
use serde_json::{Value, json};
use sio_p2p_transport::Data;

use crate::nearest::did_you_mean;

/// A kind of faults.
pub trait Kind: Copy + Eq + fmt::Debug + 'static {
    /// All of them, each with its name and a sentence.
    const ALL: &'static [(Self, &'static str, &'static str)];
    /// Whose faults they are.
    const WHOSE: &'static str;
    /// The page that lists them.
    const PAGE: &'static str;

    /// The name in scenarios.
    fn name(self) -> &'static str {
        let mut all = Self::ALL.iter();
        all.find(|(fault, ..)| *fault == self)
            .map_or("", |(_, name, _)| name)
    }
}

/// Declares the faults of one kind, each by its name and a sentence.
macro_rules! faults {
    (
        $(#[$doc:meta])*
        $kind:ident of $whose:literal, listed in $page:literal {
            $($fault:ident $name:literal $text:literal)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $kind {
            $(#[doc = $text] $fault,)+
        }

        impl $crate::fault::Kind for $kind {
            const ALL: &'static [(Self, &'static str, &'static str)] =
                &[$((Self::$fault, $name, $text),)+];
            const WHOSE: &'static str = $whose;
            const PAGE: &'static str = $page;
        }
    };
}
pub(crate) use faults;

/// A fault, and what it hits: `lose-report`, or only `lose-report:target_left`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spec<K> {
    /// What goes wrong.
    pub fault: K,
    /// Only with what has this name; without, with everything but `connect`, before which
    /// nothing begins.
    pub only: Option<String>,
}

impl<K: Kind> Spec<K> {
    /// Whether this is the fault, and it hits something of these names.
    pub(crate) fn hits(&self, fault: K, names: &[&str]) -> bool {
        self.fault == fault
            && match &self.only {
                Some(only) => names.contains(&only.as_str()),
                None => !names.contains(&"connect"),
            }
    }

    /// How often something arrives: never, once or twice.
    pub(crate) fn times(&self, lose: K, repeat: K, names: &[&str]) -> usize {
        if self.hits(lose, names) {
            0
        } else {
            1 + usize::from(self.hits(repeat, names))
        }
    }
}

/// A text that names no fault of this kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no fault of {whose} {text:?}: the names are in {page}, perhaps followed by what it hits, as in `{example}:{hit}`{meant}",
    whose = K::WHOSE,
    meant = did_you_mean(.text, K::ALL.iter().map(|(_, name, _)| *name)),
    page = K::PAGE,
    example = K::ALL.first().map_or("", |(_, name, _)| name),
    hit = "NAME"
)]
pub struct UnknownFault<K: Kind> {
    text: String,
    kind: PhantomData<K>,
}

impl<K: Kind> FromStr for Spec<K> {
    type Err = UnknownFault<K>;

    fn from_str(text: &str) -> Result<Self, UnknownFault<K>> {
        let (name, only) = match text.split_once(':') {
            Some((name, only)) => (name, Some(only)),
            None => (text, None),
        };
        let known = K::ALL.iter().find(|(_, known, _)| *known == name);
        match known {
            Some((fault, ..)) if only != Some("") => Ok(Self {
                fault: *fault,
                only: only.map(str::to_owned),
            }),
            _ => Err(UnknownFault {
                text: text.to_owned(),
                kind: PhantomData,
            }),
        }
    }
}

impl<K: Kind> fmt::Display for Spec<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.fault.name())?;
        self.only
            .as_ref()
            .map_or(Ok(()), |only| write!(f, ":{only}"))
    }
}

/// Makes another value of the same kind of the last simple one in a value.
pub(crate) fn alter(value: &mut Value) {
    match value {
        Value::Null => *value = json!("altered"),
        Value::Bool(it) => *it = !*it,
        Value::Number(it) => *value = json!(it.as_f64().map_or(1.0, |it| it + 1.0)),
        Value::String(it) => it.push('~'),
        Value::Array(items) => match items.last_mut() {
            Some(last) => alter(last),
            None => items.push(json!("altered")),
        },
        Value::Object(members) => match members.iter_mut().next_back() {
            Some((key, last)) if key == "$bin" => *last = json!("YWx0ZXJlZA=="),
            Some((_, last)) => alter(last),
            None => {
                members.insert("altered".to_owned(), json!(true));
            }
        },
    }
}

/// Alters the last attachment of a packet or, if it has none, its last value. What cannot be
/// read as JSON stays as it is.
pub(crate) fn alter_data(data: &mut Data) {
    if let Some(last) = data.attachments.last_mut() {
        let mut bytes = BytesMut::from(&last[..]);
        bytes.put_u8(0xff);
        *last = Bytes::from(bytes);
    } else if let Ok(mut value) = serde_json::from_str::<Value>(&data.json) {
        alter(&mut value);
        data.json = value.to_string();
    }
}

/// The event of an event packet, by which faults can hit it; `None` if it is no text.
pub(crate) fn event_name(data: &Data) -> Option<String> {
    serde_json::from_str(data.elements().first()?.get()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_becomes_another_of_its_kind() {
        for (before, after) in [
            ("null", r#""altered""#),
            ("[1,true]", "[1,false]"),
            ("[1]", "[2.0]"),
            ("[]", r#"["altered"]"#),
            (r#"{"a":1,"b":"x"}"#, r#"{"a":1,"b":"x~"}"#),
            (r#"[{"$bin":"AA=="}]"#, r#"[{"$bin":"YWx0ZXJlZA=="}]"#),
            ("{}", r#"{"altered":true}"#),
        ] {
            let mut value = serde_json::from_str(before).unwrap();
            alter(&mut value);
            assert_eq!(value.to_string(), after, "{before}");
        }
    }

    #[test]
    fn an_attachment_is_altered_first() {
        let mut data = Data::with_attachments(r#"["e",1]"#, vec![Bytes::from_static(b"a")]);
        alter_data(&mut data);
        assert_eq!(
            (data.json.as_str(), &data.attachments[0][..]),
            (r#"["e",1]"#, &b"a\xff"[..])
        );
        let mut unreadable = Data::new(r#"["e",1e999]"#);
        alter_data(&mut unreadable);
        assert_eq!(unreadable.json, r#"["e",1e999]"#);
    }
}
