//! How the program uses the machine.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the program uses the machine.
///
/// Only the binary reads this section: a program that embeds the server brings a
/// runtime of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RuntimeConfig {
    /// How many threads serve clients, default 1: everything happens on the main
    /// thread, and packets of different connections are handled in the order in which
    /// the system had them ready. With 0 there is one thread for each processor that
    /// the program may use, and that order is given up.
    #[schemars(range(max = 1_024))]
    pub threads: usize,
}

impl Default for RuntimeConfig {
    fn default() -> Self {
        Self { threads: 1 }
    }
}
