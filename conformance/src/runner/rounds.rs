//! What the rounds of a run come to together.

use super::verdict::CheckResult;
use crate::verdict::Verdict;

/// The results of every check, round by round.
#[derive(Debug)]
pub(crate) struct Rounds {
    checks: Vec<Vec<CheckResult>>,
}

impl Rounds {
    /// No results yet.
    pub(crate) fn new(checks: usize) -> Self {
        Self {
            checks: std::iter::repeat_with(Vec::new).take(checks).collect(),
        }
    }

    /// One more result of a check.
    pub(crate) fn add(&mut self, check: usize, result: CheckResult) {
        if let Some(results) = self.checks.get_mut(check) {
            results.push(result);
        }
    }

    /// One result for each check that was played, in the order of the plan: the worst. If
    /// the rounds differ, it says how often it was seen.
    pub(crate) fn merged(self) -> Vec<CheckResult> {
        self.checks.into_iter().filter_map(merge).collect()
    }
}

fn merge(results: Vec<CheckResult>) -> Option<CheckResult> {
    let rounds = results.len();
    let passed = results
        .iter()
        .filter(|result| result.verdict == Verdict::Pass)
        .count();
    // The first of the worst, because the others may follow from it.
    let mut worst = results.into_iter().reduce(|worst, next| {
        if severity(&next) > severity(&worst) {
            next
        } else {
            worst
        }
    })?;
    if let Some(flaky) = worst.flaky.as_mut() {
        flaky.passed = passed;
        flaky.rounds = rounds;
    }
    if let Some(finding) = worst.finding.as_mut().filter(|_| passed > 0) {
        finding
            .notes
            .push(format!("it passed in {passed} of {rounds} rounds"));
    }
    Some(worst)
}

/// Unexpected failures are worst; a pass is best.
fn severity(result: &CheckResult) -> (bool, u8) {
    let verdict = match result.verdict {
        Verdict::Pass => 0,
        Verdict::NotApplicable => 1,
        Verdict::Warn => 2,
        Verdict::Untestable => 3,
        Verdict::Fail => 4,
    };
    (result.is_unexpected(), verdict)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::player::play::finding::{Finding, Outcome};
    use crate::testing::result;

    #[test]
    fn a_flaky_check_counts_its_rounds() {
        let mut rounds = Rounds::new(1);
        for outcome in [
            Outcome::Passed,
            Outcome::Broken(Finding::new("late")),
            Outcome::Passed,
        ] {
            let mut result = result("a", outcome);
            result.flaky = Some(crate::known::Flaky {
                why: "a race".into(),
                passed: 0,
                rounds: 1,
            });
            rounds.add(0, result);
        }
        let flaky = rounds.merged().remove(0).flaky.unwrap();
        assert_eq!((flaky.passed, flaky.rounds), (2, 3));
    }

    #[test]
    fn a_check_that_fails_at_times_says_how_often_it_was_seen() {
        let mut rounds = Rounds::new(3);
        let broken = |message: &str| result("a", Outcome::Broken(Finding::new(message)));
        rounds.add(0, result("a", Outcome::Passed));
        rounds.add(0, broken("first"));
        rounds.add(0, broken("second"));
        rounds.add(1, result("b", Outcome::Passed));
        let merged = rounds.merged();
        assert_eq!(merged.len(), 2, "what was not played has no result");
        assert_eq!(merged[0].message, "first");
        let notes = &merged[0].finding.as_ref().unwrap().notes;
        assert_eq!(notes, &["it passed in 1 of 3 rounds"]);
        assert_eq!(merged[1].verdict, Verdict::Pass);
    }
}
