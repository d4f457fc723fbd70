//! What is logged, and in which form.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is logged, and in which form. Only the program reads it; an application
/// that embeds a server has a subscriber of its own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct LogConfig {
    /// What to log, such as `info` or `sio_p2p_server=debug`. By default what the
    /// environment variable `RUST_LOG` says, or else `info`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// The form of a line, default `text`.
    pub format: LogFormat,
}

/// The form of a line in the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    #[default]
    Text,
    /// One JSON object in each line, for programs.
    Json,
}
