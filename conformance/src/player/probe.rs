//! Whether a server serves: two clients that nobody knows exchange a message with an ack.
//!
//! The probe is a scenario like any other, played by the same code.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use crate::player::peer::Road;
use crate::player::play::Play;
use crate::player::play::check::Check;
use crate::player::play::finding::{Finding, Outcome};
use crate::player::play::trace::Trace;
use crate::scenario::{Scenario, Source, parse};

const TEXT: &str = r#"{
  "id": "probe",
  "title": "The server serves",
  "clauses": ["GEN-1"],
  "level": "must",
  "dialects": ["v1", "v2"],
  "actors": { "one": {}, "two": {} },
  "steps": [
    { "connect": ["one", "two"] },
    { "request": { "from": "one", "to": "two", "event": "probe", "args": [1], "as": "probe" } },
    { "receive": { "at": "two", "from": "one", "event": "probe", "args": [1], "as": "probe" } },
    { "answer": { "request": "probe", "args": [2] } },
    { "acked": { "request": "probe", "args": [2] } }
  ]
}"#;

/// A scenario of the program's own.
pub(crate) fn built_in(text: &str) -> Option<Scenario> {
    let source = Source::new("built in", text);
    let scenarios = parse(&source, &|_| Err("it has no cases".into())).ok()?;
    scenarios.into_iter().next()
}

fn scenario() -> Option<Arc<Scenario>> {
    static SCENARIO: OnceLock<Option<Arc<Scenario>>> = OnceLock::new();
    SCENARIO
        .get_or_init(|| built_in(TEXT).map(Arc::new))
        .clone()
}

/// Plays the probe where and as a check is played.
pub(crate) fn probe(
    url: &str,
    road: Road,
    check: &Check,
) -> Pin<Box<dyn Future<Output = Result<(), Finding>> + Send>> {
    let (url, check) = (url.to_owned(), check.clone());
    // Boxed, because a play may contain a probe, which is a play.
    Box::pin(async move {
        let Some(scenario) = scenario() else {
            return Err(Finding::new("the probe is not a valid scenario"));
        };
        let check = Check { scenario, ..check };
        match Play::new(&check, &url, Trace::new(), None)
            .by(road)
            .run()
            .await
            .outcome
        {
            Outcome::Passed | Outcome::NotApplicable(_) | Outcome::NotJudged(_) => Ok(()),
            Outcome::Broken(finding) | Outcome::Down(finding) | Outcome::Untestable(finding) => {
                Err(Finding {
                    at: None,
                    ..finding
                })
            }
        }
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_probe_is_a_scenario() {
        assert!(super::scenario().is_some());
    }
}
