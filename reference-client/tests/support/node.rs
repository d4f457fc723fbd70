//! The original plugin: its servers and its clients, in processes of their own.

use std::{
    collections::VecDeque,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Stdio,
};

use serde_json::Value;
use sio_p2p_client::{Dialect, EioVersion};
use tokio::{
    io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines},
    process::{Child, ChildStdin, ChildStdout, Command},
};

use super::soon;

const MISSING: &str = "node and npm are needed: install Node 18 or later";

/// The root of the repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

/// Makes `node_modules` match the lock file, unless it does already. The lock and the stamp are
/// those that `cargo xtask` uses, so nobody installs twice.
fn install(folder: &Path) {
    let scratch = root().join("target/xtask");
    fs::create_dir_all(&scratch).unwrap();
    let guard = File::create(scratch.join("npm.lock")).unwrap();
    guard.lock().unwrap();
    let wanted = fs::read(folder.join("package-lock.json")).unwrap();
    let stamp = folder.join("node_modules/.installed-from.json");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return;
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let done = std::process::Command::new(npm)
        .args(["ci", "--no-audit", "--no-fund"])
        .current_dir(folder)
        .output()
        .expect(MISSING);
    assert!(
        done.status.success(),
        "npm ci failed in {}: {}",
        folder.display(),
        String::from_utf8_lossy(&done.stderr)
    );
    fs::write(&stamp, wanted).unwrap();
}

fn node(folder: &Path, arguments: &[&str]) -> Child {
    install(folder);
    Command::new("node")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .expect(MISSING)
}

/// A server of the original plugin.
pub(crate) struct Host {
    pub(crate) url: String,
    _process: Child,
}

impl Host {
    pub(crate) async fn start(eio: EioVersion) -> Self {
        let folder = root().join("conformance/testees/original-js");
        let script = match eio {
            EioVersion::V3 => "host-2.js",
            EioVersion::V4 => "host-4.js",
        };
        let mut process = node(&folder, &[script, "--listen", "127.0.0.1:0"]);
        let mut lines = lines(&mut process);
        let line = soon(lines.next_line()).await.unwrap();
        let ready: Value = serde_json::from_str(&line.expect("the host did not start")).unwrap();
        Self {
            url: ready["listening"].as_str().unwrap().to_owned(),
            _process: process,
        }
    }
}

/// A client of the original plugin.
pub(crate) struct Peer {
    stdin: ChildStdin,
    lines: Lines<BufReader<ChildStdout>>,
    /// What it said while somebody waited for something else.
    said: VecDeque<Value>,
    process: Child,
}

impl Peer {
    /// Connects a client of the plugin, or, in dialect `v1`, of `v1.js`.
    pub(crate) async fn start(url: &str, id: &str, eio: EioVersion, dialect: Dialect) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/js");
        let version = match eio {
            EioVersion::V3 => "2",
            EioVersion::V4 => "4",
        };
        let mut process = node(
            &folder,
            &["peer.js", url, id, version, &dialect.to_string()],
        );
        let mut peer = Self {
            stdin: process.stdin.take().unwrap(),
            lines: lines(&mut process),
            said: VecDeque::new(),
            process,
        };
        let ready = peer.line().await;
        assert_eq!(ready["ready"], true, "{ready}");
        peer
    }

    /// Runs JavaScript in the peer and gives its result; see `peer.js`.
    pub(crate) async fn run(&mut self, code: &str) -> Value {
        self.begin(code).await;
        self.finished().await
    }

    /// Begins to run JavaScript.
    pub(crate) async fn begin(&mut self, code: &str) {
        let mut line = serde_json::to_string(code).unwrap();
        line.push('\n');
        self.stdin.write_all(line.as_bytes()).await.unwrap();
    }

    /// The result of what was begun.
    pub(crate) async fn finished(&mut self) -> Value {
        loop {
            let mut line = self.line().await;
            assert!(line.get("failed").is_none(), "the peer failed: {line}");
            match line.get_mut("said") {
                Some(said) => self.said.push_back(said.take()),
                None => return line["did"].take(),
            }
        }
    }

    /// The next thing that the peer printed by `out`.
    pub(crate) async fn said(&mut self) -> Value {
        if let Some(said) = self.said.pop_front() {
            return said;
        }
        let mut line = self.line().await;
        assert!(
            line.get("said").is_some(),
            "expected the peer to say something: {line}"
        );
        line["said"].take()
    }

    /// Ends the process without goodbye.
    pub(crate) async fn kill(mut self) {
        self.process.kill().await.unwrap();
    }

    async fn line(&mut self) -> Value {
        let line = soon(self.lines.next_line()).await.unwrap();
        serde_json::from_str(&line.expect("the peer has ended")).unwrap()
    }
}

fn lines(process: &mut Child) -> Lines<BufReader<ChildStdout>> {
    BufReader::new(process.stdout.take().unwrap()).lines()
}
