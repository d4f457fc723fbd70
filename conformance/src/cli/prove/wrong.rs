//! What is wrong while a check is played.

use std::fmt;
use std::str::FromStr;

use sio_p2p_server::faults::{Fault, FaultSpec, InvalidFault};

use crate::fault::{Kind as _, UnknownFault};
use crate::player::client::{ClientFault, ClientFaultSpec};
use crate::proxy::faults::{PREFIX, ProxyFault, ProxyFaultSpec};
use crate::scenario::lint::DEFAULT_SETTINGS;

/// What is wrong with a server, with a client, or between them.
#[derive(Debug, Clone, PartialEq)]
pub enum Wrong {
    /// A fault is switched on.
    Fault(FaultSpec),
    /// A client has a fault.
    Client(ClientFaultSpec),
    /// A proxy between the server and its clients has a fault.
    Proxy(ProxyFaultSpec),
    /// It does not have the settings that the scenario states.
    DefaultSettings,
}

/// A text that names nothing that can be wrong.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub enum InvalidWrong {
    /// Not a fault of a server, nor one of a client.
    Server(#[from] InvalidFault),
    /// Not a fault of a proxy, although it begins like one.
    Proxy(#[from] UnknownFault<ProxyFault>),
}

impl FromStr for Wrong {
    type Err = InvalidWrong;

    fn from_str(text: &str) -> Result<Self, InvalidWrong> {
        if text == DEFAULT_SETTINGS {
            return Ok(Self::DefaultSettings);
        }
        if text.starts_with(PREFIX) {
            return Ok(Self::Proxy(text.parse()?));
        }
        // No name is one of both.
        if let Ok(spec) = text.parse() {
            return Ok(Self::Client(spec));
        }
        Ok(Self::Fault(text.parse()?))
    }
}

impl Wrong {
    /// The names of all faults that a scenario can name, of those about servers or of those
    /// about clients.
    pub(super) fn names(about_clients: bool) -> Vec<&'static str> {
        if about_clients {
            let all = ClientFault::ALL.iter();
            return all.map(|(_, name, _)| *name).collect();
        }
        let servers = Fault::ALL.iter().map(|fault| fault.name());
        let proxies = ProxyFault::ALL.iter().map(|(_, name, _)| *name);
        servers.chain(proxies).collect()
    }

    /// The name of what is wrong, without how often or where.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Fault(spec) => spec.fault.name(),
            Self::Client(spec) => spec.fault.name(),
            Self::Proxy(spec) => spec.fault.name(),
            Self::DefaultSettings => DEFAULT_SETTINGS,
        }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(spec) => spec.fmt(f),
            Self::Client(spec) => spec.fmt(f),
            Self::Proxy(spec) => spec.fmt(f),
            Self::DefaultSettings => f.write_str(DEFAULT_SETTINGS),
        }
    }
}
