//! The command line: what is printed, and what is said about mistakes.

use std::net::TcpListener;
use std::path::Path;

use crate::process::{self, Program};

/// Scripts wait for this line and take the address from it.
#[test]
fn the_first_line_tells_the_real_address() {
    let server = Program::start(&[]);
    assert_ne!(server.address().port(), 0);
    let expected = format!("listening on http://{}/socket.io/", server.address());
    assert_eq!(server.first_line(), expected);
}

/// It says where clients find the server, on however many threads it serves them.
#[test]
fn the_first_line_tells_the_path_of_the_settings() {
    for threads in ["0", "1", "2"] {
        let threads = format!("runtime.threads={threads}");
        let server = Program::start(&["--set", "engine.path=/relay/", "--set", &threads]);
        let line = server.first_line();
        assert!(line.starts_with("listening on http://127.0.0.1:"), "{line}");
        assert!(line.ends_with("/relay/") && !line.ends_with("//"), "{line}");
    }
}

#[test]
fn the_help_fits_a_terminal() {
    let output = process::run(&["--help"]);
    assert!(output.status.success());
    let help = String::from_utf8(output.stdout).unwrap();
    for line in help.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    insta::assert_snapshot!(help);
}

#[test]
fn completions_and_man_pages_are_made() {
    for shell in ["bash", "zsh", "fish"] {
        let output = process::run(&["completions", shell]);
        assert!(output.status.success(), "{shell}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains("check-config"), "{shell}: {text}");
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("p2p-server-man");
    let output = process::run(&["man", "--out", &folder.display().to_string()]);
    assert!(output.status.success());
    let page = std::fs::read_to_string(folder.join("p2p-server.1")).unwrap();
    assert!(
        page.contains("Relays messages between Socket.IO clients"),
        "{page}"
    );
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
            "p2p-server: flag --ping-interval: `engine.ping_interval_ms` is 0, expected "
                .to_owned(),
        ),
        (
            ["--listen", "nowhere"],
            2,
            "p2p-server: flag --listen: `listen.address` is \"nowhere\", expected ".to_owned(),
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

/// What holds, and where each value comes from.
#[test]
fn the_settings_are_printed_with_their_origins() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/program/settings.toml");
    let file = file.to_str().unwrap();
    let environment = [
        ("P2P_SERVER_CONFIG", file),
        ("P2P_SERVER_ENGINE__PING_TIMEOUT_MS", "4000"),
    ];
    let options = [
        "--print-config",
        "--max-message=65536",
        "--set=queue.packets=1000",
    ];
    let output = process::run_in(&options, &environment);
    assert!(output.status.success());
    let printed = String::from_utf8(output.stdout).unwrap();
    // Other sections are as they are by default, and may grow.
    let (shown, _) = printed.split_once("\n[tls]").unwrap();
    insta::assert_snapshot!(shown.replace(file, "settings.toml"));
}

/// Nothing is started, not even with an address that is taken.
#[test]
fn settings_can_be_checked_without_serving() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = format!("--listen={}", taken.local_addr().unwrap());
    let output = process::run(&["--check-config", &listen]);
    assert!(output.status.success());
    assert!(output.stdout.is_empty() && output.stderr.is_empty());

    let output = process::run(&["--check-config", "--set", "a.b=1", "--set", "c=2"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "p2p-server: flag --set: there is no setting `a.b`\n\
         p2p-server: flag --set: there is no setting `c`\n"
    );

    let output = process::run(&["--check-config", "--preset=strict"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "p2p-server: preset strict: `auth.mode` is \"undecided\", \
         expected `tokens`, `jwt`, or `none` to let everybody in\n"
    );

    let jwt = ["--set=auth.mode=jwt", "--set=auth.jwt.key_file=no/such/key"];
    let output = process::run(&[&["--check-config"], &jwt[..]].concat());
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8(output.stderr).unwrap();
    let expected =
        "p2p-server: flag --set: `auth.jwt.key_file` names no/such/key, which cannot be ";
    assert!(error.starts_with(expected), "{error}");
}

/// What is in other files, and in other languages, is checked too.
#[test]
fn certificates_and_filters_are_checked_without_serving() {
    for (settings, complaint) in [
        (
            &[
                "--set=tls.certificate=no/such/cert",
                "--set=tls.key=no/such/key",
            ][..],
            "p2p-server: flag --set: `tls.certificate`: cannot read the certificate `no/such/cert`: ",
        ),
        (
            &["--set=log.filter=a=b=c"][..],
            "p2p-server: flag --set: `log.filter`: cannot read the log filter `a=b=c`: ",
        ),
    ] {
        let output = process::run(&[&["--check-config"], settings].concat());
        assert_eq!(output.status.code(), Some(2));
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(error.starts_with(complaint), "{error}");
    }
}

/// The sample that operators begin with can be carried out, and says what it means:
/// what is commented out is the default.
#[test]
fn the_sample_settings_are_good() {
    let sample = include_str!("../../deploy/p2p-server.toml");
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/p2p-server.toml");
    let output = process::run(&["--config", file, "--check-config"]);
    let error = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{error}");

    // With every setting in it.
    let complete: String = sample
        .lines()
        .flat_map(|line| {
            let setting = line.strip_prefix("# ").filter(|rest| {
                let name = rest.split(" = ").next().unwrap_or_default();
                let is_name = |text: &str| text.chars().all(|c| c.is_ascii_lowercase() || c == '_');
                rest.contains(" = ") && is_name(name)
            });
            // Files that are not there, and what the environment would say otherwise.
            let others = ["certificate", "key", "filter"];
            let setting = setting.filter(|rest| !others.iter().any(|name| rest.starts_with(name)));
            [setting.unwrap_or(line), "\n"]
        })
        .collect();
    let name = format!("sio-p2p-sample-{}.toml", std::process::id());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, &complete).unwrap();
    let printed = |file: &str| {
        let output = process::run(&["--config", file, "--print-config"]);
        let error = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{error}\n{complete}");
        let settings = String::from_utf8(output.stdout).unwrap();
        // Behind each setting stands where it comes from.
        let value = |line: &str| line.split('#').next().unwrap_or_default().trim().to_owned();
        settings.lines().map(value).collect::<Vec<_>>()
    };
    assert_eq!(printed(path.to_str().unwrap()), printed(file));
    std::fs::remove_file(path).ok();
}
