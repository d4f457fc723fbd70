//! Which clause a failed step is about.
//!
//! A scenario names several clauses, and its steps use more of the protocol than they are about.
//! When one of them fails, not all of these clauses are broken. So each step belongs to one
//! clause: the one it names, or else the plain clause of what it looks at ([`rules`]), such as
//! `SRV-MSG-2` for a notice. If the scenario does not name that one, and it holds elsewhere, one
//! of the scenario's own explains the failure better; [`ranking`] finds out which.

mod cause;
pub(crate) mod ranking;
mod rules;
mod sign;
mod subject;

use std::collections::BTreeSet;

pub use self::sign::{How, Sign};
pub use self::subject::{Asked, Subject};
use crate::scenario::Scenario;
use crate::scenario::step::{Step, Verb, walk};

/// What a failed step says: who may be to blame, and of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blame {
    /// The clauses that may be broken. The first is that of the step.
    pub clauses: Vec<String>,
    /// How many of them say so of all that is like this. The others are about something special.
    pub plain: usize,
    /// What went wrong, the same for all checks in which the same went wrong.
    pub cause: String,
}

impl Blame {
    /// What is to blame when this step failed with this sign. Without a step, the end of the
    /// story has failed.
    pub fn of(scenario: &Scenario, step: Option<&Step>, sign: &Sign, message: &str) -> Self {
        let (subject, how) = sign.read(scenario, step);
        let cause = cause::cause(&subject, how, message);
        if let Some((clause, _)) = step.and_then(|step| step.clause.as_ref()) {
            return Self::sure(clause, &cause);
        }
        let mut clauses = rules::plain(scenario, &subject, how).to_vec();
        let plain = clauses.len();
        let own = || scenario.clauses.iter().map(|(clause, _)| clause.as_str());
        let is_named = clauses
            .first()
            .is_some_and(|plain| own().any(|own| own == *plain));
        if !is_named {
            let more: Vec<_> = own().filter(|own| !clauses.contains(own)).collect();
            clauses.extend(more);
        }
        Self {
            clauses: clauses.into_iter().map(str::to_owned).collect(),
            plain,
            cause,
        }
    }

    /// Exactly this clause is broken, of this.
    pub fn sure(clause: &str, told: &str) -> Self {
        Self {
            clauses: vec![clause.to_owned()],
            plain: 1,
            cause: told.to_owned(),
        }
    }
}

/// The clauses that have been seen to hold when this scenario passes: its own, and the plain
/// ones of its steps.
pub(crate) fn exercised(scenario: &Scenario) -> BTreeSet<&str> {
    let own = scenario.clauses.iter().map(|(clause, _)| clause.as_str());
    let mut clauses: BTreeSet<_> = own.collect();
    walk(&scenario.steps, &mut |step| {
        if let Some((clause, _)) = &step.clause {
            clauses.insert(clause);
        } else if let Verb::Do(action) = &step.verb {
            let subject = Subject::of(scenario, action);
            for how in [How::Missing, How::Different] {
                clauses.extend(rules::plain(scenario, &subject, how).first());
            }
        }
    });
    clauses
}

#[cfg(test)]
mod tests;
