//! What is wrong with a file is said with its place.

use std::sync::Arc;

use super::lint::lint;
use super::{Library, Scenario, Source, parse};

const ENVELOPE: &str = r#""title": "t", "level": "must""#;

/// A scenario with these actors and steps, in both dialects.
fn file(actors: &str, steps: &str) -> String {
    format!(
        "{{ \"id\": \"file\", {ENVELOPE}, \"clauses\": [\"SRV-CORE-F5\"],\n  \
         \"dialects\": [\"v1\", \"v2\"], \"actors\": {{ {actors} }},\n  \"steps\": [\n{steps}\n] }}"
    )
}

fn read(text: &str) -> Result<Vec<Scenario>, Vec<super::Problem>> {
    let source = Source::new("fixtures/message/file.json", text);
    let open = |path: &str| match path {
        "cases.json" => Ok(Source::new(
            "cases.json",
            r#"{ "cases": [{ "id": "one", "steps": [{ "emit": { "from": "a" } }] }] }"#,
        )),
        _ => Err("there is no such file".to_owned()),
    };
    parse(&source, &open)
}

/// Every problem that parser and linter find, one per line, without excerpts.
fn problems(text: &str) -> String {
    let mut library = Library::default();
    match read(text) {
        Ok(scenarios) => library.scenarios = scenarios.into_iter().map(Arc::new).collect(),
        Err(found) => library.problems = found,
    }
    let lines: Vec<_> = lint(&library)
        .into_iter()
        .map(|problem| {
            format!(
                "{}:{}: {}",
                problem.at.line, problem.at.column, problem.message
            )
        })
        .collect();
    lines.join("\n")
}

fn problems_of(actors: &str, steps: &str) -> String {
    problems(&file(actors, steps))
}

