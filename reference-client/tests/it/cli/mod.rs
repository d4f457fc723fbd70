//! The program `p2p`, as its users run it: against the original server and `p2p-server`, with
//! JavaScript clients at the other end.

mod pipe;

use std::process::Stdio;

#[cfg(unix)]
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};
use sio_p2p_client::{Dialect, EioVersion};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStderr, ChildStdout, Command},
};

use crate::support::{Setup, soon};

/// A running program.
struct Program {
    child: Child,
    stdout: Lines<BufReader<ChildStdout>>,
    stderr: Lines<BufReader<ChildStderr>>,
}

/// What a program left.
struct Done {
    code: i32,
    stdout: String,
    stderr: String,
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_p2p"));
    command
        .args(arguments)
        .env_remove("P2P_URL")
        .env_remove("P2P_ID")
        .env_remove("P2P_TOKEN")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

/// A command that speaks to this setup as this client.
fn speaking(setup: &Setup, id: &str, arguments: &[&str]) -> Command {
    let mut command = command(arguments);
    let (eio, dialect) = (setup.eio.to_string(), setup.dialect.to_string());
    command.args(["--url", &setup.url, "--eio", &eio, "--id", id]);
    command.args(["--dialect", &dialect]);
    command
}

/// Runs a program that ends by itself.
async fn run(mut command: Command) -> Done {
    let output = soon(command.output()).await.unwrap();
    Done {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Done {
    /// The only line on standard output.
    fn line(&self) -> Value {
        assert_eq!(self.code, 0, "{}", self.stderr);
        serde_json::from_str(&self.stdout).unwrap_or_else(|_| panic!("{:?}", self.stdout))
    }
}

impl Program {
    fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        Self {
            stdout: BufReader::new(child.stdout.take().unwrap()).lines(),
            stderr: BufReader::new(child.stderr.take().unwrap()).lines(),
            child,
        }
    }

    /// The next line on standard output.
    async fn line(&mut self) -> Value {
        let line = soon(self.stdout.next_line()).await.unwrap();
        serde_json::from_str(&line.expect("the program has ended")).unwrap()
    }

    /// Starts and waits until it is ready.
    async fn ready(command: Command) -> Self {
        let mut program = Self::start(command);
        assert_eq!(program.line().await["type"], "ready");
        program
    }

    async fn code(mut self) -> i32 {
        soon(self.child.wait()).await.unwrap().code().unwrap()
    }
}

#[tokio::test]
async fn clients_are_listed() {
    for setup in Setup::all().await {
        let _ann = setup.client("ann").await;
        let done = run(speaking(&setup, "me", &["clients"])).await;
        assert_eq!(done.line(), json!({"type": "client", "id": "ann"}));
        let text = run(speaking(&setup, "me", &["clients", "--format", "text"])).await;
        assert_eq!(text.stdout, "ann\n", "{}", setup.name);
    }
}

#[tokio::test]
async fn messages_go_both_ways() {
    for setup in Setup::all().await {
        let listen = [
            "listen",
            "hello",
            "sum",
            "--count",
            "2",
            "--answer",
            "[7,\"é\"]",
        ];
        let mut bob = Program::ready(speaking(&setup, "bob", &listen)).await;
        let emit = ["emit", "bob", "hello", "1e400", "two", r#"{"b":1,"a":2}"#];
        let done = run(speaking(&setup, "ann", &emit)).await;
        assert_eq!(
            (done.code, done.stdout.as_str()),
            (0, ""),
            "{}",
            done.stderr
        );
        let line = soon(bob.stdout.next_line()).await.unwrap().unwrap();
        // On the original servers numbers are those of JavaScript.
        let exact = r#""args":[1e400,"two",{"b":1,"a":2}]"#;
        assert!(line.contains(exact) || setup.name != "p2p-server", "{line}");
        assert!(
            line.contains(r#""event":"hello""#) && line.contains(r#""two""#),
            "{line}"
        );
        let done = run(speaking(&setup, "ann", &["request", "bob", "sum", "3"])).await;
        assert_eq!(done.line(), json!({"type": "answer", "args": [7, "é"]}));
        let asked = bob.line().await;
        assert_eq!(
            (&asked["args"], &asked["wants_answer"]),
            (&json!([3]), &json!(true))
        );
        let source = (setup.dialect == Dialect::V1).then_some("ann");
        assert_eq!(asked["source"].as_str(), source);
        assert_eq!(bob.code().await, 0);
    }
}

#[tokio::test]
async fn javascript_clients_are_asked_and_ask() {
    for setup in Setup::all_v2().await {
        let mut peer = setup.peer("js").await;
        peer.run("p.on('sum', (a, b, ack) => ack(a + b)); return p.isClientConnected('js')")
            .await;
        let done = run(speaking(&setup, "me", &["request", "js", "sum", "2", "40"])).await;
        assert_eq!(done.line(), json!({"type": "answer", "args": [42]}));
        let listen = ["listen", "greet", "--answer", "[\"hi\"]", "--count", "1"];
        let bob = Program::ready(speaking(&setup, "bob", &listen)).await;
        peer.begin("return new Promise(done => p.emitTo('bob', 'greet', Buffer.from('x'), done))")
            .await;
        assert_eq!(peer.finished().await, "hi", "{}", setup.name);
        assert_eq!(bob.code().await, 0);
    }
}

#[tokio::test]
async fn shell_commands_are_apis() {
    for setup in Setup::all().await {
        let script = r#"read line; test "$line" != '["no"]' && printf '{"got":%s}\n' "$line""#;
        let provide = ["provide", "wrap", "--exec", script, "--count", "2"];
        let mut bob = Program::ready(speaking(&setup, "bob", &provide)).await;
        let call = |value| {
            let mut command = speaking(&setup, "ann", &["call", "wrap", value]);
            if setup.dialect == Dialect::V1 {
                command.args(["--service", "bob"]);
            }
            command
        };
        let answer = run(call("[1]")).await.line();
        assert_eq!(answer["args"], json!([{"got": [[1]]}]), "{}", setup.name);
        assert_eq!(bob.line().await["type"], "call");
        let answer = run(call("no")).await.line();
        let error = answer["args"][0]["error"].as_str().unwrap();
        assert!(error.contains("the command failed"), "{error}");
        bob.line().await;
        assert_eq!(bob.code().await, 0);
    }
}

/// What one program prints another one takes.
#[tokio::test]
async fn binary_data_is_json() {
    let setup = Setup::ours(EioVersion::V4, Dialect::V2).await;
    let script = r#"read line; test "$line" = '[{"$bin":"AAH/"},"x"]' && printf '{"$bin":"/w=="}'"#;
    let provide = ["provide", "bytes", "--exec", script, "--count", "1"];
    let mut bob = Program::ready(speaking(&setup, "bob", &provide)).await;
    let call = ["call", "bytes", r#"{"$bin":"AAH/"}"#, "x"];
    let answer = run(speaking(&setup, "ann", &call)).await.line();
    assert_eq!(answer["args"], json!([{"$bin": "/w=="}]));
    assert_eq!(bob.line().await["args"], json!([{"$bin": "AAH/"}, "x"]));
    assert_eq!(bob.code().await, 0);
    let wrong = ["emit", "bob", "x", r#"{"$bin":"AAH"}"#];
    let done = run(speaking(&setup, "ann", &wrong)).await;
    assert_eq!(done.code, 2);
    assert!(
        done.stderr.contains("no base64 under '$bin'"),
        "{}",
        done.stderr
    );
}

#[tokio::test]
async fn lines_are_published() {
    let setup = Setup::ours(EioVersion::V3, Dialect::V1).await;
    let mut publish = speaking(&setup, "radio", &["publish", "news"]);
    publish.stdin(Stdio::piped());
    let mut radio = Program::ready(publish).await;
    let subscribe = speaking(&setup, "ann", &["subscribe", "radio", "news"]);
    let mut ann = Program::ready(subscribe).await;
    let mut input = radio.child.stdin.take().unwrap();
    input
        .write_all(b"plain text\n{\"b\":1}\n[1,2]\n")
        .await
        .unwrap();
    for expected in [json!(["plain text"]), json!([{"b": 1}]), json!([1, 2])] {
        assert_eq!(ann.line().await["args"], expected);
    }
    drop(input);
    assert_eq!(ann.line().await["type"], "ended");
    assert_eq!((radio.code().await, ann.code().await), (0, 0));
}

#[tokio::test]
async fn exit_codes_tell_what_happened() {
    let setup = Setup::ours(EioVersion::V4, Dialect::V2).await;
    let _mute = setup.client("mute").await;
    let cases: [(&[&str], i32, &str); 9] = [
        (&["call", "nobody.has"], 5, "nobody provides"),
        (&["emit", "nobody", "x"], 5, "the server said: "),
        (
            &["request", "mute", "x", "--timeout", "0.2"],
            4,
            "no answer within 200ms",
        ),
        (&["emit", "a", "connect"], 2, "reserved"),
        (&["clients", "--header", "x"], 2, "--header 'x'"),
        (&["clients", "--proxy", "ftp://x"], 2, "proxy url scheme"),
        (
            &["clients", "--ca", "/does/not/exist"],
            2,
            "cannot read /does/not/exist",
        ),
        (
            &["clients", "--proxy", "http://127.0.0.1:1"],
            3,
            "proxy 127.0.0.1:1",
        ),
        (&["publish", "x", "--dialect", "v2"], 2, "dialect v2 has no"),
    ];
    for (arguments, code, text) in cases {
        let mut command = command(arguments);
        command.args(["--url", &setup.url]);
        let done = run(command).await;
        assert_eq!(done.code, code, "{arguments:?}: {}", done.stderr);
        assert!(
            done.stderr.starts_with("p2p: ") && done.stderr.contains(text),
            "{}",
            done.stderr
        );
    }
    let nobody = run(command(&["clients", "--url", "http://127.0.0.1:1"])).await;
    assert_eq!(nobody.code, 3, "{}", nobody.stderr);
    let duplicate = run(speaking(&setup, "mute", &["listen", "x"])).await;
    assert_eq!(duplicate.code, 5, "{}", duplicate.stderr);
}

#[cfg(unix)]
#[tokio::test]
async fn a_signal_ends_what_has_no_end() {
    let setup = Setup::ours(EioVersion::V4, Dialect::V2).await;
    let bob = Program::ready(speaking(&setup, "bob", &["listen", "x"])).await;
    let id = bob
        .child
        .id()
        .and_then(|id| Pid::from_raw(id.try_into().unwrap()));
    kill_process(id.unwrap(), Signal::TERM).unwrap();
    assert_eq!(bob.code().await, 130);
}

#[tokio::test]
async fn the_help_fits_a_terminal() {
    let mut commands = vec![vec!["--help"]];
    let names = [
        "clients",
        "listen",
        "emit",
        "request",
        "pipe",
        "provide",
        "call",
        "publish",
        "subscribe",
    ];
    commands.extend(names.map(|name| vec![name, "--help"]));
    for arguments in commands {
        let help = run(command(&arguments)).await.stdout;
        assert!(
            help.lines().all(|line| line.chars().count() <= 80),
            "{help}"
        );
        let name = if arguments.len() == 1 {
            "p2p"
        } else {
            arguments[0]
        };
        // What every command has in common is shown once.
        let (own, common) = help.split_once("\nConnection:").unwrap();
        let notes = common.split_once("json]\n").unwrap().1;
        let shown = if arguments.len() == 1 {
            help.clone()
        } else {
            format!("{own}{notes}")
        };
        insta::assert_snapshot!(format!("help-{name}"), shown);
    }
}

#[tokio::test]
async fn completions_and_man_pages_are_made() {
    for shell in ["bash", "zsh", "fish"] {
        let done = run(command(&["completions", shell])).await;
        assert_eq!(done.code, 0, "{}", done.stderr);
        assert!(
            done.stdout.contains("subscribe"),
            "{shell}: {}",
            done.stdout
        );
    }
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("p2p-man");
    let pages = folder.display().to_string();
    let done = run(command(&["man", "--out", &pages])).await;
    assert_eq!(done.code, 0, "{}", done.stderr);
    let page = std::fs::read_to_string(folder.join("p2p-emit.1")).unwrap();
    assert!(
        page.contains("Send a message to a client or a room"),
        "{page}"
    );
}
