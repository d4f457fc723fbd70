//! Values between the forms that they have in the driver protocol and in packets: binary is
//! `{"$bin": base64}` in the one and a placeholder with an attachment in the other.

use bytes::Bytes;
use serde::de::IgnoredAny;
use serde_json::Value;
use sio_p2p_transport::Data;

use crate::attachments::{from_wire, to_wire};

/// JSON text with placeholders for its attachments, from a value of the driver protocol.
pub(crate) fn from_driver(value: &Value) -> (String, Vec<Bytes>) {
    let data = to_wire(&value.to_string(), &mut |_| None);
    (data.json, data.attachments)
}

/// A value of the driver protocol, from JSON text with placeholders.
pub(crate) fn to_driver(json: &str, attachments: &[Bytes]) -> Result<Value, String> {
    let broken = |error| format!("{json} is no JSON: {error}");
    // What is no JSON would be rewritten into some.
    serde_json::from_str::<IgnoredAny>(json).map_err(broken)?;
    let data = Data::with_attachments(json, attachments.to_vec());
    serde_json::from_str(&from_wire(&data, &mut |_| None)).map_err(broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary_goes_there_and_back() {
        let value = serde_json::json!({ "a": [1, { "$bin": "AQI=" }], "$bin": "no" });
        let (json, attachments) = from_driver(&value);
        assert_eq!(attachments, [&b"\x01\x02"[..]]);
        assert_eq!(to_driver(&json, &attachments).unwrap(), value);
        assert!(to_driver("[", &[]).is_err());
    }
}
