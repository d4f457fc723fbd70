//! What a check comes to.

use std::time::Duration;

use crate::blame::ranking::{Seen, rank};
use crate::blame::{Blame, exercised};
use crate::known::{self, Flaky};
use crate::player::play::check::Check;
use crate::player::play::finding::{Finding, Outcome};
use crate::player::play::trace::TraceLine;
use crate::scenario::Level;
use crate::verdict::Verdict;

/// The clause that a server breaks which ends, whatever it ended of.
const SURVIVAL: &str = "SRV-ROB-2";

impl Finding {
    /// The same with what is to blame.
    fn blamed(mut self, check: &Check, survival: bool) -> Self {
        if survival {
            let blame = Blame::sure(SURVIVAL, &self.message);
            self.reason_mut().blame = Some(blame);
        } else if self.blame().is_none() {
            let blame = Blame::of(&check.scenario, None, &self.sign(), &self.message);
            self.reason_mut().blame = Some(blame);
        }
        self
    }
}

/// Finds out which clauses are broken, of those that may be.
pub(crate) fn settle(results: &mut [CheckResult]) {
    let seen: Vec<_> = results.iter().map(CheckResult::seen_of_clauses).collect();
    let broken: Vec<_> = rank(&seen)
        .into_iter()
        .map(|it| it.map(str::to_owned))
        .collect();
    for (result, broken) in results.iter_mut().zip(broken) {
        result.broken = broken;
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
    /// How it went, if it is known to be flaky.
    pub flaky: Option<Flaky>,
    /// Nobody has tried it: the server had ended before.
    pub not_judged: bool,
    /// The clause that is broken, if one is: of those that may be, the one that explains most of
    /// the run, once that is known.
    pub broken: Option<String>,
}

impl CheckResult {
    /// What a baseline compares with.
    pub fn seen(&self) -> known::Seen<'_> {
        known::Seen {
            key: self.check.key(),
            verdict: self.verdict,
            message: &self.message,
            judged: !self.not_judged,
        }
    }

    fn seen_of_clauses(&self) -> Seen<'_> {
        match (self.verdict, self.blame()) {
            (Verdict::Pass, _) => Seen::Passed(exercised(&self.check.scenario)),
            (_, Some(blame)) => Seen::Failed {
                clauses: blame.clauses.iter().map(String::as_str).collect(),
                plain: blame.plain,
            },
            (_, None) => Seen::Nothing,
        }
    }

    /// Whether it makes the run red: nobody has explained it.
    pub fn is_unexpected(&self) -> bool {
        self.verdict.is_red() && self.expected_because.is_none()
    }

    /// The clauses of its scenario.
    pub fn clauses(&self) -> impl Iterator<Item = &str> {
        let own = self.check.scenario.clauses.iter();
        own.map(|(clause, _)| clause.as_str())
    }

    /// What went wrong, and the clauses that may be broken with it, if it has failed.
    pub fn blame(&self) -> Option<&Blame> {
        let is_broken = matches!(self.verdict, Verdict::Fail | Verdict::Warn);
        let finding = self.finding.as_ref().filter(|_| is_broken)?;
        finding.blame()
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
        let survival = server && matches!(outcome, Outcome::Down(_));
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
        let finding = finding.map(|finding| finding.blamed(&check, survival));
        let message = finding
            .as_ref()
            .map(|found| found.message.clone())
            .unwrap_or_default();
        let trace = if verdict == Verdict::Pass {
            Vec::new()
        } else {
            trace
        };
        let mut result = Self {
            check,
            verdict,
            message,
            finding,
            duration,
            trace,
            expected_because: None,
            flaky: None,
            not_judged,
            broken: None,
        };
        let likeliest = result.blame().and_then(|blame| blame.clauses.first());
        result.broken = likeliest.cloned();
        result
    }

    /// The same for an implementation of a revision that did not know this scenario yet:
    /// reported, and not counted.
    #[must_use]
    pub fn unscored(mut self, revision: u32) -> Self {
        let verdict = std::mem::replace(&mut self.verdict, Verdict::NotApplicable);
        self.broken = None;
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
