//! Arguments between the two forms: binary data is `{"$bin": base64}` in the driver protocol
//! and an attachment in [`Args`].

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use serde_json::{Value, json};
use sio_p2p_client::Args;
use sio_p2p_protocol::Arguments;

use crate::Failure;

/// The bytes of `{"$bin": base64}`.
pub(crate) fn bytes(value: &Value) -> Option<Vec<u8>> {
    STANDARD.decode(value.get("$bin")?.as_str()?).ok()
}

/// `{"$bin": base64}` of these bytes.
pub(crate) fn bin(bytes: &[u8]) -> Value {
    json!({ "$bin": STANDARD.encode(bytes) })
}

fn children(value: &mut Value, visit: &mut dyn FnMut(&mut Value)) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(visit),
        Value::Object(members) => members.values_mut().for_each(visit),
        _ => {}
    }
}

fn lower(value: &mut Value, attachments: &mut Vec<Bytes>) {
    match bytes(value) {
        Some(found) => {
            *value = json!({ "_placeholder": true, "num": attachments.len() });
            attachments.push(found.into());
        }
        None => children(value, &mut |item| lower(item, attachments)),
    }
}

fn lift(value: &mut Value, attachments: &[Bytes]) {
    let number = value.get("_placeholder").and(value.get("num"));
    let number = number.and_then(Value::as_u64).map(usize::try_from);
    match number.and_then(|number| attachments.get(number.ok()?)) {
        Some(found) => *value = bin(found),
        None => children(value, &mut |item| lift(item, attachments)),
    }
}

/// Arguments as the client takes them.
pub(crate) fn to_args(value: &Value) -> Result<Args, Failure> {
    let (mut value, mut attachments) = (value.clone(), Vec::new());
    lower(&mut value, &mut attachments);
    let arguments = Arguments::parse(value.to_string())?;
    Ok(Args::new(arguments, attachments))
}

/// Arguments as the driver tells them.
pub(crate) fn from_args(args: &Args) -> Result<Value, Failure> {
    let mut value = serde_json::from_str(args.arguments().as_json())?;
    lift(&mut value, args.attachments());
    Ok(value)
}
