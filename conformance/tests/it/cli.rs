//! The program as scripts see it: exit codes, files, and what it prints.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

/// A folder for one test, gone when it is over.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!(
            "{}-{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::SeqCst)
        );
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(path.join("scenarios/message")).unwrap();
        Self(path)
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    }

    /// A scenario in which a sends b a message, and b expects this event.
    fn scenario(&self, slug: &str, expected: &str) -> &Self {
        let text = format!(
            r#"{{
  "id": "{slug}",
  "title": "A message arrives",
  "clauses": ["SRV-CORE-F5"],
  "level": "must",
  "dialects": ["v1", "v2"],
  "deadline_ms": 500,
  "actors": {{ "a": {{}}, "b": {{}} }},
  "steps": [
    {{ "connect": ["a", "b"] }},
    {{ "emit": {{ "from": "a", "to": "b", "event": "{slug}" }} }},
    {{ "receive": {{ "at": "b", "from": "a", "event": "{expected}" }} }}
  ]
}}
"#
        );
        self.file(&format!("scenarios/message/{slug}.json"), &text);
        self
    }

    /// The folder with the scenarios.
    fn scenarios(&self) -> String {
        self.0.join("scenarios").display().to_string()
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn program(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_p2p-conformance"));
    command.args(args).env("NO_COLOR", "1").output().unwrap()
}

/// Exit code, standard output, standard error.
fn run(args: &[&str]) -> (i32, String, String) {
    let output = program(args);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (
        output.status.code().unwrap(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

fn code(args: &[&str]) -> i32 {
    run(args).0
}

#[test]
fn help_is_stable() {
    insta::assert_snapshot!("help", run(&["--help"]).1);
    insta::assert_snapshot!("help-run", run(&["run", "--help"]).1);
}

#[test]
fn what_makes_no_sense_is_a_usage_error() {
    for args in [
        &["frobnicate"][..],
        &["run", "--jobs", "0"],
        &["run", "--eio", "5"],
        &["run", "--dialect", "v3"],
        &["run", "--claim", "magic"],
        &["run", "--update-baseline"],
        &["run", "http://127.0.0.1:1", "--start", "x {port}"],
        &["run", "--start", "no place for an address"],
        &["run", "gopher://x"],
    ] {
        assert_eq!(code(args), 2, "{args:?}");
    }
    assert_eq!(code(&["--version"]), 0);
}

#[test]
fn a_selection_without_checks_is_an_error() {
    // A pattern that selects nothing does not hide behind one that does.
    for others in [&[][..], &["--select", "list-clients"]] {
        let (code, _, stderr) = run(&[&["run", "--select", "no-such-*"], others].concat());
        assert_eq!(code, 6);
        assert!(
            stderr.contains("nothing is selected by no-such-*"),
            "{stderr}"
        );
    }
    assert_eq!(run(&["explain", "no-such"]).0, 6);
}

#[test]
fn a_server_that_is_not_there_cannot_be_reached() {
    // Bound and released, so that nobody listens there.
    let free = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let (code, _, stderr) = run(&["run", &format!("http://{free}")]);
    assert_eq!(code, 4);
    assert!(
        stderr.contains("no server to talk to at http://127.0.0.1:"),
        "{stderr}"
    );
}

#[test]
fn a_malformed_scenario_is_pointed_at() {
    let folder = Folder::new();
    folder.scenario("good", "good");
    folder.file(
        "scenarios/message/bad.json",
        "{\n  \"id\": \"bad\",\n  \"titel\": \"t\"\n}\n",
    );
    for args in [
        &["lint", &folder.scenarios()][..],
        &["run", "--scenarios", &folder.scenarios()],
    ] {
        let (code, _, stderr) = run(args);
        assert_eq!(code, 3, "{args:?}");
        let stderr = stderr.replace(&folder.scenarios(), "DIR");
        assert!(
            stderr.contains("error: DIR/message/bad.json:3:3: unknown field `titel`"),
            "{stderr}"
        );
        assert!(
            stderr.contains("  3 |   \"titel\": \"t\"\n    |   ^"),
            "{stderr}"
        );
    }
    assert_eq!(run(&["lint", "no-such-folder"]).0, 3);
    assert_eq!(run(&["lint"]).0, 0);
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
fn the_json_report_can_go_to_standard_output() {
    let (code, stdout, stderr) = run(&["run", "--select", "message-with-ack", "--json", "-"]);
    assert_eq!(code, 0);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["summary"]["pass"], 2);
    assert!(stderr.contains("2 pass, 0 fail"), "{stderr}");
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

/// A command that makes this test binary a server, see [`serve_if_asked`].
fn start_command() -> String {
    let exe = std::env::current_exe().unwrap();
    format!(
        "'{}' --exact cli::serve_if_asked --nocapture {{port}}",
        exe.display()
    )
}

/// Not a test: when the runner starts this binary with a port, it is a server that dies
/// with a last word when a message `boom` is sent, and with code 3.
#[test]
fn serve_if_asked() {
    use crate::proxy::{Fate, Fault, Way};
    let Some(port) = std::env::args()
        .next_back()
        .and_then(|arg| arg.parse::<u16>().ok())
    else {
        return;
    };
    let die: Fault = Box::new(|_, way, text| match way {
        Way::Out if text.contains("\"boom\"") => {
            eprintln!("famous last words");
            std::process::exit(3);
        }
        _ => Fate::Pass,
    });
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", port))
            .await
            .unwrap();
        crate::proxy::serve(listener, die, |_| false).await;
    });
}

#[test]
fn a_crash_costs_the_scenario_that_caused_it_and_no_other() {
    let folder = Folder::new();
    let report = folder.file("report.json", "");
    folder.scenario("boom", "boom");
    for name in ["one", "two", "three", "four", "five"] {
        folder.scenario(name, name);
    }
    let (code, stdout, stderr) = run(&[
        "run",
        "--scenarios",
        &folder.scenarios(),
        "--start",
        &start_command(),
        "--jobs",
        "2",
        "--json",
        &report,
    ]);
    assert_eq!(code, 1, "{stdout}{stderr}");
    let report: Value = serde_json::from_str(&folder.read("report.json")).unwrap();
    for result in report["results"].as_array().unwrap() {
        let expected = if result["id"] == "boom" {
            "fail"
        } else {
            "pass"
        };
        assert_eq!(result["verdict"], expected, "{result}");
        if expected == "fail" {
            assert_eq!(
                result["message"],
                "the server process ended (exit status: 3)"
            );
            assert!(
                result["failure"]["notes"]
                    .to_string()
                    .contains("famous last words")
            );
            assert!(!result["trace"].as_array().unwrap().is_empty());
        }
    }
    assert_eq!(report["results"].as_array().unwrap().len(), 12);
}

#[test]
fn a_server_that_cannot_be_started_is_not_reached() {
    let (code, _, stderr) = run(&[
        "run",
        "--start",
        "sh -c 'echo no such luck >&2; exit 7' {port}",
    ]);
    assert_eq!(code, 4);
    assert!(
        stderr.contains("exit status: 7") && stderr.contains("no such luck"),
        "{stderr}"
    );
    assert_eq!(run(&["run", "--start", "/no/such/program {port}"]).0, 4);
}

#[test]
fn scenarios_and_clauses_are_listed_and_explained() {
    let (code, list, _) = run(&["list"]);
    assert_eq!(code, 0);
    assert!(
        list.contains("  message-with-ack  [must; v1, v2]"),
        "{list}"
    );
    let (code, clauses, _) = run(&["list", "--clauses"]);
    assert_eq!(code, 0);
    assert!(
        clauses.contains("SRV-MSG-2 [must] When a client leaves"),
        "{clauses}"
    );
    let (code, clause, _) = run(&["explain", "SRV-CORE-F6"]);
    assert_eq!(code, 0);
    assert!(
        clause.contains("SRV-CORE-F6 (must, v1 and v2, server)"),
        "{clause}"
    );
    assert!(clause.contains("message-with-ack: "), "{clause}");

    let folder = Folder::new();
    folder.scenario("green", "green");
    let (code, text, _) = run(&["explain", "green", "--scenarios", &folder.scenarios()]);
    assert_eq!(code, 0);
    insta::assert_snapshot!("explain", text.replace(&folder.scenarios(), "DIR"));
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
        page.contains("1</strong> fail") && page.contains("<svg"),
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
fn checks_are_repeated_in_an_order_that_can_be_had_again() {
    let folder = Folder::new();
    folder.scenario("one", "one").scenario("two", "two");
    let scenarios = folder.scenarios();
    let args = [
        "run",
        "--scenarios",
        &scenarios,
        "--repeat",
        "5",
        "--shuffle",
        "7",
        "--jobs",
        "1",
    ];
    let (exit, stdout, _) = run(&args);
    assert_eq!(exit, 0);
    assert!(
        stdout.starts_with(
            "embedded reference server: 4 checks, 5 rounds, 1 at a time, shuffled (--shuffle\n  7)"
        ),
        "{stdout}"
    );
    // A seed that nobody chose is told, and the checks are counted once.
    let (_, stdout, _) = run(&[
        "run",
        "--scenarios",
        &scenarios,
        "--shuffle",
        "--repeat",
        "2",
    ]);
    assert!(
        stdout.contains("(--shuffle") && stdout.contains("4 pass, 0 fail"),
        "{stdout}"
    );
}

#[test]
fn the_first_failure_can_end_a_run() {
    let folder = Folder::new();
    folder
        .scenario("red", "expected")
        .scenario("second", "second");
    let scenarios = folder.scenarios();
    let args = [
        "run",
        "--dialect",
        "v1",
        "--jobs",
        "1",
        "--scenarios",
        &scenarios,
        "--fail-fast",
    ];
    let (exit, stdout, _) = run(&args);
    assert_eq!(exit, 1);
    assert!(stdout.contains("0 pass, 1 fail"), "{stdout}");
}

#[test]
fn with_strict_a_should_is_a_must() {
    let folder = Folder::new();
    folder.scenario("red", "expected");
    let name = "scenarios/message/red.json";
    folder.file(name, &folder.read(name).replace("\"must\"", "\"should\""));
    let scenarios = folder.scenarios();
    assert_eq!(code(&["run", "--scenarios", &scenarios]), 0);
    assert_eq!(code(&["run", "--scenarios", &scenarios, "--strict"]), 1);
}

const CLAIMS: &str = "implementation = \"x\"\nrevision = 1\ndialects = [\"v1\", \"v2\"]\n";

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
            .replace("\"level\"", "\"since\": 2, \"level\""),
    );
    let (exit, stdout, _) = run(&["run", "--scenarios", &folder.scenarios(), "--json", "-"]);
    assert_eq!(exit, 0);
    let report: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(report["summary"]["not_applicable"], 2);
    let message = report["results"][0]["message"].as_str().unwrap();
    assert!(
        message.starts_with("not scored, being younger than revision 1: fail, "),
        "{message}"
    );
}

#[test]
fn a_known_flicker_neither_passes_nor_fails() {
    let folder = Folder::new();
    folder
        .scenario("red", "expected")
        .scenario("green", "green");
    let scenarios = folder.scenarios();
    let flickers = folder.file(
        "flickers.json",
        r#"{ "flickers": [
          { "id": "red", "dialect": "v2", "eio": 4, "why": "the moon" },
          { "id": "green", "dialect": "v2", "eio": 4, "why": "the sun" }
        ] }"#,
    );
    let args = ["run", "--scenarios", &scenarios, "--dialect", "v2"];
    assert_eq!(code(&args), 1);
    let (exit, stdout, _) = run(&[&args[..], &["--flickers", &flickers, "--repeat", "2"]].concat());
    assert_eq!(exit, 0, "{stdout}");
    for words in [
        "Known to flicker",
        "never passed in 2 rounds",
        "always passed in 2 rounds",
    ] {
        assert!(stdout.contains(words), "{stdout}");
    }
    folder.file("flickers.json", r#"{ "flickers": [{ "id": "red" }] }"#);
    let (exit, _, stderr) = run(&[&args[..], &["--flickers", &flickers]].concat());
    assert_eq!(exit, 3);
    assert!(stderr.contains("flickers.json:1:"), "{stderr}");
}
