//! Connections and their transports: sizes, heartbeats, waits.

use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use crate::millis;
use crate::shell::files::ClientFiles;

/// The path under which Socket.IO clients look for a server, unless they and
/// [`path`](EngineConfig::path) say otherwise.
pub const PATH: &str = "/socket.io";

/// Connections and their transports: sizes, heartbeats, waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct EngineConfig {
    /// Where clients find the server, default `/socket.io`: what they give as `path`.
    /// A last slash makes no difference, nor does what follows the path in a request.
    #[schemars(extend("x-expected" = "a path that begins with a slash, such as `/socket.io`"))]
    pub path: String,
    /// A folder with the builds of the JavaScript client, such as `client-dist` of the
    /// npm package `socket.io`, for pages that load `/socket.io/socket.io.js`. None by
    /// default: such a request is answered by 404.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_files: Option<PathBuf>,
    /// The largest message in bytes, default 1,000,000: one packet, and all attachments
    /// of one packet together. The connection that sends more is closed.
    #[schemars(range(min = 1_024))]
    pub max_message: usize,
    /// The largest body of a polling request in bytes, default 8,000,000. It may hold
    /// several messages: clients of Engine.IO 3 put all that waits into one. A single
    /// message of `max_message` is let through in any case.
    #[schemars(range(min = 1_024))]
    pub max_payload: usize,
    /// How many bytes the bodies of all polling requests that are on their way may have
    /// together, apart from the first 64 KiB of each, default 256 MiB. Further bytes wait
    /// until others have arrived.
    #[schemars(range(min = 0x0010_0000))]
    pub payload_bytes: usize,
    /// How many attachments one packet may have, default 1,024.
    #[schemars(range(max = 0x0010_0000))]
    pub max_attachments: usize,
    /// How long an Engine.IO 4 client may stay connected without joining the
    /// default namespace, default 45 s. Also how long a connection may linger
    /// after it left the namespace.
    #[serde(rename = "connect_timeout_ms", with = "millis")]
    #[schemars(with = "u64", range(min = 1))]
    pub connect_timeout: Duration,
    /// Time between two heartbeats, default 25 s.
    #[serde(rename = "ping_interval_ms", with = "millis")]
    #[schemars(with = "u64", range(min = 1))]
    pub ping_interval: Duration,
    /// How long a heartbeat may stay unanswered, default 20 s.
    #[serde(rename = "ping_timeout_ms", with = "millis")]
    #[schemars(with = "u64", range(min = 1))]
    pub ping_timeout: Duration,
    /// How often one connection may join the default namespace, default 100. A client
    /// joins once, and again if it has left without closing the connection. The one that
    /// does so more often is closed.
    #[schemars(range(min = 1))]
    pub max_joins: u32,
    /// How many TCP connections are served at once, default 50,000. Further ones
    /// wait in the accept queue of the operating system.
    #[schemars(range(min = 1, max = 0x1000_0000))]
    pub max_connections: usize,
    /// How long the head of an HTTP request may take to arrive, and how long its
    /// body, default 30 s each.
    #[serde(rename = "request_timeout_ms", with = "millis")]
    #[schemars(with = "u64", range(min = 1))]
    pub request_timeout: Duration,
}

impl Default for EngineConfig {
    fn default() -> Self {
        Self {
            path: PATH.to_owned(),
            client_files: None,
            max_message: 1_000_000,
            max_payload: 8_000_000,
            payload_bytes: 256 << 20,
            max_attachments: 1_024,
            connect_timeout: Duration::from_secs(45),
            ping_interval: Duration::from_secs(25),
            ping_timeout: Duration::from_secs(20),
            max_joins: 100,
            max_connections: 50_000,
            request_timeout: Duration::from_secs(30),
        }
    }
}

impl EngineConfig {
    /// The path without a last slash. That of the root is empty.
    pub fn base_path(&self) -> &str {
        self.path.strip_suffix('/').unwrap_or(&self.path)
    }

    /// What stands behind the server's path in that of a request; `None` if the
    /// request is for somebody else.
    pub(crate) fn below<'p>(&self, path: &'p str) -> Option<&'p str> {
        let below = path.strip_prefix(self.base_path())?;
        (below.is_empty() || below.starts_with('/')).then_some(below)
    }

    /// A path that no request can have would turn everybody away, and a folder that is
    /// not there be noticed by the first page.
    pub(super) fn check(&self, problems: &mut Vec<Problem>) {
        if !is_path(&self.path) {
            let complaint = format!(
                "is {:?}, expected a slash and then what stands in a URL: no `?`, `#`, `.` or `..`, \
                 everything else outside of ASCII percent-encoded",
                self.path
            );
            problems.push(Problem::new("engine.path", complaint));
        }
        if let Err(error) = ClientFiles::load(self.client_files.as_deref()) {
            problems.push(Problem::new("engine.client_files", error.to_string()));
        }
    }
}

/// Whether a request can have this path.
fn is_path(path: &str) -> bool {
    let possible = |byte: u8| byte.is_ascii_graphic() && !b"?#\\\"<>^`{|}".contains(&byte);
    path.starts_with('/')
        && path.bytes().all(possible)
        // Clients resolve these before they send a request.
        && !path.split('/').any(|segment| matches!(segment, "." | ".."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn engine(path: &str) -> EngineConfig {
        EngineConfig {
            path: path.to_owned(),
            ..EngineConfig::default()
        }
    }

    #[test]
    fn a_path_is_taken_with_and_without_a_last_slash() {
        for (path, asked, below) in [
            ("/socket.io", "/socket.io", Some("")),
            ("/socket.io", "/socket.io/", Some("/")),
            ("/socket.io/", "/socket.io", Some("")),
            (
                "/socket.io/",
                "/socket.io/socket.io.js",
                Some("/socket.io.js"),
            ),
            ("/app/ws", "/app/ws/", Some("/")),
            ("/", "/", Some("/")),
            ("/", "/anything", Some("/anything")),
            ("/socket.io", "/socket.ion", None),
            ("/socket.io", "/app/socket.io/", None),
            ("/socket.io", "/Socket.IO/", None),
            ("/socket.io", "/", None),
            ("/app/ws", "/app", None),
        ] {
            assert_eq!(engine(path).below(asked), below, "{path} {asked}");
        }
    }

    #[test]
    fn a_path_that_no_request_has_is_an_error() {
        let problems = |path: &str| {
            let mut problems = Vec::new();
            engine(path).check(&mut problems);
            problems
        };
        for path in [
            "/",
            "/socket.io",
            "/socket.io/",
            "/a/b-c_d~e.f/%C3%BC/",
            "//x",
        ] {
            assert_eq!(problems(path), [], "{path}");
        }
        for path in [
            "",
            "socket.io",
            "/a b",
            "/a?b",
            "/a#b",
            "/\u{fc}",
            "/a/../b",
            "/./",
            "/a\"",
            "/a\\b",
        ] {
            let [problem] = &problems(path)[..] else {
                panic!("{path} must be a problem");
            };
            assert_eq!(problem.key, "engine.path");
            assert!(problem.complaint.contains("expected a slash"), "{problem}");
        }
    }
}
