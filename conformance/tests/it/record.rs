//! Real clients through `record`: they notice nothing, and the recording is right.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use sio_p2p_server::{Config, P2pServer};
use tokio::net::TcpListener;

/// `record` in front of a server.
struct Recording {
    child: Child,
    url: String,
    out: PathBuf,
}

impl Recording {
    fn start(upstream: &str, folder: &Path, more: &[&str]) -> Self {
        let out = folder.join("recorded.jsonl");
        let mut child = Command::new(env!("CARGO_BIN_EXE_p2p-conformance"))
            .args(["record", "--upstream", upstream, "--out"])
            .arg(&out)
            .args(more)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stderr.as_mut().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let url = line.split(' ').find(|word| word.starts_with("http://"));
        let url = url.unwrap_or_else(|| panic!("no address in {line}"));
        let url = url.trim_end_matches(',').to_owned();
        Self { child, url, out }
    }

    /// Ends it as a user does; what it said, and what it wrote.
    fn end(mut self) -> (String, String) {
        kill_process(Pid::from_child(&self.child), Signal::INT).unwrap();
        let mut said = String::new();
        let mut stderr = self.child.stderr.take().unwrap();
        stderr.read_to_string(&mut said).unwrap();
        assert_eq!(self.child.wait().unwrap().code(), Some(0), "{said}");
        (said, std::fs::read_to_string(&self.out).unwrap())
    }
}

/// Tells the story with a real client library; every line that it prints.
fn story(url: &str, version: &str, transports: &str) -> String {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/js/through.js");
    let packages =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../reference-server/tests/js/node_modules");
    let output = Command::new("node")
        .arg(tests)
        .args([url, version, transports])
        .env("NODE_PATH", packages)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(
        output.status.success(),
        "socket.io-client {version} by {transports}: {}",
        text(&output.stderr)
    );
    text(&output.stdout)
}

async fn server() -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = P2pServer::builder().config(Config::default()).build();
    tokio::spawn(server.serve(listener, std::future::pending::<()>()));
    url
}

fn replay(file: &Path) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_p2p-conformance"))
        .arg("replay")
        .arg(file)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    (output.status.code(), said)
}

#[tokio::test(flavor = "multi_thread")]
async fn real_clients_notice_nothing_and_are_recorded() {
    let upstream = server().await;
    for version in ["2", "4"] {
        for transports in ["polling", "polling,websocket", "websocket"] {
            let direct = story(&upstream, version, transports);
            assert_eq!(direct.lines().count(), 18, "{direct}");
            let folder = tempfile::tempdir().unwrap();
            let recording = Recording::start(&upstream, folder.path(), &[]);
            let through = story(&recording.url, version, transports);
            assert_eq!(direct, through, "{version} by {transports}");
            let out = recording.out.clone();
            let (said, lines) = recording.end();
            assert!(said.contains("of 2 connections"), "{said}");
            assert!(
                !lines.contains("s3cret") && !said.contains("could not"),
                "{said}"
            );
            assert!(lines.contains(r#"{"$bin":"AAH+/w=="}"#));
            assert!(lines.contains(r#"{"$bin":""}"#));
            let acks = lines.matches(r#""dir":"out","type":"ack""#).count();
            assert_eq!(acks, 9);
            let left = lines.matches(r#""dir":"out","type":"disconnect""#).count();
            assert_eq!(left, 2);
            let (code, said) = replay(&out);
            assert_eq!(code, Some(0), "{version} by {transports}: {said}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_are_kept_if_that_is_asked_for() {
    let upstream = server().await;
    let folder = tempfile::tempdir().unwrap();
    let recording = Recording::start(&upstream, folder.path(), &["--keep-secrets"]);
    story(&recording.url, "4", "websocket");
    let (_, lines) = recording.end();
    assert!(lines.contains("clientId=a&token=s3cret"), "{lines}");
    assert!(lines.contains(r#"{"token":"s3cret","plain":1}"#));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_down_is_told_to_both_sides() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let upstream = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let folder = tempfile::tempdir().unwrap();
    let recording = Recording::start(&upstream, folder.path(), &[]);
    let options = sio_p2p_transport::ConnectOptions::new(&recording.url).unwrap();
    let refused = sio_p2p_transport::PacketSocket::connect(&options).await;
    let refused = refused.unwrap_err().to_string();
    assert!(refused.contains("502"), "{refused}");
    let (said, lines) = recording.end();
    assert!(said.contains("cannot be reached"), "{said}");
    assert_eq!(lines.lines().count(), 2, "{lines}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_breaks_off_is_recorded_so() {
    use sio_p2p_transport::{Args, ConnectOptions, Connection, PacketSocket};
    let patience = std::time::Duration::from_secs(20);
    let upstream = server().await;
    let folder = tempfile::tempdir().unwrap();
    let recording = Recording::start(&upstream, folder.path(), &[]);
    let options = ConnectOptions::new(&recording.url).unwrap();
    let options = options.query("clientId", "a");
    let leaver = PacketSocket::connect(&options);
    leaver.await.unwrap().abort().await;
    let options = ConnectOptions::new(&upstream).unwrap();
    let options = options.query("clientId", "w");
    let witness = Connection::connect(&options);
    let (witness, _events) = witness.await.unwrap();
    // The server learns of it through the proxy; then it is in the recording, too.
    let noticed = async {
        loop {
            let list = witness.emit_with_ack("LIST_CLIENTS", Args::new(), patience);
            if list.await.unwrap().json == r#"[["w"]]"# {
                break;
            }
        }
    };
    tokio::time::timeout(patience, noticed).await.unwrap();
    let (_, lines) = recording.end();
    let last = lines.lines().last().unwrap();
    let close = r#""client":"a","dir":"out","type":"close""#;
    assert!(last.contains(close), "{last}");
}
