//! A packet whose event is known, and the accessors that declarations read it with.
//!
//! Each accessor gives a typed value or the [`DecodeError`] that names the
//! argument; what it expects is taken from the declaration.

use std::borrow::Cow;

use serde_json::value::RawValue;

use crate::error::{DecodeError, DecodeErrorKind};
use crate::ids::Name;
use crate::payload::{Arguments, Payload};
use crate::spec::{AckNeed, ArgSpec, EventSpec};
use crate::wire::{self, Elements, Writer};

/// How an event is declared: what it is, how it is read and how it is written.
pub(crate) trait WireEvent: Sized {
    const SPEC: EventSpec;

    /// Decides by shape between declarations that share a name.
    fn claims(_packet: &Unread<'_>) -> bool {
        true
    }

    fn read(packet: &Packet<'_>) -> Result<Self, DecodeError>;

    /// Appends the arguments, without the event name.
    fn write(&self, out: &mut Writer);

    /// The name under which this value travels; only patterns override it.
    fn name(&self) -> Cow<'_, str> {
        Cow::Owned(Self::SPEC.name.name(""))
    }

    /// Whether the packet carries an ack id; only optional acks override it.
    fn wants_ack(&self) -> bool {
        Self::SPEC.ack.need == AckNeed::Required
    }
}

/// An event packet of which only the name is understood so far.
#[derive(Debug)]
pub(crate) struct Unread<'a> {
    pub(crate) name: String,
    pub(crate) wants_ack: bool,
    elements: Elements<'a>,
}

impl<'a> Unread<'a> {
    pub(crate) fn scan(data: &'a str, wants_ack: bool) -> Result<Self, DecodeError> {
        let not_an_event = |found: Cow<'static, str>| DecodeError {
            event: String::new(),
            position: None,
            expected: "a JSON array that begins with an event name".into(),
            found,
            clause: None,
            kind: DecodeErrorKind::NotAnEvent,
        };
        let elements = Elements::scan(data)
            .map_err(|error| not_an_event(format!("text that is not one: {error}").into()))?;
        let Some(first) = elements.get(0) else {
            return Err(not_an_event("an empty array".into()));
        };
        let Some(name) = wire::text(first) else {
            let found = match wire::kind(first) {
                "a string" => "a name with a lone surrogate".into(),
                other => format!("an array that begins with {other}").into(),
            };
            return Err(not_an_event(found));
        };
        Ok(Self {
            name,
            wants_ack,
            elements,
        })
    }

    /// The argument at `index`, counted from 0 after the event name.
    pub(crate) fn peek(&self, index: usize) -> Option<&'a RawValue> {
        self.elements.get(index + 1)
    }

    pub(crate) fn read<T: WireEvent>(self, spec: &'static EventSpec) -> Result<T, DecodeError> {
        let packet = Packet { packet: self, spec };
        if spec.ack.need == AckNeed::Required && !packet.packet.wants_ack {
            return Err(DecodeError {
                event: packet.packet.name,
                position: None,
                expected: "an ack id, because it is answered by its ack".into(),
                found: "none".into(),
                clause: spec.clauses.first().copied(),
                kind: DecodeErrorKind::MissingAck,
            });
        }
        T::read(&packet)
    }

    pub(crate) fn unknown(self, expected: &'static str) -> DecodeError {
        DecodeError {
            event: self.name,
            position: None,
            expected: expected.into(),
            found: "an unknown name".into(),
            clause: None,
            kind: DecodeErrorKind::UnknownEvent,
        }
    }
}

/// A packet together with the declaration it is read by.
#[derive(Debug)]
pub(crate) struct Packet<'a> {
    packet: Unread<'a>,
    spec: &'static EventSpec,
}

impl<'a> Packet<'a> {
    pub(crate) fn wants_ack(&self) -> bool {
        self.packet.wants_ack
    }

    /// The variable part of the event name.
    pub(crate) fn parameter<N: Name>(&self) -> Result<N, DecodeError> {
        let parameter = self
            .spec
            .name
            .parameter(&self.packet.name)
            .unwrap_or_default();
        N::make(parameter.to_owned()).map_err(|invalid| DecodeError {
            event: self.packet.name.clone(),
            position: None,
            expected: format!("a name of the form {}", self.spec.name).into(),
            found: format!("a {} that is empty", invalid.kind).into(),
            clause: self.spec.clauses.first().copied(),
            kind: DecodeErrorKind::InvalidValue,
        })
    }

