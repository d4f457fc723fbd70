//! JSON text rewritten without becoming a tree: strings exchanged, attachments put in and
//! taken out. Whatever is not touched keeps its text.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use sio_p2p_transport::Data;

use crate::json::{elements, members, quote, unquote};

/// Deeper than this a value is copied as it is; nothing that has to be exchanged is there.
const MAX_DEPTH: usize = 200;

/// What is exchanged.
struct Rewriter<'a> {
    /// Another text for a string.
    string: &'a mut dyn FnMut(&str) -> Option<String>,
    /// Another text for a whole object with one or two members.
    object: &'a mut dyn FnMut(&str) -> Option<String>,
    out: String,
}

impl Rewriter<'_> {
    fn value(&mut self, text: &str, depth: usize) {
        let text = text.trim();
        match text.as_bytes().first() {
            Some(b'"') => match unquote(text).and_then(|string| (self.string)(&string)) {
                Some(other) => self.out.push_str(&quote(&other)),
                None => self.out.push_str(text),
            },
            Some(b'[') if depth < MAX_DEPTH => {
                self.out.push('[');
                for (index, item) in elements(text).unwrap_or_default().into_iter().enumerate() {
                    if index > 0 {
                        self.out.push(',');
                    }
                    self.value(item.get(), depth + 1);
                }
                self.out.push(']');
            }
            Some(b'{') if depth < MAX_DEPTH => {
                if let Some(other) = (self.object)(text) {
                    return self.out.push_str(&other);
                }
                self.out.push('{');
                for (index, (key, value)) in
                    members(text).unwrap_or_default().into_iter().enumerate()
                {
                    if index > 0 {
                        self.out.push(',');
                    }
                    self.out.push_str(&quote(&key));
                    self.out.push(':');
                    self.value(value.get(), depth + 1);
                }
                self.out.push('}');
            }
            _ => self.out.push_str(text),
        }
    }
}

/// A text with strings and objects exchanged; `None` leaves one as it is.
fn rewrite(
    json: &str,
    string: &mut dyn FnMut(&str) -> Option<String>,
    object: &mut dyn FnMut(&str) -> Option<String>,
) -> String {
    let mut rewriter = Rewriter {
        string,
        object,
        out: String::with_capacity(json.len()),
    };
    rewriter.value(json, 0);
    rewriter.out
}

/// Exchanges strings; `None` leaves one as it is.
pub(crate) fn strings(json: &str, string: &mut dyn FnMut(&str) -> Option<String>) -> String {
    rewrite(json, string, &mut |_| None)
}

/// The bytes that `{"$bin": base64}` stands for.
pub(crate) fn bytes_of(object: &str) -> Option<Bytes> {
    match members(object)?.as_slice() {
        [(key, value)] if key == "$bin" => {
            let bytes = STANDARD.decode(unquote(value.get())?).ok()?;
            Some(bytes.into())
        }
        _ => None,
    }
}

/// An object of the application that looks like binary data (`{"$bin": text}`) has one more `$`
/// in files and lines: the same object with that `$`, or without it.
fn escaped(object: &str, escape: bool) -> Option<String> {
    let members = members(object)?;
    let [(key, value)] = members.as_slice() else {
        return None;
    };
    let dollars = key.strip_suffix("bin")?;
    let looks_so = !dollars.is_empty() && dollars.bytes().all(|byte| byte == b'$');
    let text = value.get();
    match escape {
        _ if !looks_so || !text.starts_with('"') => None,
        true => Some(format!(r#"{{"${key}":{text}}}"#)),
        false if dollars.len() > 1 => Some(format!(r#"{{"{}":{text}}}"#, &key[1..])),
        false => None,
    }
}

/// A payload to send: attachments are taken out of the text.
pub(crate) fn to_wire(json: &str, string: &mut dyn FnMut(&str) -> Option<String>) -> Data {
    let mut attachments = Vec::new();
    let json = rewrite(json, string, &mut |object| {
        if let Some(meant) = escaped(object, false) {
            return Some(meant);
        }
        attachments.push(bytes_of(object)?);
        let number = attachments.len() - 1;
        Some(format!(r#"{{"_placeholder":true,"num":{number}}}"#))
    });
    Data::with_attachments(json, attachments)
}

/// The text of a payload that was received, with the attachments in their places.
pub(crate) fn from_wire(data: &Data, string: &mut dyn FnMut(&str) -> Option<String>) -> String {
    rewrite(
        &data.json,
        string,
        &mut |object| match attachment(object, &data.attachments) {
            Some(bytes) => Some(format!(r#"{{"$bin":"{}"}}"#, STANDARD.encode(bytes))),
            None => escaped(object, true),
        },
    )
}

/// The attachment that an object stands for, if it is a placeholder; of members with one name
/// the last counts, as in JavaScript.
pub(crate) fn attachment<'a>(object: &str, attachments: &'a [Bytes]) -> Option<&'a Bytes> {
    if attachments.is_empty() || !object.starts_with('{') {
        return None;
    }
    let members = members(object)?;
    let last = |name: &str| members.iter().rev().find(|(key, _)| key == name);
    if last("_placeholder")?.1.get() != "true" {
        return None;
    }
    attachments.get(last("num")?.1.get().parse::<usize>().ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attachments_go_out_and_come_back() {
        let json = r#"["e",{"deep":[{"$bin":"AQI="}],"n":1e400},{"$bin":""},"a","\ud800"]"#;
        let data = to_wire(json, &mut |text| (text == "a").then(|| "a-x".to_owned()));
        assert_eq!(
            data.json,
            r#"["e",{"deep":[{"_placeholder":true,"num":0}],"n":1e400},{"_placeholder":true,"num":1},"a-x","\ud800"]"#
        );
        assert_eq!(data.attachments, [&b"\x01\x02"[..], b""]);
        let back = from_wire(&data, &mut |text| Some(text.replace("-x", "")));
        assert_eq!(back, json);
    }

    #[test]
    fn what_only_looks_like_an_attachment_stays() {
        let json = r#"[{"$bin":5},{"$bin":"AQ==","x":1},{"_placeholder":true,"num":0}]"#;
        assert_eq!(to_wire(json, &mut |_| None), Data::new(json));
        assert_eq!(from_wire(&Data::new(json), &mut |_| None), json);
    }

    /// What an application sends may look like our form of binary data, and like its escape.
    #[test]
    fn data_of_an_application_that_looks_binary_has_one_more_dollar() {
        let meant = Data::new(r#"[{"$bin":"AQ=="},{"$$bin":"?"},{"k":[{"$bin":""}]},{"$$bin":1}]"#);
        let written = r#"[{"$$bin":"AQ=="},{"$$$bin":"?"},{"k":[{"$$bin":""}]},{"$$bin":1}]"#;
        assert_eq!(from_wire(&meant, &mut |_| None), written);
        assert_eq!(to_wire(written, &mut |_| None), meant);
    }

    #[test]
    fn depth_is_no_danger() {
        let json = format!("{}{}", "[".repeat(5000), "]".repeat(5000));
        assert_eq!(strings(&json, &mut |_| None), json);
    }
}
