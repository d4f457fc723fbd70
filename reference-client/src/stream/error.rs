//! How streams end before their time.

use std::io;

use sio_p2p_protocol::ClientId;

use crate::state::DisconnectReason;

/// Why a stream ended other than by its end markers: which end it was, and why.
///
/// The `io::Error`s of [`P2pStream`](super::P2pStream) carry one of these, see
/// [`StreamError::of`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// This end was destroyed by the application.
    #[error("this end of the stream was destroyed")]
    DestroyedLocally,
    /// The peer destroyed its end.
    #[error("client '{peer}' destroyed its end of the stream")]
    DestroyedByPeer {
        /// The peer.
        peer: ClientId,
    },
    /// The peer left the server.
    #[error("client '{peer}' at the other end of the stream has left")]
    PeerLeft {
        /// The peer.
        peer: ClientId,
    },
    /// This client lost its connection, and streams end with it.
    #[error("the connection of this end was lost: {0}")]
    Disconnected(DisconnectReason),
    /// The peer could not take a chunk.
    #[error("client '{peer}' could not take a chunk: {reason}")]
    WriteRefused {
        /// The peer.
        peer: ClientId,
        /// What it said.
        reason: String,
    },
    /// The peer did not answer a chunk within
    /// [`ack_timeout`](super::StreamOptions::ack_timeout).
    #[error("client '{peer}' did not answer a chunk in time")]
    AckTimeout {
        /// The peer.
        peer: ClientId,
    },
    /// The peer sent something that is no bytes, as streams in object mode do.
    #[error("the peer sent a chunk that is no bytes")]
    UnsupportedChunk,
    /// The peer went on sending although nothing was answered.
    #[error("the peer sent more than was asked for")]
    Overrun,
    /// This direction was shut down.
    #[error("this direction of the stream was shut down")]
    ShutDown,
}

impl StreamError {
    /// The reason inside an error of a stream, if there is one.
    pub fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }
}

impl From<StreamError> for io::Error {
    fn from(error: StreamError) -> Self {
        let kind = match &error {
            StreamError::DestroyedLocally | StreamError::ShutDown => io::ErrorKind::BrokenPipe,
            StreamError::DestroyedByPeer { .. } | StreamError::WriteRefused { .. } => {
                io::ErrorKind::ConnectionReset
            }
            StreamError::PeerLeft { .. } | StreamError::Disconnected(_) => {
                io::ErrorKind::ConnectionAborted
            }
            StreamError::AckTimeout { .. } => io::ErrorKind::TimedOut,
            StreamError::UnsupportedChunk | StreamError::Overrun => io::ErrorKind::InvalidData,
        };
        Self::new(kind, error)
    }
}
