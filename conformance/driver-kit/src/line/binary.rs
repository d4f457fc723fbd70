//! Binary data in lines.

use base64::{Engine, prelude::BASE64_STANDARD};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error, ser::SerializeMap};

/// Bytes, which stand in a line as `{"$bin": base64}`. A text is read as its UTF-8 bytes, because
/// there are clients that get no other data from a stream.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Binary(pub Vec<u8>);

impl<T: AsRef<[u8]>> From<T> for Binary {
    fn from(data: T) -> Self {
        Self(data.as_ref().to_vec())
    }
}

impl Serialize for Binary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_map(Some(1))?;
        members.serialize_entry("$bin", &BASE64_STANDARD.encode(&self.0))?;
        members.end()
    }
}

/// What may stand for bytes.
#[derive(Deserialize)]
#[serde(untagged, expecting = "expected {\"$bin\": base64}")]
enum Written {
    Text(String),
    Bytes {
        #[serde(rename = "$bin")]
        base64: String,
    },
}

impl<'de> Deserialize<'de> for Binary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Written::deserialize(deserializer)? {
            Written::Text(text) => Ok(text.into()),
            Written::Bytes { base64 } => {
                let bytes = BASE64_STANDARD.decode(base64);
                bytes
                    .map(Self)
                    .map_err(|error| D::Error::custom(format!("no base64 under \"$bin\": {error}")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn bytes_are_base64() {
        let line = json!({ "$bin": "AQID" });
        assert_eq!(json!(Binary(vec![1, 2, 3])), line);
        assert_eq!(from_value::<Binary>(line).unwrap().0, [1, 2, 3]);
        assert_eq!(from_value::<Binary>(json!("é")).unwrap().0, "é".as_bytes());
        let error = |line| from_value::<Binary>(line).unwrap_err().to_string();
        assert!(error(json!({ "$bin": "AQI" })).starts_with("no base64 under \"$bin\": "));
        assert_eq!(error(json!({})), "expected {\"$bin\": base64}");
    }
}
