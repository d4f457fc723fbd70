//! Authentication of connections, by the settings or by the program
//! that embeds the server.
//!
//! The protocol itself knows no authentication: a client is who its `clientId`
//! says (SRV-CON-1). An authenticator looks at what the client brings besides, before
//! the relay hears of it. It may tie the client to one id, or turn it away.

mod jwt;
mod tokens;

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::SystemTime;

use hyper::HeaderMap;
use hyper::header::AUTHORIZATION;
use hyper::http::request::Parts;
use serde_json::Value;
use url::form_urlencoded;

use self::jwt::JwtAuth;
use self::tokens::TokenAuth;
use crate::ClientAddress;
use crate::config::{AuthConfig, AuthMode, Problem, TokenSource};

/// Decides who may connect, and under which client id.
///
/// It is asked once for each time that a client joins. Meanwhile the client waits,
/// for at most `engine.connect_timeout`; others do not. If it panics, that one
/// client stays outside.
///
/// ```
/// use sio_p2p_server::auth::{Authenticate, Credentials, Identity, Unauthenticated, Verdict};
///
/// /// Lets in clients that name a fruit, under that name.
/// #[derive(Debug)]
/// struct Fruits;
///
/// impl Authenticate for Fruits {
///     fn authenticate<'a>(&'a self, credentials: &'a Credentials) -> Verdict<'a> {
///         Box::pin(async move {
///             match credentials.query("fruit") {
///                 Some(fruit @ ("apple" | "pear")) => Ok(Identity::of(fruit)),
///                 _ => Err(Unauthenticated::new("no such fruit")),
///             }
///         })
///     }
/// }
/// ```
pub trait Authenticate: fmt::Debug + Send + Sync + 'static {
    /// Looks at what a client brings. What it says in an [`Unauthenticated`] is shown to the
    /// client, so it must not tell which part of a secret was wrong.
    fn authenticate<'a>(&'a self, credentials: &'a Credentials) -> Verdict<'a>;
}

/// What an [`Authenticate`] decides, some time later.
pub type Verdict<'a> = Pin<Box<dyn Future<Output = Result<Identity, Unauthenticated>> + Send + 'a>>;

/// Everything that a client brings when it wants to join.
#[derive(Clone)]
#[non_exhaustive]
pub struct Credentials {
    /// The parameters of the handshake, decoded, in their order.
    pub query: Vec<(String, String)>,
    /// The HTTP headers of the handshake.
    pub headers: HeaderMap,
    /// The auth payload of Socket.IO. Engine.IO 3 clients have none.
    pub payload: Option<Value>,
    /// Where the client is, if the server knows.
    pub address: Option<ClientAddress>,
    /// The version of Engine.IO: 3 or 4.
    pub eio: u8,
}

impl Credentials {
    /// What is in a handshake, and the payload that came after it.
    pub(crate) fn new(handshake: &Parts, eio: u8, payload: Option<Value>) -> Self {
        let query = handshake.uri.query().unwrap_or_default();
        let query = form_urlencoded::parse(query.as_bytes());
        Self {
            query: query.into_owned().collect(),
            headers: handshake.headers.clone(),
            payload,
            address: ClientAddress::of(&handshake.extensions),
            eio,
        }
    }

    /// A parameter of the handshake. Of several the last counts, as for the client
    /// id.
    pub fn query(&self, name: &str) -> Option<&str> {
        let mut values = self.query.iter().filter(|(key, _)| key == name);
        values.next_back().map(|(_, value)| value.as_str())
    }

    /// The client id that the client asks for (SRV-CON-1). An empty one is none.
    pub fn client_id(&self) -> Option<&str> {
        self.query("clientId").filter(|id| !id.is_empty())
    }

    /// The token in `Authorization: Bearer`.
    pub fn bearer(&self) -> Option<&str> {
        let header = self.headers.get(AUTHORIZATION)?.to_str().ok()?;
        let (scheme, token) = header.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    /// The token in the first of the allowed places that has one.
    fn token(&self, config: &AuthConfig) -> Option<&str> {
        let found = config.sources.iter().find_map(|source| match source {
            TokenSource::Payload => self.payload.as_ref()?.get(&config.parameter)?.as_str(),
            TokenSource::Header => self.bearer(),
            TokenSource::Query => self.query(&config.parameter),
        });
        found.filter(|token| !token.is_empty())
    }
}

/// Only what is no secret is told.
impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("client_id", &self.client_id())
            .field("address", &self.address)
            .field("eio", &self.eio)
            .finish_non_exhaustive()
    }
}

