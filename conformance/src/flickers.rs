//! Known flickers: checks that sometimes pass and sometimes do not, kept beside a
//! baseline.
//!
//! They are reported and never hidden, and they neither pass nor fail the comparison
//! with the baseline. One that never flickers in several rounds is reported as well: a
//! list of excuses must not grow old.

use std::collections::BTreeMap;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sio_p2p_protocol::Dialect;

use crate::runner::plan::Check;
use crate::scenario::{Problem, Source, TransportName, message_of};

/// A list of known flickers.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Known flickers")]
pub(crate) struct FlickersDocument<'a> {
    /// Where the schema of this file is, for editors.
    #[serde(rename = "$schema", default)]
    #[expect(dead_code, reason = "for editors only")]
    schema: Option<String>,
    /// The implementation, in words.
    #[serde(default)]
    #[expect(dead_code, reason = "for readers only")]
    implementation: Option<String>,
    /// The checks that flicker.
    #[serde(borrow)]
    #[schemars(with = "Vec<FlickerEntry>")]
    flickers: Vec<&'a RawValue>,
}

/// One check that flickers.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Known flicker")]
struct FlickerEntry {
    /// Id of the scenario, with its case if it has one. No wildcards.
    id: String,
    /// Dialect of the check.
    #[schemars(with = "sio_p2p_driver::schema::DialectName")]
    dialect: Dialect,
    /// Engine.IO generation of the check.
    #[schemars(range(min = 3, max = 4))]
    eio: u8,
    /// Transport of the check, if it is not a WebSocket.
    #[serde(default)]
    transport: TransportName,
    /// What it depends on: one sentence by a person.
    why: String,
}

/// What a run says about a known flicker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Flicker {
    /// What it depends on.
    pub why: String,
    /// In how many rounds it passed.
    pub passed: usize,
    /// How many rounds there were.
    pub rounds: usize,
}

impl Flicker {
    /// Several rounds, and all alike.
    pub const fn is_steady(&self) -> bool {
        self.rounds > 1 && (self.passed == 0 || self.passed == self.rounds)
    }

    /// How it went, in words.
    pub fn told(&self) -> String {
        let Self {
            why,
            passed,
            rounds,
        } = self;
        if self.is_steady() {
            let always = if *passed == 0 { "never" } else { "always" };
            return format!(
                "{always} passed in {rounds} rounds and may have to be taken off the list: {why}"
            );
        }
        format!("passed in {passed} of {rounds}: {why}")
    }
}

/// The known flickers of an implementation.
#[derive(Debug, Clone, Default)]
pub struct Flickers {
    entries: BTreeMap<Key, String>,
}

type Key = (String, Dialect, u8, TransportName);

fn key_of(check: &Check) -> Key {
    let scenario = check.scenario.id.clone();
    let (dialect, eio) = (check.dialect, check.eio.number());
    (scenario, dialect, eio, check.transport)
}

impl Flickers {
    /// Reads a list. `known` are the checks that exist: an entry for anything else is an
    /// error, for it would never be reported.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, each with its place.
    pub fn parse(source: &Arc<Source>, known: &[Check]) -> Result<Self, Vec<Problem>> {
        let document: FlickersDocument<'_> =
            serde_json::from_str(&source.text).map_err(|error| {
                vec![Problem {
                    at: source.locate_error(0, &error),
                    message: message_of(&error),
                }]
            })?;
        let mut problems = Vec::new();
        let mut entries = BTreeMap::new();
        for raw in document.flickers {
            let entry: FlickerEntry = match serde_json::from_str(raw.get()) {
                Ok(entry) => entry,
                Err(error) => {
                    problems.push(Problem {
                        at: source.locate_error(source.offset_of(raw), &error),
                        message: message_of(&error),
                    });
                    continue;
                }
            };
            let key = (entry.id, entry.dialect, entry.eio, entry.transport);
            let (id, dialect, eio, transport) = &key;
            let name = format!(
                "{id} in {dialect} over Engine.IO {eio}{}",
                transport.suffix()
            );
            let mut problem = |message: String| {
                problems.push(Problem {
                    at: source.locate_raw(raw),
                    message,
                });
            };
            if entry.why.trim().is_empty() {
                problem(format!("{name}: `why` is empty; say what it depends on"));
            }
            if !known.iter().any(|check| key_of(check) == key) {
                problem(format!("there is no check {name}"));
            }
            if entries.insert(key, entry.why).is_some() {
                problem(format!("{name} is listed already"));
            }
        }
        if problems.is_empty() {
            Ok(Self { entries })
        } else {
            Err(problems)
        }
    }

    /// What a check depends on that is known to flicker.
    pub fn why(&self, check: &Check) -> Option<&str> {
        self.entries.get(&key_of(check)).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::check;

    fn read(entries: &str) -> Result<Flickers, String> {
        let source = Arc::new(Source {
            path: "flickers.json".into(),
            text: format!("{{ \"flickers\": [\n{entries}\n] }}"),
        });
        Flickers::parse(&source, &[check("one")]).map_err(|problems| {
            let lines = problems.iter().map(|p| format!("{}: {}", p.at, p.message));
            lines.collect::<Vec<_>>().join("\n")
        })
    }

    const ONE: &str = r#"{ "id": "one", "dialect": "v2", "eio": 4, "why": "a race" }"#;

    #[test]
    fn a_listed_check_is_known() {
        let flickers = read(ONE).unwrap();
        assert_eq!(flickers.why(&check("one")), Some("a race"));
        assert_eq!(flickers.why(&check("two")), None);
        assert_eq!(Flickers::default().why(&check("one")), None);
    }

    #[test]
    fn bad_entries_are_located() {
        let entries = [
            ONE.to_owned(),
            ONE.to_owned(),
            ONE.replace("one", "two"),
            ONE.replace("a race", " "),
            ONE.replace("why", "reason"),
        ];
        let told = read(&entries.join(",\n")).unwrap_err();
        insta::assert_snapshot!(told, @"
        flickers.json:3:1: one in v2 over Engine.IO 4 is listed already
        flickers.json:4:1: there is no check two in v2 over Engine.IO 4
        flickers.json:5:1: one in v2 over Engine.IO 4: `why` is empty; say what it depends on
        flickers.json:5:1: one in v2 over Engine.IO 4 is listed already
        flickers.json:6:43: unknown field `reason`, expected one of `id`, `dialect`, `eio`, `transport`, `why`
        ");
    }

    #[test]
    fn one_that_never_flickers_is_told() {
        let flicker = |passed, rounds| Flicker {
            why: "a race".into(),
            passed,
            rounds,
        };
        assert_eq!(flicker(0, 1).told(), "passed in 0 of 1: a race");
        assert_eq!(flicker(3, 10).told(), "passed in 3 of 10: a race");
        assert_eq!(
            flicker(10, 10).told(),
            "always passed in 10 rounds and may have to be taken off the list: a race"
        );
        assert!(
            flicker(0, 10)
                .told()
                .starts_with("never passed in 10 rounds")
        );
    }
}
