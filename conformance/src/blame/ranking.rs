//! Which of the clauses that may be broken explains most failures.
//!
//! The clause of a failed step is broken, unless it was seen to hold more often than not. Then
//! something special about the check is to blame, and its other clauses are looked at, too. A
//! clause that may be to blame for many failed checks is more likely to be than several that each
//! may be for a few; of two that explain as many, the one that was seen to hold less often. So
//! clauses are taken one after the other, each with the checks that are left and that it
//! explains. What it explains says nothing about the other clauses of these checks.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// A check, as far as it matters here.
#[derive(Debug, Clone)]
pub(crate) enum Seen<'a> {
    /// It has failed, and one of these clauses is to blame; the first is that of the step.
    Failed {
        /// These clauses.
        clauses: Vec<&'a str>,
        /// How many of them are the plain ones.
        plain: usize,
    },
    /// It has passed, and shows that these hold.
    Passed(BTreeSet<&'a str>),
    /// It says nothing.
    Nothing,
}

/// The clause that is broken, for each check that has failed.
pub(crate) fn rank<'a>(seen: &[Seen<'a>]) -> Vec<Option<&'a str>> {
    let mut held: BTreeMap<&str, usize> = BTreeMap::new();
    for check in seen {
        if let Seen::Passed(clauses) = check {
            for clause in clauses {
                *held.entry(clause).or_default() += 1;
            }
        }
    }
    let mut failed: BTreeMap<&str, usize> = BTreeMap::new();
    for check in seen {
        if let Seen::Failed { clauses, .. } = check
            && let Some(clause) = clauses.first()
        {
            *failed.entry(clause).or_default() += 1;
        }
    }
    let holds = |clause: &&str| held.get(clause) > failed.get(clause);
    // The clauses that are looked at for each failed check.
    let suspects: Vec<&[&str]> = seen
        .iter()
        .map(|check| match check {
            Seen::Failed { clauses, plain } => match clauses.first() {
                Some(first) if *plain > 0 && !holds(first) => &clauses[..*plain],
                _ => &clauses[..],
            },
            Seen::Passed(_) | Seen::Nothing => &[],
        })
        .collect();
    let mut blamed = vec![None; seen.len()];
    loop {
        // By clause: how many checks it explains, and how often as the likeliest.
        let mut explained: BTreeMap<&'a str, (usize, usize)> = BTreeMap::new();
        let open = suspects.iter().zip(&blamed);
        for (clauses, _) in open.filter(|(_, blamed)| blamed.is_none()) {
            for (index, clause) in clauses.iter().enumerate() {
                let counts = explained.entry(clause).or_default();
                counts.0 += 1;
                counts.1 += usize::from(index == 0);
            }
        }
        let best = explained.into_iter().max_by_key(|(clause, (all, first))| {
            let held = held.get(clause).copied().unwrap_or_default();
            (*all, Reverse(held), *first, Reverse(*clause))
        });
        let Some((clause, _)) = best else {
            return blamed;
        };
        for (clauses, blamed) in suspects.iter().zip(&mut blamed) {
            if blamed.is_none() && clauses.contains(&clause) {
                *blamed = Some(clause);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(clauses: &[&'static str]) -> Seen<'static> {
        Seen::Passed(clauses.iter().copied().collect())
    }

    /// The first of them is the plain one.
    fn failed(clauses: &[&'static str]) -> Seen<'static> {
        Seen::Failed {
            clauses: clauses.to_vec(),
            plain: clauses.len().min(1),
        }
    }

    #[test]
    fn what_explains_most_is_to_blame() {
        let seen = [
            failed(&["notice", "decoding"]),
            failed(&["notice"]),
            failed(&["stream", "notice"]),
            passed(&["decoding", "stream"]),
            passed(&["stream"]),
            Seen::Nothing,
        ];
        let notice = Some("notice");
        assert_eq!(rank(&seen), [notice, notice, notice, None, None, None]);
    }

    #[test]
    fn what_works_elsewhere_is_not() {
        let seen = [
            failed(&["message", "odd names"]),
            passed(&["message"]),
            passed(&["message", "rooms"]),
        ];
        assert_eq!(rank(&seen)[0], Some("odd names"));
    }

    #[test]
    fn alone_the_clause_of_the_step_is() {
        assert_eq!(rank(&[failed(&["b", "a"])]), [Some("b")]);
        assert_eq!(rank(&[failed(&[]), Seen::Nothing]), [None, None]);
    }
}
