//! What the catalogue says about one event, as data.

use std::fmt;

use crate::clause::ClauseId;
use crate::dialect::{Dialect, Direction, Family};
use crate::failure::FailureCode;
use crate::shape::Shape;

/// Everything there is to know about one event in one direction.
///
/// Declarations stand beside the type they describe; [`catalogue`](crate::catalogue)
/// lists them all.
#[derive(Debug, Clone, Copy)]
pub struct EventSpec {
    /// A stable key: dialect (`any` for both), `server` if the server sends it, and the
    /// name, such as `v1.P2P_EMIT`, `any.EMIT_ROOM` or `v2.server.ADD_TARGET`.
    pub key: &'static str,
    /// The name on the wire, or the pattern of a dynamic name.
    pub name: NamePattern,
    /// The API family.
    pub family: Family,
    /// Who sends it.
    pub direction: Direction,
    /// The dialects that have it.
    pub dialects: &'static [Dialect],
    /// The earliest plugin version in which it was observed.
    pub since: &'static str,
    /// The last plugin version in which it was observed, if a later one lacks it.
    pub until: Option<&'static str>,
    /// What it is for and who receives what, in one or two sentences.
    pub doc: &'static str,
    /// The argument lists it may carry; most events have one.
    pub forms: &'static [Form],
    /// Whether it asks for an ack, and what that holds.
    pub ack: AckSpec,
    /// The failures a sender must be ready for.
    pub failures: &'static [FailureCode],
    /// The clauses it serves; the first is the one that a decode error names.
    pub clauses: &'static [ClauseId],
    /// For events that peers send each other inside messages: the keys of the
    /// client events that carry them. Empty when the server itself is the sender.
    pub carried_by: &'static [&'static str],
    /// Complete packets as they stand on the wire.
    pub examples: &'static [Example],
    /// The name of the Rust type, which names the generated schema too.
    pub type_name: &'static str,
}

/// A packet as it stands on the wire, in the words of the original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Example {
    /// The JSON array text, event name included.
    pub data: &'static str,
    /// Whether the packet carries an ack id.
    pub ack: bool,
}

impl Example {
    /// A packet without an ack id.
    pub(crate) const fn plain(data: &'static str) -> Self {
        Self { data, ack: false }
    }

    /// A packet with an ack id.
    pub(crate) const fn acked(data: &'static str) -> Self {
        Self { data, ack: true }
    }
}

impl EventSpec {
    /// Whether a packet of one of its [forms](Self::forms) carries an ack id.
    pub fn ack_of(&self, form: &Form) -> AckNeed {
        if form.is_without_ack() {
            AckNeed::Never
        } else if self.forms.iter().any(Form::is_without_ack) {
            AckNeed::Required
        } else {
            self.ack.need
        }
    }

    /// True when `dialect` has this event.
    pub fn speaks(&self, dialect: Dialect) -> bool {
        self.dialects.contains(&dialect)
    }
}

/// The name of an event, or the pattern that its names follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NamePattern {
    /// Exactly this name.
    Exact(&'static str),
    /// This text, then a parameter.
    Prefix {
        /// The fixed beginning.
        prefix: &'static str,
        /// What the remainder is.
        parameter: &'static str,
    },
    /// A parameter, then this text.
    Suffix {
        /// What the beginning is.
        parameter: &'static str,
        /// The fixed end.
        suffix: &'static str,
    },
    /// Any name that no other declaration claims.
    Any {
        /// What the name is.
        parameter: &'static str,
    },
}

impl NamePattern {
    /// The variable part of `name` if it follows this pattern; the empty text for a fixed name.
    pub fn parameter<'n>(&self, name: &'n str) -> Option<&'n str> {
        match *self {
            Self::Exact(exact) => (name == exact).then_some(""),
            Self::Prefix { prefix, .. } => name.strip_prefix(prefix),
            Self::Suffix { suffix, .. } => name.strip_suffix(suffix),
            Self::Any { .. } => Some(name),
        }
    }

    /// True when `name` follows this pattern.
    pub fn matches(&self, name: &str) -> bool {
        self.parameter(name).is_some()
    }

    /// The fixed beginning; the whole name of a fixed name.
    pub const fn prefix(&self) -> &'static str {
        match *self {
            Self::Exact(prefix) | Self::Prefix { prefix, .. } => prefix,
            Self::Suffix { .. } | Self::Any { .. } => "",
        }
    }

    /// The fixed end.
    pub const fn suffix(&self) -> &'static str {
        match *self {
            Self::Suffix { suffix, .. } => suffix,
            Self::Exact(_) | Self::Prefix { .. } | Self::Any { .. } => "",
        }
    }

    /// What the variable part is called; `None` for a fixed name.
    pub const fn parameter_name(&self) -> Option<&'static str> {
        match *self {
            Self::Exact(_) => None,
            Self::Prefix { parameter, .. }
            | Self::Suffix { parameter, .. }
            | Self::Any { parameter } => Some(parameter),
        }
    }

    /// The name with `parameter` in its variable place.
    pub fn name(&self, parameter: &str) -> String {
        match *self {
            Self::Exact(exact) => exact.to_owned(),
            Self::Prefix { prefix, .. } => format!("{prefix}{parameter}"),
            Self::Suffix { suffix, .. } => format!("{parameter}{suffix}"),
            Self::Any { .. } => parameter.to_owned(),
        }
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Exact(exact) => f.write_str(exact),
            Self::Prefix { prefix, parameter } => write!(f, "{prefix}<{parameter}>"),
            Self::Suffix { parameter, suffix } => write!(f, "<{parameter}>{suffix}"),
            Self::Any { parameter } => write!(f, "<{parameter}>"),
        }
    }
}

