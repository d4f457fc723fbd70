//! Drivers that break: each costs the scenario its verdict, and nothing more.

#![cfg(unix)]

use std::process::Command;

use serde_json::Value;

/// What every driver here says first.
const HELLO: &str = r#"{"driver":"broken","version":"0","protocol":1,"dialects":["v2"]}"#;

/// A result, as much of it as is looked at here.
struct Found {
    verdict: String,
    message: String,
    actual: String,
    notes: String,
}

/// Judges a shell script that says hello and goes on like this, by two scenarios.
fn judged(script: &str, timeout: &str) -> Vec<Found> {
    let script = format!("sh -c 'printf \"%s\\n\" \"$0\"; {script}' '{HELLO}'");
    let output = Command::new(env!("CARGO_BIN_EXE_p2p-conformance"))
        .args(["client", "--cmd", &script, "--json", "-"])
        .args(["--timeout", timeout])
        .args(["--select", "client-emit", "--select", "client-listen"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["implementation"]["target"], "broken 0");
    let results = report["results"].as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let found = |result: &Value| Found {
        verdict: text(&result["verdict"]),
        message: text(&result["message"]),
        actual: text(&result["failure"]["actual"]),
        notes: result["failure"]["notes"].to_string(),
    };
    results.iter().map(found).collect()
}

/// Both scenarios fail with this message.
fn fail_with(script: &str, message: &str) -> Vec<Found> {
    // Long enough on a machine that does other things as well.
    fail_within("30000", script, message)
}

fn fail_within(timeout: &str, script: &str, message: &str) -> Vec<Found> {
    let found = judged(script, timeout);
    assert_eq!(found.len(), 2);
    for result in &found {
        assert_eq!(
            (result.verdict.as_str(), result.message.as_str()),
            ("fail", message)
        );
    }
    found
}

#[test]
fn a_driver_that_never_answers() {
    let script = "echo nobody home >&2; cat > /dev/null";
    let found = fail_within("2000", script, "c did not reply to connect");
    let notes = &found[0].notes;
    assert!(notes.contains("driver | nobody home"), "{notes}");
}

#[test]
fn a_driver_that_dies_in_the_middle() {
    let found = fail_with(
        "echo last words >&2; read line; exit 5",
        "the driver of c ended",
    );
    assert_eq!(found[0].actual, "exit status: 5");
    assert!(
        found[0].notes.contains("driver | last words"),
        "{}",
        found[0].notes
    );
}

#[test]
fn a_driver_that_prints_what_is_no_line_of_the_protocol() {
    let nonsense = "the driver of c printed nonsense";
    for (script, shown) in [
        ("echo hello world; cat > /dev/null", "hello world"),
        ("echo [1,2]; cat > /dev/null", "not an object"),
        (
            "echo \"{\\\"id\\\":9,\\\"ok\\\":1}\"; cat > /dev/null",
            "not open",
        ),
        (
            "echo \"{\\\"event\\\":\\\"sneezed\\\"}\"; cat > /dev/null",
            "sneezed",
        ),
        ("printf \"\\\\377\\\\376\\n\"; cat > /dev/null", "not UTF-8"),
    ] {
        let found = fail_with(script, nonsense);
        assert!(
            found[0].actual.contains(shown),
            "{script}: {}",
            found[0].actual
        );
    }
}

#[test]
fn a_driver_that_prints_without_end() {
    let nonsense = "the driver of c printed nonsense";
    let found = fail_with("yes x | tr -d \"\\n\"", nonsense);
    assert!(
        found[0].actual.starts_with("a line of more than"),
        "{}",
        found[0].actual
    );
    let found = fail_with("yes \"{\\\"event\\\":\\\"connected\\\"}\"", nonsense);
    assert!(
        found[0].actual.starts_with("more than"),
        "{}",
        found[0].actual
    );
}

#[test]
fn a_driver_that_says_no_hello() {
    for (script, code, said) in [
        (
            "sh -c 'echo no luck >&2; exit 3'",
            4,
            "it ended (exit status: 3)\ndriver | no luck",
        ),
        ("echo good morning", 4, "its first line is no hello"),
        ("/no/such/program", 4, "cannot execute"),
        ("echo 'open", 2, "it has an open quote"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_p2p-conformance"))
            .args(["client", "--cmd", script])
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{script}: {error}");
        assert!(error.contains(said), "{script}: {error}");
    }
}

#[test]
fn a_driver_that_knows_no_command() {
    // Every command is answered: unsupported.
    let script = "while read -r line; do id=${line#*:}; id=${id%%,*}; \
                  echo \"{\\\"id\\\":$id,\\\"error\\\":\\\"unsupported\\\"}\"; done";
    fail_with(
        script,
        "the driver does not know connect, which every driver has to",
    );
}

/// Options ask for what the hello does not name: nothing is played, and nobody is to blame.
#[test]
fn what_a_hello_does_not_name_is_not_applicable() {
    let hello = HELLO.replace('}', r#","transports":["websocket"]}"#);
    let script = format!("sh -c 'printf \"%s\\n\" \"$0\"; exit 5' '{hello}'");
    for (options, lack) in [
        (["--dialect", "v1"], "dialect v1"),
        (["--eio", "3"], "Engine.IO 3"),
        (["--transport", "polling"], "transport polling"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_p2p-conformance"))
            .args(["client", "--cmd", &script, "--json", "-"])
            .args(["--select", "client-emit"])
            .args(options)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        let results = report["results"].as_array().unwrap();
        assert_eq!(results.len(), 1, "{results:?}");
        assert_eq!(results[0]["verdict"], "not_applicable");
        let why = format!("the driver's hello names no {lack}");
        assert_eq!(results[0]["message"], why);
    }
}

/// The server of a client is the suite: what is about servers is no option here.
#[test]
fn a_client_is_not_reached_like_a_server() {
    for options in [
        &["--insecure"][..],
        &["--ca", "c.pem"],
        &["--proxy", "http://h"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_p2p-conformance"))
            .args(["client", "--cmd", "true"])
            .args(options)
            .output()
            .unwrap();
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{error}");
        assert!(error.contains("are for servers"), "{error}");
    }
}
