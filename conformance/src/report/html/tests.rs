use std::time::Duration;

use super::super::model::Implementation;
use super::told::Part;
use super::*;
use crate::player::play::finding::Outcome;
use crate::runner::events::ServerStory;
use crate::runner::verdict::CheckResult;
use crate::testing::{failure, result};

fn report(results: &[CheckResult]) -> Report {
    let implementation = Implementation {
        target: "a server <b>".to_owned(),
        claims: Vec::new(),
    };
    Report::new(
        implementation,
        results,
        &[],
        Duration::from_secs(1),
        &ServerStory::default(),
    )
}

#[test]
fn each_check_has_a_place_of_its_own() {
    let twice = failure("target-told");
    let told = report(&[twice.clone(), twice, failure("target-told-too")]);
    let told = Told::of(&told);
    let anchors: Vec<_> = told
        .checks
        .iter()
        .map(|check| check.anchor.as_str())
        .collect();
    assert_eq!(
        anchors,
        [
            "target-told:v2-4-websocket",
            "target-told:v2-4-websocket-2",
            "target-told-too:v2-4-websocket"
        ]
    );
    assert_eq!(told.part(Part::Failure).len(), 3);
}

#[test]
fn what_does_not_apply_is_no_shortcoming() {
    let outside = Outcome::NotApplicable("the server does not declare topic".to_owned());
    let page = render(&report(&[
        result("one", Outcome::Passed),
        result("two", outside),
    ]));
    assert!(page.contains("All 1 check pass"), "{page}");
    assert!(page.contains("1 of 1 check pass"), "{page}");
}

#[test]
fn failures_come_first_and_names_are_escaped() {
    let page = render(&report(&[
        result("green", Outcome::Passed),
        failure("target-told"),
    ]));
    assert!(page.contains("a server &lt;b&gt;") && !page.contains("server <b>"));
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}\n{page}"));
    assert!(at("1 of 2 checks fails") < at("id=\"failures\""));
    assert!(at("id=\"failures\"") < at("id=\"clauses\""));
    assert!(at("id=\"clauses\"") < at("id=\"scenarios\""));
    // One failure is shown without a click, and its packets with it.
    assert!(page.contains("<details class=\"entry fail\" id=\"target-told:v2-4-websocket\" open"));
    assert!(page.contains("class=\"sequence\""));
}
