//! Comparing what was received with what a scenario expects.

pub(crate) mod event;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bytes::Bytes;
use sio_p2p_transport::Data;

use crate::attachments::attachment;
use crate::blame::How;
use crate::json::{elements, members, quote, shorten, unquote};
use crate::player::play::bindings::Bindings;
use crate::scenario::value::{ArgumentsPattern, Kind, Pattern};

/// How many characters of a value a message shows.
const SHOWN: usize = 160;

/// The first difference between an expectation and a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Difference {
    /// Where: `argument 2`, `argument 1, member "x", element 3`.
    pub(crate) place: String,
    /// What was expected there.
    pub(crate) expected: String,
    /// What is there.
    pub(crate) actual: String,
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "{}: expected {}, got {}",
            self.place, self.expected, self.actual
        )
    }
}

impl Difference {
    /// In which way the value is wrong.
    pub(crate) fn how(&self) -> How {
        let is_whole = !self.place.contains(',');
        let is_none = |text: &str| text.starts_with("nothing");
        if is_whole && (is_none(&self.expected) || is_none(&self.actual)) {
            return How::Count;
        }
        let is_bytes = |text: &str| text.starts_with("an attachment");
        let is_placeholder = self.actual.contains("\"_placeholder\"");
        if is_bytes(&self.expected) && (is_bytes(&self.actual) || is_placeholder) {
            How::Bytes
        } else {
            How::Different
        }
    }
}

/// Compares an argument list (JSON array text with placeholders) with a pattern.
pub(crate) fn arguments(
    bindings: &Bindings,
    expected: &ArgumentsPattern,
    json: &str,
    attachments: &[Bytes],
) -> Result<(), Difference> {
    let ArgumentsPattern::Exactly(patterns) = expected else {
        return Ok(());
    };
    let actual = elements(json).unwrap_or_default();
    for (index, pattern) in patterns.iter().enumerate() {
        let place = format!("argument {}", index + 1);
        match actual.get(index) {
            Some(raw) => compare(bindings, pattern, raw.get(), attachments, &place)?,
            None => {
                return Err(Difference {
                    place,
                    expected: describe(bindings, pattern),
                    actual: format!("nothing: there are {} arguments", actual.len()),
                });
            }
        }
    }
    match actual.get(patterns.len()) {
        None => Ok(()),
        Some(extra) => Err(Difference {
            place: format!("argument {}", patterns.len() + 1),
            expected: format!("nothing, only {} arguments", patterns.len()),
            actual: shorten(extra.get(), SHOWN),
        }),
    }
}

/// Compares one value with a pattern.
pub(crate) fn compare(
    bindings: &Bindings,
    pattern: &Pattern,
    json: &str,
    attachments: &[Bytes],
    place: &str,
) -> Result<(), Difference> {
    let json = json.trim();
    let attachment = attachment(json, attachments);
    let differs = || {
        Err(Difference {
            place: place.to_owned(),
            expected: describe(bindings, pattern),
            actual: match attachment {
                Some(bytes) => describe_bytes(bytes),
                None => shorten(json, SHOWN),
            },
        })
    };
    let matches = match pattern {
        Pattern::Plain(text) => json == *text,
        Pattern::Number(text) => same_number(text, json),
        Pattern::String(text) => match (bindings.fill(text), unquote(json)) {
            (Ok(expected), Some(actual)) => expected == actual,
            _ => false,
        },
        Pattern::Prefix(text) => match (bindings.fill(text), unquote(json)) {
            (Ok(prefix), Some(actual)) => actual.starts_with(&prefix),
            _ => false,
        },
        Pattern::Suffix(text) => match (bindings.fill(text), unquote(json)) {
            (Ok(suffix), Some(actual)) => actual.ends_with(&suffix),
            _ => false,
        },
        Pattern::Keep(_) => is_kind(Kind::String, json, attachment.is_some()),
        Pattern::OneOf(wordings) => unquote(json)
            .is_some_and(|actual| wordings.iter().any(|parts| is_worded(parts, &actual))),
        Pattern::Raw(text) => bindings
            .fill_raw(text)
            .is_ok_and(|expected| expected == json),
        Pattern::Binary(bytes) => attachment.is_some_and(|actual| actual == bytes),
        Pattern::Optional(value) => {
            return compare(bindings, value, json, attachments, place);
        }
        Pattern::Any(kind) => is_kind(*kind, json, attachment.is_some()),
        Pattern::Array(items) => {
            let Some(actual) = elements(json) else {
                return differs();
            };
            if actual.len() != items.len() {
                return differs();
            }
            for (index, (item, raw)) in items.iter().zip(actual).enumerate() {
                let place = format!("{place}, element {}", index + 1);
                compare(bindings, item, raw.get(), attachments, &place)?;
            }
            true
        }
        Pattern::Object(expected) => {
            if attachment.is_some() {
                return differs();
            }
            let Some(actual) = members(json) else {
                return differs();
            };
            // As in JavaScript, the last of several equal keys counts.
            let actual: BTreeMap<_, _> = actual.into_iter().collect();
            let mut known = 0;
            for (key, value) in expected {
                let Ok(key) = bindings.fill(key) else {
                    return differs();
                };
                let Some(raw) = actual.get(&key) else {
                    if matches!(value, Pattern::Optional(_)) {
                        continue;
                    }
                    return differs();
                };
                known += 1;
                let place = format!("{place}, member {}", quote(&key));
                compare(bindings, value, raw.get(), attachments, &place)?;
            }
            known == actual.len()
        }
    };
    if matches { Ok(()) } else { differs() }
}

