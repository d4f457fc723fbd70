//! What a run is going to do, in words.

use std::fmt::Write as _;

use crate::runner::options::Options;
use crate::scenario::Level;

/// What is going to be done, in words.
pub(super) fn plan(total: usize, options: &Options) -> String {
    let Options {
        jobs,
        rounds,
        shuffle,
        held_to,
        ..
    } = *options;
    let checks = total / rounds.max(1);
    let mut line = format!("{checks} {}", if checks == 1 { "check" } else { "checks" });
    if rounds > 1 {
        let _ = write!(line, ", {rounds} rounds");
    }
    let _ = write!(line, ", {jobs} at a time");
    if let Some(seed) = shuffle {
        let _ = write!(line, ", shuffled (--shuffle {seed})");
    }
    if held_to > Level::Must {
        let _ = write!(line, ", held to every {held_to}");
    }
    line
}
