//! The baseline: what is known to be wrong with an implementation, kept beside it.
//!
//! A check that does what its entry says is expected and does not make the run red. An
//! entry that no longer describes what happens is stale, and that is an error of its own:
//! otherwise a baseline would hide the next defect behind the last one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sio_p2p_protocol::Dialect;

use super::flaky::FlakyChecks;
use super::list::{CheckKey, Reading};
use crate::scenario::TransportName;
use crate::source::{Problem, Source};
use crate::verdict::Verdict;

/// A baseline file.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Baseline")]
pub(crate) struct BaselineDocument<'a> {
    /// Where the schema of this file is, for editors.
    #[serde(rename = "$schema", default)]
    schema: Option<String>,
    /// The implementation, in words.
    #[serde(default)]
    implementation: Option<String>,
    /// The expected results that are not "pass".
    #[serde(borrow)]
    #[schemars(with = "Vec<Entry>")]
    expected: Vec<&'a RawValue>,
}

/// One expected result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Expected result")]
pub struct Entry {
    /// Id of the scenario, with its case if it has one. No wildcards.
    pub id: String,
    /// Dialect of the check.
    #[schemars(with = "sio_p2p_driver::schema::DialectName")]
    pub dialect: Dialect,
    /// Engine.IO generation of the check.
    #[schemars(range(min = 3, max = 4))]
    pub eio: u8,
    /// Transport of the check, if it is not a WebSocket.
    #[serde(default, skip_serializing_if = "TransportName::is_usual")]
    pub transport: TransportName,
    /// The expected verdict.
    pub verdict: Verdict,
    /// The beginning of the expected message.
    pub message_prefix: String,
    /// Why the implementation does so: one sentence by a person.
    pub why: String,
}

/// A baseline that has been read.
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    schema: Option<String>,
    implementation: Option<String>,
    entries: BTreeMap<CheckKey, Entry>,
    flaky: FlakyChecks,
}

/// What a baseline compares with: a check and what came of it.
#[derive(Debug, Clone)]
pub struct Seen<'r> {
    /// The check.
    pub key: CheckKey,
    /// What came of it.
    pub verdict: Verdict,
    /// One sentence; empty for a pass.
    pub message: &'r str,
    /// Whether it has been tried: nothing can be while there is no server.
    pub judged: bool,
}

/// An entry of the baseline that no longer describes what happens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "StaleEntry")]
pub struct Stale {
    /// The entry.
    pub entry: Entry,
    /// What happened instead.
    pub instead: String,
}

impl Entry {
    /// What names its check.
    pub fn key(&self) -> CheckKey {
        CheckKey {
            id: self.id.clone(),
            dialect: self.dialect,
            eio: self.eio,
            transport: self.transport,
        }
    }

    /// Whether a result is what this entry expects.
    pub fn describes(&self, seen: &Seen<'_>) -> bool {
        self.verdict == seen.verdict && seen.message.starts_with(&self.message_prefix)
    }
}

impl Baseline {
    /// Reads a baseline. `known` are the checks that exist: an entry for anything else is an
    /// error, for it would never become stale. When the file is about to be rewritten, such
    /// entries and empty reasons are no problem.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, each with its place.
    pub fn parse(
        source: &Arc<Source>,
        known: &BTreeSet<CheckKey>,
        to_rewrite: bool,
    ) -> Result<Self, Vec<Problem>> {
        let document: BaselineDocument<'_> = serde_json::from_str(&source.text)
            .map_err(|error| vec![source.json_problem(0, &error)])?;
        let reading = Reading {
            known,
            to_rewrite,
            asks: "why the implementation does so",
            own_problem: |entry: &Entry| {
                (entry.verdict == Verdict::Pass).then_some("a pass needs no entry")
            },
        };
        Ok(Self {
            schema: document.schema,
            implementation: document.implementation,
            entries: reading.read(source, &document.expected)?,
            flaky: FlakyChecks::default(),
        })
    }

    /// The same for an implementation of this name, unless it has one.
    #[must_use]
    pub fn named(mut self, implementation: &str) -> Self {
        self.implementation
            .get_or_insert_with(|| implementation.to_owned());
        self
    }

    /// The same with the place of the schema, unless it has one.
    #[must_use]
    pub fn with_schema(mut self, path: Option<String>) -> Self {
        self.schema = self.schema.or(path);
        self
    }

    /// The same with checks that are known to be flaky: they are neither expected to fail
    /// nor to pass.
    #[must_use]
    pub fn with_flaky(mut self, flaky: FlakyChecks) -> Self {
        self.flaky = flaky;
        self
    }

    /// What a check depends on, if it is known to be flaky.
    pub fn flaky(&self, check: &CheckKey) -> Option<&str> {
        self.flaky.why(check)
    }

    /// The reason for which a result is expected, if it is.
    pub fn expects(&self, seen: &Seen<'_>) -> Option<&str> {
        let entry = self.entries.get(&seen.key)?;
        entry.describes(seen).then_some(entry.why.as_str())
    }

    /// The entries that do not describe the results. Checks that were not tried prove nothing.
    pub fn stale<'r>(&self, results: impl IntoIterator<Item = Seen<'r>>) -> Vec<Stale> {
        let mut stale = Vec::new();
        for seen in results.into_iter().filter(|seen| seen.judged) {
            let Some(entry) = self.entries.get(&seen.key) else {
                continue;
            };
            if self.flaky(&seen.key).is_some() || entry.describes(&seen) {
                continue;
            }
            let instead = match seen.verdict {
                Verdict::Pass => "it passes".to_owned(),
                verdict => format!("{verdict}: {}", seen.message),
            };
            stale.push(Stale {
                entry: entry.clone(),
                instead,
            });
        }
        stale
    }

    /// The file that describes these results: reasons are kept, entries of checks that were
    /// not tried as well. Also gives the checks whose reason is empty, because their entries
    /// are new and a person has to fill it in.
    pub fn updated<'r>(
        &self,
        results: impl IntoIterator<Item = Seen<'r>>,
    ) -> (String, Vec<CheckKey>) {
        let mut entries = self.entries.clone();
        for seen in results.into_iter().filter(|seen| seen.judged) {
            if self.flaky(&seen.key).is_some() {
                continue;
            }
            if matches!(seen.verdict, Verdict::Pass | Verdict::NotApplicable) {
                entries.remove(&seen.key);
                continue;
            }
            let known = entries.get(&seen.key);
            if known.is_some_and(|entry| entry.describes(&seen)) {
                continue;
            }
            let entry = Entry {
                id: seen.key.id.clone(),
                dialect: seen.key.dialect,
                eio: seen.key.eio,
                transport: seen.key.transport,
                verdict: seen.verdict,
                message_prefix: seen.message.to_owned(),
                why: known.map(|entry| entry.why.clone()).unwrap_or_default(),
            };
            entries.insert(seen.key, entry);
        }
        let unexplained = entries
            .iter()
            .filter(|(_, entry)| entry.why.trim().is_empty())
            .map(|(key, _)| key.clone())
            .collect();
        let mut document = serde_json::json!({
            "$schema": self.schema,
            "implementation": self.implementation,
            "expected": entries.into_values().collect::<Vec<_>>(),
        });
        if let Some(members) = document.as_object_mut() {
            members.retain(|_, value| !value.is_null());
        }
        let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
        text.push('\n');
        (text, unexplained)
    }
}

#[cfg(test)]
mod tests;