/// Compares an argument list, and keeps what the patterns keep of one that fits.
pub(crate) fn take_arguments(
    bindings: &mut Bindings,
    expected: &ArgumentsPattern,
    data: &Data,
) -> Result<(), Difference> {
    arguments(bindings, expected, &data.json, &data.attachments)?;
    keep(bindings, expected, &data.json);
    Ok(())
}

/// Compares a value, and keeps what the pattern keeps of one that fits.
pub(crate) fn take_value(
    bindings: &mut Bindings,
    expected: &Pattern,
    data: &Data,
) -> Result<(), Difference> {
    compare(
        bindings,
        expected,
        &data.json,
        &data.attachments,
        "the value",
    )?;
    keep_of(bindings, expected, &data.json);
    Ok(())
}

/// Keeps the strings that patterns keep of an argument list that fits them.
fn keep(bindings: &mut Bindings, expected: &ArgumentsPattern, json: &str) {
    if let ArgumentsPattern::Exactly(patterns) = expected {
        keep_items(bindings, patterns, json);
    }
}

fn keep_items(bindings: &mut Bindings, patterns: &[Pattern], json: &str) {
    for (pattern, raw) in patterns.iter().zip(elements(json).unwrap_or_default()) {
        keep_of(bindings, pattern, raw.get());
    }
}

fn keep_of(bindings: &mut Bindings, pattern: &Pattern, json: &str) {
    match pattern {
        Pattern::Keep(name) => {
            if let Some(text) = unquote(json) {
                bindings.keep(name, text);
            }
        }
        Pattern::Optional(value) => keep_of(bindings, value, json),
        Pattern::Array(items) => keep_items(bindings, items, json),
        Pattern::Object(expected) => {
            let actual: BTreeMap<_, _> = members(json).unwrap_or_default().into_iter().collect();
            for (key, value) in expected {
                // Keys with holes are compared, not kept from: nothing needs that.
                if let Some(raw) = actual.get(key.source()) {
                    keep_of(bindings, value, raw.get());
                }
            }
        }
        _ => {}
    }
}

/// Whether a text consists of these parts with anything between them.
fn is_worded(parts: &[String], text: &str) -> bool {
    let Some((first, rest)) = parts.split_first() else {
        return text.is_empty();
    };
    let Some(mut text) = text.strip_prefix(first.as_str()) else {
        return false;
    };
    let Some((last, middle)) = rest.split_last() else {
        return text.is_empty();
    };
    for part in middle {
        match text.find(part.as_str()) {
            Some(at) => text = &text[at + part.len()..],
            None => return false,
        }
    }
    text.ends_with(last.as_str())
}

