//! Texts that nobody may read in a log.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use subtle::ConstantTimeEq;

/// What is written in place of a secret.
const REDACTED: &str = "<redacted>";

/// A text that is neither printed nor logged nor written to a file.
///
/// Comparing two takes the same time wherever they differ, so that nobody can
/// guess one letter by letter. What `Debug` and serde write in its place is not
/// accepted as a secret: a printed configuration that is used as a file fails,
/// instead of having a secret that everybody knows.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// Only the lengths can be told apart by the time it takes.
impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(REDACTED)
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)? {
            text if text == REDACTED => Err(de::Error::custom(
                "this is what is printed in place of a secret, and no secret",
            )),
            text if text.is_empty() => Err(de::Error::custom("a secret cannot be empty")),
            text => Ok(Self(text)),
        }
    }
}

/// `writeOnly` is how JSON Schema says it.
impl JsonSchema for Secret {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Secret".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "string", "writeOnly": true, "minLength": 1})
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_gets_to_see_it() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret:?}"), REDACTED);
        let written = serde_json::to_string(&secret).unwrap();
        assert_eq!(written, "\"<redacted>\"");
        let error = serde_json::from_str::<Secret>(&written).unwrap_err();
        assert!(error.to_string().contains("no secret"));
        assert_eq!(
            serde_json::from_str::<Secret>("\"hunter2\"").unwrap(),
            secret
        );
        assert_ne!(secret, Secret::new("hunter3"));
    }
}
