//! Tokens that stand in the settings.

use subtle::{Choice, ConstantTimeEq};
use wildmatch::WildMatch;

use super::{Authenticate, Credentials, Identity, Unauthenticated, Verdict};
use crate::config::{AuthConfig, TokenConfig};

/// Lets in clients that have one of the tokens.
#[derive(Debug)]
pub(super) struct TokenAuth {
    config: AuthConfig,
}

impl TokenAuth {
    pub(super) fn new(config: &AuthConfig) -> Self {
        Self {
            config: config.clone(),
        }
    }

    fn decide(&self, credentials: &Credentials) -> Result<Identity, Unauthenticated> {
        let token = credentials
            .token(&self.config)
            .ok_or_else(Unauthenticated::missing)?;
        let known = self.known(token).ok_or_else(Unauthenticated::wrong)?;
        let Some(pattern) = &known.client_id else {
            return Ok(Identity::any());
        };
        if !pattern.contains(['*', '?']) {
            return Ok(Identity::of(pattern));
        }
        match credentials.client_id() {
            Some(id) if WildMatch::new(pattern).matches(id) => Ok(Identity::of(id)),
            _ => Err(Unauthenticated::other_client_id()),
        }
    }

    /// Looks at every token, even after it has found the one: how long it takes
    /// does not tell how far down the list a guess was right, or how much of it.
    fn known(&self, token: &str) -> Option<&TokenConfig> {
        let mut found = None;
        for known in &self.config.tokens {
            let same: Choice = known.token.expose().as_bytes().ct_eq(token.as_bytes());
            if bool::from(same) {
                found = Some(known);
            }
        }
        found
    }
}

impl Authenticate for TokenAuth {
    fn authenticate<'a>(&'a self, credentials: &'a Credentials) -> Verdict<'a> {
        Box::pin(std::future::ready(self.decide(credentials)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_its_client_ids() {
        let token = |token: &str, client_id: Option<&str>| TokenConfig {
            token: token.into(),
            client_id: client_id.map(ToOwned::to_owned),
        };
        let config = AuthConfig {
            tokens: vec![
                token("any", None),
                token("one", Some("alice")),
                token("many", Some("sensor-*")),
            ],
            ..AuthConfig::default()
        };
        let auth = TokenAuth::new(&config);
        let other = || Err(Unauthenticated::other_client_id());
        for (query, expected) in [
            ("clientId=x", Err(Unauthenticated::missing())),
            ("clientId=x&token=", Err(Unauthenticated::missing())),
            ("clientId=x&token=an", Err(Unauthenticated::wrong())),
            ("clientId=x&token=any2", Err(Unauthenticated::wrong())),
            ("clientId=x&token=any", Ok(Identity::any())),
            ("token=any", Ok(Identity::any())),
            // Whether it asks for this id is looked at for all ways to authenticate.
            ("clientId=x&token=one", Ok(Identity::of("alice"))),
            ("token=one", Ok(Identity::of("alice"))),
            ("clientId=sensor-7&token=many", Ok(Identity::of("sensor-7"))),
            ("clientId=sensor&token=many", other()),
            ("clientId=xsensor-7&token=many", other()),
            ("token=many", other()),
        ] {
            let request = hyper::Request::get(format!("/?{query}"));
            let (parts, ()) = request.body(()).unwrap().into_parts();
            let credentials = Credentials::new(&parts, 3, None);
            assert_eq!(auth.decide(&credentials), expected, "{query}");
        }
    }
}
