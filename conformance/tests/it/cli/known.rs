//! What is known or claimed of an implementation: baselines, flaky checks, claims.

use serde_json::Value;

use super::{Folder, code, run};

const CLAIMS: &str = "implementation = \"x\"\nrevision = 1\ndialects = [\"v1\", \"v2\"]\n";

#[test]
fn a_baseline_is_kept_honest() {
    let folder = Folder::new();
    folder.scenario("red", "blue").scenario("green", "green");
    let baseline = folder.0.join("baseline.json").display().to_string();
    let scenarios = folder.scenarios();
    let play = |more: &[&str]| {
        let mut args = vec!["run", "--scenarios", &scenarios, "--dialect", "v2"];
        args.extend(["--baseline", &baseline]);
        args.extend(more);
        run(&args)
    };

    // There is none yet.
    assert_eq!(play(&[]).0, 3);
    // The first one is written, and asks for a reason.
    let (code, _, stderr) = play(&["--update-baseline"]);
    assert_eq!(code, 3);
    assert!(stderr.contains("red in v2 over Engine.IO 4"), "{stderr}");
    let written: Value = serde_json::from_str(&folder.read("baseline.json")).unwrap();
    assert_eq!(written["implementation"], "embedded reference server");
    // The folder of the test lies four levels below the root of the checkout.
    assert_eq!(written["$schema"], "../../../spec/schema/baseline.json");
    let (code, _, stderr) = play(&[]);
    assert_eq!(code, 3);
    assert!(stderr.contains("`why` is empty"), "{stderr}");

    // With a reason, the failure is expected.
    let text = folder
        .read("baseline.json")
        .replace("\"why\": \"\"", "\"why\": \"It is colour-blind.\"");
    folder.file("baseline.json", &text);
    let (code, stdout, _) = play(&[]);
    assert_eq!(code, 0, "{stdout}");
    assert!(stdout.contains("It is colour-blind."), "{stdout}");
    // Rewriting keeps the reason.
    assert_eq!(play(&["--update-baseline"]).0, 0);
    assert_eq!(folder.read("baseline.json"), text);

    // Mended: the entry is stale. Not run: it says nothing.
    folder.scenario("red", "red");
    let (code, stdout, _) = play(&[]);
    assert_eq!(code, 5, "{stdout}");
    assert!(stdout.contains("stale: red in v2"), "{stdout}");
    assert_eq!(play(&["--select", "green"]).0, 0);
    // A failure that is not expected is worse than a stale entry.
    folder.scenario("green", "purple");
    assert_eq!(play(&[]).0, 1);

    // Unknown ids and broken files are bad baselines.
    folder.file("baseline.json", &text.replace("\"red\"", "\"rde\""));
    let (code, _, stderr) = play(&[]);
    assert_eq!(code, 3);
    assert!(stderr.contains("there is no check rde"), "{stderr}");
    folder.file("baseline.json", "{ oops");
    let (code, _, stderr) = play(&[]);
    assert_eq!(code, 3);
    assert!(stderr.contains("baseline.json:1:3"), "{stderr}");
}

#[test]
fn claims_say_what_is_judged_and_how() {
    let folder = Folder::new();
    folder.scenario("red", "expected");
    let name = "scenarios/message/red.json";
    folder.file(name, &folder.read(name).replace("\"must\"", "\"should\""));
    let scenarios = folder.scenarios();
    let judged = |claims: &str, more: &[&str]| {
        let file = folder.file("claims.toml", claims);
        let args = ["run", "--scenarios", &scenarios, "--claims", &file];
        run(&[&args[..], more].concat())
    };
    let (exit, stdout, _) = judged(CLAIMS, &[]);
    assert_eq!(exit, 0, "{stdout}");
    assert!(stdout.contains("2 warn"), "{stdout}");
    let held = format!("{CLAIMS}levels = [\"must\", \"should\"]\n");
    assert!(judged(&held, &[]).1.contains("2 fail"));
    let (exit, stdout, _) = judged(&CLAIMS.replace("\"v1\", ", ""), &[]);
    assert_eq!(exit, 0);
    assert!(stdout.contains("1 warn"), "{stdout}");
    let (exit, _, stderr) = judged(&CLAIMS.replace("1\n", "7\n"), &[]);
    assert_eq!(exit, 3);
    assert!(
        stderr.contains("claims.toml:2:12: there is no revision 7"),
        "{stderr}"
    );
}

/// What is claimed is not left out in silence.
#[test]
fn a_claimed_dialect_that_is_not_part_of_the_run_is_untestable() {
    let folder = Folder::new();
    folder.scenario("red", "red");
    let name = "scenarios/message/red.json";
    let fixed = folder
        .read(name)
        .replace("\"b\": {}", "\"b\": { \"dialect\": \"v1\" }");
    folder.file(name, &fixed.replace("[\"v1\", \"v2\"]", "[\"v2\"]"));
    let scenarios = folder.scenarios();
    let claims = folder.file("claims.toml", CLAIMS);
    let args = ["run", "--scenarios", &scenarios, "--dialect", "v2"];
    assert_eq!(code(&args), 0);
    let (exit, stdout, _) = run(&[&args[..], &["--claims", &claims]].concat());
    assert_eq!(exit, 4);
    assert!(
        stdout.contains("which is claimed and not part of this run"),
        "{stdout}"
    );
}

#[test]
fn a_scenario_younger_than_the_claimed_revision_is_not_scored() {
    let folder = Folder::new();
    folder.scenario("red", "expected");
    let name = "scenarios/message/red.json";
    folder.file(
        name,
        &folder
            .read(name)
            .replace("\"level\"", "\"since\": 3, \"level\""),
    );
    let (exit, stdout, _) = run(&["run", "--scenarios", &folder.scenarios(), "--json", "-"]);
    assert_eq!(exit, 0);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["summary"]["not_applicable"], 2);
    let message = report["results"][0]["message"].as_str().unwrap();
    assert!(
        message.starts_with("not scored, being younger than revision 2: fail, "),
        "{message}"
    );
}

#[test]
fn a_flaky_check_neither_passes_nor_fails() {
    let folder = Folder::new();
    folder
        .scenario("red", "expected")
        .scenario("green", "green");
    let scenarios = folder.scenarios();
    let flaky = folder.file(
        "flickers.json",
        r#"{ "flickers": [
          { "id": "red", "dialect": "v2", "eio": 4, "why": "the moon" },
          { "id": "green", "dialect": "v2", "eio": 4, "why": "the sun" }
        ] }"#,
    );
    let args = ["run", "--scenarios", &scenarios, "--dialect", "v2"];
    assert_eq!(code(&args), 1);
    let (exit, stdout, _) = run(&[&args[..], &["--flaky", &flaky, "--repeat", "2"]].concat());
    assert_eq!(exit, 0, "{stdout}");
    for words in [
        "Known to flicker",
        "never passed in 2 rounds",
        "always passed in 2 rounds",
    ] {
        assert!(stdout.contains(words), "{stdout}");
    }
    folder.file("flickers.json", r#"{ "flickers": [{ "id": "red" }] }"#);
    let (exit, _, stderr) = run(&[&args[..], &["--flaky", &flaky]].concat());
    assert_eq!(exit, 3);
    assert!(stderr.contains("flickers.json:1:"), "{stderr}");
}
