//! A driver as another process, which is told lines and says lines.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on fails; helpers count as tests"
)]

mod driver;
mod process;

use std::{env, process::ExitCode};

use libtest_mimic::{Arguments, Failed, Trial};
use process::Process;
use serde_json::{Value, json};

/// Tests of these functions, by their names.
macro_rules! trials {
    ($($trial:ident)*) => {
        vec![$(Trial::test(stringify!($trial), || {
            $trial();
            Ok::<(), Failed>(())
        })),*]
    };
}

fn main() -> ExitCode {
    if env::var_os(process::ACT).is_some() {
        return driver::main();
    }
    let trials = trials![
        a_reply_waits_for_its_own_command
        commands_are_begun_in_order
        errors_are_replied
        what_is_not_understood_is_replied
        a_line_without_a_number_ends_the_driver
        exit_is_replied_whatever_is_going_on
        the_end_of_input_is_the_end
        a_task_ends_when_it_is_dropped
        streams_are_reported
        an_accepted_stream_gets_a_name
        the_end_of_a_stream_is_told_unless_asked_for
    ];
    libtest_mimic::run(&Arguments::from_args(), trials).exit_code()
}

fn request(id: u64) -> Value {
    json!({ "id": id, "do": "request", "to": "b", "event": "e", "args": [] })
}

fn answer(id: u64, request: &str, args: Value) -> Value {
    json!({ "id": id, "do": "answer", "request": request, "args": args })
}

fn a_reply_waits_for_its_own_command() {
    let mut driver = Process::start();
    for id in [1, 2] {
        driver.tell(&request(id));
        let line = json!({
            "event": "received", "listener": "l", "args": [], "request": format!("request #{id}"),
        });
        assert_eq!(driver.said(), line);
    }
    // The second question is answered first.
    driver.tell(&answer(3, "request #2", json!(["two", { "$bin": "AQID" }])));
    let replies = [driver.said(), driver.said()];
    assert!(
        replies.contains(&json!({ "id": 3, "ok": null })),
        "{replies:?}"
    );
    assert!(
        replies.contains(&json!({ "id": 2, "ok": ["two", { "$bin": "AQID" }] })),
        "{replies:?}"
    );
    driver.tell(&answer(4, "request #1", json!([1])));
    let replies = [driver.said(), driver.said()];
    assert!(
        replies.contains(&json!({ "id": 1, "ok": [1] })),
        "{replies:?}"
    );
}

fn commands_are_begun_in_order() {
    let mut driver = Process::start();
    let lines: Vec<Value> = (0..100)
        .map(|id| json!({ "id": id, "do": "emit", "to": "b", "event": id.to_string(), "args": [] }))
        .collect();
    // At once, so that the driver finds many in its input.
    driver.tell_all(&lines);
    let (mut begun, mut replied) = (Vec::new(), 0);
    while replied < lines.len() {
        let line = driver.said();
        match line["listener"].as_str() {
            Some(event) => begun.push(event.parse::<usize>().unwrap()),
            None => replied += 1,
        }
    }
    assert!(begun.iter().copied().eq(0..100), "{begun:?}");
}

fn errors_are_replied() {
    let mut driver = Process::start();
    driver.tell(&answer(7, "x", json!([])));
    assert_eq!(
        driver.said(),
        json!({ "id": 7, "error": "no such request \"x\"" })
    );
}

fn what_is_not_understood_is_replied() {
    let mut driver = Process::start();
    // A command of a later version, one that this driver leaves out, and one that lacks a member.
    driver.tell(&json!({ "id": 1, "do": "dance" }));
    driver.tell(&json!({ "id": 2, "do": "clients" }));
    driver.tell(&json!({ "id": 3, "do": "unlisten" }));
    driver.tell(&json!({ "id": 4, "do": "write", "stream": "s", "data": { "$bin": "?" } }));
    let replies = [1, 2, 3, 4].map(|_| driver.said());
    let error = |id: u64| {
        let reply = replies.iter().find(|reply| reply["id"] == id);
        reply
            .and_then(|reply| reply["error"].as_str())
            .unwrap_or_default()
    };
    assert_eq!((error(1), error(2)), ("unsupported", "unsupported"));
    assert_eq!(error(3), "missing field `listener`");
    assert!(
        error(4).starts_with("no base64 under \"$bin\""),
        "{replies:?}"
    );
}

