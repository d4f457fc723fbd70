//! The carriers of an Engine.IO connection, and which of them to use.

use std::{fmt, str::FromStr};

/// Which carriers a connection may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Transports {
    /// A WebSocket from the beginning: one request, least delay. The default.
    #[default]
    WebSocket,
    /// HTTP long-polling only: where proxies let no WebSocket through.
    Polling,
    /// Long-polling first, then a WebSocket as soon as the server and everything between allow
    /// it: what the JavaScript clients do by default. If the upgrade fails, polling goes on.
    PollingThenUpgrade,
}

impl Transports {
    /// Every choice there is.
    pub const ALL: [Self; 3] = [Self::WebSocket, Self::Polling, Self::PollingThenUpgrade];

    /// The word for it: `websocket`, `polling` or `upgrade`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WebSocket => "websocket",
            Self::Polling => "polling",
            Self::PollingThenUpgrade => "upgrade",
        }
    }
}

impl fmt::Display for Transports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text named no choice of transports.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("transport must be websocket, polling or upgrade, not '{0}'")]
pub struct UnknownTransports(String);

impl FromStr for Transports {
    type Err = UnknownTransports;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut all = Self::ALL.into_iter();
        all.find(|choice| choice.as_str() == text)
            .ok_or_else(|| UnknownTransports(text.to_owned()))
    }
}

/// The carrier that a connection uses at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Transport {
    /// A WebSocket, from the beginning or after an upgrade.
    WebSocket,
    /// HTTP long-polling.
    Polling,
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WebSocket => "websocket",
            Self::Polling => "polling",
        })
    }
}

/// Which transport carries a connection at the moment.
#[derive(Debug, Clone, Copy)]
pub(crate) struct InUse {
    pub(crate) transport: Transport,
    /// A GET has been handed to the operating system, and its answer has not begun.
    pub(crate) poll_waits: bool,
}

impl InUse {
    pub(crate) fn of(transport: Transport) -> Self {
        Self {
            transport,
            poll_waits: false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_read_and_written() {
        for choice in Transports::ALL {
            assert_eq!(choice.to_string().parse(), Ok(choice));
        }
        assert_eq!(
            "ws".parse::<Transports>().unwrap_err().to_string(),
            "transport must be websocket, polling or upgrade, not 'ws'"
        );
    }
}
