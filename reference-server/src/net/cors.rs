//! What browsers are told about pages of other origins.
//!
//! A browser asks for permission only before it lets a page read an answer. It
//! sends the simple requests of polling anyway, and `WebSocket`s need no permission
//! at all. So the origin is checked before the engine sees a request. What browsers
//! want to be told is added last, around everything: a page must be able to read an
//! error as well as what it asked for.

use hyper::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, HeaderName, HeaderValue, ORIGIN, VARY,
};
use hyper::{HeaderMap, Method};

use super::{OriginError, Origins};
use crate::config::CorsConfig;

/// A page of the public web asks whether it may talk to a private network.
const REQUEST_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-request-private-network");
/// The answer to that.
const ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-allow-private-network");

/// What the answers depend on, for caches.
const VARIES: HeaderValue = HeaderValue::from_static(
    "origin, access-control-request-method, access-control-request-headers",
);
const TRUE: HeaderValue = HeaderValue::from_static("true");
const METHODS: HeaderValue = HeaderValue::from_static("GET,POST");
/// Pages read only a few headers of an answer unless they are named.
const EXPOSED: HeaderValue = HeaderValue::from_static("retry-after");

/// Which pages may connect, and what their browsers are told.
#[derive(Debug, Clone)]
pub(crate) struct Cors {
    origins: Origins,
    /// Whether cookies may be sent along.
    credentials: bool,
    /// For how many seconds the answer to a preflight request holds.
    max_age: HeaderValue,
}

/// What one answer must carry.
#[derive(Debug)]
pub(crate) struct Told(HeaderMap);

impl Cors {
    pub(crate) fn new(config: &CorsConfig) -> Result<Self, OriginError> {
        Ok(Self {
            origins: Origins::new(&config.origins)?,
            credentials: config.credentials,
            max_age: config.max_age.as_secs().into(),
        })
    }

    /// Whether a request may be served; see [`Origins::admit`].
    pub(crate) fn admit(&self, request: &HeaderMap) -> bool {
        self.origins.admit(request)
    }

    /// What the answer to a request must carry, whatever it is, in the words of
    /// Socket.IO 2: the origin is repeated rather than answered by `*`, which browsers
    /// do not accept together with cookies.
    pub(crate) fn told(&self, request: &HeaderMap) -> Told {
        let mut told = HeaderMap::with_capacity(4);
        told.insert(VARY, VARIES);
        if let Some(origin) = request
            .get(ORIGIN)
            .filter(|origin| self.origins.allows(origin))
        {
            told.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            told.insert(ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
            if self.credentials {
                told.insert(ACCESS_CONTROL_ALLOW_CREDENTIALS, TRUE);
            }
        }
        Told(told)
    }

    /// The headers of the answer to a preflight request, beside those that every
    /// answer carries; `None` if it is a request of another kind. There is nothing to
    /// ask about a request without an origin, but a method that must be answered.
    pub(crate) fn preflight(&self, method: &Method, request: &HeaderMap) -> Option<HeaderMap> {
        if method != Method::OPTIONS {
            return None;
        }
        let mut answer = HeaderMap::with_capacity(4);
        answer.insert(ACCESS_CONTROL_ALLOW_METHODS, METHODS);
        answer.insert(ACCESS_CONTROL_MAX_AGE, self.max_age.clone());
        // Applications add headers of their own, such as tokens.
        if let Some(asked) = request.get(ACCESS_CONTROL_REQUEST_HEADERS) {
            answer.insert(ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
        }
        let private = request.get(REQUEST_PRIVATE_NETWORK);
        if private.is_some_and(|asked| asked == TRUE) {
            answer.insert(ALLOW_PRIVATE_NETWORK, TRUE);
        }
        Some(answer)
    }
}

impl Told {
    /// Adds to the headers of an answer.
    pub(crate) fn add_to(self, answer: &mut HeaderMap) {
        answer.extend(self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cors(origins: &[&str], credentials: bool) -> Cors {
        Cors::new(&CorsConfig {
            origins: origins.iter().map(|&origin| origin.to_owned()).collect(),
            credentials,
            ..CorsConfig::default()
        })
        .unwrap()
    }

    fn request(headers: &[(HeaderName, &'static str)]) -> HeaderMap {
        let headers = headers.iter().cloned();
        headers
            .map(|(name, value)| (name, HeaderValue::from_static(value)))
            .collect()
    }

    fn written(headers: &HeaderMap) -> String {
        let lines = headers
            .iter()
            .map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap()));
        lines.collect()
    }

    #[test]
    fn an_allowed_page_may_read_and_a_foreign_one_is_told_nothing() {
        let page = request(&[(ORIGIN, "https://app.test")]);
        let Told(told) = cors(&["https://app.test"], true).told(&page);
        insta::assert_snapshot!(written(&told), @"
        vary: origin, access-control-request-method, access-control-request-headers
        access-control-allow-origin: https://app.test
        access-control-expose-headers: retry-after
        access-control-allow-credentials: true
        ");
        for (cors, request) in [
            (cors(&["https://other.test"], true), page),
            (cors(&["*"], true), HeaderMap::new()),
        ] {
            let Told(told) = cors.told(&request);
            assert_eq!(told.keys().collect::<Vec<_>>(), [VARY]);
        }
    }

    #[test]
    fn a_preflight_request_is_answered_with_what_it_asks_for() {
        let cors = cors(&["*"], false);
        let asked = request(&[
            (ORIGIN, "https://app.test"),
            (ACCESS_CONTROL_REQUEST_HEADERS, "content-type,x-token"),
            (REQUEST_PRIVATE_NETWORK, "true"),
        ]);
        let answer = cors.preflight(&Method::OPTIONS, &asked).unwrap();
        insta::assert_snapshot!(written(&answer), @"
        access-control-allow-methods: GET,POST
        access-control-max-age: 7200
        access-control-allow-headers: content-type,x-token
        access-control-allow-private-network: true
        ");
        let answer = cors.preflight(&Method::OPTIONS, &HeaderMap::new()).unwrap();
        assert_eq!(answer.len(), 2);
        for method in [Method::GET, Method::POST] {
            assert_eq!(cors.preflight(&method, &asked), None);
        }
    }
}
