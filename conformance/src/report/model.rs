//! What a run found, as data: what the JSON report holds and all pages are made of.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sio_p2p_protocol::Dialect;

use super::clauses::{Clauses, Judged};
use super::made::Made;
use crate::known::{Flaky, Stale};
use crate::player::peer::pace::Slowed;
use crate::player::play::trace::TraceLine;
use crate::runner::events::ServerStory;
use crate::runner::verdict::CheckResult;
use crate::scenario::{Level, TransportName};
use crate::verdict::Verdict;

/// The version of the format that this program writes and reads.
pub const FORMAT: u32 = 1;

/// The report of one run.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Conformance report")]
pub struct Report {
    /// Version of this format: 1.
    pub format: u32,
    /// Who judged.
    pub suite: Suite,
    /// When and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<Made>,
    /// Who was judged: a URL, a command, or the embedded server.
    pub implementation: Implementation,
    /// How many results there are of each verdict.
    pub summary: Summary,
    /// The results, in the order of the plan.
    pub results: Vec<Result>,
    /// Entries of the baseline that no longer describe what happens.
    pub stale: Vec<Stale>,
    /// Wall-clock time of the run in milliseconds.
    pub duration_ms: u64,
    /// How the server ended, if it did for good.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<EndedServer>,
    /// How the server slowed the run down, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slowed: Option<SlowedRun>,
}

/// How a server ended.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct EndedServer {
    /// The check that it ended of; several if several were playing at once, of which one did it.
    pub of: Vec<String>,
    /// One sentence.
    pub message: String,
}

/// How a server slowed a run down: by refusing connections for the moment. None of it counts
/// against the server.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct SlowedRun {
    /// How many connections it refused.
    pub refusals: usize,
    /// By which HTTP statuses.
    pub statuses: Vec<u16>,
    /// How often nobody listened for a moment.
    pub absences: usize,
    /// How long connections have waited, all together, in milliseconds.
    pub waited_ms: u64,
}

/// Who judged.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Suite {
    /// Name of the suite.
    pub name: String,
    /// Version of the suite.
    pub version: String,
}

/// Who was judged.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Implementation {
    /// A URL, a command, or the embedded server.
    pub target: String,
    /// Capabilities it declares.
    pub claims: Vec<crate::scenario::Capability>,
}

/// How many results there are of each verdict, expected ones included.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// Everything was seen.
    pub pass: usize,
    /// A `must` is broken.
    pub fail: usize,
    /// A `should` is broken.
    pub warn: usize,
    /// The server could not be talked to.
    pub untestable: usize,
    /// Does not concern this server.
    pub not_applicable: usize,
    /// Of those that are not a pass: how many the baseline expects.
    pub expected: usize,
    /// Of the untestable: how many nobody has tried, because the server had ended.
    #[serde(default)]
    pub not_judged: usize,
}

/// One result.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Result {
    /// Id of the scenario, with its case if it has one.
    pub id: String,
    /// The statement that holds when it passes.
    pub title: String,
    /// API family.
    pub family: String,
    /// Dialect of the check.
    #[schemars(with = "sio_p2p_driver::schema::DialectName")]
    pub dialect: Dialect,
    /// Engine.IO generation of the check.
    #[schemars(range(min = 3, max = 4))]
    pub eio: u8,
    /// Transport of the check.
    #[serde(default)]
    pub transport: TransportName,
    /// Level of the scenario.
    pub level: Level,
    /// Clauses that it checks.
    pub clauses: Vec<String>,
    /// The verdict.
    pub verdict: Verdict,
    /// One sentence that is the same in every run; empty for a pass.
    pub message: String,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// Why the baseline expects this result, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected_because: Option<String>,
    /// How it went, if it is known to be flaky.
    #[serde(default, rename = "flicker", skip_serializing_if = "Option::is_none")]
    pub flaky: Option<Flaky>,
    /// Nobody has tried it, because the server had ended.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub not_judged: bool,
    /// The clause that is broken, if it is a failure. Its other clauses are not judged by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<String>,
    /// What went wrong, if it is a failure: the same in all checks in which the same went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// Details of anything that is not a pass.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// The last packets of every actor, in order; only with a failure.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trace: Vec<TraceLine>,
}

