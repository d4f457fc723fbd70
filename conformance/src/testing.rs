//! Made-up checks and results for unit tests.

use std::sync::Arc;
use std::time::Duration;

use sio_p2p_protocol::Dialect;
use sio_p2p_transport::EioVersion;

use crate::player::play::check::Check;
use crate::player::play::finding::{Finding, Outcome};
use crate::player::play::trace::{TraceLine, Way};
use crate::runner::verdict::CheckResult;
use crate::scenario::{Level, Scenario, Source, TransportName, parse};

/// A small scenario that checks `SRV-MSG-2`.
pub(crate) fn scenario(id: &str) -> Arc<Scenario> {
    let text = format!(
        r#"{{
  "id": "{id}",
  "title": "The target is told when the client that added it leaves",
  "clauses": ["SRV-MSG-2"],
  "level": "must",
  "dialects": ["v1", "v2"],
  "actors": {{ "a": {{}}, "b": {{}} }},
  "steps": [
    {{ "connect": ["a", "b"] }},
    {{ "target_left": {{ "at": "b", "who": "a" }} }}
  ]
}}"#
    );
    let source = Source::new(format!("scenarios/message/{id}.json"), text);
    Arc::new(read(&source))
}

/// The scenario `file` with these actors and steps, as JSON.
pub(crate) fn scenario_of(actors: &str, steps: &str) -> Scenario {
    let text = format!(
        r#"{{ "id": "file", "title": "t", "level": "must", "clauses": ["SRV-CORE-F5"],
        "dialects": ["v1", "v2"], "actors": {actors}, "steps": {steps} }}"#
    );
    read(&Source::new("message/file.json", text))
}

fn read(source: &Arc<Source>) -> Scenario {
    let parsed = parse(source, &|_| Err("no cases".into()));
    parsed.unwrap_or_else(|p| panic!("{}", p[0])).remove(0)
}

/// A check of that scenario.
pub(crate) fn check(id: &str) -> Check {
    Check {
        scenario: scenario(id),
        dialect: Dialect::V2,
        eio: EioVersion::V4,
        transport: TransportName::default(),
    }
}

/// A result with this outcome.
pub(crate) fn result(id: &str, outcome: Outcome) -> CheckResult {
    CheckResult::new(
        check(id),
        outcome,
        Duration::from_millis(12),
        Vec::new(),
        Level::Must,
    )
}

/// A broken one, with everything that a failure can show.
pub(crate) fn failure(id: &str) -> CheckResult {
    let check = check(id);
    let mut finding = Finding::new("b did not receive event \"TARGET_DISCONNECT\"").comparing(
        "event \"TARGET_DISCONNECT\" [\"${a}\"]",
        "at a: event \"x\" [1]\nat b: nothing that matters, but said at such a length that it has to be broken",
    );
    finding.at = Some(Box::new(check.scenario.steps[1].at.clone()));
    finding.notes.push("note: a is gone".into());
    let frame = |at_us, actor: &str, direction, frame: &str| TraceLine {
        at_us,
        actor: actor.into(),
        direction,
        frame: frame.into(),
    };
    let mut trace = vec![frame(0, "observer", Way::Out, "40")];
    for n in 0..15 {
        trace.push(frame(
            1000 + n * 100,
            "a",
            Way::Out,
            &format!("42[\"tick\",{n}]"),
        ));
        trace.push(frame(
            1050 + n * 100,
            "b",
            Way::In,
            &format!("42[\"tick\",{n}]"),
        ));
    }
    trace.push(frame(
        123_456,
        "a",
        Way::Out,
        &format!("42[\"{}\"]", "long".repeat(30)),
    ));
    CheckResult::new(
        check,
        Outcome::Broken(finding),
        Duration::from_millis(2_012),
        trace,
        Level::Must,
    )
}