    /// The argument at `index` if the packet has one.
    pub(crate) fn get(&self, index: usize) -> Option<&'a RawValue> {
        self.packet.peek(index)
    }

    /// The argument at `index`, or an error that says it is missing.
    pub(crate) fn raw(&self, index: usize) -> Result<&'a RawValue, DecodeError> {
        self.get(index).ok_or_else(|| {
            let count = self.packet.elements.len().saturating_sub(1);
            let found = match count {
                0 => "no arguments".into(),
                1 => "1 argument".into(),
                n => format!("{n} arguments").into(),
            };
            self.error(index, None, found, DecodeErrorKind::MissingArgument)
        })
    }

    /// A name: a string, or an integer where the original compares as text.
    pub(crate) fn name<N: Name>(&self, index: usize) -> Result<N, DecodeError> {
        self.name_in(index, None, self.raw(index)?)
    }

    /// A name, or `None` for `null`, the empty string or nothing at all.
    pub(crate) fn maybe_name<N: Name>(&self, index: usize) -> Result<Option<N>, DecodeError> {
        match self.get(index) {
            None => Ok(None),
            Some(raw) if matches!(raw.get(), "null" | "\"\"") => Ok(None),
            Some(raw) => self.name_in(index, None, raw).map(Some),
        }
    }

    /// A name, or `None` for the empty string; the argument must be there.
    pub(crate) fn name_or_empty<N: Name>(&self, index: usize) -> Result<Option<N>, DecodeError> {
        match self.raw(index)? {
            raw if raw.get() == "\"\"" => Ok(None),
            raw => self.name_in(index, None, raw).map(Some),
        }
    }

    /// A name that is part of the argument at `index`.
    pub(crate) fn name_in<N: Name>(
        &self,
        index: usize,
        expected: Option<&'static str>,
        raw: &RawValue,
    ) -> Result<N, DecodeError> {
        let text = match wire::text(raw) {
            Some(text) => text,
            None if raw.get().starts_with('"') => {
                let found = "a string with a lone surrogate".into();
                return Err(self.error(index, expected, found, DecodeErrorKind::InvalidValue));
            }
            None => N::TAKES_INTEGERS
                .then(|| wire::integer(raw))
                .flatten()
                .ok_or_else(|| {
                    let found = wire::kind(raw).into();
                    self.error(index, expected, found, DecodeErrorKind::WrongType)
                })?,
        };
        N::make(text).map_err(|_| {
            let found = "an empty string".into();
            self.error(index, expected, found, DecodeErrorKind::InvalidValue)
        })
    }

    /// A JSON array that stays text.
    pub(crate) fn list(&self, index: usize) -> Result<Arguments, DecodeError> {
        let raw = self.raw(index)?;
        Arguments::from_raw(raw).ok_or_else(|| self.wrong_type(index, raw))
    }

    /// Any JSON value.
    pub(crate) fn payload(&self, index: usize) -> Result<Payload, DecodeError> {
        self.raw(index).map(Payload::from)
    }

    /// A JSON string of any content.
    pub(crate) fn text(&self, index: usize) -> Result<String, DecodeError> {
        let raw = self.raw(index)?;
        wire::text(raw).ok_or_else(|| self.wrong_type(index, raw))
    }

    /// All arguments from `index` on.
    pub(crate) fn rest(&self, index: usize) -> Arguments {
        Arguments::from_list(self.packet.elements.rest(index + 1))
    }

    /// The error of a wrong JSON type at `index`.
    pub(crate) fn wrong_type(&self, index: usize, raw: &RawValue) -> DecodeError {
        self.error(
            index,
            None,
            wire::kind(raw).into(),
            DecodeErrorKind::WrongType,
        )
    }

    /// An error at an argument; the expectation is the declaration's unless stated.
    pub(crate) fn error(
        &self,
        index: usize,
        expected: Option<&'static str>,
        found: Cow<'static, str>,
        kind: DecodeErrorKind,
    ) -> DecodeError {
        let declared = || {
            self.argument(index)
                .map_or("an argument", |arg| arg.expected)
        };
        DecodeError {
            event: self.packet.name.clone(),
            position: Some(index),
            expected: expected.unwrap_or_else(declared).into(),
            found,
            clause: self.spec.clauses.first().copied(),
            kind,
        }
    }

    /// The declaration of the argument at `index`, in the form that the packet follows.
    fn argument(&self, index: usize) -> Option<&'static ArgSpec> {
        let follows = |args: &[ArgSpec]| {
            args.iter().enumerate().all(|(i, arg)| {
                arg.shape.literal().is_none_or(|literal| {
                    self.get(i)
                        .and_then(wire::text)
                        .is_some_and(|text| text == literal)
                })
            })
        };
        let selects = |arg: &ArgSpec| arg.shape.literal().is_some();
        let literal = |form: &&crate::spec::Form| form.args.iter().any(selects);
        let forms = self.spec.forms;
        let form = forms
            .iter()
            .filter(literal)
            .find(|form| follows(form.args))
            .or_else(|| forms.iter().find(|form| !literal(form)))?;
        form.args.get(index).or(form.args.last())
    }
}