/// Whether two notations are those of one number.
pub(crate) fn same_number(left: &str, right: &str) -> bool {
    if left == right {
        return true;
    }
    match (left.parse::<i128>(), right.parse::<i128>()) {
        (Ok(left), Ok(right)) => left == right,
        // Different notations of the same double: 1 and 1.0 and 1e0.
        _ => match (left.parse::<f64>(), right.parse::<f64>()) {
            (Ok(l), Ok(r)) => l.is_finite() && l.to_bits() == r.to_bits(),
            _ => false,
        },
    }
}

fn is_kind(kind: Kind, json: &str, is_attachment: bool) -> bool {
    let first = json.as_bytes().first().copied().unwrap_or(b'n');
    match kind {
        Kind::Anything => true,
        Kind::String => first == b'"',
        Kind::Number => first == b'-' || first.is_ascii_digit(),
        Kind::Boolean => first == b't' || first == b'f',
        Kind::Array => first == b'[',
        Kind::Object => first == b'{' && !is_attachment,
        Kind::Binary => is_attachment,
    }
}

/// An expected argument list in words.
pub(crate) fn describe_arguments(bindings: &Bindings, expected: &ArgumentsPattern) -> String {
    match expected {
        ArgumentsPattern::Anything => "any arguments".to_owned(),
        ArgumentsPattern::Exactly(patterns) => {
            let items: Vec<_> = patterns
                .iter()
                .map(|item| describe(bindings, item))
                .collect();
            shorten(&format!("[{}]", items.join(",")), 2 * SHOWN)
        }
    }
}

/// An expected value in words: JSON where it is JSON.
pub(crate) fn describe(bindings: &Bindings, pattern: &Pattern) -> String {
    let filled =
        |result: Result<String, String>| result.unwrap_or_else(|error| format!("<{error}>"));
    let text = match pattern {
        Pattern::Plain(text) => (*text).to_owned(),
        Pattern::Number(text) => text.clone(),
        Pattern::String(text) => quote(&filled(bindings.fill(text))),
        Pattern::Prefix(text) => {
            format!("a string beginning {}", quote(&filled(bindings.fill(text))))
        }
        Pattern::Suffix(text) => format!("a string ending {}", quote(&filled(bindings.fill(text)))),
        Pattern::OneOf(wordings) => {
            let wordings: Vec<_> = wordings
                .iter()
                .map(|parts| quote(&parts.join("…")))
                .collect();
            return wordings.join(" or ");
        }
        Pattern::Raw(text) => format!("the text {}", filled(bindings.fill_raw(text))),
        Pattern::Binary(bytes) => describe_bytes(bytes),
        Pattern::Any(Kind::Anything) => "anything".to_owned(),
        Pattern::Keep(_) | Pattern::Any(Kind::String) => "any string".to_owned(),
        Pattern::Optional(value) => format!("{} or nothing", describe(bindings, value)),
        Pattern::Any(Kind::Number) => "any number".to_owned(),
        Pattern::Any(Kind::Boolean) => "true or false".to_owned(),
        Pattern::Any(Kind::Array) => "any array".to_owned(),
        Pattern::Any(Kind::Object) => "any object".to_owned(),
        Pattern::Any(Kind::Binary) => "any attachment".to_owned(),
        Pattern::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| describe(bindings, item)).collect();
            format!("[{}]", items.join(","))
        }
        Pattern::Object(members) => {
            let members: Vec<_> = members
                .iter()
                .map(|(key, value)| {
                    format!(
                        "{}:{}",
                        quote(&filled(bindings.fill(key))),
                        describe(bindings, value)
                    )
                })
                .collect();
            format!("{{{}}}", members.join(","))
        }
    };
    shorten(&text, SHOWN)
}

fn describe_bytes(bytes: &[u8]) -> String {
    let mut head = String::new();
    for byte in bytes.iter().take(16) {
        let _ = write!(head, " {byte:02x}");
    }
    let more = if bytes.len() > 16 { " …" } else { "" };
    format!("an attachment of {} bytes:{head}{more}", bytes.len())
}

#[cfg(test)]
mod tests;
