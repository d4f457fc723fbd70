//! Strings with holes: `"hello ${b}"`.
//!
//! Scenarios run in parallel and against servers that others use, so nothing that the
//! server keys on may be written down; it is generated, and a hole stands for it.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

/// A string that may contain `${...}`. Parsed once, when the file is read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Text {
    source: String,
    parts: Vec<Part>,
}

/// As a file has it, where the escape keeps what only looks like a hole.
impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.parts.as_slice() {
            [Part::Literal(text)] if *text == self.source => {
                serializer.serialize_str(&escaped(text))
            }
            _ => serializer.serialize_str(&self.source),
        }
    }
}

/// A piece of a [`Text`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Characters that stand for themselves.
    Literal(String),
    /// `${a}`: the client id of actor `a`.
    Actor(String),
    /// `${n}`: how often the innermost `repeat` has run, from 0.
    Counter,
    /// `${run}`: a short text that differs from run to run and scenario to scenario.
    Run,
    /// `${room:x}`: a room name that nobody else uses, the same for the same `x`.
    Room(String),
    /// `${ack:q}`: the number by which the server asked for the ack of request `q`.
    Ack(String),
    /// `${kept:x}`: the string that `{"$keep": "x"}` matched.
    Kept(String),
    /// `${sid:a}`: the id that the server gave the Socket.IO socket of actor `a`.
    Socket(String),
    /// `${engine:a}`: the id of the Engine.IO session of actor `a`.
    Engine(String),
    /// `${nested:3}`: `[[[]]]`, arrays nested so deep.
    Nested(usize),
    /// `${repeat:3:ab}`: `ababab`.
    Repeat(usize, String),
}

/// Why a string with holes cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// A hole without an end.
    #[error("`${{` without a closing `}}` in {0:?}; write `$${{` for the characters themselves")]
    Open(String),
    /// A hole that is not one of the known forms.
    #[error(
        "unknown hole `${{{0}}}`; there are an actor's name, n, run, room:NAME, ack:REQUEST, kept:NAME, sid:ACTOR, engine:ACTOR, nested:DEPTH and repeat:TIMES:TEXT"
    )]
    Unknown(String),
    /// A generator that would make more than the limit.
    #[error("`${{{0}}}` makes more than {MAX_GENERATED} bytes")]
    TooLong(String),
}

/// What one generator may make, in bytes: several times the size limit of any server.
pub const MAX_GENERATED: usize = 16 * 1024 * 1024;

impl Text {
    /// A text without holes, whatever its characters.
    pub fn literal(text: impl Into<String>) -> Self {
        let source = text.into();
        Self {
            parts: vec![Part::Literal(source.clone())],
            source,
        }
    }

    /// The string as the file has it.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The pieces in order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Fills the holes; `fill` is asked for those that only the run knows.
    pub fn render<E>(&self, mut fill: impl FnMut(&Part) -> Result<String, E>) -> Result<String, E> {
        let mut text = String::with_capacity(self.source.len());
        for part in &self.parts {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Nested(depth) => {
                    text.extend(std::iter::repeat_n('[', *depth));
                    text.extend(std::iter::repeat_n(']', *depth));
                }
                Part::Repeat(times, unit) => {
                    text.extend(std::iter::repeat_n(unit.as_str(), *times));
                }
                variable => text.push_str(&fill(variable)?),
            }
        }
        Ok(text)
    }
}

impl TryFrom<String> for Text {
    type Error = TextError;

    fn try_from(source: String) -> Result<Self, TextError> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut rest = source.as_str();
        while let Some(at) = rest.find("${") {
            if rest[..at].ends_with('$') {
                // `$${` is the escape: drop one dollar, keep the brace.
                literal.push_str(&rest[..at]);
                literal.push('{');
                rest = &rest[at + 2..];
                continue;
            }
            literal.push_str(&rest[..at]);
            let body = &rest[at + 2..];
            let end = body
                .find('}')
                .ok_or_else(|| TextError::Open(source.clone()))?;
            if !literal.is_empty() {
                parts.push(Part::Literal(std::mem::take(&mut literal)));
            }
            parts.push(variable(&body[..end])?);
            rest = &body[end + 1..];
        }
        literal.push_str(rest);
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Ok(Self { source, parts })
    }
}

