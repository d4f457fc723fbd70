//! A value that remembers where in its file it stood.
//!
//! `serde_json` can hand out slices of its input (`&RawValue`); the distance of such a
//! slice from the beginning of the file is its place. Plain address arithmetic, no
//! `unsafe`: an address that does not lie inside the text yields no place.

use std::ops::Deref;

use serde::de::{Deserialize, DeserializeOwned, Deserializer, Error};
use serde_json::value::RawValue;

/// A parsed value together with the text it was parsed from.
#[derive(Debug, Clone, Copy)]
pub struct Spanned<'a, T> {
    raw: &'a RawValue,
    value: T,
}

impl<'a, T> Spanned<'a, T> {
    /// The text the value was parsed from, a slice of the file.
    pub fn raw(&self) -> &'a RawValue {
        self.raw
    }

    /// The value alone.
    pub fn into_inner(self) -> T {
        self.value
    }
}

impl<T> Deref for Spanned<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<'de: 'a, 'a, T: DeserializeOwned> Deserialize<'de> for Spanned<'a, T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'a RawValue>::deserialize(deserializer)?;
        let value = serde_json::from_str(raw.get()).map_err(|error| {
            // The inner error counts lines from the slice; the outer one adds its own place.
            D::Error::custom(super::source::message_of(&error))
        })?;
        Ok(Self { raw, value })
    }
}
