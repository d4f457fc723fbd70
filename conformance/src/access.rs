//! How servers are reached that want more than an address: TLS, tokens, headers, a path.

use std::sync::Arc;

use sio_p2p_transport::{ConnectError, ConnectOptions, EioVersion, Proxy, Tls};
use url::Url;

/// The usual path of Socket.IO servers.
const USUAL: &str = "socket.io";

/// What every connection to a server brings along. The default brings nothing.
#[derive(Debug, Clone, Default)]
pub struct Access {
    /// The auth payload, JSON text of an object; for Engine.IO 4.
    pub auth: Option<String>,
    /// A token: member `token` of the auth payload, in Engine.IO 3 of the query.
    pub token: Option<String>,
    /// Header fields of every request.
    pub headers: Vec<(String, String)>,
    /// The path of the HTTP requests, in place of the one that the URL tells.
    pub path: Option<String>,
    /// Whom to trust under TLS.
    pub tls: Option<Tls>,
    /// The proxy on the way there.
    pub proxy: Option<Proxy>,
}

/// An [`Access`] that many connections share.
pub type SharedAccess = Arc<Access>;

impl Access {
    /// Options of a connection to this URL.
    ///
    /// The path of the URL is the place of the server: `http://host/app` is at
    /// `/app/socket.io/`, and a path that ends in `socket.io` is the whole of it. The protocol
    /// knows no other namespace than the default one, so a path names none.
    pub fn options(&self, url: &str, eio: EioVersion) -> Result<ConnectOptions, ConnectError> {
        let (origin, path) = split(url)?;
        let mut options = ConnectOptions::new(&origin)?.eio(eio);
        if let Some(path) = self.path.as_deref().map(closed).or(path) {
            options = options.path(path);
        }
        for (name, value) in &self.headers {
            options = options.header(name, value);
        }
        if let Some(tls) = &self.tls {
            options = options.tls(tls.clone());
        }
        if let Some(proxy) = &self.proxy {
            options = options.proxy(proxy.clone());
        }
        Ok(match (eio, &self.auth, &self.token) {
            (EioVersion::V4, Some(auth), _) => options.auth(auth),
            (EioVersion::V4, None, Some(token)) => {
                options.auth(serde_json::json!({ "token": token }).to_string())
            }
            (EioVersion::V3, _, Some(token)) => options.query("token", token),
            _ => options,
        })
    }
}

impl Access {
    /// The path of HTTP requests to this URL, if it is not the usual one.
    pub(crate) fn place(&self, url: &str) -> Result<Option<String>, ConnectError> {
        let (_, path) = split(url)?;
        Ok(self.path.as_deref().map(closed).or(path))
    }
}

/// The URL without its path, and the path of HTTP requests if it tells one.
fn split(url: &str) -> Result<(String, Option<String>), ConnectError> {
    let parsed = Url::parse(url)
        .map_err(|error| ConnectError::InvalidOptions(format!("url '{url}': {error}")))?;
    let path = parsed.path().trim_matches('/').to_owned();
    if path.is_empty() {
        return Ok((url.to_owned(), None));
    }
    let mut origin = parsed;
    origin.set_path("");
    let whole = path == USUAL || path.ends_with(&format!("/{USUAL}"));
    let path = if whole {
        format!("/{path}/")
    } else {
        format!("/{path}/{USUAL}/")
    };
    Ok((origin.into(), Some(path)))
}

/// A path as Socket.IO writes it: with a slash at both ends.
pub(crate) fn closed(path: &str) -> String {
    match path.trim_matches('/') {
        "" => "/".to_owned(),
        inner => format!("/{inner}/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_in_the_url_is_the_place_of_the_server() {
        for (url, origin, path) in [
            ("http://h:1", "http://h:1", None),
            ("http://h:1/", "http://h:1/", None),
            ("https://h/app", "https://h/", Some("/app/socket.io/")),
            (
                "http://h/app/socket.io",
                "http://h/",
                Some("/app/socket.io/"),
            ),
            (
                "http://h/socket.io/?a=1",
                "http://h/?a=1",
                Some("/socket.io/"),
            ),
        ] {
            let expected = (origin.to_owned(), path.map(str::to_owned));
            assert_eq!(split(url).unwrap(), expected, "{url}");
        }
        assert!(split("no url").is_err());
        assert_eq!(
            (closed("x/y").as_str(), closed("/").as_str()),
            ("/x/y/", "/")
        );
    }
}