/// Who a client is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Identity {
    /// The only client id that it may have. A client that asks for another is
    /// turned away, one that asks for none gets this one.
    pub client_id: Option<String>,
    /// When this stops being true. Nothing happens then unless
    /// `auth.disconnect_at_expiry` says so.
    pub expires: Option<SystemTime>,
}

impl Identity {
    /// A client that may have any id that it asks for.
    pub fn any() -> Self {
        Self::default()
    }

    /// A client that may have this id and no other.
    pub fn of(client_id: impl Into<String>) -> Self {
        Self {
            client_id: Some(client_id.into()),
            expires: None,
        }
    }

    /// The same, until some time.
    #[must_use]
    pub fn until(self, expires: SystemTime) -> Self {
        Self {
            expires: Some(expires),
            ..self
        }
    }
}

/// Why a client may not connect. What a client that is connected may not do is
/// [`PermissionDenied`](crate::relay::PermissionDenied).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unauthenticated(String);

impl Unauthenticated {
    /// Turns a client away. The client gets to read the reason.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }

    /// It has brought nothing to be judged by.
    fn missing() -> Self {
        Self::new("authentication is needed")
    }

    /// What it has brought is wrong. In which way is nobody's business.
    fn wrong() -> Self {
        Self::new("authentication failed")
    }

    /// The credentials are good, and for another client id.
    pub(crate) fn other_client_id() -> Self {
        Self::new("these credentials are for another client id")
    }

    /// Nobody can tell, so the answer is no.
    pub(crate) fn unavailable() -> Self {
        Self::new("authentication is not available")
    }
}

impl AuthConfig {
    /// What decides by these settings, with its keys read. `None` if everybody is
    /// let in.
    ///
    /// # Errors
    ///
    /// Tells which setting names a key that cannot be read or used, or that the
    /// settings leave the decision to others.
    pub fn authenticator(&self) -> Result<Option<Arc<dyn Authenticate>>, Problem> {
        let mode = |complaint: &str| Err(Problem::new("auth.mode", complaint));
        match self.mode {
            AuthMode::None => Ok(None),
            AuthMode::Tokens => Ok(Some(Arc::new(TokenAuth::new(self)))),
            AuthMode::Jwt => Ok(Some(Arc::new(JwtAuth::new(self)?))),
            AuthMode::Custom => {
                mode("is \"custom\", expected a program that embeds the server to decide")
            }
            AuthMode::Undecided => {
                mode("is \"undecided\", expected `tokens`, `jwt`, or `none` to let everybody in")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credentials(query: &str, header: Option<&str>, payload: Option<Value>) -> Credentials {
        let mut request = hyper::Request::get(format!("/socket.io/?{query}"));
        if let Some(header) = header {
            request = request.header(AUTHORIZATION, header);
        }
        let (parts, ()) = request.body(()).unwrap().into_parts();
        Credentials::new(&parts, 4, payload)
    }

    #[test]
    fn the_first_place_that_has_a_token_counts() {
        use TokenSource::{Header, Payload, Query};
        let payload = || Some(serde_json::json!({"token": "p"}));
        let header = Some("Bearer h");
        for (sources, header, payload, expected) in [
            (vec![Payload, Header, Query], header, payload(), Some("p")),
            (vec![Query, Header, Payload], header, payload(), Some("q")),
            (vec![Payload, Header, Query], header, None, Some("h")),
            (vec![Payload, Header], None, None, None),
            (vec![Header], Some("bEARER  h "), None, Some("h")),
            (vec![Header], Some("Basic h"), None, None),
            (vec![Header], Some("Bearer "), None, None),
            (vec![Payload], None, Some(Value::from("p")), None),
            (
                vec![Payload],
                None,
                Some(serde_json::json!({"token": 1})),
                None,
            ),
        ] {
            let config = AuthConfig {
                sources,
                ..AuthConfig::default()
            };
            let credentials = credentials("token=a&token=q", header, payload);
            assert_eq!(credentials.token(&config), expected, "{:?}", config.sources);
        }
    }

    #[test]
    fn nothing_secret_is_logged() {
        let payload = serde_json::json!({"token": "p-secret"});
        let query = "clientId=a&token=q-secret";
        let credentials = credentials(query, Some("Bearer h-secret"), Some(payload));
        let shown = format!("{credentials:?}");
        assert!(
            shown.contains("Some(\"a\")") && !shown.contains("secret"),
            "{shown}"
        );
    }
}
