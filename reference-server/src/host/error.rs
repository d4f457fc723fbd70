//! What can go wrong when the program sends something.

use sio_p2p_protocol::{ArgsError, Failure, InvalidName};

/// Why something was not sent. Nothing of it has reached anybody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SendError {
    /// An id or name that is none.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// The arguments cannot be written.
    #[error(transparent)]
    Args(#[from] ArgsError),
    /// The client is not connected, or the name of the event is reserved.
    #[error("the event was not sent: {0}")]
    Refused(Failure),
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The event was not sent.
    #[error(transparent)]
    Send(#[from] SendError),
    /// The client got the event and will not answer it, for example because it left.
    #[error("the event will not be answered: {0}")]
    Unanswered(Failure),
    /// The client has answered, but not what was expected.
    #[error("the answer is not what was expected: {0}")]
    Answer(#[from] ArgsError),
    /// The server has ended.
    #[error("the server has ended")]
    Ended,
}
