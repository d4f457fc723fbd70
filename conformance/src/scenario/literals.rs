//! Names that a scenario writes down instead of generating them.
//!
//! A file may do so where the name is the point (`__proto__`). On a shared server two files
//! with the same name would meet in one room, now and then, so they must not play at the
//! same time: the runner keeps them apart by what is found here.

use std::collections::BTreeSet;

use sio_p2p_protocol::Dialect;

use super::group::Group;
use super::parse::Scenario;
use super::step::{Action, Step, Verb};
use super::text::{Part, Text};
use super::value::Pattern;
use super::verb::{Body, Mention};

/// Names of the conformance host, which everybody may use at the same time.
const HOST: &str = "conformance:";

/// A name that a server keys on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Literal {
    /// A client id.
    Client(String),
    /// A room.
    Room(String),
    /// An API.
    Api(String),
}

/// The names that a scenario writes down. Strings in packets between clients count if they
/// are among `ids`, the ids that clients of any scenario have.
pub(crate) fn literals(scenario: &Scenario, ids: &BTreeSet<String>) -> BTreeSet<Literal> {
    let mut found = BTreeSet::new();
    for &dialect in &scenario.dialects {
        walk(&scenario.steps, dialect, ids, &mut found);
    }
    found.extend(client_ids(scenario).into_iter().map(Literal::Client));
    found
}

/// The client ids that actors of a scenario have whatever the run.
pub(crate) fn client_ids(scenario: &Scenario) -> Vec<String> {
    let actors = scenario.actors.values();
    let ids = actors.filter_map(|(actor, _)| actor.client_id.as_ref());
    ids.filter_map(literal).collect()
}

/// The text if it has no holes that differ from run to run.
fn literal(text: &Text) -> Option<String> {
    let differs = |part: &Part| !matches!(part, Part::Literal(_) | Part::Repeat(..));
    if text.parts().iter().any(differs) {
        return None;
    }
    text.render(|_| Err(())).ok()
}

fn walk(steps: &[Step], dialect: Dialect, ids: &BTreeSet<String>, found: &mut BTreeSet<Literal>) {
    for step in steps {
        match &step.verb {
            Verb::Do(Action::SendPacket(body)) => {
                found.extend(in_packet(body.event.source(), &body.args, dialect, ids));
            }
            Verb::Do(action) => action.visit(&mut |mention| match mention {
                Mention::Room(text) => found.extend(literal(text).map(Literal::Room)),
                Mention::Api(text) => {
                    let name = literal(text).filter(|name| !name.starts_with(HOST));
                    found.extend(name.map(Literal::Api));
                }
                _ => {}
            }),
            Verb::Group(Group::When(when))
                if !when.dialects.is_empty() && !when.dialects.contains(&dialect) => {}
            Verb::Group(group) => {
                for steps in group.lists() {
                    walk(steps, dialect, ids, found);
                }
            }
        }
    }
}

/// The names in a raw packet, by what its event is about.
fn in_packet(
    event: &str,
    args: &[Pattern],
    dialect: Dialect,
    ids: &BTreeSet<String>,
) -> Vec<Literal> {
    let strings = |args: Option<&[Pattern]>| {
        let mut strings = Vec::new();
        for arg in args.unwrap_or_default() {
            arg.texts(&mut |text| strings.extend(literal(text)));
        }
        strings.into_iter()
    };
    let first = || strings(args.get(..1));
    match event {
        // In `v1` an action comes first, and perhaps a client.
        "JOIN_ROOM" | "LEAVE_ROOM" if dialect == Dialect::V1 => {
            strings(args.get(1..)).map(Literal::Room).collect()
        }
        "JOIN_ROOM" | "LEAVE_ROOM" | "EMIT_ROOM" => first().map(Literal::Room).collect(),
        "CHECK_API_NAME" | "CREATE_API" | "USE_API" | "DESTROY_API" => {
            let names = first().filter(|name| !name.starts_with(HOST));
            names.map(Literal::Api).collect()
        }
        // Whoever it is for: another file may have such a client.
        _ => {
            let names = strings(Some(args)).filter(|name| ids.contains(name));
            names.map(Literal::Client).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Library;
    use crate::testing::scenario_of;

    #[test]
    fn what_is_written_down_is_found_and_what_is_generated_is_not() {
        let actors = r#"{ "a": { "client_id": "toString" }, "b": { "client_id": "b ${run}" } }"#;
        let steps = r#"[
            { "any_of": [[{ "join_room": { "from": "a", "room": "hall" } }], []] },
            { "emit_room": { "from": "a", "room": "${room:den}", "event": "e" } },
            { "when": { "dialects": ["v1"], "steps": [
                { "send_packet": { "from": "a", "event": "JOIN_ROOM", "args": ["in", "r1"] } } ] } },
            { "when": { "dialects": ["v2"], "steps": [
                { "send_packet": { "from": "a", "event": "JOIN_ROOM", "args": [["r2"], "x"] } } ] } },
            { "repeat": { "times": 2, "steps": [
                { "use_api": { "from": "a", "api": "sum" } },
                { "use_api": { "from": "a", "api": "conformance:echo" } } ] } },
            { "send_packet": { "from": "a", "event": "P2P_EMIT", "args": ["valueOf", "other"] } }]"#;
        let scenario = scenario_of(actors, steps);
        assert_eq!(client_ids(&scenario), ["toString"]);
        let ids = ["toString", "valueOf"].map(str::to_owned).into();
        let room = |name: &str| Literal::Room(name.to_owned());
        let client = |name: &str| Literal::Client(name.to_owned());
        let expected = [
            client("toString"),
            client("valueOf"),
            room("hall"),
            room("r1"),
            room("r2"),
            Literal::Api("sum".to_owned()),
        ];
        assert_eq!(literals(&scenario, &ids), expected.into());
    }

    /// The names that made two files meet, once.
    #[test]
    fn files_of_the_library_share_names() {
        let library = Library::embedded();
        let joins = |id: &str| {
            let mut all = library.scenarios.iter();
            let scenario = all.find(|scenario| scenario.id == id).expect(id);
            literals(scenario, &BTreeSet::new())
        };
        let shared = Literal::Room("constructor".to_owned());
        assert!(joins("room-names/constructor").contains(&shared));
        assert!(joins("hostile-topic/end-of-a-prototype").contains(&shared));
    }
}