fn a_line_without_a_number_ends_the_driver() {
    for line in ["emit", r#"{"do":"clients"}"#, "[1]"] {
        let mut driver = Process::start();
        driver.tell(&request(1));
        driver.said();
        driver.tell_text(&format!("{line}\n"));
        let (code, words) = driver.ended();
        assert_eq!(code, Some(1));
        let sentence = "line 2 of standard input is no command: ";
        assert!(words.starts_with(sentence), "{words}");
    }
}

fn exit_is_replied_whatever_is_going_on() {
    let mut driver = Process::start();
    driver.tell(&request(1));
    driver.said();
    driver.tell(&json!({ "id": 2, "do": "exit" }));
    assert_eq!(driver.said(), json!({ "id": 2, "ok": null }));
    // Standard input is still open.
    assert_eq!(driver.ended(), (Some(0), String::new()));
}

fn the_end_of_input_is_the_end() {
    let mut driver = Process::start();
    driver.tell(&request(1));
    driver.said();
    driver.hang_up();
    assert_eq!(driver.ended(), (Some(0), String::new()));
}

fn a_task_ends_when_it_is_dropped() {
    let mut driver = Process::start();
    driver.tell(&json!({ "id": 1, "do": "listen", "listener": "l", "event": "e" }));
    assert_eq!(driver.said(), json!({ "id": 1, "ok": null }));
    driver.tell(&json!({ "id": 2, "do": "unlisten", "listener": "l" }));
    let said = [driver.said(), driver.said()];
    // This driver reports it.
    let gone = json!({ "event": "received", "listener": "l", "args": [] });
    assert!(said.contains(&gone), "{said:?}");
    driver.tell(&json!({ "id": 3, "do": "unlisten", "listener": "l" }));
    assert_eq!(
        driver.said(),
        json!({ "id": 3, "error": "no such listener \"l\"" })
    );
}

fn on(id: u64, stream: &str, what: &str) -> Value {
    json!({ "id": id, "do": what, "stream": stream, "to": "b", "data": { "$bin": "AQID" } })
}

fn streams_are_reported() {
    let mut driver = Process::start();
    driver.tell_all(&[
        on(1, "s", "open_stream"),
        on(2, "s", "write"),
        on(3, "s", "end"),
    ]);
    let said = [1, 2, 3, 4, 5].map(|_| driver.said());
    let events: Vec<&Value> = said.iter().filter(|line| line["id"].is_null()).collect();
    let data = json!({ "event": "data", "stream": "s", "data": { "$bin": "AQID" } });
    assert_eq!(events, [&data, &json!({ "event": "ended", "stream": "s" })]);
}

fn an_accepted_stream_gets_a_name() {
    let mut driver = Process::start();
    driver.tell(&json!({ "id": 1, "do": "accept_streams" }));
    let opened = json!({ "event": "stream_opened", "stream": "stream #1", "from": "b" });
    assert_eq!(driver.said(), opened);
    driver.said();
    driver.tell(&on(2, "stream #1", "write"));
    let said = [driver.said(), driver.said()];
    let data = json!({ "event": "data", "stream": "stream #1", "data": { "$bin": "AQID" } });
    assert!(said.contains(&data), "{said:?}");
}

fn the_end_of_a_stream_is_told_unless_asked_for() {
    let mut driver = Process::start();
    let broken = json!({ "id": 1, "do": "open_stream", "stream": "x", "to": "broken" });
    driver.tell(&broken);
    let said = [driver.said(), driver.said()];
    let closed = json!({ "event": "closed", "stream": "x", "error": "destroyed by b" });
    assert!(said.contains(&closed), "{said:?}");
    driver.tell_all(&[
        on(2, "s", "open_stream"),
        on(3, "s", "destroy"),
        on(4, "s", "write"),
    ]);
    let said = [2, 3, 4].map(|_| driver.said());
    assert!(
        said.contains(&json!({ "id": 4, "error": "no such stream \"s\"" })),
        "{said:?}"
    );
    // Nothing more is said.
    driver.hang_up();
    assert_eq!(driver.ended(), (Some(0), String::new()));
    assert_eq!(driver.rest(), "");
}
