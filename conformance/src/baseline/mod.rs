//! The baseline: what is known to be wrong with an implementation, kept beside it.
//!
//! A check that does what its entry says is expected and does not make the run red. An
//! entry that no longer describes what happens is stale, and that is an error of its own:
//! otherwise a baseline would hide the next defect behind the last one.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sio_p2p_protocol::Dialect;

use crate::flickers::Flickers;
use crate::runner::plan::Check;
use crate::runner::verdict::{CheckResult, Verdict};
use crate::scenario::{Problem, Source, TransportName, message_of};

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
    entries: BTreeMap<Key, Entry>,
    flickers: Flickers,
}

/// An entry that does not describe what happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// The entry.
    pub entry: Entry,
    /// What happened instead, in words.
    pub instead: String,
}

type Key = (String, Dialect, u8, TransportName);

impl Entry {
    fn key(&self) -> Key {
        (self.id.clone(), self.dialect, self.eio, self.transport)
    }

    /// Whether a result is what this entry expects.
    pub fn describes(&self, result: &CheckResult) -> bool {
        self.verdict == result.verdict && result.message.starts_with(&self.message_prefix)
    }
}

fn key_of(check: &Check) -> Key {
    let scenario = check.scenario.id.clone();
    let (dialect, eio) = (check.dialect, check.eio.number());
    (scenario, dialect, eio, check.transport)
}

impl Baseline {
    /// Reads a baseline. `known` are the checks that exist: an entry for anything else is an
    /// error, for it would never become stale. When the file is about to be rewritten, such
    /// entries and empty reasons are no problem.
    pub fn parse(
        source: &Arc<Source>,
        known: &[Check],
        to_rewrite: bool,
    ) -> Result<Self, Vec<Problem>> {
        let document: BaselineDocument<'_> =
            serde_json::from_str(&source.text).map_err(|error| {
                vec![Problem {
                    at: source.locate_error(0, &error),
                    message: message_of(&error),
                }]
            })?;
        let mut problems = Vec::new();
        let mut baseline = Self {
            schema: document.schema,
            implementation: document.implementation,
            entries: BTreeMap::new(),
            flickers: Flickers::default(),
        };
        for raw in document.expected {
            let at = source.locate_raw(raw);
            let mut problem = |message: String| {
                problems.push(Problem {
                    at: at.clone(),
                    message,
                });
            };
            let entry: Entry = match serde_json::from_str(raw.get()) {
                Ok(entry) => entry,
                Err(error) => {
                    let at = source.locate_error(source.offset_of(raw), &error);
                    problems.push(Problem {
                        at,
                        message: message_of(&error),
                    });
                    continue;
                }
            };
            if entry.verdict == Verdict::Pass {
                problem("a pass needs no entry".into());
            }
            let is_known = known.iter().any(|check| key_of(check) == entry.key());
            if to_rewrite {
                if is_known {
                    baseline.entries.insert(entry.key(), entry);
                }
                continue;
            }
            if entry.why.trim().is_empty() {
                problem(format!(
                    "{}: `why` is empty; say why the implementation does so",
                    entry.id
                ));
            }
            if !is_known {
                problem(format!(
                    "there is no check {} in {} over Engine.IO {}{}",
                    entry.id,
                    entry.dialect,
                    entry.eio,
                    entry.transport.suffix()
                ));
            }
            if let Some(first) = baseline.entries.insert(entry.key(), entry) {
                problem(format!("{} has an entry already", first.id));
            }
        }
        if problems.is_empty() {
            Ok(baseline)
        } else {
            Err(problems)
        }
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

    /// The same with checks that are known to flicker: they are neither expected to fail
    /// nor to pass.
    #[must_use]
    pub fn with_flickers(mut self, flickers: Flickers) -> Self {
        self.flickers = flickers;
        self
    }

    /// What a check depends on, if it is known to flicker.
    pub fn flicker(&self, check: &Check) -> Option<&str> {
        self.flickers.why(check)
    }

    /// The reason for which a result is expected, if it is.
    pub fn expects(&self, result: &CheckResult) -> Option<&str> {
        let entry = self.entries.get(&key_of(&result.check))?;
        entry.describes(result).then_some(entry.why.as_str())
    }

    /// The entries that do not describe the results. Checks that were not run prove nothing.
    pub fn stale<'r>(&self, results: impl IntoIterator<Item = &'r CheckResult>) -> Vec<Stale> {
        let mut stale = Vec::new();
        for result in results {
            let Some(entry) = self.entries.get(&key_of(&result.check)) else {
                continue;
            };
            if self.flicker(&result.check).is_some() {
                continue;
            }
            if !entry.describes(result) {
                let instead = match result.verdict {
                    Verdict::Pass => "it passes".to_owned(),
                    verdict => format!("{verdict}: {}", result.message),
                };
                stale.push(Stale {
                    entry: entry.clone(),
                    instead,
                });
            }
        }
        stale
    }

    /// The file that describes these results: reasons are kept, entries of checks that were
    /// not run as well. Also gives the ids of the entries whose reason is empty, because
    /// they are new and somebody has to fill it in.
    pub fn updated(&self, results: &[CheckResult]) -> (String, Vec<String>) {
        let mut entries: BTreeMap<Key, Entry> = self.entries.clone();
        for result in results.iter().filter(|result| !result.not_judged) {
            let key = key_of(&result.check);
            if self.flicker(&result.check).is_some() {
                continue;
            }
            if matches!(result.verdict, Verdict::Pass | Verdict::NotApplicable) {
                entries.remove(&key);
                continue;
            }
            let known = entries.get(&key);
            if known.is_some_and(|entry| entry.describes(result)) {
                continue;
            }
            let why = known.map(|entry| entry.why.clone()).unwrap_or_default();
            let entry = Entry {
                id: key.0.clone(),
                dialect: key.1,
                eio: key.2,
                transport: key.3,
                verdict: result.verdict,
                message_prefix: result.message.clone(),
                why,
            };
            entries.insert(key, entry);
        }
        let unexplained = entries
            .values()
            .filter(|entry| entry.why.trim().is_empty())
            .map(|entry| {
                format!(
                    "{} in {} over Engine.IO {}{}",
                    entry.id,
                    entry.dialect,
                    entry.eio,
                    entry.transport.suffix()
                )
            })
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