/// Details of a result that is not a pass.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct Failure {
    /// `file:line:column` of the step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// What the step expected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<String>,
    /// What was seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actual: Option<String>,
    /// Remarks.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl Report {
    /// The report of a finished run.
    pub fn new(
        implementation: Implementation,
        results: &[CheckResult],
        stale: &[Stale],
        duration: Duration,
        server: &ServerStory,
    ) -> Self {
        Self {
            format: FORMAT,
            suite: Suite {
                name: env!("CARGO_PKG_NAME").to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            made: None,
            implementation,
            summary: Summary::of(results),
            results: results.iter().map(Result::from).collect(),
            stale: stale.to_vec(),
            duration_ms: milliseconds(duration),
            ended: server.ended.as_ref().map(|ended| EndedServer {
                of: ended.of.clone(),
                message: ended.to_string(),
            }),
            slowed: server.slowed.as_ref().map(|slowed| SlowedRun {
                refusals: slowed.refusals,
                statuses: slowed.statuses.iter().copied().collect(),
                absences: slowed.absences,
                waited_ms: milliseconds(slowed.waited),
            }),
        }
    }

    /// What it says about clauses.
    pub(super) fn clauses(&self) -> Clauses<'_> {
        let results = self.results.iter();
        Clauses::of(results.map(|result| Judged {
            verdict: result.verdict,
            is_expected: result.expected_because.is_some(),
            broken: result.broken.as_deref(),
            clauses: result.clauses.iter().map(String::as_str),
        }))
    }
}

impl SlowedRun {
    /// One sentence for people.
    pub fn told(&self) -> String {
        let slowed = Slowed {
            refusals: self.refusals,
            statuses: self.statuses.iter().copied().collect(),
            absences: self.absences,
            waited: Duration::from_millis(self.waited_ms),
        };
        slowed.to_string()
    }
}

impl Result {
    /// Whether it makes the run red: nobody has explained it.
    pub fn is_unexpected(&self) -> bool {
        self.verdict.is_red() && self.expected_because.is_none()
    }

    /// The scenario, dialect and generation, as people write them.
    pub fn name(&self) -> String {
        let suffix = self.transport.suffix();
        format!(
            "{} ({}, Engine.IO {}{suffix})",
            self.id, self.dialect, self.eio
        )
    }
}

impl Summary {
    /// Counts results.
    pub fn of<'a>(results: impl IntoIterator<Item = &'a CheckResult>) -> Self {
        let mut summary = Self::default();
        for result in results {
            summary.count(result.verdict);
            summary.expected += usize::from(result.expected_because.is_some());
            summary.not_judged += usize::from(result.not_judged);
        }
        summary
    }

    /// How many there are of each verdict.
    pub fn counts(&self) -> [(Verdict, usize); 5] {
        [
            (Verdict::Pass, self.pass),
            (Verdict::Fail, self.fail),
            (Verdict::Warn, self.warn),
            (Verdict::Untestable, self.untestable),
            (Verdict::NotApplicable, self.not_applicable),
        ]
    }

    /// Counts one more of this verdict.
    pub fn count(&mut self, verdict: Verdict) {
        *match verdict {
            Verdict::Pass => &mut self.pass,
            Verdict::Fail => &mut self.fail,
            Verdict::Warn => &mut self.warn,
            Verdict::Untestable => &mut self.untestable,
            Verdict::NotApplicable => &mut self.not_applicable,
        } += 1;
    }
}

impl From<&CheckResult> for Result {
    fn from(result: &CheckResult) -> Self {
        let scenario = &result.check.scenario;
        Self {
            id: scenario.id.clone(),
            title: scenario.title.clone(),
            family: scenario.family.clone(),
            dialect: result.check.dialect,
            eio: result.check.eio.number(),
            transport: result.check.transport,
            level: scenario.level,
            clauses: scenario
                .clauses
                .iter()
                .map(|(clause, _)| clause.clone())
                .collect(),
            verdict: result.verdict,
            message: result.message.clone(),
            duration_ms: milliseconds(result.duration),
            expected_because: result.expected_because.clone(),
            flaky: result.flaky.clone(),
            not_judged: result.not_judged,
            broken: result.broken.clone(),
            cause: result.blame().map(|blame| blame.cause.clone()),
            failure: result.finding.as_ref().map(|finding| Failure {
                at: finding.at.as_ref().map(ToString::to_string),
                expected: finding.expected.clone(),
                actual: finding.actual.clone(),
                notes: finding.notes.clone(),
            }),
            trace: result.trace.clone(),
        }
    }
}
