//! What an application sends, kept as text and never taken apart.
//!
//! A server passes payloads on byte for byte (SRV-MSG-10): 2^53+1, `1e400`,
//! `-0`, duplicate keys, escapes and lone surrogates survive because no number
//! and no string of them is ever read. Validating skips over the text without
//! recursion, so nesting costs no stack.
//!
//! Binary attachments travel beside the text. Their placeholders
//! `{"_placeholder":true,"num":k}` stay inside it and stay valid, because
//! neither ids nor names can hold an attachment.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

use crate::wire::{self, Elements};

/// A text that is not the JSON that was expected.
#[derive(Debug, thiserror::Error)]
pub enum InvalidPayload {
    /// The text is not JSON.
    #[error("not valid JSON: {0}")]
    NotJson(#[from] serde_json::Error),
    /// The text is JSON but not an array.
    #[error("expected a JSON array, found {0}")]
    NotAnArray(&'static str),
}

/// One JSON value as text, byte for byte as it came.
///
/// Two payloads are equal when their texts are.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Payload(Box<RawValue>);

impl Payload {
    /// Takes one JSON value; white space around it is dropped, inside it is kept.
    pub fn parse(text: impl Into<String>) -> Result<Self, InvalidPayload> {
        Ok(Self(RawValue::from_string(text.into())?))
    }

    /// Writes a value as JSON. Fails only if the value refuses to be written.
    pub fn from_value<T: Serialize + ?Sized>(value: &T) -> Result<Self, InvalidPayload> {
        Ok(Self(to_raw_value(value)?))
    }

    /// The value `null`.
    pub fn null() -> Self {
        Self(RawValue::NULL.to_owned())
    }

    /// The value `{}`.
    pub fn empty_object() -> Self {
        Self(to_raw_value(&serde_json::Map::new()).unwrap_or_else(|_| RawValue::NULL.to_owned()))
    }

    /// A JSON string.
    pub fn string(text: &str) -> Self {
        // Writing a string cannot fail; the fallback only spares a panic.
        Self(to_raw_value(text).unwrap_or_else(|_| RawValue::NULL.to_owned()))
    }

    /// The JSON text.
    pub fn as_json(&self) -> &str {
        self.0.get()
    }

    /// The raw value, for splicing into other JSON.
    pub fn as_raw(&self) -> &RawValue {
        &self.0
    }

    /// True unless JavaScript would call the value falsy: `null`, `false`, any
    /// zero, or the empty string. Several acks mean "refused" by a truthy first
    /// argument.
    pub fn is_truthy(&self) -> bool {
        wire::is_truthy(&self.0)
    }

    /// The text of a JSON string, or `None` for anything else and for a string
    /// with a lone surrogate.
    pub fn to_text(&self) -> Option<String> {
        wire::text(&self.0)
    }
}

impl From<&RawValue> for Payload {
    fn from(raw: &RawValue) -> Self {
        Self(raw.to_owned())
    }
}

impl PartialEq for Payload {
    fn eq(&self, other: &Self) -> bool {
        self.as_json() == other.as_json()
    }
}

impl Eq for Payload {}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Payload({})", self.as_json())
    }
}

impl fmt::Display for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_json())
    }
}

/// A list of arguments: a JSON array as text, byte for byte as it came.
#[derive(Clone)]
pub struct Arguments(Box<str>);

impl Arguments {
    /// Takes a JSON array; white space around it is dropped, inside it is kept.
    pub fn parse(text: impl Into<String>) -> Result<Self, InvalidPayload> {
        let raw = RawValue::from_string(text.into())?;
        Self::from_raw(&raw).ok_or_else(|| InvalidPayload::NotAnArray(wire::kind(&raw)))
    }

    /// No arguments: `[]`.
    pub fn empty() -> Self {
        Self::from_list("")
    }

    /// Writes each value as one argument.
    pub fn from_values<T: Serialize>(values: &[T]) -> Result<Self, InvalidPayload> {
        Ok(Self(serde_json::to_string(values)?.into()))
    }

    /// Puts payloads in a row, each unchanged.
    pub fn from_payloads<'a>(payloads: impl IntoIterator<Item = &'a Payload>) -> Self {
        let list: Vec<&str> = payloads.into_iter().map(Payload::as_json).collect();
        Self::from_list(&list.join(","))
    }

    /// The array as text, brackets included.
    pub fn as_json(&self) -> &str {
        &self.0
    }

    /// The text between the brackets, for splicing into a longer array.
    /// White space at either end is not part of it.
    pub fn inner(&self) -> &str {
        let text = self.as_json();
        text.get(1..text.len() - 1).map_or("", wire::trim)
    }

    /// Every argument in order. Takes one pass over the text.
    pub fn elements(&self) -> Vec<&RawValue> {
        // The text was validated when it came in, so this cannot fail.
        serde_json::from_str(self.as_json()).unwrap_or_default()
    }

    /// The first argument, if there is one. Takes one pass over the text.
    pub fn first(&self) -> Option<&RawValue> {
        Elements::scan(self.as_json()).ok()?.get(0)
    }

    /// How many arguments there are. Takes one pass over the text.
    pub fn len(&self) -> usize {
        Elements::scan(self.as_json()).map_or(0, |elements| elements.len())
    }

    /// True when there are no arguments.
    pub fn is_empty(&self) -> bool {
        self.inner().is_empty()
    }

    /// The same list with one more argument at its end.
    #[must_use]
    pub fn with(&self, last: &RawValue) -> Self {
        let inner = self.inner();
        let comma = if inner.is_empty() { "" } else { "," };
        Self::from_list(&format!("{inner}{comma}{}", last.get()))
    }

    /// Takes a raw value if it is an array.
    pub(crate) fn from_raw(raw: &RawValue) -> Option<Self> {
        raw.get().starts_with('[').then(|| Self(raw.get().into()))
    }

    /// Takes text that is known to be a JSON array.
    pub(crate) fn from_array(text: String) -> Self {
        Self(text.into())
    }

    /// Puts brackets around a list that is known to be JSON values and commas.
    pub(crate) fn from_list(list: &str) -> Self {
        let mut text = String::with_capacity(list.len() + 2);
        text.push('[');
        text.push_str(list);
        text.push(']');
        Self(text.into())
    }
}

impl Serialize for Arguments {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: &RawValue = serde_json::from_str(&self.0).map_err(serde::ser::Error::custom)?;
        raw.serialize(serializer)
    }
}

impl Default for Arguments {
    fn default() -> Self {
        Self::empty()
    }
}

impl<'de> Deserialize<'de> for Arguments {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Self::from_raw(&raw)
            .ok_or_else(|| serde::de::Error::custom(InvalidPayload::NotAnArray(wire::kind(&raw))))
    }
}

impl PartialEq for Arguments {
    fn eq(&self, other: &Self) -> bool {
        self.as_json() == other.as_json()
    }
}

impl Eq for Arguments {}

impl fmt::Debug for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Arguments({})", self.as_json())
    }
}

impl fmt::Display for Arguments {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_json())
    }
}
