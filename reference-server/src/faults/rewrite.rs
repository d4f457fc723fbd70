//! Changes of the JSON text and attachments of a packet.
//!
//! Elements are cut out and put together as text, so that a fault changes what
//! it is about and nothing else.

use bytes::Bytes;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::relay::Data;

/// What a falsified value becomes.
pub(super) const ALTERED: &str = "\"altered\"";

/// The texts of the elements of an array; none if it is not one.
pub(super) fn elements(json: &str) -> Vec<String> {
    let elements: Vec<&RawValue> = serde_json::from_str(json).unwrap_or_default();
    elements.iter().map(|raw| raw.get().to_owned()).collect()
}

/// An array of these elements.
pub(super) fn array(elements: &[String]) -> String {
    format!("[{}]", elements.join(","))
}

/// A string as JSON.
pub(super) fn string(text: &str) -> String {
    Value::from(text).to_string()
}

/// A JSON string, read; empty for any other value.
pub(super) fn text(json: &str) -> String {
    serde_json::from_str(json).unwrap_or_default()
}

/// The name of an event packet.
pub(super) fn event_name(json: &str) -> String {
    elements(json)
        .first()
        .map(|name| text(name))
        .unwrap_or_default()
}

/// Changes the elements of an array in place.
pub(super) fn edit(data: &mut Data, change: impl FnOnce(&mut Vec<String>)) {
    let mut elements = elements(&data.json);
    change(&mut elements);
    data.json = array(&elements);
}

/// Replaces what is behind the first `skip` elements by one array of it.
pub(super) fn nest(elements: &mut Vec<String>, skip: usize) {
    let inner = elements.split_off(skip.min(elements.len()));
    elements.push(array(&inner));
}

/// Reads a value and writes it again. What does not survive that stays as it is.
pub(super) fn rewrite(json: &str) -> String {
    serde_json::from_str::<Value>(json).map_or_else(|_| json.to_owned(), |value| value.to_string())
}

/// Sorts the members of all objects.
pub(super) fn sort_keys(json: &str) -> String {
    let Ok(mut value) = serde_json::from_str::<Value>(json) else {
        return json.to_owned();
    };
    value.sort_all_objects();
    value.to_string()
}

/// Replaces every character outside of ASCII.
pub(super) fn mangle(text: &str) -> String {
    let replace = |c: char| if c.is_ascii() { c } else { '?' };
    text.chars().map(replace).collect()
}

/// Inverts the first byte of the first attachment that has one.
pub(super) fn corrupt(attachments: &mut [Bytes]) {
    if let Some(first) = attachments.iter_mut().find(|bytes| !bytes.is_empty()) {
        let mut bytes = first.to_vec();
        if let Some(byte) = bytes.first_mut() {
            *byte = !*byte;
        }
        *first = bytes.into();
    }
}

/// Replaces a member of the object that is the last element.
pub(super) fn set_member(elements: &mut [String], name: &str, value: Option<&str>) {
    let Some(object) = elements.last_mut() else {
        return;
    };
    if let Ok(Value::Object(mut members)) = serde_json::from_str(object) {
        match value {
            Some(value) => members.insert(name.to_owned(), Value::from(value)),
            None => members.shift_remove(name),
        };
        *object = Value::Object(members).to_string();
    }
}

/// Leaves only these members in the object that is the last element.
pub(super) fn keep_members(elements: &mut [String], names: &[&str]) {
    let Some(object) = elements.last_mut() else {
        return;
    };
    if let Ok(Value::Object(mut members)) = serde_json::from_str(object) {
        members.retain(|name, _| names.contains(&name.as_str()));
        *object = Value::Object(members).to_string();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_meant_stays_as_it_is() {
        let mut data = Data::from(r#"["e", 1e400 ,{"b":1,"a":-0.0}]"#.to_owned());
        edit(&mut data, |_| {});
        assert_eq!(data.json, r#"["e",1e400,{"b":1,"a":-0.0}]"#);
        assert_eq!(rewrite("1e400"), "1e400");
        assert_eq!(rewrite("12345678901234567890123"), "1.2345678901234568e+22");
        assert_eq!(
            sort_keys(r#"[{"b":1,"a":{"d":1,"c":2}}]"#),
            r#"[{"a":{"c":2,"d":1},"b":1}]"#
        );
        assert_eq!(mangle("a\u{e4}\u{1f600}"), "a??");
    }

    #[test]
    fn members_are_replaced_removed_and_kept() {
        let mut elements = vec![String::from(r#"{"a":1,"b":2,"c":3}"#)];
        set_member(&mut elements, "a", Some("x"));
        set_member(&mut elements, "b", None);
        assert_eq!(elements, [r#"{"a":"x","c":3}"#]);
        keep_members(&mut elements, &["c"]);
        assert_eq!(elements, [r#"{"c":3}"#]);
    }
}
