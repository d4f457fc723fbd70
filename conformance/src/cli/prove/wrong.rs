//! What is wrong while a check is played.

use std::fmt;
use std::str::FromStr;

use sio_p2p_server::faults::{FaultSpec, InvalidFault};

use crate::client::ClientFaultSpec;
use crate::scenario::lint::DEFAULT_SETTINGS;

/// What is wrong with a server, or with a client.
#[derive(Debug, Clone, PartialEq)]
pub enum Wrong {
    /// A fault is switched on.
    Fault(FaultSpec),
    /// A client has a fault.
    Client(ClientFaultSpec),
    /// It does not have the settings that the scenario states.
    DefaultSettings,
}

impl FromStr for Wrong {
    type Err = InvalidFault;

    fn from_str(text: &str) -> Result<Self, InvalidFault> {
        if text == DEFAULT_SETTINGS {
            return Ok(Self::DefaultSettings);
        }
        // No name is one of both.
        if let Ok(spec) = text.parse() {
            return Ok(Self::Client(spec));
        }
        text.parse().map(Self::Fault)
    }
}

impl Wrong {
    /// The name of what is wrong, without how often or where.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Fault(spec) => spec.fault.name(),
            Self::Client(spec) => spec.fault.name(),
            Self::DefaultSettings => DEFAULT_SETTINGS,
        }
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(spec) => spec.fmt(f),
            Self::Client(spec) => spec.fmt(f),
            Self::DefaultSettings => f.write_str(DEFAULT_SETTINGS),
        }
    }
}
