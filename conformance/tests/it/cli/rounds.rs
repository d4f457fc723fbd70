//! How a run is done: repeated, shuffled, ended early, strict.

use super::{Folder, code, run};

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
