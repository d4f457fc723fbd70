//! Who may join: what authentication says, as the engine needs it.
//!
//! The two generations of Socket.IO are asked at different times. An Engine.IO 4
//! client requests to join and waits for the answer, so it is asked in between. An
//! Engine.IO 3 client is in from the start; it has to be judged by its handshake,
//! before the engine gets to see that.

use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, SystemTime};

use hyper::Method;
use hyper::http::request::Parts;
use serde_json::Value;
use sio_p2p_engine::Generation;
use tokio::time::{Instant, timeout};
use tokio_util::task::AbortOnDropHandle;
use tracing::{error, info, warn};
use url::form_urlencoded;

use super::session::Connection;
use crate::Config;
use crate::auth::{Authenticate, Credentials, Identity, Unauthenticated};
use crate::config::{AuthConfig, AuthMode, Problem};

/// What a connection is let in as.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Authenticated {
    /// Its client id, if it has one.
    pub(crate) client_id: Option<String>,
    /// When it has to go.
    pub(crate) until: Option<Instant>,
}

/// Whether a connection may join, and as whom. It travels as an extension of the
/// handshake of an Engine.IO 3 client.
pub(crate) type AuthOutcome = Result<Authenticated, Unauthenticated>;

/// What is kept of a handshake where clients are asked who they are.
#[derive(Debug)]
pub(crate) enum HandshakeAuth {
    /// What was decided when the client came.
    Decided(AuthOutcome),
    /// What it has brought, to be judged when it requests to join.
    Pending(Credentials),
}

/// Decides who may join.
#[derive(Debug)]
pub(crate) struct Authentication {
    config: AuthConfig,
    /// How long an authenticator may take.
    decision_timeout: Duration,
    authenticator: OnceLock<Arc<dyn Authenticate>>,
}

impl Authentication {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            config: config.auth.clone(),
            decision_timeout: config.engine.connect_timeout,
            authenticator: OnceLock::new(),
        }
    }

    /// Lets this authenticator decide instead of the settings.
    pub(crate) fn set_authenticator(&self, authenticator: Arc<dyn Authenticate>) {
        // Once given it stays, and what the settings say does not count.
        self.authenticator.set(authenticator).ok();
    }

    /// Reads the keys that the settings name. Until then no client is let in.
    pub(crate) fn prepare(&self) -> Result<(), Problem> {
        if self.authenticator.get().is_some() {
            return Ok(());
        }
        if let Some(authenticator) = self.config.authenticator()? {
            self.set_authenticator(authenticator);
        }
        Ok(())
    }

    /// True if clients are not authenticated.
    pub(crate) fn is_open(&self) -> bool {
        self.config.mode == AuthMode::None && self.authenticator.get().is_none()
    }

    /// What is known of a connection without asking anybody: that everybody is let
    /// in, or what was found at its handshake.
    pub(crate) fn known(&self, connection: &Connection) -> AuthOutcome {
        let session = connection.data();
        if self.is_open() {
            return Ok(Authenticated {
                client_id: session.asked().map(ToOwned::to_owned),
                until: None,
            });
        }
        match session.handshake_auth() {
            Some(HandshakeAuth::Decided(outcome)) => outcome.clone(),
            // It was not authenticated on its way in, and stays outside.
            _ => Err(Unauthenticated::unavailable()),
        }
    }

    /// What has to be kept of a handshake for as long as its connection lasts.
    pub(crate) fn keep(&self, generation: Generation, request: Parts) -> Option<HandshakeAuth> {
        if self.is_open() {
            return None;
        }
        Some(match generation {
            Generation::V3 => {
                let outcome = request.extensions.get::<AuthOutcome>().cloned();
                HandshakeAuth::Decided(outcome.unwrap_or(Err(Unauthenticated::unavailable())))
            }
            Generation::V4 => HandshakeAuth::Pending(Credentials::new(&request, 4, None)),
        })
    }

    /// Judges the handshake of an Engine.IO 3 client, and lets every other request
    /// pass.
    pub(crate) async fn judge_handshake(&self, request: &mut Parts) {
        if self.is_open() || request.method != Method::GET || !is_handshake(request) {
            return;
        }
        let credentials = Credentials::new(request, 3, None);
        let outcome = self.judge(credentials).await;
        request.extensions.insert(outcome);
    }

    /// Judges an Engine.IO 4 client that requests to join.
    pub(crate) fn judge_request(
        &self,
        connection: &Connection,
        payload: Option<Value>,
    ) -> impl Future<Output = AuthOutcome> {
        let credentials = match connection.data().handshake_auth() {
            Some(HandshakeAuth::Pending(credentials)) => Some(Credentials {
                payload,
                ..credentials.clone()
            }),
            _ => None,
        };
        async move {
            match credentials {
                Some(credentials) => self.judge(credentials).await,
                None => Err(Unauthenticated::unavailable()),
            }
        }
    }

    async fn judge(&self, credentials: Credentials) -> AuthOutcome {
        let Some(authenticator) = self.authenticator.get().cloned() else {
            return Err(Unauthenticated::unavailable());
        };
        let asked = credentials.client_id().map(ToOwned::to_owned);
        // In a task of its own, so that a panic ends nothing else.
        let brought = credentials.clone();
        let deciding = async move { authenticator.authenticate(&brought).await };
        let deciding = AbortOnDropHandle::new(tokio::spawn(deciding));
        let decided = match timeout(self.decision_timeout, deciding).await {
            Ok(Ok(decided)) => decided,
            Ok(Err(error)) => {
                error!(?credentials, %error, "authentication failed by itself");
                Err(Unauthenticated::unavailable())
            }
            Err(_) => {
                warn!(
                    ?credentials,
                    "authentication did not come to an end in time"
                );
                Err(Unauthenticated::unavailable())
            }
        };
        let outcome = decided.and_then(|identity| self.authenticated(identity, asked));
        if let Err(reason) = &outcome {
            info!(?credentials, %reason, "turning a client away");
        }
        outcome
    }

    /// An identity is good for one client id, or for any.
    fn authenticated(&self, identity: Identity, asked: Option<String>) -> AuthOutcome {
        let client_id = match (identity.client_id, asked) {
            (Some(own), Some(asked)) if own != asked => {
                return Err(Unauthenticated::other_client_id());
            }
            (own, asked) => own.or(asked),
        };
        let expires = identity
            .expires
            .filter(|_| self.config.disconnect_at_expiry);
        // A time beyond what the clock can hold does not come.
        let until = expires.and_then(|time| {
            let left = time.duration_since(SystemTime::now()).unwrap_or_default();
            Instant::now().checked_add(left)
        });
        Ok(Authenticated { client_id, until })
    }
}

