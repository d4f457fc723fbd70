//! The settings of a server: one plain value with defaults that old clients
//! never notice.
//!
//! A [`Config`] is made of sections, one struct and one file for each concern. To
//! add a setting is to add a documented field to its section; to add a section is
//! to add a file here and a field to [`Config`]. Files, environment variables,
//! flags, `--print-config`, the JSON Schema and the table of all settings find it
//! by itself, because all of them read the schema that is derived from the struct:
//!
//! - Every struct has `#[serde(default, deny_unknown_fields)]` and derives
//!   `JsonSchema`. The first paragraph of a field's comment is its explanation in
//!   the table, and says the unit and the default.
//! - Durations end in `_ms`: `#[serde(rename = "x_ms", with = "millis")]` and
//!   `#[schemars(with = "u64", range(min = 1))]`.
//! - Bounds that a single value must keep are `range(..)` of the schema; what
//!   concerns several values is a rule in [`Config::validate`].

mod admin;
mod auth;
mod cors;
mod drain;
mod engine;
#[cfg(feature = "faults")]
mod faults;
mod listen;
mod load;
mod log;
mod preset;
mod problem;
mod proxy;
mod queue;
mod rates;
mod reference;
mod runtime;
mod schema;
mod secret;
mod tls;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::admin::AdminConfig;
pub use self::auth::{AuthConfig, AuthMode, JwtAlgorithm, JwtConfig, TokenConfig, TokenSource};
pub use self::cors::CorsConfig;
pub use self::drain::DrainConfig;
pub use self::engine::{EngineConfig, PATH};
#[cfg(feature = "faults")]
pub use self::faults::FaultsConfig;
pub use self::listen::ListenConfig;
pub use self::load::{LoadError, Loaded, Loader, Misfit, Origin};
pub use self::log::{LogConfig, LogFormat};
pub use self::preset::{Preset, UnknownPreset};
pub use self::problem::{InvalidConfig, Problem};
pub use self::proxy::{ForwardedBy, ProxyConfig};
pub use self::queue::QueueConfig;
pub use self::rates::RatesConfig;
pub use self::reference::reference;
pub use self::runtime::RuntimeConfig;
pub use self::schema::{Kind, Setting, schema, settings};
pub use self::secret::Secret;
pub use self::tls::TlsConfig;
use crate::relay::Policy;

/// Everything a server can be told before it starts.
///
/// The defaults are those of the original implementation where it has any, and
/// bounds that no well-behaved client reaches where it has none: nothing that
/// comes from the network may grow without limit (SRV-ROB-2).
///
/// As a file, durations are whole milliseconds and missing members keep their
/// default:
///
/// ```
/// let config: sio_p2p_server::Config = serde_json::from_str(
///     r#"{"engine": {"ping_interval_ms": 10000, "max_message": 65536}}"#,
/// )?;
/// assert_eq!(config.engine.ping_interval.as_secs(), 10);
/// assert_eq!(config.engine.ping_timeout.as_secs(), 20);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the program listens.
    pub listen: ListenConfig,
    /// Connections and their transports: sizes, heartbeats, waits.
    pub engine: EngineConfig,
    /// What may wait for a client that is slow to read.
    pub queue: QueueConfig,
    /// Encryption.
    pub tls: TlsConfig,
    /// Proxies before the server.
    pub proxy: ProxyConfig,
    /// Web pages that may connect.
    pub cors: CorsConfig,
    /// Health and metrics.
    pub admin: AdminConfig,
    /// What is logged, and in which form.
    pub log: LogConfig,
    /// How the program uses the machine.
    pub runtime: RuntimeConfig,
    /// How a stopping server lets go of its clients.
    pub drain: DrainConfig,
    /// Who may connect, and under which client id.
    pub auth: AuthConfig,
    /// How much one address, one client or one client id may do in a second.
    pub rates: RatesConfig,
    /// The rules of the relay and its bounds per connection.
    pub policy: Policy,
    /// What the server shall do wrong, for testers.
    #[cfg(feature = "faults")]
    pub faults: FaultsConfig,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_written_config_reads_back() {
        let mut config = Config::default();
        config.engine.connect_timeout = Duration::from_millis(1_234);
        let text = serde_json::to_string(&config).unwrap();
        assert!(text.contains("\"connect_timeout_ms\":1234"));
        assert_eq!(serde_json::from_str::<Config>(&text).unwrap(), config);
    }

    #[test]
    fn a_misspelt_member_is_an_error_and_not_a_default() {
        let text = r#"{"engine": {"max_mesage": 1}}"#;
        let error = serde_json::from_str::<Config>(text).unwrap_err();
        assert!(error.to_string().contains("unknown field `max_mesage`"));
    }
}
