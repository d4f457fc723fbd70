//! What is wrong while a check is played.

use std::fmt;
use std::str::FromStr;

use sio_p2p_server::faults::{FaultSpec, InvalidFault};

use crate::scenario::lint::DEFAULT_SETTINGS;

/// What is wrong with a server.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Wrong {
    /// A fault is switched on.
    Fault(FaultSpec),
    /// It does not have the settings that the scenario states.
    DefaultSettings,
}

impl FromStr for Wrong {
    type Err = InvalidFault;

    fn from_str(text: &str) -> Result<Self, InvalidFault> {
        if text == DEFAULT_SETTINGS {
            return Ok(Self::DefaultSettings);
        }
        text.parse().map(Self::Fault)
    }
}

impl fmt::Display for Wrong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fault(spec) => spec.fmt(f),
            Self::DefaultSettings => f.write_str(DEFAULT_SETTINGS),
        }
    }
}