/// Whether a request opens an Engine.IO 3 session.
fn is_handshake(request: &Parts) -> bool {
    let query = request.uri.query().unwrap_or_default();
    let parameters = || form_urlencoded::parse(query.as_bytes());
    // Everything but 4 is 3, and of several the last counts, as for the engine.
    let generation = parameters().filter(|(name, _)| name == "EIO").last();
    generation.is_none_or(|(_, value)| value != "4")
        && !parameters().any(|(name, value)| name == "sid" && !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Verdict;

    /// Answers always the same, or never.
    #[derive(Debug)]
    struct Always(Option<Result<Identity, Unauthenticated>>);

    impl Authenticate for Always {
        fn authenticate<'a>(&'a self, _: &'a Credentials) -> Verdict<'a> {
            Box::pin(async {
                match &self.0 {
                    Some(answer) => answer.clone(),
                    None => std::future::pending().await,
                }
            })
        }
    }

    fn authentication(
        answer: Option<Result<Identity, Unauthenticated>>,
        change: fn(&mut Config),
    ) -> Authentication {
        let mut config = Config::default();
        config.auth.mode = AuthMode::Custom;
        change(&mut config);
        let authentication = Authentication::new(&config);
        authentication.set_authenticator(Arc::new(Always(answer)));
        authentication
    }

    fn handshake(query: &str) -> Parts {
        let request = hyper::Request::get(format!("/socket.io/?{query}"));
        request.body(()).unwrap().into_parts().0
    }

    async fn outcome(authentication: &Authentication, query: &str) -> Option<AuthOutcome> {
        let mut request = handshake(query);
        authentication.judge_handshake(&mut request).await;
        request.extensions.get::<AuthOutcome>().cloned()
    }

    fn named(client_id: Option<&str>) -> Authenticated {
        Authenticated {
            client_id: client_id.map(ToOwned::to_owned),
            until: None,
        }
    }

    #[tokio::test]
    async fn an_identity_is_bound_to_its_client_id() {
        let any = authentication(Some(Ok(Identity::any())), |_| {});
        assert_eq!(
            outcome(&any, "EIO=3&clientId=a").await,
            Some(Ok(named(Some("a"))))
        );
        assert_eq!(outcome(&any, "EIO=3").await, Some(Ok(named(None))));
        let alice = authentication(Some(Ok(Identity::of("alice"))), |_| {});
        assert_eq!(
            outcome(&alice, "EIO=3&clientId=alice").await,
            Some(Ok(named(Some("alice"))))
        );
        assert_eq!(
            outcome(&alice, "EIO=3&clientId=").await,
            Some(Ok(named(Some("alice"))))
        );
        assert_eq!(
            outcome(&alice, "EIO=3&clientId=bob").await,
            Some(Err(Unauthenticated::other_client_id()))
        );
    }

    /// Polls and upgrades belong to a session that was judged already.
    #[tokio::test]
    async fn only_handshakes_are_judged() {
        let authentication = authentication(Some(Ok(Identity::any())), |_| {});
        for query in ["EIO=4", "EIO=3&sid=x", "EIO=3&EIO=4"] {
            assert_eq!(outcome(&authentication, query).await, None, "{query}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_waits_for_ever() {
        let authentication = authentication(None, |_| {});
        let start = Instant::now();
        let outcome = outcome(&authentication, "EIO=3&clientId=a").await;
        assert_eq!(outcome, Some(Err(Unauthenticated::unavailable())));
        assert_eq!(start.elapsed(), Config::default().engine.connect_timeout);
    }

    #[tokio::test(start_paused = true)]
    async fn an_identity_expires_if_it_shall() {
        let hour = Duration::from_hours(1);
        let identity = Identity::any().until(SystemTime::now() + hour);
        let lasting = authentication(Some(Ok(identity.clone())), |_| {});
        assert_eq!(outcome(&lasting, "EIO=3").await, Some(Ok(named(None))));
        let ending = authentication(Some(Ok(identity)), |config| {
            config.auth.disconnect_at_expiry = true;
        });
        let Some(Ok(authenticated)) = outcome(&ending, "EIO=3").await else {
            panic!("it may come in");
        };
        let left = authenticated.until.unwrap() - Instant::now();
        assert!(left <= hour && left > hour / 2, "{left:?}");
    }

    #[test]
    fn without_keys_nobody_is_let_in() {
        let mut config = Config::default();
        assert!(Authentication::new(&config).is_open());
        config.auth.mode = AuthMode::Custom;
        assert!(!Authentication::new(&config).is_open());
        assert!(Authentication::new(&config).prepare().is_err());
    }
}
