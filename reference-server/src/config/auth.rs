//! Who may connect, and under which client id.

use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Problem, Secret};
use crate::millis;

/// Who may connect, and under which client id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AuthConfig {
    /// How clients prove who they are, default `none`.
    pub mode: AuthMode,
    /// Where clients put their token, default all three. The first place in this
    /// order that holds one counts. Queries tend to be logged by proxies, but old
    /// clients in browsers have no other place.
    #[schemars(extend("x-expected" = "a list of `payload`, `header`, `query`"))]
    pub sources: Vec<TokenSource>,
    /// The name of the token in the query and in the Socket.IO auth payload,
    /// default `token`. In the header it is `Authorization: Bearer`.
    #[schemars(length(min = 1))]
    pub parameter: String,
    /// The tokens of mode `tokens`, each with the client ids that it is good for, as
    /// in `[{ token = "...", client_id = "sensor-*" }]`. None by default.
    #[schemars(extend("x-expected" = "a list of tables with `token` and `client_id`"))]
    pub tokens: Vec<TokenConfig>,
    /// Whether a connection ends when its token expires, default false: it may stay
    /// for as long as it stays connected.
    pub disconnect_at_expiry: bool,
    /// The tokens of mode `jwt`.
    pub jwt: JwtConfig,
}

/// How clients prove who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AuthMode {
    /// They need not; everybody is let in under any client id, as on the original.
    #[default]
    None,
    /// By one of the tokens in the settings.
    Tokens,
    /// By a JSON Web Token that somebody trusted has signed.
    Jwt,
    /// In a way that the program decides which embeds the server.
    Custom,
    /// Nobody has decided yet, and so the server does not start. The preset
    /// `strict` begins like this.
    Undecided,
}

/// Where a client may put its token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TokenSource {
    /// The auth payload of Socket.IO, which Engine.IO 3 clients do not have.
    Payload,
    /// The header `Authorization: Bearer` of the handshake.
    Header,
    /// The query of the handshake.
    Query,
}

/// One token that lets clients in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TokenConfig {
    /// The token.
    pub token: Secret,
    /// The client id that it is good for: `*` stands for any text, `?` for any
    /// character. Without a wildcard, a client without id gets this one. Good for
    /// every id, and for clients without one, if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
}

/// How JSON Web Tokens are checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct JwtConfig {
    /// The one algorithm that is accepted, default `HS256`.
    pub algorithm: JwtAlgorithm,
    /// The key of `HS256`, at least 32 bytes. None by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<Secret>,
    /// A file with the key: for `HS256` the secret itself, of which a line break at
    /// the end is no part, otherwise the public key as PEM. None by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_file: Option<PathBuf>,
    /// Who must have issued the token (`iss`). Anybody by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issuer: Option<String>,
    /// Whom the token must be meant for (`aud`). By default it must be meant for
    /// nobody in particular.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub audience: Option<String>,
    /// The claim that holds the client id, default `sub`. A token without it is
    /// refused. If this is empty, tokens are good for every client id.
    pub client_id_claim: String,
    /// How far clocks may differ when `exp` and `nbf` are checked, default 60 s.
    /// It counts in whole seconds.
    #[serde(rename = "leeway_ms", with = "millis")]
    #[schemars(with = "u64", range(max = 3_600_000))]
    pub leeway: Duration,
}

/// How a JSON Web Token may be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub enum JwtAlgorithm {
    /// With a key that both sides know (HMAC with SHA-256).
    #[default]
    #[serde(rename = "HS256")]
    Hs256,
    /// With an RSA key (PKCS #1 v1.5 with SHA-256).
    #[serde(rename = "RS256")]
    Rs256,
    /// With an Ed25519 key.
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl Default for AuthConfig {
    fn default() -> Self {
        Self {
            mode: AuthMode::None,
            sources: vec![
                TokenSource::Payload,
                TokenSource::Header,
                TokenSource::Query,
            ],
            parameter: "token".to_owned(),
            tokens: Vec::new(),
            disconnect_at_expiry: false,
            jwt: JwtConfig::default(),
        }
    }
}

impl Default for JwtConfig {
    fn default() -> Self {
        Self {
            algorithm: JwtAlgorithm::Hs256,
            secret: None,
            key_file: None,
            issuer: None,
            audience: None,
            client_id_claim: "sub".to_owned(),
            leeway: Duration::from_mins(1),
        }
    }
}

impl AuthConfig {
    /// A mode needs what it decides by. Nobody shall believe that a door is locked
    /// because there is a key in the settings.
    pub(super) fn check(&self, problems: &mut Vec<Problem>) {
        let mut problem = |key: &str, complaint: &str| problems.push(Problem::new(key, complaint));
        match self.mode {
            AuthMode::Tokens if self.tokens.is_empty() => {
                problem("auth.tokens", "is empty, expected at least one token");
            }
            AuthMode::Jwt => self.jwt.check(&mut problem),
            AuthMode::None if !self.tokens.is_empty() => problem(
                "auth.mode",
                "is \"none\" although there are `auth.tokens`, expected `tokens`",
            ),
            AuthMode::None if self.jwt.secret.is_some() || self.jwt.key_file.is_some() => problem(
                "auth.mode",
                "is \"none\" although there is a key in `auth.jwt`, expected `jwt`",
            ),
            _ => {}
        }
        if self.sources.is_empty() {
            problem("auth.sources", "is empty, expected at least one place");
        }
    }
}

impl JwtConfig {
    /// There is exactly one key, and it fits the algorithm.
    fn check(&self, problem: &mut impl FnMut(&str, &str)) {
        match (&self.secret, &self.key_file) {
            (Some(_), Some(_)) => problem(
                "auth.jwt.key_file",
                "is set, expected either it or `auth.jwt.secret`",
            ),
            (None, None) => problem(
                "auth.jwt.key_file",
                "is not set, expected a file with the key that tokens are signed with",
            ),
            (Some(_), None) if self.algorithm != JwtAlgorithm::Hs256 => problem(
                "auth.jwt.secret",
                "is set, expected a public key in `auth.jwt.key_file` for this algorithm",
            ),
            _ => {}
        }
    }
}
