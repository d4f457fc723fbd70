//! Several implementations beside each other: what each of them does about every clause and
//! scenario.

mod html;
mod markdown;

use std::collections::{BTreeMap, BTreeSet};

use super::html::told::worst;
use super::model::{Report, Result};
use crate::record::Recording;
use crate::verdict::Verdict;

pub use self::html::render as html;
pub use self::markdown::render as markdown;

/// What stands beside each other.
#[derive(Debug, Default)]
pub struct Matrix {
    /// Runs, each with the name of its implementation.
    pub runs: Vec<(String, Report)>,
    /// Recordings of implementations that nobody has to run for them.
    pub recorded: Vec<(String, Vec<Recording>)>,
}

/// Who is judged in a run. Servers and clients have different scenarios, and are compared
/// among each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Servers,
    Clients,
}

impl Role {
    fn of(report: &Report) -> Self {
        let clauses = report.results.iter().flat_map(|result| &result.clauses);
        let (clients, servers): (Vec<_>, Vec<_>) =
            clauses.partition(|clause| clause.starts_with("CLI-"));
        if clients.len() > servers.len() {
            Self::Clients
        } else {
            Self::Servers
        }
    }
}

/// The verdicts of one implementation on a clause or a scenario: one for each way in which it
/// was played.
#[derive(Debug, Default)]
struct Cell<'r> {
    verdicts: Vec<Verdict>,
    /// Those that are not a pass and do apply.
    notable: Vec<&'r Result>,
}

impl<'r> Cell<'r> {
    fn add(&mut self, result: &'r Result) {
        self.verdicts.push(result.verdict);
        if !matches!(result.verdict, Verdict::Pass | Verdict::NotApplicable) {
            self.notable.push(result);
        }
    }

    /// The worst verdict; nothing if there is none.
    fn verdict(&self) -> Option<Verdict> {
        let verdicts = self.verdicts.iter().copied();
        (!self.verdicts.is_empty()).then(|| worst(verdicts))
    }

    /// How many have the worst verdict, of those that apply: said only if some do not.
    fn share(&self) -> Option<(usize, usize)> {
        let worst = self.verdict()?;
        let applicable = self
            .verdicts
            .iter()
            .filter(|v| **v != Verdict::NotApplicable);
        let (count, of) = (
            self.verdicts
                .iter()
                .filter(|verdict| **verdict == worst)
                .count(),
            applicable.count(),
        );
        (count < of && worst != Verdict::Pass).then_some((count, of))
    }
}

/// A row: a cell for each implementation.
type Row<'r> = Vec<Cell<'r>>;

/// Implementations of one role.
struct Group<'r> {
    role: Role,
    runs: Vec<&'r (String, Report)>,
    clauses: BTreeMap<&'r str, Row<'r>>,
    /// The scenarios of each family: of each its id, its title and its row.
    families: BTreeMap<&'r str, BTreeMap<&'r str, (&'r str, Row<'r>)>>,
}

impl<'r> Group<'r> {
    /// The groups that have somebody.
    fn all(matrix: &'r Matrix) -> Vec<Self> {
        let groups = [Role::Servers, Role::Clients].map(|role| {
            let runs = matrix.runs.iter();
            Self::of(
                role,
                runs.filter(|(_, report)| Role::of(report) == role)
                    .collect(),
            )
        });
        groups
            .into_iter()
            .filter(|group| !group.runs.is_empty())
            .collect()
    }

    fn of(role: Role, runs: Vec<&'r (String, Report)>) -> Self {
        let empty = || runs.iter().map(|_| Cell::default()).collect::<Row<'_>>();
        let mut group = Self {
            role,
            clauses: BTreeMap::new(),
            families: BTreeMap::new(),
            runs: Vec::new(),
        };
        for (column, (_, report)) in runs.iter().enumerate() {
            for result in &report.results {
                let family = group.families.entry(&result.family).or_default();
                let scenario = family
                    .entry(&result.id)
                    .or_insert_with(|| (&result.title, empty()));
                scenario.1[column].add(result);
                for clause in judged(result) {
                    let row = group.clauses.entry(clause).or_insert_with(empty);
                    row[column].add(result);
                }
            }
        }
        group.runs = runs;
        group
    }
}

/// The clauses that a result says something about: of what is not a pass, the one that
/// is broken.
fn judged(result: &Result) -> BTreeSet<&str> {
    if matches!(result.verdict, Verdict::Pass | Verdict::NotApplicable) {
        result.clauses.iter().map(String::as_str).collect()
    } else {
        result.broken.iter().map(String::as_str).collect()
    }
}

/// Whether implementations do not all do the same.
fn differs(row: &[Cell<'_>]) -> bool {
    let verdicts = row.iter().filter_map(Cell::verdict);
    let verdicts: BTreeSet<_> = verdicts.filter(|v| *v != Verdict::NotApplicable).collect();
    verdicts.len() > 1
}

/// The verdict on what was recorded: a deviation is a fact about a published implementation,
/// and stands as a warning.
fn recorded(recording: &Recording) -> Verdict {
    if recording.differences.is_empty() {
        Verdict::Pass
    } else {
        Verdict::Warn
    }
}

/// The reasons of the differences in a recording.
fn reasons(recording: &Recording) -> BTreeSet<&str> {
    recording
        .differences
        .iter()
        .map(|difference| difference.why.as_str())
        .collect()
}
