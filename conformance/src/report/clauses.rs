//! What a run says about clauses: which were checked, and which are broken.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::verdict::Verdict;

/// What one result says about clauses.
#[derive(Debug)]
pub(super) struct Judged<'r, C> {
    /// The verdict.
    pub(super) verdict: Verdict,
    /// Whether the baseline expects it.
    pub(super) is_expected: bool,
    /// The clause that is broken.
    pub(super) broken: Option<&'r str>,
    /// The clauses that it is about.
    pub(super) clauses: C,
}

/// The clauses of a run.
#[derive(Debug, Default)]
pub(super) struct Clauses<'r> {
    /// Clauses with at least one result that says something about the server.
    pub(super) checked: BTreeSet<&'r str>,
    /// Clauses with nothing but untestable results.
    unjudged: BTreeSet<&'r str>,
    /// The broken ones, with the number of failures and of warnings; the one that explains most
    /// comes first.
    pub(super) broken: Vec<(&'r str, (usize, usize))>,
    /// Those of failed checks that nothing else says anything about.
    pub(super) left: BTreeSet<&'r str>,
    passes: usize,
    untestable: usize,
}

impl<'r> Clauses<'r> {
    /// The clauses of these results.
    pub(super) fn of<C>(results: impl IntoIterator<Item = Judged<'r, C>>) -> Self
    where
        C: IntoIterator<Item = &'r str>,
    {
        let mut clauses = Self::default();
        let mut broken: BTreeMap<&'r str, (usize, usize)> = BTreeMap::new();
        let mut news: BTreeMap<&'r str, usize> = BTreeMap::new();
        for Judged {
            verdict,
            is_expected,
            broken: breaks,
            clauses: of_result,
        } in results
        {
            clauses.passes += usize::from(verdict == Verdict::Pass);
            clauses.untestable += usize::from(verdict == Verdict::Untestable);
            if let Some(clause) = breaks {
                *news.entry(clause).or_default() += usize::from(!is_expected);
                let counts = broken.entry(clause).or_default();
                match verdict {
                    Verdict::Warn => counts.1 += 1,
                    _ => counts.0 += 1,
                }
                clauses.checked.insert(clause);
            }
            let of_result = of_result.into_iter();
            match verdict {
                Verdict::Pass => clauses.checked.extend(of_result),
                Verdict::Fail | Verdict::Warn => clauses.left.extend(of_result),
                Verdict::Untestable => clauses.unjudged.extend(of_result),
                Verdict::NotApplicable => {}
            }
        }
        clauses.broken = broken.into_iter().collect();
        // What the baseline expects is no news.
        clauses.broken.sort_by_key(|(clause, (fails, warns))| {
            Reverse((news.get(clause).copied(), *fails, *warns))
        });
        let checked = &clauses.checked;
        clauses.left.retain(|clause| !checked.contains(clause));
        let left = &clauses.left;
        let known = |clause: &&str| checked.contains(clause) || left.contains(clause);
        clauses.unjudged.retain(|clause| !known(clause));
        clauses
    }

    /// The clauses that failed checks have left open, in words.
    pub(super) fn left_open(&self) -> Option<String> {
        let names: Vec<_> = self.left.iter().copied().collect();
        match names.as_slice() {
            [] => None,
            [one] => Some(format!(
                "1 clause is not judged, because its checks failed before: {one}."
            )),
            names => Some(format!(
                "{} clauses are not judged, because their checks failed before: {}.",
                names.len(),
                names.join(", ")
            )),
        }
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
