//! What can go wrong, by what was asked for: connecting, sending, or waiting for an answer.
//!
//! Streams have their own errors, see [`StreamError`](crate::StreamError).

use std::time::Duration;

use sio_p2p_protocol::{
    ApiName, ArgsError, DecodeError, Dialect, EventName, Failure, InvalidName, Payload,
};

use crate::state::DisconnectReason;

/// Why [`connect`](crate::ClientBuilder::connect) failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The client id is none.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// The URL names a namespace, and the protocol lives in the default one.
    #[error("the url must not have a path, and has '{0}': peers meet in the default namespace")]
    Namespace(String),
    /// No connection came about.
    #[error(transparent)]
    Transport(#[from] sio_p2p_transport::ConnectError),
}

/// Why something was not sent. Nothing of it has reached the server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// An id or name that is none.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// A name that Socket.IO keeps for itself, which no server delivers (SRV-ROB-3).
    #[error("the event name '{0}' is reserved by socket.io and is never delivered")]
    Reserved(EventName),
    /// The arguments cannot be written.
    #[error(transparent)]
    Args(#[from] ArgsError),
    /// The server would close the connection on a packet of this size.
    #[error("packet of {size} bytes, at most {max} are accepted")]
    TooLarge {
        /// Its size in bytes, text and attachments.
        size: usize,
        /// The limit in bytes, see [`max_packet`](crate::ClientBuilder::max_packet).
        max: usize,
    },
    /// There is no connection, and the policy says not to wait for one.
    #[error("there is no connection, and nothing is sent while offline")]
    Offline,
    /// There is no connection, and what waits for the next one fills the buffer.
    #[error("there is no connection, and the outgoing buffer of {limit} bytes is full")]
    BufferFull {
        /// The size of the buffer in bytes.
        limit: usize,
    },
    /// The server does not take what is sent.
    #[error("no room in the outgoing buffer within {after:?}")]
    Timeout {
        /// The deadline of the call.
        after: Duration,
    },
    /// The client is closed and will not connect again.
    #[error("the client is closed: {0}")]
    Closed(DisconnectReason),
    /// The dialect has nothing of the kind.
    #[error("dialect {dialect} has no {what}")]
    Unsupported {
        /// What was asked for.
        what: &'static str,
        /// The dialect of this client.
        dialect: Dialect,
    },
}

/// Why there is no such listener.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ListenError {
    /// An id or name that is none.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// A name that Socket.IO keeps for itself, under which nothing ever comes (SRV-ROB-3).
    #[error("the event name '{0}' is reserved by socket.io and is never delivered")]
    Reserved(EventName),
    /// [`ListenOptions`](crate::ListenOptions) that exclude each other.
    #[error("what has no source comes from no client: 'plain' and 'from' exclude each other")]
    PlainFrom,
    /// Messages of this dialect do not say who sent them.
    #[error("dialect v2 has no source of a message, so nobody can listen to one client")]
    NoSources,
}

/// Why a question got no good answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The question was not sent.
    #[error(transparent)]
    Send(#[from] SendError),
    /// Nobody answered in time. The peer may have received the question all the same.
    ///
    /// Servers of the original never answer for a client that is not connected; what they say
    /// about it instead is the hint.
    #[error("no answer within {after:?}{}", hint.as_ref().map(|hint| format!(", the server said: {hint}")).unwrap_or_default())]
    Timeout {
        /// The deadline of the call.
        after: Duration,
        /// What the server said about the addressed client meanwhile.
        hint: Option<String>,
    },
    /// The connection ended after the question was sent. The peer may have received it.
    #[error("the connection ended before the answer: {0}")]
    Disconnected(DisconnectReason),
    /// The answer was no.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Nobody provides this API.
    #[error("nobody provides an api called '{0}'")]
    UnknownApi(ApiName),
    /// The name of the API is taken (E11).
    #[error("an api called '{0}' exists already")]
    ApiNameTaken(ApiName),
    /// The answer is not of the type that was asked for.
    #[error("unexpected answer: {0}")]
    Answer(#[from] ArgsError),
    /// The answer breaks the protocol.
    #[error("invalid answer: {0}")]
    Protocol(#[from] DecodeError),
}

impl From<InvalidName> for CallError {
    fn from(error: InvalidName) -> Self {
        Self::Send(error.into())
    }
}

/// A refusal by a peer, or by the server on its behalf.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("refused: {reason}")]
pub struct Refused {
    /// The reason, as text: a JSON string without its quotes, any other value as it is.
    pub reason: String,
    /// What the reason means, if it is one of the texts that servers use.
    pub failure: Option<Failure>,
}

impl Refused {
    /// Reads the first argument of a refusing answer.
    pub(crate) fn new(reason: &Payload, place: sio_p2p_protocol::Place) -> Self {
        let reason = reason
            .to_text()
            .unwrap_or_else(|| reason.as_json().to_owned());
        let failure = Failure::classify(&reason, place);
        Self { reason, failure }
    }
}

/// Why an answer did not get through.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswerError {
    /// The connection on which the question came has ended, and nobody waits any more.
    #[error("the connection on which the question came has ended")]
    Disconnected,
    /// Another listener has answered; only the first answer counts (SRV-MSG-14).
    #[error("the question was answered by another listener")]
    AlreadyAnswered,
    /// The answer cannot be sent.
    #[error(transparent)]
    Send(#[from] SendError),
}

#[cfg(test)]
mod tests {
    use sio_p2p_protocol::Place;

    use super::*;

    #[test]
    fn errors_are_one_sentence() {
        let hint = Some("Error: Could not find target client 'b' socket".to_owned());
        let after = Duration::from_secs(1);
        let error = CallError::Timeout { after, hint };
        assert_eq!(
            error.to_string(),
            "no answer within 1s, the server said: Error: Could not find target client 'b' socket"
        );
        assert_eq!(
            CallError::Timeout { after, hint: None }.to_string(),
            "no answer within 1s"
        );
    }

    #[test]
    fn refusals_are_understood() {
        let said = Payload::string("Client zz is not registered to server");
        let refused = Refused::new(&said, Place::AddTargetAck);
        let client = "zz".to_owned();
        assert_eq!(
            refused.failure,
            Some(Failure::TargetNotRegistered { client })
        );
        let other = Refused::new(&Payload::parse("{\"no\":1}").unwrap(), Place::AddTargetAck);
        assert_eq!((other.reason.as_str(), other.failure), ("{\"no\":1}", None));
    }
}
