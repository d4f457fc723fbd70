//! Why a connection ended.

use sio_p2p_engine::CloseReason;

/// Why a connection ended, in more detail than the engine needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DisconnectReason {
    /// The client closed it in order.
    Client,
    /// It broke, or did not take a byte for too long.
    Transport,
    /// The client did not answer a heartbeat.
    Heartbeat,
    /// The client sent what is no packet, or one that is out of place.
    Protocol,
    /// Two polling requests of one client waited at the same time.
    Polling,
    /// Too much was waiting for the client (SRV-ROB-10).
    SlowConsumer,
    /// It has sent faster than it may for too long.
    TooFast,
    /// It has left and joined too often.
    TooManyJoins,
    /// It was outside of the default namespace for too long.
    NotJoined,
    /// Its token was good only until now.
    Expired,
    /// A packet could not be handled because of a mistake of ours.
    Internal,
    /// The server stops.
    Stopping,
}

impl DisconnectReason {
    /// Every one of them.
    pub(crate) const ALL: [Self; 12] = [
        Self::Client,
        Self::Transport,
        Self::Heartbeat,
        Self::Protocol,
        Self::Polling,
        Self::SlowConsumer,
        Self::TooFast,
        Self::TooManyJoins,
        Self::NotJoined,
        Self::Expired,
        Self::Internal,
        Self::Stopping,
    ];

    /// Its name in logs and metrics.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Transport => "transport",
            Self::Heartbeat => "heartbeat",
            Self::Protocol => "protocol_error",
            Self::Polling => "overlapping_polls",
            Self::SlowConsumer => "slow_consumer",
            Self::TooFast => "too_fast",
            Self::TooManyJoins => "too_many_joins",
            Self::NotJoined => "not_joined",
            Self::Expired => "token_expired",
            Self::Internal => "internal_error",
            Self::Stopping => "server_stopping",
        }
    }
}

/// What the engine says when it ends a connection.
impl From<CloseReason> for DisconnectReason {
    fn from(reason: CloseReason) -> Self {
        match reason {
            CloseReason::TransportClose => Self::Client,
            CloseReason::OverlappingRequests => Self::Polling,
            CloseReason::ParseError | CloseReason::TooLarge => Self::Protocol,
            CloseReason::TransportError | CloseReason::RequestTimeout | CloseReason::WriteStall => {
                Self::Transport
            }
            CloseReason::PingTimeout => Self::Heartbeat,
            CloseReason::ServerClose => Self::Stopping,
        }
    }
}
