//! What the options make of each HTTP request: its target and its header fields.

use percent_encoding::utf8_percent_encode;

use crate::{
    cookies::Cookies,
    error::ConnectError,
    frame::EioVersion,
    options::{COMPONENT, ConnectOptions},
    transports::{Transport, Transports},
};

impl ConnectOptions {
    /// The target of the request that begins an engine session: path and query.
    pub(crate) fn target(&self, transport: Transport) -> String {
        match &self.full_query {
            Some(query) => format!("{}?{query}", self.path),
            None => self.usual_target(transport),
        }
    }

    /// The target of a request that goes on with a session.
    pub(crate) fn session_target(&self, transport: Transport, sid: &str) -> String {
        // The session id is the server's text; it must not change the rest of the query.
        let sid = utf8_percent_encode(sid, COMPONENT);
        format!("{}&sid={sid}", self.usual_target(transport))
    }

    fn usual_target(&self, transport: Transport) -> String {
        let eio = if self.state_eio {
            format!("EIO={}&", self.eio)
        } else {
            String::new()
        };
        let mut target = format!("{}?{eio}transport={transport}", self.path);
        if transport == Transport::Polling && self.polling_base64 && self.eio == EioVersion::V3 {
            target.push_str("&b64=1");
        }
        if !self.query.is_empty() {
            target.push('&');
            target.push_str(&self.query);
        }
        target
    }

    /// The fields of every request: those given by the options, and the cookies.
    pub(crate) fn fields(&self, cookies: &Cookies) -> Vec<(&str, String)> {
        let is_cookie = |name: &str| name.eq_ignore_ascii_case("cookie");
        let (given, mut fields) = (self.headers.iter(), Vec::new());
        for (name, value) in given.clone().filter(|(name, _)| !is_cookie(name)) {
            fields.push((name.as_str(), value.clone()));
        }
        let given = given.filter(|(name, _)| is_cookie(name));
        if let Some(joined) = cookies.join(given.map(|(_, value)| value.as_str())) {
            fields.push(("Cookie", joined));
        }
        fields
    }

    /// Host and port for messages and for the `host` header.
    pub(crate) fn authority(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Checks what the single setters could not.
    pub(crate) fn check(&self) -> Result<(), ConnectError> {
        let invalid = |why: &str| Err(ConnectError::InvalidOptions(why.to_owned()));
        let breaks_line = |text: &str| text.contains(['\r', '\n']);
        if !self.path.starts_with('/') {
            return invalid("the path must begin with a slash");
        }
        if breaks_line(&self.target(Transport::WebSocket)) {
            return invalid("path and query must not contain a line break");
        }
        for (name, value) in &self.headers {
            if http::HeaderName::from_bytes(name.as_bytes()).is_err() || breaks_line(value) {
                return invalid(&format!("'{name}: {value}' is no header field"));
            }
        }
        if self.transports != Transports::WebSocket {
            self.check_polling()?;
        }
        if self.namespace.contains(',') {
            return invalid("a namespace must not contain a comma");
        }
        if let Some(auth) = &self.auth {
            if self.eio == EioVersion::V3 {
                return invalid("an auth payload needs engine.io 4, use the query instead");
            }
            if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(auth) {
                return invalid(&format!("the auth payload is not json: {error}"));
            }
        }
        Ok(())
    }

    /// Polling requests are written by an HTTP library, which is stricter.
    fn check_polling(&self) -> Result<(), ConnectError> {
        let target = self.target(Transport::Polling);
        if let Err(error) = target.parse::<http::Uri>() {
            let why = format!("polling cannot ask for {target}: {error}");
            return Err(ConnectError::InvalidOptions(why));
        }
        for (name, value) in &self.headers {
            if http::HeaderValue::from_str(value).is_err() {
                let why = format!("polling cannot send the header field '{name}: {value}'");
                return Err(ConnectError::InvalidOptions(why));
            }
        }
        Ok(())
    }
}
