//! Why the relay does not do what it was asked for.

use sio_p2p_protocol::{ClientId, DecodeError, Dialect, EventName, Failure};

/// The reason of a refusal. Its text is what the client is told.
///
/// Failures that the protocol knows keep its words, because clients may match
/// on them; limits and rules of this server have words of their own.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refusal {
    /// A failure of the protocol's register.
    #[error("{}", .0.text())]
    Known(Failure),
    #[error("Error: the client id is longer than {0} bytes")]
    ClientIdTooLong(usize),
    #[error("Error: the room name is longer than {0} bytes")]
    RoomNameTooLong(usize),
    #[error("Error: this connection is in {0} rooms already and must not join more")]
    TooManyRooms(usize),
    #[error("Error: this connection has added {0} targets already and must not add more")]
    TooManyLinks(usize),
    #[error("Error: a client without a client id cannot be introduced to others")]
    Anonymous,
    #[error("Error: this server does not serve streams")]
    NoStreams,
    #[error("Error: this server does not serve APIs")]
    NoServices,
}
