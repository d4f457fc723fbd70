//! The five verdicts, which runner, reports and baselines share.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The verdict on one scenario in one dialect over one Engine.IO generation.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Everything the scenario expects was seen, and nothing else.
    Pass,
    /// A clause of level `must` is broken.
    Fail,
    /// A clause of level `should` is broken.
    Warn,
    /// It could not be tried: the server could not be talked to. Neither good nor bad news
    /// about the clause, and never green.
    Untestable,
    /// It does not concern this server: a capability is not declared, a dialect or Engine.IO
    /// generation that an actor needs is not part of the run, or optional behaviour (level
    /// `may`) is not there.
    NotApplicable,
}

impl Verdict {
    /// All verdicts, in the order in which people want to see them counted.
    pub const ALL: [Self; 5] = [
        Self::Pass,
        Self::Fail,
        Self::Warn,
        Self::Untestable,
        Self::NotApplicable,
    ];

    /// The name used in reports and baselines.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Warn => "warn",
            Self::Untestable => "untestable",
            Self::NotApplicable => "not_applicable",
        }
    }

    /// Whether this verdict makes a run red.
    pub const fn is_red(self) -> bool {
        matches!(self, Self::Fail | Self::Untestable)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
