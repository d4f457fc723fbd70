//! What a check comes to.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::plan::Check;
use crate::flickers::Flicker;
pub use crate::player::finding::{Finding, Outcome};
use crate::player::trace::TraceLine;
use crate::scenario::Level;

/// The clause that a server breaks which ends, whatever it ended of.
const SURVIVAL: &str = "SRV-ROB-2";

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

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// The result of one check.
#[derive(Debug, Clone)]
pub struct CheckResult {
    /// What was checked.
    pub check: Check,
    /// What came of it.
    pub verdict: Verdict,
    /// One sentence; empty for a pass.
    pub message: String,
    /// Details of anything that is not a pass.
    pub finding: Option<Finding>,
    /// How long it took.
    pub duration: Duration,
    /// Every packet of every actor, kept unless the check passed.
    pub trace: Vec<TraceLine>,
    /// The sentence of the baseline that expects this result.
    pub expected_because: Option<String>,
    /// How it went, if it is known to flicker.
    pub flicker: Option<Flicker>,
    /// Nobody has tried it: the server had ended before.
    pub not_judged: bool,
    /// A clause that is broken besides those of the scenario.
    pub breaks: Option<&'static str>,
}

impl CheckResult {
    /// Whether it makes the run red: nobody has explained it.
    pub fn is_unexpected(&self) -> bool {
        self.verdict.is_red() && self.expected_because.is_none()
    }

    /// The clauses that are broken with it if it is a failure: those of the scenario, and perhaps
    /// one more.
    pub fn clauses(&self) -> impl Iterator<Item = &str> {
        let own = &self.check.scenario.clauses;
        let more = self
            .breaks
            .filter(|id| !own.iter().any(|(clause, _)| clause == id));
        own.iter().map(|(clause, _)| clause.as_str()).chain(more)
    }

    /// Turns an outcome into a result by the scenario's level. What is no milder than
    /// `held_to` counts as a `must`.
    pub fn new(
        check: Check,
        outcome: Outcome,
        duration: Duration,
        trace: Vec<TraceLine>,
        held_to: Level,
    ) -> Self {
        let level = match check.scenario.level {
            level if level <= held_to => Level::Must,
            level => level,
        };
        let not_judged = matches!(outcome, Outcome::NotJudged(_));
        let server = check.scenario.server.is_none();
        let breaks = (server && matches!(outcome, Outcome::Down(_))).then_some(SURVIVAL);
        let (verdict, finding) = match outcome {
            Outcome::Passed => (Verdict::Pass, None),
            Outcome::Broken(finding) => match level {
                Level::Must => (Verdict::Fail, Some(finding)),
                Level::Should => (Verdict::Warn, Some(finding)),
                Level::May => (Verdict::NotApplicable, Some(finding)),
            },
            Outcome::Down(finding) => (Verdict::Fail, Some(finding)),
            Outcome::Untestable(finding) => (Verdict::Untestable, Some(finding)),
            Outcome::NotApplicable(why) => (Verdict::NotApplicable, Some(Finding::new(why))),
            Outcome::NotJudged(why) => (Verdict::Untestable, Some(Finding::new(why))),
        };
        let message = finding
            .as_ref()
            .map(|found| found.message.clone())
            .unwrap_or_default();
        let trace = if verdict == Verdict::Pass {
            Vec::new()
        } else {
            trace
        };
        Self {
            check,
            verdict,
            message,
            finding,
            duration,
            trace,
            expected_because: None,
            flicker: None,
            not_judged,
            breaks,
        }
    }

    /// The same for an implementation of a revision that did not know this scenario yet:
    /// reported, and not counted.
    #[must_use]
    pub fn unscored(mut self, revision: u32) -> Self {
        let verdict = std::mem::replace(&mut self.verdict, Verdict::NotApplicable);
        let mut message = format!("not scored, being younger than revision {revision}: {verdict}");
        if !self.message.is_empty() {
            message.push_str(", ");
            message.push_str(&self.message);
        }
        self.message.clone_from(&message);
        let finding = self.finding.get_or_insert_with(|| Finding::new(""));
        finding.message = message;
        self
    }
}
