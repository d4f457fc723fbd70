//! Faults on demand, with the feature `faults`.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::faults::{DELAY, FaultSpec};
use crate::millis;

/// What the server shall do wrong, for testers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FaultsConfig {
    /// The faults that are switched on: `NAME`, `NAME:COUNT` or
    /// `NAME:p=PROBABILITY`. None by default.
    pub on: Vec<FaultSpec>,
    /// What the random numbers begin with, so that a run can be repeated. By
    /// default another one each time, which the log names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<u64>,
    /// How long a delayed packet takes, in milliseconds, default 200.
    #[serde(rename = "delay_ms", with = "millis")]
    #[schemars(with = "u64")]
    pub delay: Duration,
}

impl Default for FaultsConfig {
    fn default() -> Self {
        Self {
            on: Vec::new(),
            seed: None,
            delay: DELAY,
        }
    }
}