/// One argument list that an event may carry, in order.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// When this form is used; empty for an event with one form.
    pub doc: &'static str,
    /// The arguments after the event name.
    pub args: &'static [ArgSpec],
}

impl Form {
    /// True for the form in which a `null` stands where an ack function would be.
    fn is_without_ack(&self) -> bool {
        let last = self.args.last();
        last.is_some_and(|arg| matches!(arg.shape, Shape::Null))
    }
}

/// One positional argument.
#[derive(Debug, Clone, Copy)]
pub struct ArgSpec {
    /// A name for readers; it does not travel.
    pub name: &'static str,
    /// What it means.
    pub doc: &'static str,
    /// Whether it must be there.
    pub presence: Presence,
    /// What must be there, as error messages say it.
    pub expected: &'static str,
    /// The same as data, for programs.
    pub shape: Shape,
    /// Its JSON Schema.
    #[cfg(feature = "schema")]
    pub schema: fn(&mut schemars::SchemaGenerator) -> schemars::Schema,
}

/// Whether an argument must be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Always.
    Required,
    /// May be left out, at the end of the list only.
    Optional,
    /// Any number of arguments from here to the end.
    Rest,
}

impl Presence {
    /// A stable lowercase name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Required => "required",
            Self::Optional => "optional",
            Self::Rest => "rest",
        }
    }
}

/// Whether an event asks for an ack, and what the ack holds.
#[derive(Debug, Clone, Copy)]
pub struct AckSpec {
    /// Whether the packet carries an ack id.
    pub need: AckNeed,
    /// True when the ack is the answer of another client, handed on verbatim (SRV-MSG-13).
    pub relayed: bool,
    /// What the answer means.
    pub doc: &'static str,
    /// The type of its argument list; `None` when there never is an ack.
    pub content: Option<AckContent>,
}

/// The type of an ack's argument list.
#[derive(Debug, Clone, Copy)]
pub struct AckContent {
    /// The name of the Rust type, which names the generated schema too.
    pub type_name: &'static str,
    /// What it says, in a sentence.
    pub doc: &'static str,
    /// The argument lists it may be.
    pub forms: &'static [Form],
    /// Argument lists as they stand on the wire.
    pub examples: &'static [&'static str],
}

/// Whether a packet carries an ack id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AckNeed {
    /// It must not; nobody answers.
    Never,
    /// It may.
    Optional,
    /// It must: without one there is nothing to do, and decoding fails.
    Required,
}

impl AckNeed {
    /// A stable lowercase name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Optional => "optional",
            Self::Required => "required",
        }
    }
}

// ---- building blocks of declarations -----------------------------------

/// The bound that a declared type meets: it has a schema, where schemas are compiled in.
#[cfg(feature = "schema")]
pub(crate) trait MaybeSchema: schemars::JsonSchema {}
#[cfg(feature = "schema")]
impl<T: schemars::JsonSchema> MaybeSchema for T {}
/// The bound that a declared type meets: none, where schemas are not compiled in.
#[cfg(not(feature = "schema"))]
pub(crate) trait MaybeSchema {}
#[cfg(not(feature = "schema"))]
impl<T> MaybeSchema for T {}

/// A type that can stand at a position of an argument list.
pub(crate) trait ArgType: MaybeSchema {
    /// How error messages call it.
    const EXPECTED: &'static str;
    /// The same as data.
    const SHAPE: Shape;
}

/// A type that describes the whole argument list of an ack.
pub(crate) trait AckType {
    const CONTENT: AckContent;
}

#[cfg(feature = "schema")]
fn schema_of<T: schemars::JsonSchema>(g: &mut schemars::SchemaGenerator) -> schemars::Schema {
    g.subschema_for::<T>()
}

const fn arg<T: ArgType>(name: &'static str, presence: Presence, doc: &'static str) -> ArgSpec {
    ArgSpec {
        name,
        doc,
        presence,
        expected: T::EXPECTED,
        shape: T::SHAPE,
        #[cfg(feature = "schema")]
        schema: schema_of::<T>,
    }
}

/// An argument that must be there.
pub(crate) const fn required<T: ArgType>(name: &'static str, doc: &'static str) -> ArgSpec {
    arg::<T>(name, Presence::Required, doc)
}

/// A member that may be left out.
#[cfg(feature = "schema")]
pub(crate) const fn optional<T: ArgType>(name: &'static str, doc: &'static str) -> ArgSpec {
    arg::<T>(name, Presence::Optional, doc)
}

/// Any number of arguments.
pub(crate) const fn rest<T: ArgType>(name: &'static str, doc: &'static str) -> ArgSpec {
    arg::<T>(name, Presence::Rest, doc)
}

const fn ack<T: AckType>(need: AckNeed, relayed: bool, doc: &'static str) -> AckSpec {
    AckSpec {
        need,
        relayed,
        doc,
        content: Some(T::CONTENT),
    }
}

impl AckSpec {
    /// Nobody answers.
    pub(crate) const fn never(doc: &'static str) -> Self {
        Self {
            need: AckNeed::Never,
            relayed: false,
            doc,
            content: None,
        }
    }

    /// The receiver itself answers, if asked.
    pub(crate) const fn optional<T: AckType>(doc: &'static str) -> Self {
        ack::<T>(AckNeed::Optional, false, doc)
    }

    /// The receiver itself answers, and must be asked.
    pub(crate) const fn required<T: AckType>(doc: &'static str) -> Self {
        ack::<T>(AckNeed::Required, false, doc)
    }

    /// The same, but the answer is another client's, handed on verbatim.
    pub(crate) const fn relayed(self) -> Self {
        Self {
            relayed: true,
            ..self
        }
    }
}
