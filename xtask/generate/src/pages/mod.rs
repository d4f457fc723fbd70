//! Pages of the spec that are made of the scenarios, the baselines and the registers.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::Value;
use sio_p2p_conformance::scenario::{Library, Scenario};
use sio_p2p_protocol::Dialect;

mod coverage;
mod deviations;
mod events;

pub(crate) use coverage::coverage;
pub(crate) use deviations::deviations;
pub(crate) use events::events;

/// A generated file: its path below the repository root, with forward slashes,
/// and its content.
pub(crate) type Generated = (String, String);

/// An original and what is known about it.
struct Original {
    /// Heading of its column.
    title: &'static str,
    /// Its baseline.
    baseline: &'static str,
    /// What it claims.
    claims: &'static str,
}

/// The originals that have a baseline.
const ORIGINALS: [Original; 2] = [
    Original {
        title: "1.12.1 on Socket.IO 2",
        baseline: include_str!("../../../../fixtures/baselines/original-1.12.1-socketio-2.json"),
        claims: include_str!("../../../../fixtures/claims/original-1.12.1-socketio-2.toml"),
    },
    Original {
        title: "1.12.1 on Socket.IO 4",
        baseline: include_str!("../../../../fixtures/baselines/original-1.12.1-socketio-4.json"),
        claims: include_str!("../../../../fixtures/claims/original-1.12.1-socketio-4.toml"),
    },
];

/// An entry of a baseline: a check that does not pass, and why.
struct Entry {
    id: String,
    verdict: String,
    message: String,
    why: String,
}

impl Entry {
    fn stem(&self) -> &str {
        stem(&self.id)
    }
}

impl Original {
    /// The entries, each check once, whatever the generation of Engine.IO.
    fn entries(&self) -> Vec<Entry> {
        let document: Value = serde_json::from_str(self.baseline).unwrap_or_default();
        let entries = document["expected"].as_array().cloned().unwrap_or_default();
        let text = |entry: &Value, key: &str| entry[key].as_str().unwrap_or_default().to_owned();
        let by_id: BTreeMap<String, Entry> = entries
            .iter()
            .map(|entry| {
                let id = text(entry, "id");
                let entry = Entry {
                    id: id.clone(),
                    verdict: text(entry, "verdict"),
                    message: text(entry, "message_prefix"),
                    why: text(entry, "why"),
                };
                (id, entry)
            })
            .collect();
        by_id.into_values().collect()
    }

    /// What a scenario, all of its cases together, came to.
    fn verdict(&self, cases: &[&Scenario], entries: &[Entry]) -> String {
        let Some(first) = cases.first() else {
            return String::new();
        };
        if first.server.is_some() {
            return "about clients".to_owned();
        }
        if !cases
            .iter()
            .any(|case| case.dialects.contains(&Dialect::V2))
        {
            return "not in `v2`".to_owned();
        }
        let mut requires = first.requires.iter();
        let claimed = |name: &str| self.claims.contains(&format!("\"{name}\""));
        if let Some(missing) = requires.find(|capability| !claimed(capability.as_str())) {
            return format!("no `{missing}`");
        }
        if !first.settings.is_empty() {
            return "no such settings".to_owned();
        }
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for entry in entries {
            if cases.iter().any(|case| case.id == entry.id) {
                *counts.entry(&entry.verdict).or_default() += 1;
            }
        }
        let of_it = cases
            .iter()
            .filter(|case| case.dialects.contains(&Dialect::V2));
        let total = of_it.count();
        match counts.iter().next() {
            None => "pass".to_owned(),
            Some((verdict, _)) if total == 1 => (*verdict).to_owned(),
            Some(_) => {
                let each = counts
                    .iter()
                    .map(|(verdict, count)| format!("{count} {verdict}"));
                format!("{} of {total}", each.collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// The scenarios of the program, cases together under the name of their scenario.
fn scenarios() -> &'static BTreeMap<String, Vec<&'static Scenario>> {
    static LIBRARY: LazyLock<Library> = LazyLock::new(Library::embedded);
    static BY_STEM: LazyLock<BTreeMap<String, Vec<&'static Scenario>>> = LazyLock::new(|| {
        let mut by_stem: BTreeMap<String, Vec<&'static Scenario>> = BTreeMap::new();
        for scenario in &LIBRARY.scenarios {
            let cases = by_stem.entry(stem(&scenario.id).to_owned()).or_default();
            cases.push(scenario);
        }
        by_stem
    });
    &BY_STEM
}

fn stem(id: &str) -> &str {
    id.split_once('/').map_or(id, |(stem, _)| stem)
}

/// Text that stands in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_entry_of_a_baseline_is_about_a_scenario() {
        for original in &ORIGINALS {
            let entries = original.entries();
            assert!(!entries.is_empty(), "{}", original.title);
            for entry in &entries {
                assert!(scenarios().contains_key(entry.stem()), "{}", entry.id);
            }
        }
    }

    #[test]
    fn verdicts_of_cases_are_counted() {
        let entries = ORIGINALS[0].entries();
        let verdict = |stem: &str| ORIGINALS[0].verdict(&scenarios()[stem], &entries);
        assert_eq!(verdict("message-with-ack"), "pass");
        assert_eq!(verdict("topic-life"), "not in `v2`");
        let hostile = verdict("hostile-message");
        assert!(hostile.contains(" fail of "), "{hostile}");
    }

    #[test]
    fn pages_repeat_themselves() {
        assert_eq!(coverage(), coverage());
        assert_eq!(deviations(), deviations());
    }
}
