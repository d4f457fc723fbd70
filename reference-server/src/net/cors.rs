//! Which web pages may connect.
//!
//! A browser asks for permission only before it lets a page read an answer. It
//! sends the simple requests of polling anyway, and `WebSocket`s need no permission
//! at all. So the origin is checked before the engine sees a request, and the
//! headers that browsers want are added to what it answers.

use std::collections::HashSet;

use hyper::header::{HOST, HeaderValue, ORIGIN};
use hyper::{HeaderMap, Method};
use tower_http::cors::{AllowHeaders, AllowOrigin, CorsLayer};
use url::{Origin, Url};

use crate::config::CorsConfig;

/// The origins that are let in.
#[derive(Debug, Clone)]
pub(crate) struct Origins {
    /// `None` lets everybody in.
    allowed: Option<HashSet<String>>,
}

/// An entry of `cors.origins` that is no origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "holds `{found}`, expected `*` or scheme, host and port alone, such as `https://app.example.org`"
)]
pub struct OriginError {
    /// The entry.
    pub found: String,
}

impl Origins {
    pub(crate) fn new(config: &CorsConfig) -> Result<Self, OriginError> {
        let mut allowed = HashSet::new();
        for text in &config.origins {
            if text == "*" {
                return Ok(Self { allowed: None });
            }
            allowed.insert(normal(text).ok_or_else(|| OriginError {
                found: text.clone(),
            })?);
        }
        Ok(Self {
            allowed: Some(allowed),
        })
    }

    /// Whether a request with these headers may be served. One that does not come
    /// from a page, or comes from a page of this very server, always may.
    pub(crate) fn admit(&self, headers: &HeaderMap) -> bool {
        let Some(origin) = headers.get(ORIGIN) else {
            return true;
        };
        self.allows(origin) || same_origin(origin, headers)
    }

    /// Whether pages of this origin may connect from elsewhere.
    fn allows(&self, origin: &HeaderValue) -> bool {
        let Some(allowed) = &self.allowed else {
            return true;
        };
        origin.to_str().is_ok_and(|origin| allowed.contains(origin))
    }

    /// The layer that tells browsers what is allowed, in the words of Socket.IO 2:
    /// the origin is repeated rather than answered by `*`, which browsers do not
    /// accept together with cookies.
    pub(crate) fn layer(self, config: &CorsConfig) -> CorsLayer {
        CorsLayer::new()
            .allow_origin(AllowOrigin::predicate(move |origin, _| self.allows(origin)))
            .allow_credentials(config.credentials)
            .allow_methods([Method::GET, Method::POST])
            // Applications add headers of their own, such as tokens.
            .allow_headers(AllowHeaders::mirror_request())
            .max_age(config.max_age)
    }
}

/// An origin as browsers write it, or `None` for what is none.
fn normal(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let only_origin = matches!(url.path(), "" | "/")
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && !text.ends_with('/');
    match url.origin() {
        origin @ Origin::Tuple(..) if only_origin => Some(origin.ascii_serialization()),
        _ => None,
    }
}

/// True if the page comes from the host that it talks to. The scheme is not
/// compared: behind a proxy we do not know our own.
fn same_origin(origin: &HeaderValue, headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(HOST).and_then(|host| host.to_str().ok()) else {
        return false;
    };
    let Ok(origin) = origin.to_str() else {
        return false;
    };
    origin
        .split_once("://")
        .is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origins(list: &[&str]) -> Result<Origins, OriginError> {
        Origins::new(&CorsConfig {
            origins: list.iter().map(|&origin| origin.to_owned()).collect(),
            ..CorsConfig::default()
        })
    }

    fn admits(origins: &Origins, origin: Option<&'static str>) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert(HOST, HeaderValue::from_static("relay.example.org:3000"));
        if let Some(origin) = origin {
            headers.insert(ORIGIN, HeaderValue::from_static(origin));
        }
        origins.admit(&headers)
    }

    #[test]
    fn a_list_lets_in_what_is_on_it() {
        let list = origins(&["https://App.example.org", "http://localhost:8080"]).unwrap();
        for (origin, expected) in [
            (None, true),
            (Some("https://app.example.org"), true),
            (Some("http://localhost:8080"), true),
            (Some("http://relay.example.org:3000"), true),
            (Some("http://app.example.org"), false),
            (Some("https://app.example.org.evil.test"), false),
            (Some("http://localhost"), false),
            (Some("http://relay.example.org"), false),
            (Some("null"), false),
        ] {
            assert_eq!(admits(&list, origin), expected, "{origin:?}");
        }
    }

    #[test]
    fn a_star_lets_everybody_in_and_an_empty_list_the_own_origin() {
        let (all, own) = (origins(&["https://a.test", "*"]), origins(&[]));
        let (all, own) = (all.unwrap(), own.unwrap());
        for origin in [Some("https://b.test"), Some("null"), None] {
            assert!(admits(&all, origin));
            assert_eq!(admits(&own, origin), origin.is_none());
        }
        assert!(admits(&own, Some("https://relay.example.org:3000")));
    }

    #[test]
    fn what_is_no_origin_is_an_error() {
        for text in [
            "app.example.org",
            "https://app.example.org/",
            "https://app.example.org/page",
            "https://user@app.example.org",
            "https://app.example.org?x",
            "*.example.org",
            "file:///page",
            "",
        ] {
            let error = origins(&[text]).unwrap_err();
            assert!(error.to_string().contains(&format!("`{text}`")));
        }
    }
}
