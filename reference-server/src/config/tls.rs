//! How connections are encrypted.

use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Problem;
use crate::millis;

/// How connections are encrypted. Without a certificate they are not, which is
/// right behind a proxy that does it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct TlsConfig {
    /// A PEM file with the certificate of the server and then those that lead to
    /// its authority. Needs a key, too. None by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub certificate: Option<PathBuf>,
    /// A PEM file with the private key of the certificate. None by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<PathBuf>,
    /// How long a handshake may take, in milliseconds, default 10,000. It has
    /// the place of a connection meanwhile.
    #[serde(rename = "handshake_timeout_ms", with = "millis")]
    #[schemars(with = "u64", range(min = 1))]
    pub handshake_timeout: Duration,
}

impl Default for TlsConfig {
    fn default() -> Self {
        Self {
            certificate: None,
            key: None,
            handshake_timeout: Duration::from_secs(10),
        }
    }
}

impl TlsConfig {
    /// A certificate is of no use without its key, nor the other way round.
    pub(super) fn check(&self, problems: &mut Vec<Problem>) {
        match (&self.certificate, &self.key) {
            (Some(_), None) => problems.push(Problem::new(
                "tls.certificate",
                "is set, expected its private key in `tls.key`, too",
            )),
            (None, Some(_)) => problems.push(Problem::new(
                "tls.key",
                "is set, expected its certificate in `tls.certificate`, too",
            )),
            _ => {}
        }
    }
}
