//! Acknowledgements: the argument lists that answer an event.
//!
//! A server that hands on another client's answer does not read it (SRV-MSG-13);
//! these types are for those that give or judge an answer.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::clause::ClauseId;
use crate::error::{DecodeError, DecodeErrorKind};
use crate::payload::{Arguments, Payload};
use crate::spec::{Form, required, rest};
use crate::value::Done;
use crate::wire::{self, Elements, Writer};

/// How an ack is declared.
pub(crate) trait WireAck: Sized {
    /// The events it answers, for error messages.
    const OF: &'static str;
    /// The clause that asks for it.
    const CLAUSE: ClauseId;

    fn read(ack: &AckPacket<'_>) -> Result<Self, DecodeError>;

    fn write(&self, out: &mut Writer);
}

/// The argument list of an ack packet, with the accessors that declarations use.
#[derive(Debug)]
pub(crate) struct AckPacket<'a> {
    of: &'static str,
    clause: ClauseId,
    elements: Elements<'a>,
}

impl<'a> AckPacket<'a> {
    /// The first argument, if there is one.
    pub(crate) fn first(&self) -> Option<&'a RawValue> {
        self.elements.get(0)
    }

    /// The first argument if it is truthy, which is how refusals travel.
    pub(crate) fn refusal(&self) -> Option<Payload> {
        self.first()
            .filter(|raw| wire::is_truthy(raw))
            .map(Payload::from)
    }

    /// All arguments.
    pub(crate) fn all(&self) -> Arguments {
        Arguments::from_list(self.elements.rest(0))
    }

    /// The error of an ack whose first argument is not as expected.
    pub(crate) fn unexpected(&self, expected: &'static str) -> DecodeError {
        let found: Cow<'static, str> = self
            .first()
            .map_or("no arguments", |raw| wire::kind(raw))
            .into();
        let kind = match self.first() {
            None => DecodeErrorKind::MissingArgument,
            Some(_) => DecodeErrorKind::WrongType,
        };
        DecodeError {
            event: format!("ack of {}", self.of),
            position: Some(0),
            expected: expected.into(),
            found,
            clause: Some(self.clause),
            kind,
        }
    }
}

pub(crate) fn decode<T: WireAck>(data: &str) -> Result<T, DecodeError> {
    let elements = Elements::scan(data).map_err(|error| DecodeError {
        event: format!("ack of {}", T::OF),
        position: None,
        expected: "a JSON array".into(),
        found: format!("text that is not one: {error}").into(),
        clause: Some(T::CLAUSE),
        kind: DecodeErrorKind::NotAnEvent,
    })?;
    T::read(&AckPacket {
        of: T::OF,
        clause: T::CLAUSE,
        elements,
    })
}

pub(crate) fn encode<T: WireAck>(ack: &T) -> String {
    let mut out = Writer::new();
    ack.write(&mut out);
    out.finish()
}

/// Gives declared acks their public methods and their description.
macro_rules! acks {
    ($($type:ident: $doc:expr, $forms:expr, $examples:expr;)+) => {$(
        impl $type {
            /// Reads the JSON array text of an ACK packet.
            pub fn decode(data: &str) -> Result<Self, $crate::DecodeError> {
                $crate::ack::decode(data)
            }

            /// The JSON array text of the ACK packet.
            pub fn encode(&self) -> String {
                $crate::ack::encode(self)
            }
        }

        impl $crate::spec::AckType for $type {
            const CONTENT: $crate::spec::AckContent = $crate::spec::AckContent {
                type_name: stringify!($type),
                doc: $doc,
                forms: $forms,
                examples: $examples,
            };
        }
    )+};
}
pub(crate) use acks;

