//! Why a packet could not be understood.

use std::borrow::Cow;
use std::fmt;

use crate::clause::ClauseId;

/// A packet that is not what the catalogue says it should be.
///
/// Its `Display` is one sentence that names event, argument, expectation,
/// finding and clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecodeError {
    /// The event, or the ack as `ack of <event>`; empty when not even a name was found.
    pub event: String,
    /// The argument at fault, counted from 0 after the event name.
    pub position: Option<usize>,
    /// What the catalogue asks for there.
    pub expected: Cow<'static, str>,
    /// What was there, in a few words; never the payload itself.
    pub found: Cow<'static, str>,
    /// The clause that asks for it, if the event is known.
    pub clause: Option<ClauseId>,
    /// The kind of mistake, for code that decides by it.
    pub kind: DecodeErrorKind,
}

/// The kinds of mistake a packet can contain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecodeErrorKind {
    /// The text is not a JSON array that begins with an event name.
    NotAnEvent,
    /// No declaration of the catalogue has this name in this direction.
    UnknownEvent,
    /// An argument that must be there is not.
    MissingArgument,
    /// An argument has the wrong JSON type.
    WrongType,
    /// An argument has the right type but a value that cannot serve.
    InvalidValue,
    /// An object argument lacks a member, or has a member of the wrong type.
    InvalidMember,
    /// The event needs an ack id and came without.
    MissingAck,
}

impl DecodeErrorKind {
    /// A stable name in kebab case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotAnEvent => "not-an-event",
            Self::UnknownEvent => "unknown-event",
            Self::MissingArgument => "missing-argument",
            Self::WrongType => "wrong-type",
            Self::InvalidValue => "invalid-value",
            Self::InvalidMember => "invalid-member",
            Self::MissingAck => "missing-ack",
        }
    }
}

impl fmt::Display for DecodeErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// Longest event name that an error repeats, in characters.
const SHOWN: usize = 60;

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.position, self.event.is_empty()) {
            (Some(position), _) => {
                write!(f, "argument {position} of {}: ", shown(&self.event))?;
            }
            (None, false) => write!(f, "{}: ", shown(&self.event))?,
            (None, true) => {}
        }
        write!(f, "expected {}, found {}", self.expected, self.found)?;
        if let Some(clause) = self.clause {
            write!(f, " ({clause})")?;
        }
        Ok(())
    }
}

impl std::error::Error for DecodeError {}

/// A name fit for a log line: short, and without control characters.
fn shown(name: &str) -> String {
    let mut text: String = name
        .chars()
        .take(SHOWN)
        .flat_map(char::escape_debug)
        .collect();
    if name.chars().nth(SHOWN).is_some() {
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_unprintable_names_are_shortened_and_escaped() {
        let error = DecodeError {
            event: format!("a\n{}", "x".repeat(100)),
            position: None,
            expected: "an event of the catalogue".into(),
            found: "an unknown name".into(),
            clause: None,
            kind: DecodeErrorKind::UnknownEvent,
        };
        let text = error.to_string();
        assert!(text.starts_with("a\\nxxx"));
        assert!(text.contains('…'));
        assert!(text.chars().count() < 140);
    }
}
