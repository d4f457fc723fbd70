//! How the program uses the machine.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How the program uses the machine.
///
/// Only the binary reads this section: a program that embeds the server brings a
/// runtime of its own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RuntimeConfig {
    /// How many threads serve clients, default 0: one for each processor that the
    /// program may use. With 1, everything happens on the main thread.
    #[schemars(range(max = 1_024))]
    pub threads: usize,
}
