//! What the rounds of a run come to together.

use super::verdict::CheckResult;
use crate::verdict::Verdict;

/// One result for each check that was played, in the order of the plan: the worst of those of
/// its rounds. If the rounds differ, it says how often it was seen.
pub(crate) fn merged(checks: Vec<Vec<CheckResult>>) -> Vec<CheckResult> {
    checks.into_iter().filter_map(merge).collect()
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
        let outcomes = [
            Outcome::Passed,
            Outcome::Broken(Finding::new("late")),
            Outcome::Passed,
        ];
        let rounds = outcomes.map(|outcome| CheckResult {
            flaky: Some(crate::known::Flaky {
                why: "a race".into(),
                passed: 0,
                rounds: 1,
            }),
            ..result("a", outcome)
        });
        let flaky = merged(vec![rounds.into()]).remove(0).flaky.unwrap();
        assert_eq!((flaky.passed, flaky.rounds), (2, 3));
    }

    #[test]
    fn a_check_that_fails_at_times_says_how_often_it_was_seen() {
        let broken = |message: &str| result("a", Outcome::Broken(Finding::new(message)));
        let merged = merged(vec![
            vec![
                result("a", Outcome::Passed),
                broken("first"),
                broken("second"),
            ],
            vec![result("b", Outcome::Passed)],
            Vec::new(),
        ]);
        assert_eq!(merged.len(), 2, "what was not played has no result");
        assert_eq!(merged[0].message, "first");
        let notes = &merged[0].finding.as_ref().unwrap().notes;
        assert_eq!(notes, &["it passed in 1 of 3 rounds"]);
        assert_eq!(merged[1].verdict, Verdict::Pass);
    }
}
