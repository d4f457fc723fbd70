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
    let files = ["json", "html", "junit", "markdown", "badge"];
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
    assert!(badge.contains("1 of 2"), "{badge}");

    // The same pages come out of the JSON report, without a run.
    let again: Vec<String> = ["html", "junit", "markdown", "badge"]
        .iter()
        .flat_map(|file| [format!("--{file}"), path(&format!("{file}-again"))])
        .collect();
    let json = path("json");
    let mut args = vec!["report", &json];
    args.extend(again.iter().map(String::as_str));
    assert_eq!(code(&args), 0);
    for file in ["html", "junit", "markdown", "badge"] {
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
        "SRV-CORE-F5: A message carries an event name",
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
