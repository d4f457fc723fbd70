//! Flaky checks: those that sometimes pass and sometimes do not, in a list beside a baseline.
//!
//! They are reported and never hidden, and they neither pass nor fail the comparison
//! with the baseline. One whose rounds all end alike is reported as well: a list of
//! excuses must not grow old.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sio_p2p_protocol::Dialect;

use super::list::{CheckKey, Reading};
use crate::scenario::TransportName;
use crate::source::{Problem, Source};

/// A list of flaky checks.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Flaky checks")]
pub(crate) struct FlakyDocument<'a> {
    /// Where the schema of this file is, for editors.
    #[serde(rename = "$schema", default)]
    #[expect(dead_code, reason = "for editors only")]
    schema: Option<String>,
    /// The implementation, in words.
    #[serde(default)]
    #[expect(dead_code, reason = "for readers only")]
    implementation: Option<String>,
    /// The checks that sometimes pass and sometimes do not.
    #[serde(borrow, rename = "flickers")]
    #[schemars(with = "Vec<FlakyEntry>")]
    flaky: Vec<&'a RawValue>,
}

/// One check that sometimes passes and sometimes does not.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "Flaky check")]
struct FlakyEntry {
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

/// What a run says about a check that is known to be flaky.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Flaky {
    /// What it depends on.
    pub why: String,
    /// In how many rounds it passed.
    pub passed: usize,
    /// How many rounds there were.
    pub rounds: usize,
}

impl Flaky {
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

/// The checks of an implementation that are known to be flaky.
#[derive(Debug, Clone, Default)]
pub struct FlakyChecks {
    entries: BTreeMap<CheckKey, FlakyEntry>,
}

impl FlakyChecks {
    /// Reads a list. `known` are the checks that exist: an entry for anything else is an
    /// error, for it would never be reported.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it, each with its place.
    pub fn parse(source: &Arc<Source>, known: &BTreeSet<CheckKey>) -> Result<Self, Vec<Problem>> {
        let document: FlakyDocument<'_> = serde_json::from_str(&source.text)
            .map_err(|error| vec![source.json_problem(0, &error)])?;
        let reading = Reading {
            known,
            to_rewrite: false,
            asks: "what it depends on",
            own_problem: |_| None,
        };
        let entries = reading.read(source, &document.flaky)?;
        Ok(Self { entries })
    }

    /// What a check depends on that is known to be flaky.
    pub fn why(&self, check: &CheckKey) -> Option<&str> {
        self.entries.get(check).map(|entry| entry.why.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::check;

    fn read(entries: &str) -> Result<FlakyChecks, String> {
        let text = format!("{{ \"flickers\": [\n{entries}\n] }}");
        let source = Source::new("flickers.json", text);
        FlakyChecks::parse(&source, &[check("one").key()].into()).map_err(|problems| {
            let lines = problems.iter().map(|p| format!("{}: {}", p.at, p.message));
            lines.collect::<Vec<_>>().join("\n")
        })
    }

    const ONE: &str = r#"{ "id": "one", "dialect": "v2", "eio": 4, "why": "a race" }"#;

    #[test]
    fn a_listed_check_is_known() {
        let flaky = read(ONE).unwrap();
        assert_eq!(flaky.why(&check("one").key()), Some("a race"));
        assert_eq!(flaky.why(&check("two").key()), None);
        assert_eq!(FlakyChecks::default().why(&check("one").key()), None);
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
    fn one_that_always_ends_alike_is_told() {
        let flaky = |passed, rounds| Flaky {
            why: "a race".into(),
            passed,
            rounds,
        };
        assert_eq!(flaky(0, 1).told(), "passed in 0 of 1: a race");
        assert_eq!(flaky(3, 10).told(), "passed in 3 of 10: a race");
        assert_eq!(
            flaky(10, 10).told(),
            "always passed in 10 rounds and may have to be taken off the list: a race"
        );
        assert!(flaky(0, 10).told().starts_with("never passed in 10 rounds"));
    }
}
