//! The two generations of Engine.IO that are in the field.

use std::fmt;

/// A generation of Engine.IO, which a client names in the parameter `EIO` of its
/// handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Generation {
    /// `EIO=3`: the client sends heartbeats. Socket.IO 1 and 2.
    V3,
    /// `EIO=4`: the server sends heartbeats. Socket.IO 3 and 4.
    V4,
}

impl Generation {
    /// The number of the generation, 3 or 4.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::V3 => 3,
            Self::V4 => 4,
        }
    }
}

/// The number.
impl fmt::Display for Generation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(f)
    }
}
