//! What all parts of the page need to know: which checks there are, where each stands on the
//! page, and what it says about clauses and scenarios.

use std::collections::{BTreeMap, BTreeSet};

use sio_p2p_protocol::Dialect;

use super::super::clauses::Clauses;
use super::super::model::{Report, Result};
use crate::scenario::TransportName;
use crate::verdict::Verdict;

/// One way to play a scenario: a column of the matrix.
pub(super) type Way = (Dialect, u8, TransportName);

/// A report, ready to be written as a page.
pub(super) struct Told<'r> {
    pub(super) report: &'r Report,
    /// The results, each with its place on the page.
    pub(super) checks: Vec<Check<'r>>,
    /// What it says about clauses.
    pub(super) clauses: Clauses<'r>,
    /// The scenarios of each family, in the order of the report.
    pub(super) families: BTreeMap<&'r str, Vec<Scenario<'r>>>,
    /// All ways in which scenarios were played.
    pub(super) ways: Vec<Way>,
}

/// A result and its id on the page.
pub(super) struct Check<'r> {
    pub(super) result: &'r Result,
    pub(super) anchor: String,
}

/// A scenario, and its checks by their position.
pub(super) struct Scenario<'r> {
    pub(super) id: &'r str,
    pub(super) checks: Vec<usize>,
}

/// The part of the page that shows a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Red, and nobody has explained it.
    Failure,
    /// A warning that nobody has explained.
    Warning,
    /// Not a pass, as the baseline says.
    Known,
    /// Nobody has tried it.
    NotJudged,
    NotApplicable,
    Passed,
}

impl Check<'_> {
    pub(super) fn part(&self) -> Part {
        let result = self.result;
        match result.verdict {
            Verdict::Pass => Part::Passed,
            Verdict::NotApplicable => Part::NotApplicable,
            _ if result.not_judged => Part::NotJudged,
            _ if result.expected_because.is_some() => Part::Known,
            Verdict::Warn => Part::Warning,
            Verdict::Fail | Verdict::Untestable => Part::Failure,
        }
    }

    /// Whether the page has an entry with its details.
    pub(super) fn has_entry(&self) -> bool {
        matches!(self.part(), Part::Failure | Part::Warning | Part::Known)
    }

    pub(super) fn way(&self) -> Way {
        let result = self.result;
        (result.dialect, result.eio, result.transport)
    }
}

impl<'r> Told<'r> {
    pub(super) fn of(report: &'r Report) -> Self {
        let mut taken = BTreeSet::new();
        let mut checks = Vec::with_capacity(report.results.len());
        let mut families: BTreeMap<&str, Vec<Scenario<'_>>> = BTreeMap::new();
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        let mut ways = BTreeSet::new();
        for (index, result) in report.results.iter().enumerate() {
            let check = Check {
                result,
                anchor: anchor(result, &mut taken),
            };
            ways.insert(check.way());
            checks.push(check);
            let scenarios = families.entry(&result.family).or_default();
            let next = scenarios.len();
            let place = *places.entry(&result.id).or_insert(next);
            match scenarios
                .get_mut(place)
                .filter(|found| found.id == result.id)
            {
                Some(scenario) => scenario.checks.push(index),
                None => scenarios.push(Scenario {
                    id: &result.id,
                    checks: vec![index],
                }),
            }
        }
        Self {
            report,
            checks,
            clauses: report.clauses(),
            families,
            ways: ways.into_iter().collect(),
        }
    }

    /// The checks that a part of the page shows.
    pub(super) fn part(&self, part: Part) -> Vec<&Check<'r>> {
        let checks = self.checks.iter();
        checks.filter(|check| check.part() == part).collect()
    }

    /// The clauses of which a check failed or warned: what explains the most comes first.
    pub(super) fn broken(&self) -> Vec<(&'r str, usize, usize)> {
        let broken = self.clauses.broken.iter();
        broken
            .map(|(id, (fail, warn))| (*id, *fail, *warn))
            .collect()
    }
}

/// An id that no other check of the page has: that of the scenario, and how it was played.
fn anchor(result: &Result, taken: &mut BTreeSet<String>) -> String {
    let name = format!(
        "{}:{}-{}-{}",
        result.id, result.dialect, result.eio, result.transport
    );
    let mut anchor = name.clone();
    let mut again = 1;
    while !taken.insert(anchor.clone()) {
        again += 1;
        anchor = format!("{name}-{again}");
    }
    anchor
}

/// The worst of some verdicts: what people have to look at.
pub(in crate::report) fn worst(verdicts: impl IntoIterator<Item = Verdict>) -> Verdict {
    let rank = |verdict: &Verdict| match verdict {
        Verdict::NotApplicable => 0,
        Verdict::Pass => 1,
        Verdict::Untestable => 2,
        Verdict::Warn => 3,
        Verdict::Fail => 4,
    };
    let worst = verdicts.into_iter().max_by_key(rank);
    worst.unwrap_or(Verdict::NotApplicable)
}
