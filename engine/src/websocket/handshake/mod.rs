//! The handshake of RFC 6455, section 4.2.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use http::header::{
    AsHeaderName, CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode, Version};
use sha1::{Digest, Sha1};

/// What RFC 6455 appends to a key before it is hashed.
const GUID: &[u8] = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/// The one version of the protocol that is spoken here.
pub const VERSION: HeaderValue = HeaderValue::from_static("13");

/// Why a request cannot be upgraded to a WebSocket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HandshakeError {
    /// The method is not GET.
    #[error("a WebSocket is opened with GET")]
    Method,
    /// The request is of HTTP/1.0 or of HTTP/2.
    #[error("a WebSocket is opened with HTTP/1.1")]
    HttpVersion,
    /// `Upgrade` or `Connection` do not ask for a WebSocket. A proxy that forwards the
    /// request without them is the usual reason.
    #[error("the request lacks `Connection: Upgrade` and `Upgrade: websocket`")]
    NotAnUpgrade,
    /// The version is missing or is not 13. The answer must name the version that is
    /// spoken.
    #[error("the only WebSocket version served is 13")]
    WebSocketVersion,
    /// The key is missing or is not 16 bytes in base64.
    #[error("`Sec-WebSocket-Key` must be 16 bytes in base64")]
    Key,
}

impl HandshakeError {
    /// The status of the answer.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::WebSocketVersion => StatusCode::UPGRADE_REQUIRED,
            Self::HttpVersion | Self::NotAnUpgrade | Self::Key => StatusCode::BAD_REQUEST,
        }
    }

    /// Adds the headers that the answer needs beside its status.
    pub fn add_headers(self, headers: &mut HeaderMap) {
        match self {
            Self::Method => {
                headers.insert(http::header::ALLOW, HeaderValue::from_static("GET"));
            }
            Self::WebSocketVersion => {
                headers.insert(SEC_WEBSOCKET_VERSION, VERSION);
                // RFC 9110 wants `Upgrade` in an answer with status 426.
                headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
                headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
            }
            Self::HttpVersion | Self::NotAnUpgrade | Self::Key => {}
        }
    }
}

/// A request that may be upgraded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Handshake {
    accept: HeaderValue,
    protocol: Option<HeaderValue>,
}

impl Handshake {
    /// Checks a request.
    pub fn check(request: &Parts) -> Result<Self, HandshakeError> {
        if request.method != Method::GET {
            return Err(HandshakeError::Method);
        }
        if request.version != Version::HTTP_11 {
            return Err(HandshakeError::HttpVersion);
        }
        let headers = &request.headers;
        if !contains(headers, CONNECTION, "upgrade") || !contains(headers, UPGRADE, "websocket") {
            return Err(HandshakeError::NotAnUpgrade);
        }
        if single(headers, SEC_WEBSOCKET_VERSION) != Some(VERSION.as_bytes()) {
            return Err(HandshakeError::WebSocketVersion);
        }
        let key = single(headers, SEC_WEBSOCKET_KEY).ok_or(HandshakeError::Key)?;
        Ok(Self {
            accept: accept(key).ok_or(HandshakeError::Key)?,
            protocol: first_protocol(headers),
        })
    }

    /// The value of `Sec-WebSocket-Accept`.
    #[must_use]
    pub fn accept(&self) -> &HeaderValue {
        &self.accept
    }

    /// The first subprotocol that the client offers. The official servers choose it
    /// whatever it is, and browsers close a WebSocket if none of theirs is chosen.
    #[must_use]
    pub fn protocol(&self) -> Option<&HeaderValue> {
        self.protocol.as_ref()
    }

    /// The answer with status 101. Extensions are never negotiated.
    #[must_use]
    pub fn response(&self) -> Response<()> {
        let mut response = Response::new(());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
        headers.insert(SEC_WEBSOCKET_ACCEPT, self.accept.clone());
        if let Some(protocol) = &self.protocol {
            headers.insert(SEC_WEBSOCKET_PROTOCOL, protocol.clone());
        }
        response
    }
}

/// Hashes a key, if it is one.
fn accept(key: &[u8]) -> Option<HeaderValue> {
    // A key has 24 characters. The buffer is larger because the decoder wants room for
    // its estimate, not for its result.
    let mut decoded = [0; 18];
    if key.len() != 24 || BASE64_STANDARD.decode_slice(key, &mut decoded) != Ok(16) {
        return None;
    }
    let hash = Sha1::new().chain_update(key).chain_update(GUID).finalize();
    HeaderValue::try_from(BASE64_STANDARD.encode(hash)).ok()
}

/// The elements of a list that may stand in several lines.
fn list(headers: &HeaderMap, name: impl AsHeaderName) -> impl Iterator<Item = &[u8]> {
    headers
        .get_all(name)
        .into_iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
}

/// Is `token` in the list?
fn contains(headers: &HeaderMap, name: impl AsHeaderName, token: &str) -> bool {
    list(headers, name).any(|element| element.eq_ignore_ascii_case(token.as_bytes()))
}

/// The value of a header that must stand in one line.
fn single(headers: &HeaderMap, name: impl AsHeaderName) -> Option<&[u8]> {
    let mut lines = headers.get_all(name).into_iter();
    let line = lines.next()?;
    lines.next().is_none().then(|| line.as_bytes().trim_ascii())
}

/// The first element of `Sec-WebSocket-Protocol`, if it is a token.
fn first_protocol(headers: &HeaderMap) -> Option<HeaderValue> {
    let first = list(headers, SEC_WEBSOCKET_PROTOCOL).next()?;
    if first.is_empty() || !first.iter().copied().all(is_token) {
        return None;
    }
    HeaderValue::from_bytes(first).ok()
}

/// May `byte` stand in a token of HTTP?
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests;
