//! What a run found, as data: what the JSON report holds and all pages are made of.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sio_p2p_protocol::Dialect;

use crate::baseline::{Entry, Stale};
use crate::flickers::Flicker;
use crate::runner::trace::TraceLine;
use crate::runner::verdict::{CheckResult, Verdict};
use crate::scenario::{Level, TransportName};

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
    /// Who was judged: a URL, a command, or the embedded server.
    pub implementation: Implementation,
    /// How many results there are of each verdict.
    pub summary: Summary,
    /// The results, in the order of the plan.
    pub results: Vec<Result>,
    /// Entries of the baseline that no longer describe what happens.
    pub stale: Vec<StaleEntry>,
    /// Wall-clock time of the run in milliseconds.
    pub duration_ms: u64,
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
    /// How it went, if it is known to flicker.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flicker: Option<Flicker>,
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

/// An entry of the baseline that no longer describes what happens.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
pub struct StaleEntry {
    /// The entry.
    pub entry: Entry,
    /// What happened instead.
    pub instead: String,
}

impl Report {
    /// The report of a finished run.
    pub fn new(
        implementation: Implementation,
        results: &[CheckResult],
        stale: &[Stale],
        duration: Duration,
    ) -> Self {
        Self {
            format: FORMAT,
            suite: Suite {
                name: env!("CARGO_PKG_NAME").to_owned(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
            },
            implementation,
            summary: Summary::of(results),
            results: results.iter().map(Result::from).collect(),
            stale: stale.iter().map(StaleEntry::from).collect(),
            duration_ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
        }
    }
}

impl Result {
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
        }
        summary
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
            duration_ms: u64::try_from(result.duration.as_millis()).unwrap_or(u64::MAX),
            expected_because: result.expected_because.clone(),
            flicker: result.flicker.clone(),
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

impl From<&Stale> for StaleEntry {
    fn from(stale: &Stale) -> Self {
        Self {
            entry: stale.entry.clone(),
            instead: stale.instead.clone(),
        }
    }
}
