//! Failures of this project's own, for what the originals do not survive or do not check.

use super::{Failure, FailureCode};
use crate::error::{DecodeError, DecodeErrorKind};
use crate::ids::{ApiName, ClientId, EventName};

/// Why this project's server refuses an event that the original would not
/// survive, would not check, or would not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// Not a JSON array that begins with an event name.
    MalformedEvent,
    /// No event of the catalogue has this name.
    UnknownEvent,
    /// An argument is missing or is not what it has to be.
    MalformedArgument,
    /// The event needs an ack id and has none.
    MissingAck,
    /// The event name is reserved by Socket.IO.
    ReservedEventName,
    /// Attachments and placeholders do not fit together.
    MalformedAttachments,
    /// No such API.
    UnknownApi,
    /// The target left before it answered.
    TargetLeft,
    /// The answer did not come in time.
    TimedOut,
    /// The connection gave no client id.
    ClientIdMissing,
    /// This server does not serve the event.
    NotServed,
    /// The policy of this server forbids it.
    NotAllowed,
    /// A limit of this server was reached.
    LimitReached,
}

impl Refusal {
    /// The code of failures with this reason.
    pub const fn code(self) -> FailureCode {
        match self {
            Self::MalformedEvent => FailureCode::MalformedEvent,
            Self::UnknownEvent => FailureCode::UnknownEvent,
            Self::MalformedArgument => FailureCode::MalformedArgument,
            Self::MissingAck => FailureCode::MissingAck,
            Self::ReservedEventName => FailureCode::ReservedEventName,
            Self::MalformedAttachments => FailureCode::MalformedAttachments,
            Self::UnknownApi => FailureCode::UnknownApi,
            Self::TargetLeft => FailureCode::TargetLeft,
            Self::TimedOut => FailureCode::TimedOut,
            Self::ClientIdMissing => FailureCode::ClientIdMissing,
            Self::NotServed => FailureCode::NotServed,
            Self::NotAllowed => FailureCode::NotAllowed,
            Self::LimitReached => FailureCode::LimitReached,
        }
    }
}

impl Failure {
    /// Our own refusal of a reserved event name.
    pub fn reserved_event_name(event: &EventName) -> Self {
        Self::refused(
            Refusal::ReservedEventName,
            format!("the event name `{event}` is reserved by Socket.IO and is not delivered"),
        )
    }

    /// Our own refusal of a call of an API that nobody provides.
    pub fn unknown_api(api: &ApiName) -> Self {
        Self::refused(
            Refusal::UnknownApi,
            format!("nobody provides an API called `{api}`"),
        )
    }

    /// Our own notice that a target left before it answered.
    pub fn target_left(client: &ClientId) -> Self {
        Self::refused(
            Refusal::TargetLeft,
            format!("client `{client}` left before it answered"),
        )
    }

    /// A failure of our own.
    pub fn refused(reason: Refusal, detail: impl Into<String>) -> Self {
        Self::Refused {
            reason,
            detail: detail.into(),
        }
    }
}

impl From<&DecodeError> for Failure {
    fn from(error: &DecodeError) -> Self {
        let reason = match error.kind {
            DecodeErrorKind::NotAnEvent => Refusal::MalformedEvent,
            DecodeErrorKind::UnknownEvent => Refusal::UnknownEvent,
            DecodeErrorKind::MissingAck => Refusal::MissingAck,
            _ => Refusal::MalformedArgument,
        };
        Self::refused(reason, error.to_string())
    }
}
