//! Payload values: what to send and what to expect.
//!
//! A value is any JSON. An object whose only key begins with `$` is a directive; strings
//! may have holes. Values are kept as a tree of our own, because numbers of the wire
//! (`1e400`, `9007199254740993`) do not survive a parser that makes floats of them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use super::text::Text;

/// A value to send, or to compare with one that was received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pattern {
    /// `null`, `true`, `false`.
    Plain(&'static str),
    /// A number, by its text.
    Number(String),
    /// A string with holes.
    String(Text),
    /// An array, element by element.
    Array(Vec<Pattern>),
    /// An object, whatever the order of its keys.
    Object(Vec<(Text, Pattern)>),
    /// `{"$binary": "AQID"}`: a binary attachment.
    Binary(Vec<u8>),
    /// `{"$raw": "1e400"}`: this JSON text, byte for byte. Holes allowed.
    Raw(Text),
    /// `{"$any": true}`, `{"$any": "string"}`: any value (of this kind). Only expected.
    Any(Kind),
    /// `{"$prefix": "Error: "}`: a string that begins so. Only expected.
    Prefix(Text),
    /// `{"$suffix": "--server-side"}`: a string that ends so. Only expected.
    Suffix(Text),
    /// `{"$keep": "x"}`: any string; from then on `${kept:x}` stands for it. Only expected.
    Keep(String),
    /// `{"$optional": value}`: as a member of an object, that member or none. Only expected.
    Optional(Box<Pattern>),
    /// A string in one of these wordings, each given by the parts that stand between what
    /// varies. Has no form in files; the runner makes it of failure codes.
    OneOf(Vec<Vec<String>>),
}

/// The kinds that `$any` can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any value at all.
    Anything,
    /// A string.
    String,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// An array.
    Array,
    /// An object that is not an attachment.
    Object,
    /// A binary attachment.
    Binary,
}

impl Kind {
    /// Every kind.
    const ALL: [Self; 7] = [
        Self::Anything,
        Self::String,
        Self::Number,
        Self::Boolean,
        Self::Array,
        Self::Object,
        Self::Binary,
    ];

    /// The JSON text behind `$any`.
    const fn as_json(self) -> &'static str {
        match self {
            Self::Anything => "true",
            Self::String => r#""string""#,
            Self::Number => r#""number""#,
            Self::Boolean => r#""boolean""#,
            Self::Array => r#""array""#,
            Self::Object => r#""object""#,
            Self::Binary => r#""binary""#,
        }
    }

    fn of(json: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_json() == json)
    }
}

/// The arguments of an expected event or ack: a list of patterns, or `{"$any": true}` for
/// any number of anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArgumentsPattern {
    /// Exactly these.
    Exactly(Vec<Pattern>),
    /// Whatever comes.
    Anything,
}

/// How deep a value of a scenario may nest. Deeper things are what `${nested:N}` is for.
const MAX_DEPTH: usize = 64;
/// How large a `$bytes` may be: several times the size limit of any server.
const MAX_BYTES: usize = 16 * 1024 * 1024;

impl ArgumentsPattern {
    /// The same with another argument before all others.
    #[must_use]
    pub(crate) fn after(&self, first: Pattern) -> Self {
        match self {
            Self::Anything => Self::Anything,
            Self::Exactly(args) => {
                Self::Exactly(std::iter::once(first).chain(args.iter().cloned()).collect())
            }
        }
    }
}

impl Default for ArgumentsPattern {
    fn default() -> Self {
        Self::Exactly(Vec::new())
    }
}

impl Pattern {
    /// Whether the value can only be expected, not sent.
    pub fn is_matcher(&self) -> bool {
        match self {
            Self::Any(_)
            | Self::Prefix(_)
            | Self::Suffix(_)
            | Self::Keep(_)
            | Self::Optional(_)
            | Self::OneOf(_) => true,
            Self::Array(items) => items.iter().any(Self::is_matcher),
            Self::Object(members) => members.iter().any(|(_, value)| value.is_matcher()),
            _ => false,
        }
    }

