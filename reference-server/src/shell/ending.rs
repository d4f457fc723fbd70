//! Why a connection ended.

use engineioxide::DisconnectReason;

/// Why a connection ended, in more detail than the engine needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The client closed it in order.
    Client,
    /// It broke, or did not take a byte for too long.
    Transport,
    /// The client did not answer a heartbeat.
    Heartbeat,
    /// The client sent what nobody can read, or what has no place.
    Protocol,
    /// Two polling requests of one client waited at the same time.
    Polling,
    /// Too much was waiting for the client (SRV-ROB-10).
    SlowConsumer,
    /// It was outside of the default namespace for too long.
    NotJoined,
    /// Its token was good only until now.
    Expired,
    /// A packet could not be handled because of a mistake of ours.
    Internal,
    /// The server stops.
    Stopping,
}

impl Ending {
    /// Every one of them.
    pub(crate) const ALL: [Self; 10] = [
        Self::Client,
        Self::Transport,
        Self::Heartbeat,
        Self::Protocol,
        Self::Polling,
        Self::SlowConsumer,
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
            Self::NotJoined => "not_joined",
            Self::Expired => "token_expired",
            Self::Internal => "internal_error",
            Self::Stopping => "server_stopping",
        }
    }

    /// What the engine is told when we end a connection.
    pub(crate) fn for_engine(self) -> DisconnectReason {
        match self {
            Self::Client => DisconnectReason::TransportClose,
            Self::Heartbeat => DisconnectReason::HeartbeatTimeout,
            Self::Protocol | Self::Internal => DisconnectReason::PacketParsingError,
            Self::Polling => DisconnectReason::MultipleHttpPollingError,
            Self::Stopping => DisconnectReason::ClosingServer,
            Self::Transport | Self::SlowConsumer | Self::NotJoined | Self::Expired => {
                DisconnectReason::TransportError
            }
        }
    }
}

/// What the engine says when it ends a connection.
impl From<DisconnectReason> for Ending {
    fn from(reason: DisconnectReason) -> Self {
        match reason {
            DisconnectReason::TransportClose => Self::Client,
            DisconnectReason::MultipleHttpPollingError => Self::Polling,
            DisconnectReason::PacketParsingError => Self::Protocol,
            DisconnectReason::TransportError => Self::Transport,
            DisconnectReason::HeartbeatTimeout => Self::Heartbeat,
            DisconnectReason::ClosingServer => Self::Stopping,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_ending_has_a_place_of_its_own() {
        for (place, ending) in Ending::ALL.into_iter().enumerate() {
            assert_eq!(ending as usize, place, "{ending:?}");
        }
    }
}
