//! What a run writes, and what it prints of a failure.

use serde_json::Value;

use super::{Folder, code, run};

#[test]
fn the_json_report_can_go_to_standard_output() {
    let (code, stdout, stderr) = run(&["run", "--select", "message-with-ack", "--json", "-"]);
    assert_eq!(code, 0);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["summary"]["pass"], 2);
    assert!(stderr.contains("2 pass, 0 fail"), "{stderr}");
}

#[test]
fn every_report_of_a_run_can_be_written_and_made_again_from_the_first() {
    let folder = Folder::new();
    folder
        .scenario("red", "expected")
        .scenario("green", "green");
    let path = |name: &str| folder.0.join(name).display().to_string();
    let scenarios = folder.scenarios();
    let files = [
        "json", "html", "junit", "markdown", "badge", "endpoint", "tap",
    ];
    let flags: Vec<String> = files
        .iter()
        .flat_map(|file| [format!("--{file}"), path(file)])
        .collect();
    let mut args = vec!["run", "--dialect", "v1", "--scenarios", &scenarios];
    args.extend(flags.iter().map(String::as_str));
    assert_eq!(code(&args), 1);

    let page = folder.read("html");
    assert!(page.starts_with("<!DOCTYPE html>"), "{page}");
    assert!(
        page.contains("1</strong> fail") && page.contains("class=\"sequence\""),
        "{page}"
    );
    let [markdown, junit, badge] = ["markdown", "junit", "badge"].map(|name| folder.read(name));
    assert!(
        markdown.contains("| message | 1 | 1 | 0 | 0 | 0 |"),
        "{markdown}"
    );
    assert!(
        junit.contains(r#"tests="2" skipped="0" failures="1" errors="0""#),
        "{junit}"
    );
    assert!(junit.contains(r#"classname="message/red""#), "{junit}");
    assert!(badge.contains("1 of 2"), "{badge}");
    let endpoint: Value = serde_json::from_str(&folder.read("endpoint")).unwrap();
    assert_eq!(endpoint["message"], "1 of 2");
    assert_eq!(endpoint["color"], "critical");
    let tap = folder.read("tap");
    assert!(tap.starts_with("TAP version 14\n1..2\n"), "{tap}");
    assert!(
        tap.contains("not ok 2 - red (v1, Engine.IO 4)\n  ---\n"),
        "{tap}"
    );
    let report: Value = serde_json::from_str(&folder.read("json")).unwrap();
    let made = &report["made"];
    assert!(made["started"].as_str().unwrap().ends_with('Z'), "{made}");
    assert_eq!(made["command"][1], "run");
    assert_eq!(report["results"][1]["broken"], "SRV-CORE-F2");
    assert_eq!(
        report["results"][1]["cause"],
        "a message came although nothing should"
    );

    // The same pages come out of the JSON report, without a run.
    let again: Vec<String> = ["html", "junit", "markdown", "badge", "endpoint", "tap"]
        .iter()
        .flat_map(|file| [format!("--{file}"), path(&format!("{file}-again"))])
        .collect();
    let json = path("json");
    let mut args = vec!["report", &json];
    args.extend(again.iter().map(String::as_str));
    assert_eq!(code(&args), 0);
    for file in ["html", "junit", "markdown", "badge", "endpoint", "tap"] {
        assert_eq!(folder.read(file), folder.read(&format!("{file}-again")));
    }
}

#[test]
fn a_report_that_cannot_be_read_or_written_is_an_error() {
    let folder = Folder::new();
    let broken = folder.file("report.json", "{\n  oops");
    let (exit, _, stderr) = run(&["report", &broken, "--html", "-"]);
    assert_eq!(exit, 3);
    assert!(
        stderr.contains("report.json: key must be a string at line 2 column 3"),
        "{stderr}"
    );
    assert_eq!(code(&["report", &broken]), 2);
    folder.scenario("green", "green");
    let missing = folder.0.join("no/such/folder").display().to_string();
    let (exit, _, stderr) = run(&[
        "run",
        "--scenarios",
        &folder.scenarios(),
        "--html",
        &missing,
    ]);
    assert_eq!(exit, 7);
    assert!(
        stderr.contains("cannot write the report") && stderr.contains("no/such/folder"),
        "{stderr}"
    );
}

#[test]
fn a_failure_is_shown_in_full() {
    let folder = Folder::new();
    folder.scenario("red", "blue");
    let (code, stdout, _) = run(&[
        "run",
        "--scenarios",
        &folder.scenarios(),
        "--dialect",
        "v2",
        "--jobs",
        "1",
    ]);
    assert_eq!(code, 1);
    let place = format!("{}/message/red.json:12:5", folder.scenarios());
    for expected in [
        "FAIL red (v2, Engine.IO 4)",
        "b received \"red\" instead of \"blue\"",
        "SRV-CORE-F2: A message reaches exactly",
        &place,
        "12 |     { \"receive\": { \"at\": \"b\", \"from\": \"a\", \"event\": \"blue\" } }",
        "expected: event \"blue\" []",
        "actual:   event \"red\" []",
        "a --> 42[\"P2P_EMIT\",\"b-",
        "b <-- 42[\"red\"]",
        "0 pass, 1 fail, 0 warn, 0 untestable, 0 not applicable",
    ] {
        assert!(stdout.contains(expected), "{expected}\n{stdout}");
    }
    // The path of the folder is not the program's to shorten; all else fits.
    let long = stdout
        .lines()
        .find(|l| l.chars().count() > 80 && !l.contains(&folder.scenarios()));
    assert_eq!(long, None);
}

#[test]
fn the_embedded_server_conforms_and_the_report_fits_its_schema() {
    let folder = Folder::new();
    let report = folder.file("report.json", "");
    folder.scenario("red", "blue").scenario("green", "green");
    let scenarios = ["--scenarios", &folder.scenarios()];
    for (args, expected) in [
        (
            &[
                "run",
                "--select",
                "message-with-ack",
                "--eio",
                "3",
                "--eio",
                "4",
            ][..],
            0,
        ),
        (&["run", "--jobs", "1", scenarios[0], scenarios[1]], 1),
    ] {
        let mut args = args.to_vec();
        args.extend(["--json", &report]);
        let (code, stdout, stderr) = run(&args);
        assert_eq!(code, expected, "{stdout}{stderr}");
        let value: Value = serde_json::from_str(&folder.read("report.json")).unwrap();
        let (_, schema) = sio_p2p_conformance::schemas()
            .into_iter()
            .find(|(name, _)| *name == "report.json")
            .unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let errors: Vec<_> = validator
            .iter_errors(&value)
            .map(|e| e.to_string())
            .collect();
        assert!(errors.is_empty(), "{errors:?}");
        assert_eq!(value["results"].as_array().unwrap().len(), 4);
        assert_eq!(
            value["implementation"]["target"],
            "embedded reference server"
        );
        assert_eq!(value["summary"]["fail"], if expected == 0 { 0 } else { 2 });
    }
}

#[test]
fn several_reports_become_a_matrix() {
    let folder = Folder::new();
    folder
        .scenario("red", "expected")
        .scenario("green", "green");
    let path = |name: &str| folder.0.join(name).display().to_string();
    let (scenarios, one) = (folder.scenarios(), path("one.json"));
    let args = ["run", "--dialect", "v1", "--scenarios", &scenarios];
    assert_eq!(code(&[&args[..], &["--json", &one]].concat()), 1);
    let other = format!("other | one={one}");
    let recorded = format!(
        "plugin 1.5.0={}/../fixtures/recorded/v1.5.0-sio2",
        env!("CARGO_MANIFEST_DIR")
    );
    let (exit, table, _) = run(&["report", &one, &other, &recorded]);
    assert_eq!(exit, 0);
    insta::assert_snapshot!(table);

    let page = path("matrix.html");
    let args = ["report", &one, &other, &recorded, "--html", &page];
    assert_eq!(code(&args), 0);
    let page = folder.read("matrix.html");
    for expected in [
        "3 implementations compared",
        "other | one",
        "#servers/red/why",
        "instead of",
        "DEV-14",
    ] {
        assert!(page.contains(expected), "{expected}\n{page}");
    }

    // Names are told apart, and other reports are about one run.
    assert_eq!(code(&["report", &one, &one]), 2);
    assert_eq!(code(&["report", &one, &other, "--junit", "-"]), 2);
    assert_eq!(code(&["report", &one, "no-such-file"]), 3);
}

#[test]
fn recordings_become_a_page_of_diagrams() {
    let folder = Folder::new();
    let out = folder.0.join("story.html").display().to_string();
    let recorded = format!(
        "{}/../fixtures/recorded/v1.5.0-sio2/rooms_v15_two_arg_join.jsonl",
        env!("CARGO_MANIFEST_DIR")
    );
    let (exit, stdout, _) = run(&["view", &recorded, "--out", &out]);
    assert_eq!((exit, stdout.trim()), (0, out.as_str()));
    let page = folder.read("story.html");
    for expected in ["rooms_v15_two_arg_join", "JOIN_ROOM", "DEV-20", "missing"] {
        assert!(page.contains(expected), "{expected}\n{page}");
    }
    let broken = folder.file("broken.jsonl", "oops");
    assert_eq!(code(&["view", &broken]), 3);
    let empty = folder.0.join("empty");
    std::fs::create_dir(&empty).unwrap();
    assert_eq!(code(&["view", &empty.display().to_string()]), 6);
}

#[test]
fn both_sides_name_clients_as_their_packets_do() {
    let folder = Folder::new();
    folder.scenario("names", "names");
    let path = folder.0.join("scenarios/message/names.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let event = r#""event": "names""#;
    let text = text.replacen(event, r#""event": "names", "args": ["${a}"]"#, 1);
    let text = text.replace(r#""names" } }"#, r#""names", "args": ["${b}"] } }"#);
    std::fs::write(&path, text).unwrap();
    let scenarios = folder.scenarios();
    let args = ["run", "--dialect", "v2", "--scenarios", &scenarios];
    let (exit, stdout, _) = run(&[&args[..], &["--json", "-"]].concat());
    assert_eq!(exit, 1);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    let result = &report["results"][0];
    let side = |name: &str| result["failure"][name].as_str().unwrap();
    assert!(side("expected").contains("[\"b-"), "{stdout}");
    assert!(side("actual").contains("[\"a-"), "{stdout}");
    let message = result["message"].as_str().unwrap();
    assert!(message.contains("${a}"), "{message}");
}

#[test]
fn annotations_for_github_point_at_the_step() {
    let folder = Folder::new();
    folder.scenario("red", "expected");
    let scenarios = folder.scenarios();
    let args = [
        "run",
        "--dialect",
        "v1",
        "--format",
        "github",
        "--scenarios",
        &scenarios,
    ];
    let (code, stdout, stderr) = run(&args);
    assert_eq!(code, 1);
    let stdout = stdout.replace(&folder.scenarios(), "DIR");
    insta::assert_snapshot!(stdout, @r#"
    ::error file=DIR/message/red.json,line=12,col=5,title=red (v1%2C Engine.IO 4)::SRV-CORE-F2: b received "red" instead of "expected"
    ::notice title=P2P conformance::0 pass, 1 fail, 0 warn, 0 untestable, 0 not applicable
    "#);
    assert!(stderr.contains("Failed, 1 check:"), "{stderr}");
}

#[test]
fn a_quiet_run_prints_failures_and_the_summary_and_may_end_early() {
    let folder = Folder::new();
    for name in ["green", "red-1", "red-2", "red-3"] {
        folder.scenario(name, if name == "green" { name } else { "expected" });
    }
    let scenarios = folder.scenarios();
    let quiet = [
        "run",
        "--dialect",
        "v1",
        "--quiet",
        "--jobs",
        "1",
        "--scenarios",
        &scenarios,
    ];
    let (code, stdout, _) = run(&quiet);
    assert_eq!(code, 1);
    let stdout = stdout.lines().filter(|line| !line.contains(" pass, "));
    insta::assert_snapshot!(stdout.collect::<Vec<_>>().join("\n"), @r#"

    Broken: SRV-CORE-F2 (3 fail): A message reaches exactly the client it is
      addressed to.
        3 checks: a message came although nothing should

    Failed, 3 checks:
      red-1 (v1, Engine.IO 4): b received "red-1" instead of "expected"
      red-2 (v1, Engine.IO 4): b received "red-2" instead of "expected"
      red-3 (v1, Engine.IO 4): b received "red-3" instead of "expected"
    "#);
    let (_, stdout, _) = run(&[&quiet[..], &["--max-failures", "2"]].concat());
    assert!(stdout.contains("Failed, 2 checks:"), "{stdout}");
    assert!(
        stdout.contains("Stopped early: 3 of 4 checks were played."),
        "{stdout}"
    );
    let green = run(&[
        "run",
        "--dialect",
        "v1",
        "--quiet",
        "--select",
        "green",
        "--scenarios",
        &scenarios,
    ]);
    assert_eq!((green.0, green.1.lines().count()), (0, 2), "{}", green.1);
}
