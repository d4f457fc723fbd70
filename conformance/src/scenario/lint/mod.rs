//! The linter: mistakes of scenarios that can be found without a server.

mod client;
mod proof;
mod story;
mod walk;

use std::collections::{BTreeMap, BTreeSet};

use sio_p2p_protocol::{Clause, Family, clauses};

use super::group::Group;
use super::library::Library;
use super::model::Level;
use super::parse::{Problem, Scenario};
use super::source::Location;
use super::step::{Verb, walk as walk_steps};
use super::text::is_name;
use crate::nearest::did_you_mean;
pub use proof::{DEFAULT_SETTINGS, unproven};

/// The setting that says how soon a silent client is missed.
pub(crate) const HEARTBEAT: &str = "engine.ping_timeout_ms";

/// Families of clauses that there have to be scenarios for; those of clusters get theirs
/// with the cluster.
const COVERED: &[&str] = &[
    "GEN", "SRV-CORE", "SRV-MSG", "SRV-STR", "SRV-SVC", "SRV-CON", "SRV-ROB", "CLI-CORE",
    "CLI-MSG", "CLI-STR", "CLI-SVC",
];

/// Everything that is wrong with the scenarios, each problem once, in the order of files
/// and lines.
pub fn lint(library: &Library) -> Vec<Problem> {
    let mut problems = library.problems.clone();
    unique(library, &mut problems);
    for scenario in &library.scenarios {
        envelope(scenario, &mut problems);
        proof::names(scenario, &mut problems);
        walk::walk(scenario, &mut problems);
        client::lint(scenario, &mut problems);
    }
    // The steps around a case are walked with every case; their problems are the same.
    let mut seen = BTreeSet::new();
    problems.retain(|problem| seen.insert((problem.at.to_string(), problem.message.clone())));
    problems.sort_by_key(|problem| {
        (
            problem.at.source.path.clone(),
            problem.at.line,
            problem.at.column,
        )
    });
    problems
}

/// The clauses about servers that no scenario checks although one should.
pub fn uncovered(library: &Library) -> Vec<&'static Clause> {
    let checked: BTreeSet<_> = library
        .scenarios
        .iter()
        .flat_map(|scenario| scenario.clauses.iter().map(|(clause, _)| clause.as_str()))
        .collect();
    clauses()
        .iter()
        .filter(|clause| COVERED.contains(&clause.id.family()))
        .filter(|clause| !checked.contains(clause.id.as_str()))
        .filter(|clause| !EXCLUDED.iter().any(|(id, _)| *id == clause.id.as_str()))
        .collect()
}

/// Clauses without a scenario, and why that is so.
pub const EXCLUDED: &[(&str, &str)] = &[];

fn unique(library: &Library, problems: &mut Vec<Problem>) {
    let mut seen: BTreeMap<&str, &Location> = BTreeMap::new();
    for scenario in &library.scenarios {
        if let Some(first) = seen.insert(&scenario.id, &scenario.at) {
            let message = format!("the id {:?} is used at {first} already", scenario.id);
            problems.push(Problem::new(&scenario.at, message));
        }
    }
}

/// Everything but the steps.
fn envelope(scenario: &Scenario, problems: &mut Vec<Problem>) {
    let mut problem = |at: &Location, message: String| {
        problems.push(Problem::new(at, message));
    };
    let (slug, case) = match scenario.id.split_once('/') {
        Some((slug, case)) => (slug, Some(case)),
        None => (scenario.id.as_str(), None),
    };
    for part in [Some(slug), case].into_iter().flatten() {
        if !is_slug(part) {
            let message = format!("{part:?} is not a slug: lower-case words joined by `-`");
            problem(&scenario.at, message);
        }
    }
    if slug != scenario.stem {
        let message = format!(
            "the id {slug:?} is not the name of the file, which is {:?}",
            scenario.stem
        );
        problem(&scenario.at, message);
    }
    if Family::ALL
        .iter()
        .all(|family| family.as_str() != scenario.family)
    {
        let message = format!(
            "the folder {:?} is not a family of the protocol",
            scenario.family
        );
        problem(&scenario.at, message);
    }
    if scenario.dialects.is_empty() || scenario.clauses.is_empty() || scenario.steps.is_empty() {
        problem(
            &scenario.at,
            "a scenario needs dialects, clauses and steps".into(),
        );
    }
    for eio in &scenario.eio {
        if !matches!(eio, 3 | 4) {
            problem(&scenario.at, format!("Engine.IO {eio} is not 3 or 4"));
        }
    }
    if let Err(error) = crate::settings::config(&scenario.settings) {
        problem(&scenario.settings_at, error);
    }
    clauses_of(scenario, &mut problem);
    for (name, (actor, at)) in &scenario.actors {
        if !is_name(name) || matches!(name.as_str(), "n" | "run") {
            let message = format!(
                "{name:?} cannot be an actor's name: a lower-case letter, then lower-case \
                 letters, digits, - and _; n and run are taken"
            );
            problem(at, message);
        }
        if actor.anonymous && actor.client_id.is_some() {
            problem(at, "an anonymous actor has no client_id".into());
        }
        if actor.eio.is_some_and(|eio| !matches!(eio, 3 | 4)) {
            problem(at, "eio is 3 or 4".into());
        }
    }
}

fn clauses_of(scenario: &Scenario, problem: &mut dyn FnMut(&Location, String)) {
    let mut strictest = None;
    let mut spoken = BTreeSet::new();
    for (id, at) in &scenario.clauses {
        let Some(clause) = Clause::find(id) else {
            let known = clauses().iter().map(|clause| clause.id.as_str());
            let meant = did_you_mean(id, known);
            problem(at, format!("the register has no clause {id:?}{meant}"));
            return;
        };
        let level = match clause.level {
            sio_p2p_protocol::Level::Must => Level::Must,
            sio_p2p_protocol::Level::Should => Level::Should,
            sio_p2p_protocol::Level::May => Level::May,
        };
        strictest = Some(strictest.map_or(level, |strictest: Level| strictest.min(level)));
        spoken.extend(clause.dialects.iter().copied());
    }
    walk_steps(&scenario.steps, &mut |step| {
        let Some((clause, at)) = &step.clause else {
            return;
        };
        if !scenario.clauses.iter().any(|(named, _)| named == clause) {
            problem(
                at,
                format!("{clause:?} is none of the clauses of this scenario"),
            );
        }
        if matches!(step.verb, Verb::Group(Group::Case(_))) {
            problem(
                at,
                "a place for cases has no clause; their steps may".into(),
            );
        }
    });
    // Must is the smallest: a scenario may be milder than its clauses, never stricter.
    if strictest.is_some_and(|strictest| scenario.level < strictest) {
        let message = "the level is stricter than that of every clause it names".to_owned();
        problem(&scenario.at, message);
    }
    if let Some(dialect) = scenario
        .dialects
        .iter()
        .find(|dialect| !spoken.contains(dialect))
    {
        problem(
            &scenario.at,
            format!("none of the clauses applies to {dialect}"),
        );
    }
}

fn is_slug(text: &str) -> bool {
    !text.is_empty()
        && text.split('-').all(|word| {
            !word.is_empty()
                && word
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        })
}
