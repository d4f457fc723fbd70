//! Why a session ended.

/// Why a session ended. The first reason counts, whatever follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloseReason {
    /// The client closed it in order.
    TransportClose,
    /// Its connection broke, or a polling request did.
    TransportError,
    /// The client did not answer a heartbeat, or sent none.
    PingTimeout,
    /// The client sent what is no packet or no WebSocket frame, or a heartbeat that only a
    /// server sends.
    ParseError,
    /// The client sent a message larger than [`max_message`](crate::Config::max_message).
    TooLarge,
    /// Two polling requests of one kind were open at the same time.
    OverlappingRequests,
    /// The body of a polling request took longer to arrive than
    /// [`request_timeout`](crate::Config::request_timeout).
    RequestTimeout,
    /// The client did not take a byte for longer than
    /// [`write_stall`](crate::Config::write_stall).
    WriteStall,
    /// The program closed it.
    ServerClose,
}

impl CloseReason {
    /// Its name in logs, in the words of the official server where it has them.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TransportClose => "transport close",
            Self::TransportError => "transport error",
            Self::PingTimeout => "ping timeout",
            Self::ParseError => "parse error",
            Self::TooLarge => "payload too large",
            Self::OverlappingRequests => "overlapping requests",
            Self::RequestTimeout => "request timeout",
            Self::WriteStall => "write stall",
            Self::ServerClose => "forced close",
        }
    }

    /// Whether the server has decided it because of what the client did or did not do. The
    /// others are the client's decision, the program's, or an accident of the network.
    #[must_use]
    pub fn is_fault_of_client(self) -> bool {
        match self {
            Self::TransportClose | Self::TransportError | Self::ServerClose => false,
            Self::PingTimeout
            | Self::ParseError
            | Self::TooLarge
            | Self::OverlappingRequests
            | Self::RequestTimeout
            | Self::WriteStall => true,
        }
    }
}
