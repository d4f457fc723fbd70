//! The command line: what is printed, and what is said about mistakes.

use std::net::TcpListener;

use crate::process::{self, Program};

/// Scripts wait for this line and take the address from it.
#[test]
fn the_first_line_tells_the_real_address() {
    let server = Program::start(&[]);
    assert_ne!(server.address().port(), 0);
    let expected = format!("listening on http://{}/socket.io/", server.address());
    assert_eq!(server.first_line(), expected);
}

#[test]
fn the_help_fits_a_terminal() {
    let output = process::run(&["--help"]);
    assert!(output.status.success());
    let help = String::from_utf8(output.stdout).unwrap();
    for line in help.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    for option in [
        "--listen <ADDR>",
        "[default: 127.0.0.1:3000]",
        "--ping-interval <MS>",
        "--ping-timeout <MS>",
        "--max-message <BYTES>",
        "--log <FILTER>",
    ] {
        assert!(help.contains(option), "{option} is missing in:\n{help}");
    }
}

/// One sentence, and an exit code that is not 0.
#[test]
fn mistakes_are_told_in_a_sentence() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let bound = TcpListener::bind(&taken);
    for (options, code, expected) in [
        (
            ["--listen", taken.as_str()],
            1,
            format!("p2p-server: cannot listen on {taken}: "),
        ),
        (
            ["--log", "=nonsense="],
            1,
            "p2p-server: cannot read the log filter `=nonsense=`: ".to_owned(),
        ),
        (
            ["--ping-interval", "0"],
            2,
            "expected a number of milliseconds above 0".to_owned(),
        ),
        (
            ["--listen", "nowhere"],
            2,
            "invalid value 'nowhere'".to_owned(),
        ),
    ] {
        let output = process::run(&options);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{error}");
        assert!(error.contains(&expected), "{error}");
        assert!(output.stdout.is_empty());
    }
    drop(bound);
}
