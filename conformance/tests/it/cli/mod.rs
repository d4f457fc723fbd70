//! The program as scripts see it: exit codes, files, and what it prints.

mod gateway;
mod known;
mod reach;
mod reports;
mod rounds;
mod started;
mod terminal;
mod written;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

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
    for (id, said) in [
        ("ADD_TARGET", "ADD_TARGET (v2, sent to clients)"),
        ("E4", "Texts"),
        ("target-not-found", "Travels in: server-error"),
        ("DEV-14", "A port: "),
        ("policy.rooms", "policy.rooms (setting of p2p-server)"),
    ] {
        let (code, text, _) = run(&["explain", id]);
        assert_eq!(code, 0, "{id}");
        assert!(text.contains(said), "{text}");
        assert!(
            text.lines().all(|line| line.chars().count() <= 80),
            "{text}"
        );
    }
    for (slip, meant) in [
        ("ADD_TARGTE", "did you mean ADD_TARGET?"),
        ("mesage-with-ack", "did you mean message-with-ack?"),
        ("SRV-MSG2", "did you mean SRV-MSG-2?"),
    ] {
        let (code, _, stderr) = run(&["explain", slip]);
        assert_eq!(code, 6, "{slip}");
        assert!(stderr.contains(meant), "{stderr}");
    }

    let folder = Folder::new();
    folder.scenario("green", "green");
    let (code, text, _) = run(&["explain", "green", "--scenarios", &folder.scenarios()]);
    assert_eq!(code, 0);
    insta::assert_snapshot!("explain", text.replace(&folder.scenarios(), "DIR"));
}

#[test]
fn completions_and_man_pages_are_made() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let (code, text, _) = run(&["completions", shell]);
        assert_eq!(code, 0, "{shell}");
        assert!(text.contains("max-failures"), "{shell}: {text}");
    }
    assert_eq!(code(&["completions", "tcsh"]), 2);
    let folder = Folder::new();
    let pages = folder.0.join("man").display().to_string();
    assert_eq!(code(&["man", "--out", &pages]), 0);
    let page = folder.read("man/p2p-conformance-run.1");
    assert!(page.contains("\\-\\-max\\-failures"), "{page}");
    assert!(
        folder
            .read("man/p2p-conformance.1")
            .contains("Checks whether")
    );
}
