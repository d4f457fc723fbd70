//! Colours and progress: for terminals that can show them, and no control sequence for
//! anything else.
#![cfg(unix)]

use std::fs::{File, OpenOptions};
use std::io::Read;
use std::process::Command;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};

use super::Folder;

/// What decides about colours, in the surroundings of the tests as well.
const ASKED: [&str; 6] = [
    "NO_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "CI",
    "TERM",
    "COLORTERM",
];

/// A run with one check that passes and one that fails.
fn command(folder: &Folder, env: &[(&str, &str)]) -> Command {
    folder.scenario("green", "green").scenario("red", "other");
    let mut command = Command::new(env!("CARGO_BIN_EXE_p2p-conformance"));
    command.args(["run", "--dialect", "v2", "--scenarios"]);
    command.arg(folder.scenarios());
    for name in ASKED {
        command.env_remove(name);
    }
    command.envs(env.iter().copied());
    command
}

/// What a terminal gets that has this environment.
fn on_terminal(env: &[(&str, &str)]) -> String {
    let folder = Folder::new();
    let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&ours).unwrap();
    unlockpt(&ours).unwrap();
    let name = ptsname(&ours, Vec::new()).unwrap().into_string().unwrap();
    let theirs = OpenOptions::new()
        .read(true)
        .write(true)
        .open(name)
        .unwrap();
    let mut command = command(&folder, env);
    let mut child = command.stdout(theirs).spawn().unwrap();
    // The terminal ends when nobody else holds its other side.
    drop(command);
    let mut shown = Vec::new();
    // On Linux the end of a terminal is an error.
    let _ = File::from(ours).read_to_end(&mut shown);
    assert_eq!(child.wait().unwrap().code(), Some(1));
    let shown = String::from_utf8(shown).unwrap().replace("\r\n", "\n");
    assert!(shown.contains("1 pass, 1 fail"), "{shown}");
    shown
}

fn has_control(text: &str) -> bool {
    text.contains(|c: char| c.is_control() && c != '\n')
}

#[test]
fn a_terminal_shows_colours_and_progress() {
    let shown = on_terminal(&[("TERM", "xterm-256color")]);
    assert!(shown.contains("\x1b[31mFAIL\x1b[0m"), "{shown:?}");
    // The line of progress is cleared before the result that takes its place.
    assert!(shown.contains("[2/2]"), "{shown:?}");
    let plain = on_terminal(&[("TERM", "xterm-256color"), ("NO_COLOR", "1")]);
    assert!(!plain.contains("\x1b[31m"), "{plain:?}");
}

#[test]
fn a_dumb_terminal_gets_no_control_sequence() {
    for more in [("CI", "true"), ("CLICOLOR_FORCE", "1"), ("CLICOLOR", "1")] {
        let shown = on_terminal(&[("TERM", "dumb"), more]);
        assert!(!has_control(&shown), "{more:?}: {shown:?}");
    }
}

#[test]
fn what_is_no_terminal_gets_no_control_sequence() {
    let folder = Folder::new();
    let env = [("TERM", "xterm-256color"), ("CLICOLOR_FORCE", "1")];
    let output = command(&folder, &env).output().unwrap();
    let shown = String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("\nFAIL red (v2"), "{shown}");
    assert!(!has_control(&shown), "{shown:?}");
    assert_eq!(output.stderr, b"");
}