/// Declares an ack that accepts by being empty and refuses by a truthy first argument.
macro_rules! answer {
    (
        $(#[doc = $doc:literal])+
        $name:ident of $of:literal, $clause:literal,
        $(#[doc = $yes_doc:literal])+ $yes:ident,
        $(#[doc = $no_doc:literal])+ $no:ident
    ) => {
        $(#[doc = $doc])+
        ///
        /// A falsy first argument counts as none, and surplus arguments are
        /// ignored, as the original's clients do.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub enum $name {
            $(#[doc = $yes_doc])+
            $yes,
            $(#[doc = $no_doc])+
            ///
            /// The payload has to be truthy, see [`Payload::is_truthy`](crate::Payload::is_truthy).
            $no($crate::Payload),
        }

        impl $crate::ack::WireAck for $name {
            const OF: &'static str = $of;
            const CLAUSE: $crate::ClauseId = $crate::clause::id($clause);

            fn read(ack: &$crate::ack::AckPacket<'_>) -> Result<Self, $crate::DecodeError> {
                Ok(ack.refusal().map_or(Self::$yes, Self::$no))
            }

            fn write(&self, out: &mut $crate::wire::Writer) {
                if let Self::$no(reason) = self {
                    out.json(reason.as_json());
                }
            }
        }

        $crate::ack::acks! {
            $name: concat!($($doc),+),
                &[
                    $crate::spec::Form { doc: concat!($($yes_doc),+), args: &[] },
                    $crate::spec::Form {
                        doc: concat!($($no_doc),+),
                        args: &[$crate::spec::required::<$crate::value::Reason>(
                            "reason",
                            "Why it was refused.",
                        )],
                    },
                ],
                &["[]", r#"["a reason"]"#];
        }
    };
}
pub(crate) use answer;

/// Whatever the addressed peer answered: any number of arguments, verbatim (SRV-MSG-13).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForwardedAck(
    /// The arguments of the peer's ack.
    pub Arguments,
);

impl WireAck for ForwardedAck {
    const OF: &'static str = "a forwarded event";
    const CLAUSE: ClauseId = crate::clause::id("SRV-MSG-13");

    fn read(ack: &AckPacket<'_>) -> Result<Self, DecodeError> {
        Ok(Self(ack.all()))
    }

    fn write(&self, out: &mut Writer) {
        out.json(self.0.inner());
    }
}

/// An ack that only says "done": no arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EmptyAck;

impl WireAck for EmptyAck {
    const OF: &'static str = "an event answered by an empty ack";
    const CLAUSE: ClauseId = crate::clause::id("SRV-CORE-F7");

    fn read(ack: &AckPacket<'_>) -> Result<Self, DecodeError> {
        match ack.first() {
            None => Ok(Self),
            Some(_) => Err(ack.unexpected("no arguments")),
        }
    }

    fn write(&self, _: &mut Writer) {}
}

/// An ack that says "done" with one `null`, which is what joining and leaving a
/// room answers in dialect `v2`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NullAck;

impl WireAck for NullAck {
    const OF: &'static str = "an event answered by a null";
    const CLAUSE: ClauseId = crate::clause::id("SRV-CORE-F7");

    fn read(ack: &AckPacket<'_>) -> Result<Self, DecodeError> {
        match ack.first().map(RawValue::get) {
            Some("null") => Ok(Self),
            _ => Err(ack.unexpected("one null")),
        }
    }

    fn write(&self, out: &mut Writer) {
        out.null();
    }
}

acks! {
    ForwardedAck: "Whatever the addressed peer answered: any number of arguments, verbatim.",
        &[Form { doc: "", args: &[rest::<Payload>("args", "What the peer answered.")] }],
        &["[]", "[5]", r#"[null,"two",{"three":3}]"#];
    EmptyAck: "An ack that only says \"done\": no arguments.",
        &[Form { doc: "", args: &[] }],
        &["[]"];
    NullAck: "An ack that says \"done\" with one null.",
        &[Form { doc: "", args: &[required::<Done>("done", "Always null.")] }],
        &["[null]"];
}
