//! What happens during a run. The runner tells it once; reporters listen and do not know
//! each other.

use std::time::Duration;

use super::life::Ended;
use super::options::Options;
use super::verdict::CheckResult;
use crate::known::Stale;
use crate::player::peer::pace::Slowed;
use crate::player::play::check::Check;

/// What became of a server during a run.
#[derive(Debug, Clone, Default)]
pub struct ServerStory {
    /// How it ended, if it did for good.
    pub ended: Option<Ended>,
    /// How it slowed the runner down, if it did.
    pub slowed: Option<Slowed>,
    /// It lets clients in and then says nothing, and the run was given up.
    pub is_mute: bool,
}

/// Something that happened.
#[derive(Debug)]
pub enum Event<'a> {
    /// The server answers and the checks are known.
    Started {
        /// What is judged, in words: a URL, a command, or the embedded server.
        target: &'a str,
        /// How many results will come: one for each check and round.
        total: usize,
        /// How the run is done.
        options: &'a Options,
    },
    /// A check has begun.
    CheckStarted(&'a Check),
    /// A check has its result; the baseline has been consulted.
    CheckFinished(&'a CheckResult),
    /// All checks have results, here in the order of the plan.
    Finished {
        /// The results.
        results: &'a [CheckResult],
        /// Entries of the baseline that no longer describe what happens.
        stale: &'a [Stale],
        /// Wall-clock time from first to last.
        duration: Duration,
        /// What became of the server meanwhile.
        server: &'a ServerStory,
    },
}

/// A listener.
pub trait Reporter {
    /// Takes note of what happened.
    fn event(&mut self, event: &Event<'_>) -> std::io::Result<()>;
}