    /// Calls `visit` with every string with holes inside.
    pub fn texts<'a>(&'a self, visit: &mut dyn FnMut(&'a Text)) {
        match self {
            Self::String(text) | Self::Raw(text) | Self::Prefix(text) | Self::Suffix(text) => {
                visit(text);
            }
            Self::Optional(value) => value.texts(visit),
            Self::Array(items) => items.iter().for_each(|item| item.texts(visit)),
            Self::Object(members) => members.iter().for_each(|(key, value)| {
                visit(key);
                value.texts(visit);
            }),
            Self::Plain(_)
            | Self::Number(_)
            | Self::Binary(_)
            | Self::Any(_)
            | Self::Keep(_)
            | Self::OneOf(_) => {}
        }
    }

    /// Calls `visit` with every name under which a string inside is kept.
    pub fn keeps<'a>(&'a self, visit: &mut dyn FnMut(&'a str)) {
        match self {
            Self::Keep(name) => visit(name),
            Self::Optional(value) => value.keeps(visit),
            Self::Array(items) => items.iter().for_each(|item| item.keeps(visit)),
            Self::Object(members) => members.iter().for_each(|(_, value)| value.keeps(visit)),
            _ => {}
        }
    }

    /// The value that a JSON text says, without holes and directives.
    pub fn literal(json: &str) -> Option<Self> {
        let raw = serde_json::from_str(json).ok()?;
        Self::parse(raw, 0, true).ok()
    }

    fn parse(raw: &RawValue, depth: usize, literal: bool) -> Result<Self, String> {
        if depth > MAX_DEPTH && !literal {
            return Err(format!(
                "a value nests deeper than {MAX_DEPTH}; use ${{nested:N}} in a $raw"
            ));
        }
        let text_of = |text: String| {
            if literal {
                return Ok(Text::literal(text));
            }
            Text::try_from(text).map_err(|error| error.to_string())
        };
        let text = raw.get();
        match text.as_bytes().first() {
            Some(b'n') => Ok(Self::Plain("null")),
            Some(b't') => Ok(Self::Plain("true")),
            Some(b'f') => Ok(Self::Plain("false")),
            Some(b'"') => Ok(Self::String(text_of(read(raw)?)?)),
            Some(b'[') => read::<Vec<&RawValue>>(raw)?
                .into_iter()
                .map(|item| Self::parse(item, depth + 1, literal))
                .collect::<Result<_, _>>()
                .map(Self::Array),
            Some(b'{') => {
                let members = crate::json::members(text).ok_or("not an object")?;
                if let [(key, value)] = members.as_slice()
                    && let Some(directive) = key.strip_prefix('$').filter(|_| !literal)
                    && !directive.starts_with('{')
                {
                    return Self::directive(directive, value);
                }
                members
                    .into_iter()
                    .map(|(key, value)| {
                        Ok((text_of(key)?, Self::parse(value, depth + 1, literal)?))
                    })
                    .collect::<Result<_, String>>()
                    .map(Self::Object)
            }
            _ => Ok(Self::Number(text.to_owned())),
        }
    }

    fn directive(name: &str, raw: &RawValue) -> Result<Self, String> {
        match name {
            "binary" => STANDARD
                .decode(read::<String>(raw)?)
                .map(Self::Binary)
                .map_err(|error| format!("$binary is not base64: {error}")),
            "bytes" => {
                let size: usize = read(raw)?;
                if size > MAX_BYTES {
                    return Err(format!("$bytes makes at most {MAX_BYTES} bytes"));
                }
                // All byte values, so that no codec can get away with text.
                Ok(Self::Binary((0..=u8::MAX).cycle().take(size).collect()))
            }
            "raw" => read(raw).map(Self::Raw),
            "prefix" => read(raw).map(Self::Prefix),
            "suffix" => read(raw).map(Self::Suffix),
            // What is optional nests in nothing, so that its depth begins anew.
            "optional" => Ok(Self::Optional(Box::new(Self::parse(raw, 0, false)?))),
            "keep" => match read::<String>(raw)? {
                name if super::text::is_name(&name) => Ok(Self::Keep(name)),
                name => Err(format!("$keep takes a name, not {name:?}")),
            },
            "any" => Kind::of(raw.get()).map(Self::Any).ok_or_else(|| {
                format!(
                    "$any takes true, \"string\", \"number\", \"boolean\", \"array\", \"object\" or \"binary\", not {}",
                    raw.get()
                )
            }),
            other => Err(format!(
                "unknown directive ${other}; there are $binary, $bytes, $raw, $any, $prefix, $suffix, \
                 $keep and $optional"
            )),
        }
    }
}

