//! What a run says about clauses: which were checked, and which are broken.

use std::collections::{BTreeMap, BTreeSet};

use crate::verdict::Verdict;

/// The clauses of a run.
#[derive(Debug, Default)]
pub(super) struct Clauses<'r> {
    /// Clauses with at least one result that says something about the server.
    pub(super) checked: BTreeSet<&'r str>,
    /// Clauses with nothing but untestable results.
    unjudged: BTreeSet<&'r str>,
    /// The broken ones, with the number of failures and of warnings.
    pub(super) broken: BTreeMap<&'r str, (usize, usize)>,
    passes: usize,
    untestable: usize,
}

impl<'r> Clauses<'r> {
    /// The clauses of these results: of each, the verdict and the clauses that it is about.
    pub(super) fn of<C>(results: impl IntoIterator<Item = (Verdict, C)>) -> Self
    where
        C: IntoIterator<Item = &'r str>,
    {
        let mut clauses = Self::default();
        for (verdict, of_result) in results {
            clauses.passes += usize::from(verdict == Verdict::Pass);
            clauses.untestable += usize::from(verdict == Verdict::Untestable);
            for clause in of_result {
                match verdict {
                    Verdict::Pass => {}
                    Verdict::Fail => clauses.broken.entry(clause).or_default().0 += 1,
                    Verdict::Warn => clauses.broken.entry(clause).or_default().1 += 1,
                    Verdict::Untestable => {
                        clauses.unjudged.insert(clause);
                        continue;
                    }
                    Verdict::NotApplicable => continue,
                }
                clauses.checked.insert(clause);
            }
        }
        let checked = &clauses.checked;
        clauses.unjudged.retain(|clause| !checked.contains(clause));
        clauses
    }

    /// The sentence below the broken ones, or in their place. Praise only if everything that
    /// was to be judged was, and something passed.
    pub(super) fn told(&self) -> Option<String> {
        let clauses = |count: usize| match count {
            1 => "1 clause".to_owned(),
            count => format!("{count} clauses"),
        };
        if self.passes == 0 && self.broken.is_empty() {
            return Some("Nothing was judged: no check passed, and none failed.".to_owned());
        }
        let left = match self.unjudged.len() {
            0 => None,
            count => Some(format!("{} not checked at all.", clauses(count))),
        };
        if !self.broken.is_empty() {
            return left;
        }
        let checked = clauses(self.checked.len());
        if self.untestable == 0 {
            return Some(format!("{checked} checked, none broken."));
        }
        let checks = if self.untestable == 1 {
            "1 check says".to_owned()
        } else {
            format!("{} checks say", self.untestable)
        };
        let left = left.map_or_else(String::new, |left| format!(" {left}"));
        Some(format!(
            "{checked} checked in part and none seen to be broken, but {checks} nothing.{left}"
        ))
    }
}
