//! What the linter knows of scenarios about clients.

use sio_p2p_driver::{Command, Event};

use crate::scenario::step::{Action, ClientVerb, Verb, walk};
use crate::scenario::value::Pattern;
use crate::scenario::verb::{Body, Stage};
use crate::scenario::{Location, Problem, Scenario, ServerRole};

/// Adds what is wrong with a scenario's use of clients under test.
pub(crate) fn lint(scenario: &Scenario, problems: &mut Vec<Problem>) {
    let mut driven = scenario.actors.values().filter(|(actor, _)| actor.driven);
    let is_any = driven.next().is_some();
    let mut problem = |at: &Location, message: String| {
        problems.push(Problem::new(at, message));
    };
    if is_any != scenario.server.is_some() {
        let message = if is_any {
            "an actor is driven, but `server` does not say what it connects to"
        } else {
            "`server` is for scenarios with an actor that is driven"
        };
        problem(&scenario.at, message.to_owned());
    }
    walk(&scenario.steps, &mut |step| match &step.verb {
        Verb::Do(Action::Client(verb)) => check(scenario, &step.at, verb, &mut problem),
        Verb::Do(Action::Connect(names)) => {
            for name in names {
                peers(scenario, &step.at, name, &mut problem);
            }
        }
        Verb::Do(_) | Verb::Group(_) => {}
    });
}

fn is_driven(scenario: &Scenario, name: &str) -> bool {
    let actor = scenario.actors.get(name);
    actor.is_some_and(|(actor, _)| actor.driven)
}

/// Nobody but the client under test can connect to a scripted server.
fn peers(
    scenario: &Scenario,
    at: &Location,
    name: &str,
    problem: &mut dyn FnMut(&Location, String),
) {
    if scenario.server == Some(ServerRole::Scripted) && !is_driven(scenario, name) {
        let message = format!("{name} is not driven and cannot connect to a scripted server");
        problem(at, message);
    }
}

fn check(
    scenario: &Scenario,
    at: &Location,
    verb: &ClientVerb,
    problem: &mut dyn FnMut(&Location, String),
) {
    if let Some(name) = verb.client().filter(|name| !is_driven(scenario, name)) {
        problem(at, format!("{name} is not driven"));
    }
    if verb.stage() == Stage::Script && scenario.server != Some(ServerRole::Scripted) {
        problem(at, "this verb needs `\"server\": \"scripted\"`".to_owned());
    }
    match verb {
        ClientVerb::Drive(body) => {
            let mut value = shape(&body.with);
            if let Some(members) = value.as_object_mut() {
                members.insert("do".to_owned(), serde_json::json!(body.r#do));
                if body.r#do == "connect" {
                    // The runner says these.
                    for key in ["url", "client_id"] {
                        members.insert(key.to_owned(), serde_json::json!(""));
                    }
                    members.insert("dialect".to_owned(), serde_json::json!("v2"));
                    members.insert("eio".to_owned(), serde_json::json!(4));
                    members.insert("transport".to_owned(), serde_json::json!("websocket"));
                }
            }
            if let Err(error) = command(value) {
                problem(at, format!("not a command of the driver protocol: {error}"));
            }
        }
        ClientVerb::Told(body) => {
            let mut value = shape(&body.with);
            if let Some(members) = value.as_object_mut() {
                members.insert("event".to_owned(), serde_json::json!(body.event));
            }
            if let Err(error) = serde_json::from_value::<Event>(value) {
                problem(at, format!("not an event of the driver protocol: {error}"));
            }
        }
        _ => {}
    }
}

/// Whether this is a command, every member of which means something.
fn command(value: serde_json::Value) -> Result<(), String> {
    let read = |value| serde_json::from_value(value).map_err(|error| error.to_string());
    let whole: Command = read(value.clone())?;
    if whole == Command::Unknown {
        return Err("there is none of this name".to_owned());
    }
    // Drivers ignore what they do not know, so that a misspelt member would do nothing.
    for name in value
        .as_object()
        .into_iter()
        .flat_map(|members| members.keys())
    {
        let mut rest = value.clone();
        if let Some(members) = rest.as_object_mut() {
            members.shift_remove(name);
        }
        if read(rest).is_ok_and(|rest: Command| rest == whole) {
            return Err(format!(
                "the member `{name}` is unknown, or says what holds anyway"
            ));
        }
    }
    Ok(())
}

/// A value of the shape of a pattern; only kinds matter.
fn shape(pattern: &Pattern) -> serde_json::Value {
    use crate::scenario::value::Kind;
    use serde_json::json;
    match pattern {
        Pattern::Plain("true") | Pattern::Any(Kind::Boolean) => json!(true),
        Pattern::Plain("false") => json!(false),
        Pattern::Plain(_) => json!(null),
        Pattern::Number(text) => text
            .parse::<u64>()
            .map_or(json!(0.5), |number| json!(number)),
        Pattern::Array(items) => items.iter().map(shape).collect(),
        Pattern::Object(members) => members
            .iter()
            .map(|(key, value)| (key.source().to_owned(), shape(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Pattern::Optional(value) => shape(value),
        Pattern::Any(Kind::Array) => json!([]),
        Pattern::Any(Kind::Number) => json!(0),
        Pattern::Any(Kind::Object) => json!({}),
        Pattern::Any(Kind::Binary) | Pattern::Binary(_) => json!({ "$bin": "" }),
        Pattern::Any(Kind::Anything | Kind::String)
        | Pattern::String(_)
        | Pattern::Raw(_)
        | Pattern::Prefix(_)
        | Pattern::Suffix(_)
        | Pattern::Keep(_)
        | Pattern::OneOf(_) => json!("text"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::command;

    #[test]
    fn every_member_of_a_command_is_known() {
        let listen = json!({ "do": "listen", "listener": "l", "event": "e", "once": true });
        assert_eq!(command(listen.clone()), Ok(()));
        let with = |name: &str, value| {
            let mut command = listen.clone();
            command[name] = value;
            command
        };
        let error = |value| command(value).unwrap_err();
        let unknown = "the member `twice` is unknown, or says what holds anyway";
        assert_eq!(error(with("twice", json!(true))), unknown);
        assert_eq!(
            error(with("do", json!("dance"))),
            "there is none of this name"
        );
        let wrong = error(with("event", json!(1)));
        assert!(wrong.contains("expected a string"), "{wrong}");
    }
}
