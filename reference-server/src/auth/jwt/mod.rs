//! JSON Web Tokens, signed by a trusted issuer (RFC 7519).

use std::fmt;
use std::fs;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde_json::{Map, Value};
use tracing::debug;

use super::{Authenticate, Credentials, Identity, Unauthenticated, Verdict};
use crate::config::{AuthConfig, JwtAlgorithm, JwtConfig, Problem};

/// The largest token that is looked at, in bytes. The payload of Engine.IO 4 would
/// let through as much as one message may have.
const MAX_TOKEN: usize = 16 * 1_024;

/// The shortest key of `HS256`: that of its hash (RFC 7518, 3.2). A shorter one can
/// be guessed from a single token.
const MIN_SECRET: usize = 32;

/// Lets in clients with a token that is signed, meant for us and not expired.
pub(super) struct JwtAuth {
    config: AuthConfig,
    key: DecodingKey,
    validation: Validation,
}

/// The key stays untold.
impl fmt::Debug for JwtAuth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtAuth")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

impl JwtAuth {
    /// Reads the key.
    pub(super) fn new(config: &AuthConfig) -> Result<Self, Problem> {
        let jwt = &config.jwt;
        let algorithm = match jwt.algorithm {
            JwtAlgorithm::Hs256 => Algorithm::HS256,
            JwtAlgorithm::Rs256 => Algorithm::RS256,
            JwtAlgorithm::EdDsa => Algorithm::EdDSA,
        };
        // One algorithm, never the one that the token asks for: a public key must
        // not come to be used as a shared secret.
        let mut validation = Validation::new(algorithm);
        validation.leeway = jwt.leeway.as_secs();
        validation.validate_nbf = true;
        let mut required = vec!["exp"];
        if let Some(issuer) = &jwt.issuer {
            validation.set_issuer(&[issuer]);
            required.push("iss");
        }
        if let Some(audience) = &jwt.audience {
            validation.set_audience(&[audience]);
            required.push("aud");
        }
        validation.set_required_spec_claims(&required);
        Ok(Self {
            config: config.clone(),
            key: key(jwt)?,
            validation,
        })
    }

    fn decide(&self, credentials: &Credentials) -> Result<Identity, Unauthenticated> {
        let token = credentials
            .token(&self.config)
            .ok_or_else(Unauthenticated::missing)?;
        if token.len() > MAX_TOKEN {
            return Err(Unauthenticated::wrong());
        }
        let read = decode::<Map<String, Value>>(token, &self.key, &self.validation);
        let token = read.map_err(|error| {
            // Says what kind of mistake it was, and nothing of the token.
            debug!(error = ?error.kind(), "a token is refused");
            Unauthenticated::wrong()
        })?;
        // Extensions that must be understood are not (RFC 7515, 4.1.11).
        if token.header.crit.is_some() {
            debug!("a token is refused that wants extensions to be understood");
            return Err(Unauthenticated::wrong());
        }
        let mut identity = self.identity(&token.claims)?;
        identity.expires = self.expires(&token.claims);
        Ok(identity)
    }

    /// When the token is of no use any more. A time that no clock can hold is none
    /// that will come.
    fn expires(&self, claims: &Map<String, Value>) -> Option<SystemTime> {
        let seconds = claims.get("exp").and_then(Value::as_f64)?;
        let since = Duration::try_from_secs_f64(seconds).ok()?;
        let expires = UNIX_EPOCH.checked_add(since)?;
        expires.checked_add(Duration::from_secs(self.validation.leeway))
    }

    /// The client id that the token is for.
    fn identity(&self, claims: &Map<String, Value>) -> Result<Identity, Unauthenticated> {
        let claim = &self.config.jwt.client_id_claim;
        if claim.is_empty() {
            return Ok(Identity::any());
        }
        match claims.get(claim).and_then(Value::as_str) {
            Some(id) if !id.is_empty() => Ok(Identity::of(id)),
            _ => {
                debug!(claim, "a token is refused that names no client id");
                Err(Unauthenticated::wrong())
            }
        }
    }
}

impl Authenticate for JwtAuth {
    fn authenticate<'a>(&'a self, credentials: &'a Credentials) -> Verdict<'a> {
        Box::pin(std::future::ready(self.decide(credentials)))
    }
}

/// The key that tokens are checked with.
fn key(config: &JwtConfig) -> Result<DecodingKey, Problem> {
    let (setting, content) = match (&config.secret, &config.key_file) {
        (Some(secret), _) => ("auth.jwt.secret", secret.expose().as_bytes().to_vec()),
        (None, Some(file)) => {
            let content = fs::read(file).map_err(|error| {
                let complaint = format!("names {}, which cannot be read: {error}", file.display());
                Problem::new("auth.jwt.key_file", complaint)
            })?;
            // Some editors begin files with a byte order mark.
            let mark = "\u{feff}".as_bytes();
            let content = content.strip_prefix(mark).unwrap_or(&content).to_vec();
            ("auth.jwt.key_file", content)
        }
        (None, None) => {
            return Err(Problem::new("auth.jwt.key_file", "is not set"));
        }
    };
    let pem = |key: jsonwebtoken::errors::Result<DecodingKey>, kind: &str| {
        // What the library says of a file may quote it.
        key.map_err(|_| Problem::new(setting, format!("holds no {kind} public key in PEM format")))
    };
    match config.algorithm {
        JwtAlgorithm::Hs256 => {
            let secret = content.strip_suffix(b"\n").unwrap_or(&content);
            let secret = secret.strip_suffix(b"\r").unwrap_or(secret);
            if secret.len() < MIN_SECRET {
                let complaint = format!("is too short, expected at least {MIN_SECRET} bytes");
                return Err(Problem::new(setting, complaint));
            }
            Ok(DecodingKey::from_secret(secret))
        }
        JwtAlgorithm::Rs256 => pem(DecodingKey::from_rsa_pem(&content), "RSA"),
        JwtAlgorithm::EdDsa => pem(DecodingKey::from_ed_pem(&content), "Ed25519"),
    }
}

#[cfg(test)]
mod tests;