#[test]
fn a_good_file_has_no_problems() {
    let steps = r#"{ "connect": ["a", "b"] },
        { "repeat": { "times": 2, "steps": [
            { "request": { "from": "a", "to": "b", "event": "e", "args": ["${n}"], "as": "q-${n}" } },
            { "receive": { "at": "b", "from": "a", "event": "e", "args": ["${n}"], "as": "q-${n}" } },
            { "answer": { "request": "q-${n}" } },
            { "acked": { "request": "q-${n}" } } ] } },
        { "any_of": [[{ "closed": { "at": "a" } }], []] }"#;
    assert_eq!(problems_of(r#""a": {}, "b": {}"#, steps), "");
}

#[test]
fn broken_json_is_located() {
    insta::assert_snapshot!(problems("{ \"id\": \"file\",\n  oops }"), @"2:3: key must be a string");
    insta::assert_snapshot!(problems(""), @"1:1: EOF while parsing a value");
    insta::assert_snapshot!(
        problems("{ \"id\": \"file\",\n  \"titel\": \"t\" }"),
        @"2:3: unknown field `titel`, expected one of `$schema`, `id`, `title`, `why`, `clauses`, `level`, `dialects`, `eio`, `server`, `requires`, `danger`, `settings`, `since`, `proof`, `actors`, `deadline_ms`, `steps`, `cases`"
    );
}

#[test]
fn the_problem_is_shown_with_a_caret() {
    let text = file(r#""a": {}"#, r#"  { "emit": { "from": "a", "too": "b" } }"#);
    let Err(problems) = read(&text) else {
        panic!("it is wrong")
    };
    insta::assert_snapshot!(problems[0], @r#"
    fixtures/message/file.json:4:28: unknown field `too`, expected one of `from`, `to`, `event`, `args`
      4 |   { "emit": { "from": "a", "too": "b" } }
        |                            ^
    "#);
}

#[test]
fn steps_have_one_verb() {
    let steps = r#"{ "connect": ["a"] },
{ "emit": {}, "note": "x" },
{},
[],
{ "shout": {} }"#;
    insta::assert_snapshot!(problems_of(r#""a": {}"#, steps), @"
    5:1: a step is an object with exactly one key, its verb, and perhaps `clause`
    6:1: a step is an object with exactly one key, its verb, and perhaps `clause`
    7:1: a step is an object with exactly one key, its verb, and perhaps `clause`
    8:3: unknown variant `shout`, expected one of `note`, `connect`, `refused`, `disconnect`, `closed`, `emit`, `request`, `receive`, `answer`, `acked`, `unanswered`, `server_error`, `add_target`, `target_added`, `target_left`, `join_room`, `leave_room`, `emit_room`, `list_clients`, `gone`, `connection_status`, `open_stream`, `stream_offered`, `check_api`, `create_api`, `destroy_api`, `use_api`, `send_packet`, `send_frame`, `receive_packet`, `http`, `probe`, `fence`, `heartbeat`, `pass_time`, `silent`, `still_serving`
    ");
}

#[test]
fn actors_act_while_they_are_there() {
    let steps = r#"{ "emit": { "from": "a", "to": "b", "event": "e" } },
{ "connect": ["a", "a"] },
{ "receive": { "at": "b", "event": "e" } },
{ "disconnect": { "from": "a", "how": "clean" } },
{ "emit": { "from": "a", "to": "zz", "event": "${yy}" } },
{ "connect": ["b"] },
{ "closed": { "at": "b" } },
{ "fence": { "from": "b", "to": "b" } }"#;
    insta::assert_snapshot!(problems_of(r#""a": {}, "b": {}, "c": {}"#, steps), @r#"
    2:64: actor c takes no part
    4:1: a acts before it connects
    5:1: a is connected already
    6:1: b observes before it connects
    8:1: a acts after it has left
    8:1: there is no actor "zz"
    8:1: there is no actor "yy"
    11:1: b acts after its connection has ended
    "#);
}

#[test]
fn silence_is_noticed_at_a_time_that_is_stated() {
    let steps = r#"{ "emit_room": { "from": "b", "room": "${sid:a}", "event": "e" } },
{ "connect": ["a", "b"] },
{ "emit_room": { "from": "b", "room": "${sid:a}", "event": "e" } },
{ "disconnect": { "from": "a", "how": "silent" } },
{ "emit_room": { "from": "b", "room": "${sid:a}", "event": "e" } }"#;
    insta::assert_snapshot!(problems_of(r#""a": {}, "b": {}"#, steps), @"
    4:1: b acts before it connects
    4:1: a has no session before it connects
    7:1: the scenario has to state engine.ping_timeout_ms, by which a silent client is missed
    ");
}

#[test]
fn what_an_alternative_leaves_open_is_not_complained_about() {
    let steps = r#"{ "connect": ["a"] },
        { "any_of": [[{ "closed": { "at": "a" } }], [{ "server_error": { "at": "a" } }]] },
        { "disconnect": { "from": "a", "how": "abrupt" } }"#;
    assert_eq!(problems_of(r#""a": {}"#, steps), "");
}

#[test]
fn requests_are_named_before_they_are_used() {
    let steps = r#"{ "connect": ["a"] },
{ "acked": { "request": "q" } },
{ "answer": { "request": "q" } },
{ "unanswered": { "request": "r" } },
{ "send_frame": { "from": "a", "text": "43${ack:q}[]" } }"#;
    insta::assert_snapshot!(problems_of(r#""a": {}"#, steps), @r#"
    5:1: nothing has been asked for as "q"
    6:1: nobody has received a request as "q"
    7:1: nothing has been asked for as "r"
    8:1: nobody has received a request as "q"
    "#);
}

#[test]
fn values_and_bodies_make_sense() {
    let steps = r#"{ "connect": ["a"] },
{ "emit": { "from": "a", "to": "a", "event": "e", "args": [{ "$any": true }] } },
{ "emit": { "from": "a", "to": "a", "event": "e", "args": ["${n}"] } },
{ "server_error": { "at": "a", "failure": "no-such" } },
{ "server_error": { "at": "a", "failure": "target-not-found" } },
{ "connection_status": { "from": "a", "who": "a", "connected": true } },
{ "list_clients": { "from": "a" } },
{ "send_frame": { "from": "a" } },
{ "all": [{ "still_serving": {} }] },
{ "any_of": [[{ "connect": ["a"] }], [], []] }"#;
    insta::assert_snapshot!(problems_of(r#""a": {}"#, steps), @"
    5:1: $any, $prefix, $suffix, $keep and $optional can only be expected, not sent
    6:1: ${n} means something in `repeat` only
    7:1: unknown failure code `no-such`
    8:1: none of these failures exists in v2
    9:1: `connection_status` exists in v2 only
    10:1: `list_clients` looks for nobody
    11:1: either `text` or `binary`
    12:11: `all` holds observations only
    13:1: only one alternative can be that nothing comes
    13:15: an alternative begins with an observation, with `silent` or `unanswered`, or is empty
    13:15: a is connected already
    ");
}

#[test]
fn kept_strings_are_named_before_they_are_used() {
    let steps = r#"{ "connect": ["a"] },
{ "emit": { "from": "a", "to": "a", "event": "${kept:x}" } },
{ "receive": { "at": "a", "event": "e", "args": [{ "k": [{ "$keep": "x" }] }] } },
{ "emit": { "from": "a", "to": "a", "event": "${kept:x}" } }"#;
    insta::assert_snapshot!(problems_of(r#""a": {}"#, steps), @r#"5:1: nothing has been kept as "x""#);
}

#[test]
fn apis_and_channels_exist_in_one_dialect() {
    let steps = r#"{ "connect": ["a"] },
{ "create_api": { "from": "a", "api": "x" } },
{ "open_stream": { "from": "a", "to": "a", "source_stream": "S", "target_stream": "T", "channel": "c", "as": "q" } },
{ "open_stream": { "from": "a", "to": "a", "source_stream": "S", "target_stream": "T", "members": [], "as": "r" } },
{ "stream_offered": { "at": "a", "from": "a", "source_stream": "S", "target_stream": "T", "as": "q" } }"#;
    insta::assert_snapshot!(problems_of(r#""a": {}"#, steps), @"
    5:1: APIs exist in v2 only
    6:1: channels exist in v2 only
    7:1: `members` is an object
    ");
}

#[test]
fn directives_are_checked_where_they_stand() {
    let emit = |value: &str| {
        let step = format!(
            r#"{{ "connect": ["a"] }}, {{ "emit": {{ "from": "a", "to": "a", "event": "e", "args": [{value}] }} }}"#
        );
        problems_of(r#""a": {}"#, &step)
    };
    assert_eq!(
        emit(r#"{ "$binary": "AQID" }, { "$bytes": 3 }, { "$raw": "1e400" }"#),
        ""
    );
    assert_eq!(
        emit(r#"{ "$x": 1, "y": 2 }, { "$$y": "z" }"#)
            .lines()
            .count(),
        1
    );
    assert!(emit(r#"{ "$binary": "?" }"#).contains("$binary is not base64"));
    assert!(emit(r#"{ "$bytes": 99999999 }"#).contains("at most"));
    assert!(emit(r#"{ "$shrug": 1 }"#).contains("unknown directive $shrug"));
    assert!(emit(r#"{ "$any": "colour" }"#).contains("$any takes"));
    assert!(emit(&format!("{}{}", "[".repeat(70), "]".repeat(70))).contains("deeper than 64"));
}

#[test]
fn the_envelope_is_checked() {
    let text = r#"{ "id": "other-name", "title": "t",
"clauses": ["SRV-CORE-F5", "SRV-CORE-99"],
"level": "must", "dialects": ["v1"], "eio": [5],
"actors": { "N": {}, "a": { "anonymous": true, "client_id": "x" } },
"steps": [{ "connect": ["a", "N"] }, { "emit": { "from": "a", "to": "a", "event": "${a}" } }] }"#;
    insta::assert_snapshot!(problems(text), @r#"
    1:9: the id "other-name" is not the name of the file, which is "file"
    1:9: Engine.IO 5 is not 3 or 4
    2:28: the register has no clause "SRV-CORE-99"; did you mean SRV-CORE-19?
    4:18: "N" cannot be an actor's name: a lower-case letter, then lower-case letters, digits, - and _; n and run are taken
    4:18: actor N takes no part
    4:27: an anonymous actor has no client_id
    4:27: actor a takes no part
    "#);
}

#[test]
fn a_level_is_not_stricter_than_its_clauses() {
    let text = r#"{ "id": "file", "title": "t", "clauses": ["SRV-CORE-12", "SRV-CORE-14"],
"level": "should", "dialects": ["v1", "v2"], "actors": { "a": {} }, "steps": [{ "connect": ["a"] }] }"#;
    insta::assert_snapshot!(problems(text), @"1:9: none of the clauses applies to v1");
    let text = text
        .replace("\"SRV-CORE-12\", ", "")
        .replace("\"v1\", ", "");
    insta::assert_snapshot!(problems(&text), @"1:9: the level is stricter than that of every clause it names");
}

#[test]
fn cases_take_the_place_of_the_placeholder() {
    let steps = r#"{ "connect": ["a"] }, { "case": {} }, { "still_serving": {} }"#;
    let text = file(r#""a": {}"#, steps);
    insta::assert_snapshot!(problems(&text), @"4:23: a place for cases, but the scenario has no `cases`");

    let with = |cases: &str| {
        let end = text.rfind('}').unwrap();
        format!("{}, \"cases\": {cases} }}", &text[..end])
    };
    let good = with(
        r#"[{ "id": "one", "steps": [{ "note": "1" }] },
            { "id": "two", "title": "second", "dialects": ["v2"], "actors": { "b": {} },
              "steps": [{ "connect": ["b"] }] }]"#,
    );
    let cases = read(&good).unwrap();
    assert_eq!(problems(&good), "");
    let ids: Vec<_> = cases
        .iter()
        .map(|case| (case.id.as_str(), case.title.as_str()))
        .collect();
    assert_eq!(ids, [("file/one", "t"), ("file/two", "second")]);
    assert_eq!(cases[1].steps.len(), 3);
    assert_eq!(cases[1].dialects.len(), 1);
    assert_eq!(cases[1].at.line, 6);

    assert!(problems(&with(r#""nowhere.json""#)).contains("there is no such file"));
    assert!(problems(&with(r#""cases.json""#)).contains("missing field `to`"));
    assert!(problems(&with("[{ \"id\": 3 }]")).contains("expected a string"));
    let no_place = good.replace("{ \"case\": {} }, ", "");
    assert!(problems(&no_place).contains("no step {\"case\": {}} where they go"));
}

#[test]
fn two_scenarios_do_not_share_an_id() {
    let text = file(r#""a": {}"#, r#"{ "connect": ["a"] }"#);
    let mut library = Library::default();
    for _ in 0..2 {
        library
            .scenarios
            .extend(read(&text).unwrap().into_iter().map(Arc::new));
    }
    let found = lint(&library);
    assert!(
        found[0]
            .message
            .contains("is used at fixtures/message/file.json:1:9 already")
    );
}

#[test]
fn the_shipped_scenarios_are_well_formed_and_cover_the_register() {
    let library = Library::embedded();
    let problems: Vec<_> = lint(&library).iter().map(ToString::to_string).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    let uncovered: Vec<_> = super::lint::uncovered(&library)
        .iter()
        .map(|clause| clause.id)
        .collect();
    assert!(
        uncovered.is_empty(),
        "clauses without a scenario: {uncovered:?}"
    );
}

#[test]
fn no_clause_is_excluded_that_has_a_scenario() {
    let library = Library::embedded();
    for (id, _) in super::lint::EXCLUDED {
        let clause = sio_p2p_protocol::Clause::find(id);
        assert!(clause.is_some(), "{id} is not in the register");
        let checked = library
            .scenarios
            .iter()
            .any(|s| s.clauses.iter().any(|(c, _)| c == id));
        assert!(!checked, "{id} has a scenario");
    }
}

#[test]
fn settings_are_checked_and_located() {
    let steps = r#"{ "connect": ["a"] }, { "case": {} }"#;
    let text = file(r#""a": {}"#, steps);
    let with = |settings: &str, cases: &str| {
        let envelope = format!("\"settings\": {settings},\n\"actors\"");
        let text = text.replacen("\"actors\"", &envelope, 1);
        let end = text.rfind('}').unwrap();
        format!("{}, \"cases\": [{cases}] }}", &text[..end])
    };
    let case =
        r#"{ "id": "one", "settings": { "policy.clients": 3 }, "steps": [{ "note": "n" }] }"#;
    let good = with(r#"{ "policy.rooms": 2, "policy.clients": 9 }"#, case);
    assert_eq!(problems(&good), "");
    let scenarios = read(&good).unwrap();
    let settings = &scenarios[0].settings;
    assert_eq!(settings["policy.rooms"], 2);
    assert_eq!(settings["policy.clients"], 3);
    let unknown = case.replace("policy.clients", "policy.klients");
    insta::assert_snapshot!(
        problems(&with("{}", &unknown)),
        @"6:42: there is no setting `policy.klients`; CONFIGURATION.md lists all; did you mean policy.clients?"
    );
    let found = problems(&with("{}", &case.replace('3', "-3")));
    assert!(
        found.starts_with("6:42: `policy.clients` cannot be -3: "),
        "{found}"
    );
}
