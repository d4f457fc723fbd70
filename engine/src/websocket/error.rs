//! What a client can do wrong.

/// A mistake of a client. The connection ends with [`close_code`](Self::close_code).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// Reserved bits are set, which only extensions may do, and none is negotiated.
    #[error("the frame sets reserved bits, but no extension is negotiated")]
    ReservedBits,
    /// An opcode that RFC 6455 does not define.
    #[error("the frame has the reserved opcode {0}")]
    ReservedOpcode(u8),
    /// A frame without a mask.
    #[error("the frame is not masked")]
    Unmasked,
    /// A length with the highest of its 64 bits set.
    #[error("the frame has a length of more than 63 bits")]
    Length,
    /// A close, ping or pong with more than 125 bytes.
    #[error("the control frame has more than 125 bytes")]
    LongControl,
    /// A close, ping or pong in fragments.
    #[error("the control frame is fragmented")]
    FragmentedControl,
    /// A continuation without a message.
    #[error("the frame continues a message, but none has begun")]
    NothingToContinue,
    /// A message that begins before another one has ended.
    #[error("the frame begins a message, but the one before has not ended")]
    UnfinishedMessage,
    /// A close frame with one byte.
    #[error("the close frame has one byte, but a close code has two")]
    HalfACloseCode,
    /// A close code that must not be sent.
    #[error("the close frame has the code {0}, which must not be sent")]
    CloseCode(u16),
    /// A text or the reason of a close frame is not UTF-8.
    #[error("the text is not UTF-8")]
    NotUtf8,
    /// A message is larger than allowed. It is refused when its header has come.
    #[error("the message has more than {max} bytes")]
    TooBig {
        /// The limit.
        max: usize,
    },
}

impl ReadError {
    /// The code of the close frame that tells the client.
    #[must_use]
    pub fn close_code(self) -> u16 {
        match self {
            Self::NotUtf8 => 1007,
            Self::TooBig { .. } => 1009,
            _ => 1002,
        }
    }
}
