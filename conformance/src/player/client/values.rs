//! Values between the forms that they have in the driver protocol and in packets: binary is
//! `{"$bin": base64}` in the one and a placeholder with an attachment in the other.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde_json::{Map, Value};

/// The key that marks binary data.
const MARK: &str = "$bin";

/// JSON text with placeholders for its attachments, from a value of the driver protocol.
pub(crate) fn from_driver(mut value: Value) -> (String, Vec<Bytes>) {
    let mut attachments = Vec::new();
    lower(&mut value, &mut attachments);
    (value.to_string(), attachments)
}

fn lower(value: &mut Value, attachments: &mut Vec<Bytes>) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| lower(item, attachments)),
        Value::Object(members) => {
            if let Some(bytes) = binary(members) {
                let number = attachments.len();
                attachments.push(bytes.into());
                *value = serde_json::json!({ "_placeholder": true, "num": number });
            } else {
                members
                    .values_mut()
                    .for_each(|item| lower(item, attachments));
            }
        }
        _ => {}
    }
}

/// The bytes of `{"$bin": base64}`.
fn binary(members: &Map<String, Value>) -> Option<Vec<u8>> {
    let text = members.get(MARK).filter(|_| members.len() == 1)?.as_str()?;
    STANDARD.decode(text).ok()
}

/// A value of the driver protocol, from JSON text with placeholders.
pub(crate) fn to_driver(json: &str, attachments: &[Bytes]) -> Result<Value, String> {
    let mut value: Value =
        serde_json::from_str(json).map_err(|error| format!("{json} is no JSON: {error}"))?;
    lift(&mut value, attachments);
    Ok(value)
}

fn lift(value: &mut Value, attachments: &[Bytes]) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| lift(item, attachments)),
        Value::Object(members) => {
            let number = members
                .get("num")
                .filter(|_| members.get("_placeholder") == Some(&Value::Bool(true)))
                .and_then(Value::as_u64)
                .and_then(|number| usize::try_from(number).ok());
            match number.and_then(|number| attachments.get(number)) {
                Some(bytes) => *value = serde_json::json!({ MARK: STANDARD.encode(bytes) }),
                None => members
                    .values_mut()
                    .for_each(|item| lift(item, attachments)),
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary_goes_there_and_back() {
        let value = serde_json::json!({ "a": [1, { "$bin": "AQI=" }], "$bin": "no" });
        let (json, attachments) = from_driver(value.clone());
        assert_eq!(attachments, [&b"\x01\x02"[..]]);
        assert_eq!(to_driver(&json, &attachments).unwrap(), value);
        assert!(to_driver("[", &[]).is_err());
    }
}
