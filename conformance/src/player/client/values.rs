//! Values between the forms that they have in the driver protocol and in packets: binary is
//! `{"$bin": base64}` in the one and a placeholder with an attachment in the other.

use serde::de::IgnoredAny;
use serde_json::Value;
use sio_p2p_transport::Data;

use crate::attachments::{from_wire, to_wire};

/// A value of the driver protocol in the form of packets.
pub(crate) fn from_driver(value: &Value) -> Data {
    to_wire(&value.to_string(), &mut |_| None)
}

/// A value in the form of packets in that of the driver protocol.
pub(crate) fn to_driver(data: &Data) -> Result<Value, String> {
    let broken = |error| format!("{} is no JSON: {error}", data.json);
    // What is no JSON would be rewritten into some.
    serde_json::from_str::<IgnoredAny>(&data.json).map_err(broken)?;
    serde_json::from_str(&from_wire(data, &mut |_| None)).map_err(broken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binary_goes_there_and_back() {
        let value = serde_json::json!({ "a": [1, { "$bin": "AQI=" }], "$bin": "no" });
        let data = from_driver(&value);
        assert_eq!(data.attachments, [&b"\x01\x02"[..]]);
        assert_eq!(to_driver(&data).unwrap(), value);
        assert!(to_driver(&Data::new("[")).is_err());
    }
}
