//! The answers of a server, with the texts that clients know.

use http::header::{CACHE_CONTROL, CONNECTION, CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};

use super::Body;
use crate::session::Refusal;

const HTML: HeaderValue = HeaderValue::from_static("text/html");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Why a request is refused, as numbered by Engine.IO.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem {
    TransportUnknown,
    SessionUnknown,
    BadHandshakeMethod,
    BadRequest,
}

impl Problem {
    fn text(self) -> &'static str {
        match self {
            Self::TransportUnknown => r#"{"code":0,"message":"Transport unknown"}"#,
            Self::SessionUnknown => r#"{"code":1,"message":"Session ID unknown"}"#,
            Self::BadHandshakeMethod => r#"{"code":2,"message":"Bad handshake method"}"#,
            Self::BadRequest => r#"{"code":3,"message":"Bad request"}"#,
        }
    }

    pub(super) fn answer(self) -> Response<Body> {
        let mut answer = Response::new(Body::new(self.text()));
        *answer.status_mut() = StatusCode::BAD_REQUEST;
        answer.headers_mut().insert(CONTENT_TYPE, JSON);
        answer
    }
}

impl Refusal {
    /// The answer to a request that is refused.
    pub(super) fn answer(self) -> Response<Body> {
        match self {
            Self::Ended => Problem::SessionUnknown.answer(),
            Self::TransportMismatch | Self::SecondWebSocket => Problem::BadRequest.answer(),
            Self::Overlap => empty(StatusCode::BAD_REQUEST),
        }
    }
}

/// An answer without a body.
pub(super) fn empty(status: StatusCode) -> Response<Body> {
    let mut answer = Response::new(Body::default());
    *answer.status_mut() = status;
    answer
}

/// An answer after which the connection is of no use, because a body was not read.
pub(super) fn last(status: StatusCode) -> Response<Body> {
    let mut answer = empty(status);
    let close = HeaderValue::from_static("close");
    answer.headers_mut().insert(CONNECTION, close);
    answer
}

/// The answer to a request that has brought packets.
pub(super) fn taken() -> Response<Body> {
    with(Body::new("ok"), HTML)
}

/// The answer to a request that polls. No cache may keep it.
pub(super) fn payload(body: Body, content_type: HeaderValue) -> Response<Body> {
    with(body, content_type)
}

fn with(body: Body, content_type: HeaderValue) -> Response<Body> {
    let mut answer = Response::new(body);
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, content_type);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
