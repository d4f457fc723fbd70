//! Which web pages may connect.

use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::millis;
use super::problem::Problem;
use crate::net::Origins;

/// Which web pages may connect. Programs other than browsers are not concerned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct CorsConfig {
    /// The origins whose pages may connect, such as `https://app.example.org`;
    /// `*` is any, and the default, as on Socket.IO 2. An empty list leaves the
    /// pages of the server's own origin. It holds for polling and `WebSocket` alike.
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
    /// What is no origin would let nobody in, without a word.
    pub(super) fn check(&self, problems: &mut Vec<Problem>) {
        if let Err(error) = Origins::new(self) {
            problems.push(Problem::new("cors.origins", error.to_string()));
        }
    }
}
