//! Which web pages may connect.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::problem::Problem;
use crate::millis;
use crate::net::Origins;

/// Which web pages may connect. Programs other than browsers are not concerned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CorsConfig {
    /// The origins whose pages may connect, as browsers write them: scheme, host, and
    /// the port unless the scheme implies it, such as `https://app.example.org` or
    /// `capacitor://localhost`. `https://*.example.org` is every subdomain, however
    /// deep, with this scheme and port, but not `https://example.org`. `file://` and
    /// `null` are what pages from files and in sandboxes say. `*` is any, and the
    /// default, as on Socket.IO 2. An empty list leaves the pages of the server's own
    /// origin. It holds for polling and `WebSocket` alike.
    pub origins: Vec<String>,
    /// Whether pages may send cookies with their requests, default true, as on
    /// Socket.IO 2. The server reads none; a balancer with sticky sessions may.
    pub credentials: bool,
    /// How long a browser may remember the answer to a preflight request, in
    /// milliseconds, default 7,200,000, the most that browsers honour. Browsers
    /// count in seconds.
    #[serde(rename = "max_age_ms", with = "millis")]
    #[schemars(with = "u64")]
    pub max_age: Duration,
}

impl Default for CorsConfig {
    fn default() -> Self {
        Self {
            origins: vec!["*".to_owned()],
            credentials: true,
            max_age: Duration::from_hours(2),
        }
    }
}

impl CorsConfig {
    /// What is no origin would let nobody in, without a word. Each is told.
    pub(super) fn check(&self, problems: &mut Vec<Problem>) {
        for error in Origins::faults(&self.origins) {
            let key = format!("cors.origins[{}]", error.index);
            problems.push(Problem::new(&key, error.to_string()));
        }
    }
}