fn read<'a, T: Deserialize<'a>>(raw: &'a RawValue) -> Result<T, String> {
    serde_json::from_str(raw.get()).map_err(|error| super::source::message_of(&error))
}

/// JSON text as it is, so that numbers keep their digits.
fn verbatim<E: serde::ser::Error>(json: &str) -> Result<Box<RawValue>, E> {
    RawValue::from_string(json.to_owned()).map_err(E::custom)
}

/// As a file has it. What has no form in files is an error.
impl Serialize for Pattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Plain(json) => verbatim(json)?.serialize(serializer),
            Self::Number(json) => verbatim(json)?.serialize(serializer),
            Self::String(text) => text.serialize(serializer),
            Self::Array(items) => items.serialize(serializer),
            Self::Object(members) => serializer.collect_map(members.iter().map(|(k, v)| (k, v))),
            Self::Binary(bytes) => directive(serializer, "$binary", &STANDARD.encode(bytes)),
            Self::Raw(text) => directive(serializer, "$raw", text),
            Self::Any(kind) => directive(serializer, "$any", &*verbatim(kind.as_json())?),
            Self::Prefix(text) => directive(serializer, "$prefix", text),
            Self::Suffix(text) => directive(serializer, "$suffix", text),
            Self::Keep(name) => directive(serializer, "$keep", name),
            Self::Optional(value) => directive(serializer, "$optional", value),
            Self::OneOf(_) => Err(S::Error::custom(
                "wordings of failures have no form in files",
            )),
        }
    }
}

fn directive<S: Serializer>(
    serializer: S,
    name: &str,
    value: &(impl Serialize + ?Sized),
) -> Result<S::Ok, S::Error> {
    let mut map = serializer.serialize_map(Some(1))?;
    map.serialize_entry(name, value)?;
    map.end()
}

impl Serialize for ArgumentsPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Exactly(items) => items.serialize(serializer),
            Self::Anything => Pattern::Any(Kind::Anything).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Pattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        Self::parse(raw, 0, false).map_err(D::Error::custom)
    }
}

impl<'de> Deserialize<'de> for ArgumentsPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&RawValue>::deserialize(deserializer)?;
        match Pattern::parse(raw, 0, false).map_err(D::Error::custom)? {
            Pattern::Array(items) => Ok(Self::Exactly(items)),
            Pattern::Any(Kind::Anything) => Ok(Self::Anything),
            _ => Err(D::Error::custom(
                "arguments are an array, or {\"$any\": true}",
            )),
        }
    }
}

impl JsonSchema for Pattern {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Pattern".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "Any JSON value; strings may have holes. An object whose only key \
                begins with $ is a directive: {\"$binary\": base64} and {\"$bytes\": size} are \
                attachments, {\"$raw\": text} is JSON text byte for byte, {\"$any\": true or a \
                kind}, {\"$prefix\": text} and {\"$suffix\": text} match what was received, \
                {\"$keep\": name} matches a string and keeps it for ${kept:name}, and a member \
                that is {\"$optional\": value} may be missing."
        })
    }
}

impl JsonSchema for ArgumentsPattern {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Arguments".into()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        let pattern = generator.subschema_for::<Pattern>();
        schemars::json_schema!({
            "description": "The arguments: exactly these, or {\"$any\": true} for whatever comes.",
            "anyOf": [
                { "type": "array", "items": pattern },
                {
                    "type": "object",
                    "properties": { "$any": { "const": true } },
                    "required": ["$any"],
                    "additionalProperties": false
                }
            ]
        })
    }
}
