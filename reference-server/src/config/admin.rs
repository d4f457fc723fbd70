//! The settings of the admin listener.

use std::net::SocketAddr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Where health and metrics are served.
///
/// The pages need no login, so the address must be one that only the operator's
/// own machines can reach. It is never the address that clients connect to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AdminConfig {
    /// The address of `/healthz`, `/readyz` and `/metrics`, such as
    /// `127.0.0.1:9464`; port 0 takes any free port. Not served by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub listen: Option<SocketAddr>,
}
