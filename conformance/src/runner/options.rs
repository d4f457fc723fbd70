//! How a run is done, whatever it consists of.

use std::time::Duration;

use crate::access::SharedAccess;
use crate::scenario::Level;

/// How a run is done. The default is one round in the order of the plan.
#[derive(Debug, Clone)]
pub struct Options {
    /// How many checks at a time.
    pub jobs: usize,
    /// How often every check is played, at least once.
    pub rounds: usize,
    /// Seed of a random order; the same seed gives the same order.
    pub shuffle: Option<u64>,
    /// How many unexpected failures end the run.
    pub max_failures: Option<usize>,
    /// The mildest level whose breaking is a failure: usually `must`.
    pub held_to: Level,
    /// How long the server may take for one step, instead of the time that scenarios
    /// without a time of their own have.
    pub timeout: Option<Duration>,
    /// How long a server that is not the runner's own may be away, and how long it may refuse
    /// one connection for the moment, before it is given up.
    pub patience: Duration,
    /// What every connection to the server brings along.
    pub access: SharedAccess,
}

/// The usual patience.
pub const PATIENCE: Duration = Duration::from_secs(30);

impl Default for Options {
    fn default() -> Self {
        Self {
            jobs: 1,
            rounds: 1,
            shuffle: None,
            max_failures: None,
            held_to: Level::Must,
            timeout: None,
            patience: PATIENCE,
            access: SharedAccess::default(),
        }
    }
}
