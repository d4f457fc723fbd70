//! Validated names: client ids, event names, rooms, streams, APIs, topics and channels.
//!
//! Every name is a plain key. `__proto__`, `constructor` and the like are names
//! as good as any other (SRV-ROB-4), and two names are equal when their text is.
//! Names are cheap to clone: the text is shared.

use std::borrow::Borrow;
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A text that cannot serve as a name of the stated kind.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{} {kind} {reason}", article(kind))]
pub struct InvalidName {
    /// The kind of name that was asked for, such as `client id`.
    pub kind: &'static str,
    /// What is wrong with the text.
    pub reason: &'static str,
}

fn article(noun: &str) -> &'static str {
    // Of the kinds there are, these two letters sound like a vowel.
    if noun.starts_with(['A', 'e']) {
        "an"
    } else {
        "a"
    }
}

/// What all names have in common, for code that reads any of them from the wire.
pub(crate) trait Name: Sized {
    /// True when the original compares this name as text, so that a JSON
    /// integer stands for its decimal digits.
    const TAKES_INTEGERS: bool;

    fn make(text: String) -> Result<Self, InvalidName>;
}

/// What the catalogue says about a kind of name.
#[cfg(feature = "schema")]
pub(crate) struct NameSpec {
    pub(crate) type_name: &'static str,
    pub(crate) doc: &'static str,
    /// Whether the empty text is such a name.
    pub(crate) empty: bool,
    /// Whether a JSON integer stands for its digits.
    pub(crate) integers: bool,
    pub(crate) example: &'static str,
}

macro_rules! names {
    ($(
        $(#[doc = $doc:literal])+
        $name:ident, $kind:literal, empty: $empty:literal, integers: $integers:literal,
        example: $example:literal;
    )+) => {
    $(
        $(#[doc = $doc])+
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            #[doc = concat!("Makes a ", $kind, ", or says why the text cannot be one.")]
            pub fn new(text: impl Into<String>) -> Result<Self, InvalidName> {
                <Self as Name>::make(text.into())
            }

            /// The text as it travels.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Name for $name {
            const TAKES_INTEGERS: bool = $integers;

            fn make(text: String) -> Result<Self, InvalidName> {
                if !$empty && text.is_empty() {
                    return Err(InvalidName { kind: $kind, reason: "must not be empty" });
                }
                Ok(Self(text.into()))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:?})"), self.as_str())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<&str> for $name {
            type Error = InvalidName;

            fn try_from(text: &str) -> Result<Self, InvalidName> {
                Self::new(text)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                Self::new(text).map_err(de::Error::custom)
            }
        }

        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let mut schema = schemars::json_schema!({
                    "description": (crate::schema::prose(&[$($doc),+])),
                    "type": "string",
                    "examples": [$example],
                });
                if !$empty {
                    schema.insert("minLength".into(), 1.into());
                }
                schema
            }
        }
    )+

        /// Every kind of name.
        #[cfg(feature = "schema")]
        pub(crate) const NAMES: &[NameSpec] = &[$(NameSpec {
            type_name: stringify!($name),
            doc: concat!($($doc),+),
            empty: $empty,
            integers: $integers,
            example: $example,
        },)+];
    };
}

names! {
    /// The id under which a client is known to its peers; any text but the empty one.
    ClientId, "client id", empty: false, integers: true, example: "alice";
    /// The name of an application event; the empty text is a name too.
    EventName, "event name", empty: true, integers: false, example: "chat message";
    /// The name of a room.
    RoomName, "room name", empty: true, integers: true, example: "lobby";
    /// The id that one end of a stream chose for itself.
    StreamId, "stream id", empty: true, integers: true, example: "6b2f1d0a-upload";
    /// The name under which an API is provided, dialect `v2`.
    ApiName, "API name", empty: false, integers: true, example: "resize-image";
    /// The bare name of a topic, dialect `v1`.
    TopicName, "topic name", empty: false, integers: true, example: "prices";
    /// The channel that sorts stream requests at the acceptor, dialect `v2`.
    Channel, "channel", empty: false, integers: true, example: "files";
}

/// Names that Socket.IO keeps for itself. They are neither executed nor
/// delivered (SRV-ROB-3): a 4.x client that receives one drops its connection,
/// a 2.x client runs its own connection handlers.
const RESERVED: [&str; 7] = [
    "connect",
    "connect_error",
    "disconnect",
    "disconnecting",
    "newListener",
    "removeListener",
    "error",
];

/// True for the names that Socket.IO reserves.
pub(crate) fn is_reserved(name: &str) -> bool {
    RESERVED.contains(&name)
}

impl EventName {
    /// True for the names that Socket.IO reserves; a server never forwards them (SRV-ROB-3).
    pub fn is_reserved(&self) -> bool {
        is_reserved(self.as_str())
    }

    /// An event name is any text, so this cannot fail.
    pub(crate) fn from_shared(text: String) -> Self {
        Self(text.into())
    }

    /// The reserved names, in a fixed order.
    pub const fn reserved() -> &'static [&'static str] {
        &RESERVED
    }
}

impl RoomName {
    /// A room name is any text, so this cannot fail.
    pub(crate) fn from_shared(text: String) -> Self {
        Self(text.into())
    }
}

/// Any text is a stream id.
impl From<String> for StreamId {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl ApiName {
    /// The event under which the provider receives a call of this API.
    pub fn event(&self) -> EventName {
        EventName(Arc::clone(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn object_property_names_are_ordinary_names() {
        for text in ["__proto__", "constructor", "toString", "hasOwnProperty"] {
            assert_eq!(ClientId::new(text).unwrap().as_str(), text);
            assert_eq!(RoomName::new(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn an_empty_client_id_is_refused_with_a_reason() {
        let refused = ClientId::new("").unwrap_err();
        assert_eq!(refused.to_string(), "a client id must not be empty");
        assert!(serde_json::from_str::<ClientId>("\"\"").is_err());
        assert!(EventName::new("").is_ok());
    }

    #[test]
    fn reserved_names_are_those_that_endanger_a_receiver() {
        for name in EventName::reserved() {
            assert!(EventName::new(*name).unwrap().is_reserved());
        }
        for name in ["ping", "message", "", "Disconnect", "SERVER_ERROR"] {
            assert!(!EventName::new(name).unwrap().is_reserved());
        }
    }
}
