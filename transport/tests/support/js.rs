//! Real Socket.IO servers from npm, run by node.

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Stdio,
};

use serde_json::Value;
use sio_p2p_transport::{ConnectOptions, EioVersion, Transports};
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

use super::soon;

/// A kind of server, and how to speak with it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Target {
    kind: Kind,
    /// How to connect.
    pub(crate) transports: Transports,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Old,
    New,
    NewAsOld,
}

/// Over whatever transport.
impl PartialEq for Target {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Target {
    /// socket.io 2.5.
    pub(crate) const V2: Self = Self::of(Kind::Old);
    /// socket.io 4.8.
    pub(crate) const V4: Self = Self::of(Kind::New);
    /// socket.io 4.8 with `allowEIO3`, spoken to as an old client.
    pub(crate) const V4_AS_EIO3: Self = Self::of(Kind::NewAsOld);

    const fn of(kind: Kind) -> Self {
        let transports = Transports::WebSocket;
        Self { kind, transports }
    }

    /// The same server, connected to in this way.
    pub(crate) const fn over(self, transports: Transports) -> Self {
        Self { transports, ..self }
    }

    pub(crate) fn eio(self) -> EioVersion {
        if self == Self::V4 {
            EioVersion::V4
        } else {
            EioVersion::V3
        }
    }

    /// The protocol of the server's packets: 4 or 5.
    pub(crate) fn is_v5(self) -> bool {
        self == Self::V4
    }

    /// Whether a WebSocket carries the connection from its beginning.
    pub(crate) fn is_websocket(self) -> bool {
        self.transports == Transports::WebSocket
    }
}

/// A running server. Dropping it ends the process.
#[derive(Debug)]
pub(crate) struct JsServer {
    target: Target,
    port: u16,
    reports: Lines<BufReader<ChildStdout>>,
    process: Child,
}

impl JsServer {
    /// Starts a server with Socket.IO's own options, as a JSON object.
    pub(crate) async fn start_with(target: Target, mut options: Value) -> Self {
        let folder = installed();
        if target == Target::V4_AS_EIO3 {
            options["allowEIO3"] = true.into();
        }
        let major = if target == Target::V2 { "2" } else { "4" };
        let mut process = Command::new("node")
            .current_dir(folder)
            .args(["server.js", major, &options.to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("the tests need node on the path: {error}"));
        let reports = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut server = Self {
            target,
            port: 0,
            reports,
            process,
        };
        let port = server.next_report().await["port"].as_u64().expect("a port");
        server.port = u16::try_from(port).unwrap();
        server
    }

    /// Starts a server with default options.
    pub(crate) async fn start(target: Target) -> Self {
        Self::start_with(target, serde_json::json!({})).await
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Options to connect to it.
    pub(crate) fn options(&self) -> ConnectOptions {
        ConnectOptions::new(&self.url())
            .unwrap()
            .eio(self.target.eio())
            .transports(self.target.transports)
    }

    async fn next_report(&mut self) -> Value {
        let line = soon(self.reports.next_line())
            .await
            .unwrap()
            .expect("the server has died");
        serde_json::from_str(&line).expect("a report is a line of json")
    }

    /// Waits for the server to tell this, and gives the reason if there is one.
    pub(crate) async fn told(&mut self, what: &str) -> String {
        loop {
            let report = self.next_report().await;
            if report["what"] == what {
                return report["reason"].as_str().unwrap_or_default().to_owned();
            }
        }
    }
}

impl Drop for JsServer {
    /// Waits for the end of the process, so that no test leaves one behind.
    fn drop(&mut self) {
        let _ = self.process.start_kill();
        while matches!(self.process.try_wait(), Ok(None)) {
            std::thread::yield_now();
        }
    }
}

/// The folder of the servers, with their modules installed.
fn installed() -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/js");
    // One test installs, those in parallel wait for it. The stamp is written last, so that an
    // installation that broke off is done again.
    let lock = File::create(Path::new(env!("CARGO_TARGET_TMPDIR")).join("npm.lock")).unwrap();
    lock.lock().unwrap();
    let wanted = fs::read_to_string(folder.join("package-lock.json")).unwrap();
    let stamp = folder.join("node_modules/.installed");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return folder;
    }
    let npm = std::process::Command::new("npm")
        .current_dir(&folder)
        .args(["ci", "--ignore-scripts"])
        .output()
        .unwrap_or_else(|error| panic!("the tests need node and npm on the path: {error}"));
    let errors = String::from_utf8_lossy(&npm.stderr);
    assert!(
        npm.status.success(),
        "npm ci failed in transport/tests/js: {errors}"
    );
    fs::write(stamp, wanted).unwrap();
    folder
}
