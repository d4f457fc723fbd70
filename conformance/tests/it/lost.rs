//! Servers that are lost while they are judged.

use std::sync::Arc;

use sio_p2p_conformance::scenario::Scenario;
use sio_p2p_conformance::verdict::Verdict;

use crate::judge::{MEET, REQUEST, judge, scenario};
use crate::proxy::{Fate, Fault, Way, faulty};

/// A scenario that sends the word by which the server is lost.
fn boom() -> Arc<Scenario> {
    let steps = r#"{ "emit": { "from": "a", "to": "b", "event": "boom" } },
        { "receive": { "at": "b", "from": "a", "event": "boom" } }"#;
    scenario("boom", "should", &format!("{MEET}{steps}"))
}

fn innocent(count: usize) -> Vec<Arc<Scenario>> {
    let one = |n| {
        scenario(
            &format!("innocent-{n}"),
            "must",
            &format!("{MEET}{REQUEST}"),
        )
    };
    (0..count).map(one).collect()
}

fn lost(fate: fn() -> Fate) -> Fault {
    Box::new(move |_, way, text| match way {
        Way::Out if text.contains("\"boom\"") => fate(),
        _ => Fate::Pass,
    })
}

#[tokio::test]
async fn a_server_that_dies_costs_one_verdict_and_those_after_it_are_untestable() {
    let url = faulty(lost(|| Fate::Die)).await;
    let mut scenarios = innocent(2);
    scenarios.insert(1, boom());
    let results = judge(&url, &scenarios, 1).await;
    let verdicts: Vec<_> = results.iter().map(|result| result.verdict).collect();
    // A crash is a failure even where the scenario says `should`.
    assert_eq!(
        verdicts,
        [Verdict::Pass, Verdict::Fail, Verdict::Untestable]
    );
    assert_eq!(results[1].message, "the server no longer serves");
    assert!(results[2].not_judged);
    assert_eq!(
        results[2].message,
        "not judged: the server had ended before"
    );
    // No input may end a server, whatever the scenario is about.
    assert_eq!(results[1].broken.as_deref(), Some("SRV-ROB-2"));
}

#[tokio::test]
async fn a_server_that_hangs_costs_one_verdict_and_those_after_it_are_untestable() {
    let url = faulty(lost(|| Fate::Hang)).await;
    let mut scenarios = innocent(2);
    scenarios.insert(1, boom());
    let results = judge(&url, &scenarios, 1).await;
    let verdicts: Vec<_> = results.iter().map(|result| result.verdict).collect();
    assert_eq!(
        verdicts,
        [Verdict::Pass, Verdict::Fail, Verdict::Untestable]
    );
    assert_eq!(results[1].message, "the server no longer serves");
}

#[tokio::test]
async fn nobody_is_blamed_for_the_crash_of_another() {
    let url = faulty(lost(|| Fate::Die)).await;
    let mut scenarios = innocent(12);
    scenarios.insert(3, boom());
    for result in judge(&url, &scenarios, 6).await {
        assert_ne!(
            result.verdict,
            Verdict::Fail,
            "{}: {}",
            result.check.scenario.id,
            result.message
        );
    }
}

#[tokio::test]
async fn a_crash_that_the_scenario_does_not_notice_is_noticed() {
    let url = faulty(lost(|| Fate::Die)).await;
    let steps =
        r#"{ "emit": { "from": "a", "to": "b", "event": "boom" } }, { "still_serving": {} }"#;
    let story = scenario("story", "must", &format!("{MEET}{steps}"));
    let result = judge(&url, &[story], 1).await.remove(0);
    assert_eq!(
        (result.verdict, result.message.as_str()),
        (Verdict::Fail, "the server no longer serves")
    );
}