fn variable(body: &str) -> Result<Part, TextError> {
    let unknown = || TextError::Unknown(body.to_owned());
    let too_long = || TextError::TooLong(body.to_owned());
    match body.split_once(':') {
        None if body == "n" => Ok(Part::Counter),
        None if body == "run" => Ok(Part::Run),
        None if is_name(body) => Ok(Part::Actor(body.to_owned())),
        Some(("room", name)) if is_name(name) => Ok(Part::Room(name.to_owned())),
        // A request's name may itself be counted: `${ack:q${n}}` is not supported, one level is.
        Some(("ack", name)) if !name.is_empty() => Ok(Part::Ack(name.to_owned())),
        Some(("kept", name)) if is_name(name) => Ok(Part::Kept(name.to_owned())),
        Some(("sid", name)) if is_name(name) => Ok(Part::Socket(name.to_owned())),
        Some(("engine", name)) if is_name(name) => Ok(Part::Engine(name.to_owned())),
        Some(("nested", depth)) => {
            let depth: usize = depth.parse().map_err(|_| unknown())?;
            if depth > MAX_GENERATED / 2 {
                Err(too_long())
            } else {
                Ok(Part::Nested(depth))
            }
        }
        Some(("repeat", rest)) => {
            let (times, unit) = rest.split_once(':').ok_or_else(unknown)?;
            let times: usize = times.parse().map_err(|_| unknown())?;
            if times.saturating_mul(unit.len()) > MAX_GENERATED {
                Err(too_long())
            } else {
                Ok(Part::Repeat(times, unit.to_owned()))
            }
        }
        _ => Err(unknown()),
    }
}

/// What stands for these characters in a string that may have holes.
pub fn escaped(text: &str) -> String {
    text.replace("${", "$${")
}

/// Names of actors, rooms and the like: a letter, then letters, digits, `-` and `_`.
pub fn is_name(text: &str) -> bool {
    let mut chars = text.chars();
    chars.next().is_some_and(|first| first.is_ascii_lowercase())
        && chars.all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_')
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.source)
    }
}

impl JsonSchema for Text {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A string with holes: ${a} the client id of actor a, ${n} the counter \
                of the innermost repeat, ${run} a text of this run only, ${room:x} a generated \
                room name, ${ack:q} the number of the ack asked for by request q, ${kept:x} \
                the string that $keep matched as x, ${sid:a} the id of the socket of actor \
                a, ${engine:a} that of its Engine.IO session, ${nested:3} \
                [[[]]], ${repeat:3:ab} ababab. $${ stands for the characters ${ themselves."
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(source: &str) -> Text {
        Text::try_from(source.to_owned()).unwrap()
    }

    fn filled(source: &str) -> String {
        let fill = |part: &Part| Ok::<_, ()>(format!("<{part:?}>"));
        text(source).render(fill).unwrap()
    }

    #[test]
    fn holes_are_told_apart() {
        assert_eq!(filled("plain {} $ }"), "plain {} $ }");
        assert_eq!(filled("a ${b}!"), "a <Actor(\"b\")>!");
        assert_eq!(filled("${n}${run}"), "<Counter><Run>");
        assert_eq!(
            filled("${room:hall}${ack:q-1}"),
            "<Room(\"hall\")><Ack(\"q-1\")>"
        );
    }

    #[test]
    fn generators_need_nobody() {
        assert_eq!(filled("${nested:3}"), "[[[]]]");
        assert_eq!(filled("<${repeat:3:a:b}>"), "<a:ba:ba:b>");
        assert_eq!(filled("${nested:0}"), "");
    }

    #[test]
    fn the_escape_keeps_the_characters() {
        assert_eq!(filled("$${a} ${b}"), "${a} <Actor(\"b\")>");
        assert_eq!(
            Text::literal("${a}").parts(),
            [Part::Literal("${a}".into())]
        );
    }

    #[test]
    fn what_is_no_hole_is_refused() {
        let error = |source: &str| Text::try_from(source.to_owned()).unwrap_err();
        assert!(matches!(error("a ${b"), TextError::Open(_)));
        for unknown in [
            "${}",
            "${A}",
            "${x:y}",
            "${room:}",
            "${nested:-1}",
            "${repeat:2}",
        ] {
            assert!(matches!(error(unknown), TextError::Unknown(_)), "{unknown}");
        }
        for long in ["${nested:99999999}", "${repeat:99999999:ab}"] {
            assert!(matches!(error(long), TextError::TooLong(_)), "{long}");
        }
    }
}
