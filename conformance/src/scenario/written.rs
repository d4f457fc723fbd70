//! Tests: steps that are written are read again as they were.

use super::Library;
use super::names::variants_of;
use super::step::{Action, ClientVerb, Step};
use crate::testing::scenario_of;

/// The steps of a file that holds the JSON of these.
fn read(steps: &str) -> Vec<Step> {
    scenario_of("{}", steps).steps
}

#[test]
fn every_scenario_is_read_again_as_it_was_written() {
    for scenario in Library::embedded().scenarios {
        let written = serde_json::to_string(&scenario.steps).unwrap();
        assert_eq!(read(&written), scenario.steps, "{}", scenario.id);
    }
}

#[test]
fn what_holds_anyway_is_not_written_and_texts_stay() {
    for steps in [
        r#"[{"acked":{"request":"q","next":true}},{"refused":{"at":"a"}}]"#,
        r#"[{"emit":{"from":"a","to":"b","event":"$${x} ${b}","args":[1e400,-0,{"$raw":"${a}"}]}}]"#,
        r#"[{"within":{"ms":5,"steps":[{"any_of":[[{"closed":{"at":"a"}}],[]]}]}}]"#,
        r#"[{"receive":{"at":"a","event":"e","args":[{"$binary":"AQ=="},{"$any":"array"}]}}]"#,
        r#"[{"receive":{"at":"a","event":"e","args":{"$any":true}}},{"drive":{"client":"c","do":"exit"}}]"#,
    ] {
        assert_eq!(serde_json::to_string(&read(steps)).unwrap(), steps);
    }
}

#[test]
fn names_of_verbs_are_those_of_files() {
    let client = variants_of::<ClientVerb>();
    assert_eq!(client.first(), Some(&"drive"));
    assert!(client.contains(&"expect_message") && !client.contains(&"emit"));
    assert!(variants_of::<Action>().contains(&"still_serving"));
    assert!(variants_of::<u8>().is_empty());
}
