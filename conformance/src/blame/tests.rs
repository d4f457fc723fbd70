use super::*;
use crate::testing::scenario_of;

const ACTORS: &str = r#"{ "a": {}, "b": {}, "c": {} }"#;

fn steps() -> Scenario {
    let steps = r#"[
        { "connect": ["a", "b"] },
        { "add_target": { "from": "a", "to": "b", "as": "add" } },
        { "target_added": { "at": "b", "from": "a", "as": "added" } },
        { "acked": { "request": "add" } },
        { "request": { "from": "a", "to": "b", "event": "sum", "as": "sum" } },
        { "receive": { "at": "b", "from": "a", "event": "sum", "as": "sum" } },
        { "acked": { "request": "sum" } },
        { "emit_room": { "from": "a", "room": "r", "event": "news" } },
        { "receive": { "at": "b", "event": "news" } },
        { "disconnect": { "from": "a", "how": "clean" } },
        { "target_left": { "at": "b", "who": "a" }, "clause": "SRV-CORE-F5" },
        { "target_left": { "at": "b", "who": "a" } }
    ]"#;
    scenario_of(ACTORS, steps)
}

/// The first clause and the cause.
fn blame(step: usize, sign: impl Into<Sign>) -> (String, String) {
    let scenario = steps();
    let blame = Blame::of(&scenario, Some(&scenario.steps[step]), &sign.into(), "m");
    let Blame { clauses, cause, .. } = blame;
    (clauses.into_iter().next().unwrap_or_default(), cause)
}

#[test]
fn a_step_belongs_to_the_plain_clause_of_what_it_looks_at() {
    for (step, how, clause) in [
        (2, How::Missing, "SRV-MSG-F1"),
        (3, How::Missing, "SRV-MSG-24"),
        (5, How::Missing, "SRV-CORE-F2"),
        (5, How::Different, "SRV-MSG-10"),
        (5, How::Bytes, "SRV-MSG-11"),
        (5, How::Count, "SRV-MSG-15"),
        (6, How::Missing, "SRV-CORE-F6"),
        (6, How::Different, "SRV-MSG-13"),
        (8, How::Missing, "SRV-CORE-F8"),
        (11, How::Missing, "SRV-MSG-2"),
    ] {
        assert_eq!(blame(step, how).0, clause, "step {step}, {how:?}");
    }
}

#[test]
fn a_step_that_names_its_clause_belongs_to_that() {
    let scenario = steps();
    let sign = How::Missing.into();
    let blame = Blame::of(&scenario, Some(&scenario.steps[10]), &sign, "m");
    assert_eq!(blame.clauses, ["SRV-CORE-F5"]);
}

#[test]
fn what_comes_in_the_place_of_something_is_lost_or_too_much() {
    let missing = |step, event, behind| blame(step, Sign::instead(event, behind)).1;
    // The next step expects it, so the one before it is lost.
    assert_eq!(
        missing(5, "TARGET_DISCONNECT", false),
        "a message did not come"
    );
    assert_eq!(
        missing(8, "sum", false),
        "a message came although nothing should"
    );
    assert_eq!(missing(5, "news", true), "a message came out of order");
    assert_eq!(
        missing(11, "SERVER_ERROR", false),
        "`TARGET_DISCONNECT` did not come"
    );
}

#[test]
fn a_pass_shows_that_the_plain_clauses_hold() {
    let scenario = steps();
    let held = exercised(&scenario);
    for clause in [
        "SRV-CORE-F5",
        "SRV-MSG-2",
        "SRV-CORE-F6",
        "SRV-MSG-13",
        "SRV-CORE-F8",
    ] {
        assert!(held.contains(clause), "{clause}");
    }
}
