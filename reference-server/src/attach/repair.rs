//! What Engine.IO 3 clients on polling are sent, repaired.
//!
//! engineioxide 0.17.9 queues attachments of a Socket.IO packet as those of
//! Engine.IO 4. On an Engine.IO 3 `WebSocket` they leave as they should; on polling
//! they leave as the text packet `b<base64>`, and the client throws. They are turned
//! into what the client expects here, on their way out.

use std::fmt::Write as _;
use std::pin::Pin;
use std::task::{Context, Poll};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt, Either, Full};
use hyper::body::Body;
use hyper::header::{CONTENT_LENGTH, CONTENT_TYPE};
use hyper::{Method, Request, Response};
use tower_layer::Layer;
use tower_service::Service;

/// A layer for the router that has the layer of socketioxide in it.
#[derive(Debug, Clone, Copy, Default)]
pub struct PollingRepair;

/// The service of [`PollingRepair`].
#[derive(Debug, Clone)]
pub struct Repaired<S> {
    inner: S,
}

impl<S> Layer<S> for PollingRepair {
    type Service = Repaired<S>;

    fn layer(&self, inner: S) -> Repaired<S> {
        Repaired { inner }
    }
}

/// The answer to a request, rewritten or not.
type Answer<B> = Response<Either<Full<Bytes>, B>>;

impl<S, R, B> Service<Request<R>> for Repaired<S>
where
    S: Service<Request<R>, Response = Response<B>>,
    S::Future: Send + 'static,
    B: Body<Data = Bytes> + Send,
    B::Error: std::fmt::Debug,
{
    type Response = Answer<B>;
    type Error = S::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Answer<B>, S::Error>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<R>) -> Self::Future {
        let query = request.uri().query().unwrap_or_default();
        let has = |wanted: &str| query.split('&').any(|parameter| parameter == wanted);
        let concerned = request.method() == Method::GET && has("EIO=3") && has("transport=polling");
        let answer = self.inner.call(request);
        Box::pin(async move {
            let answer = answer.await?;
            if !concerned || !answer.status().is_success() {
                return Ok(answer.map(Either::Right));
            }
            let (mut head, body) = answer.into_parts();
            // A body of polling is there as a whole. One that breaks is left empty,
            // which ends the session.
            let body = body
                .collect()
                .await
                .map(http_body_util::Collected::to_bytes);
            let body = body.unwrap_or_default();
            let binary = head
                .headers
                .get(CONTENT_TYPE)
                .is_some_and(|kind| kind == "application/octet-stream");
            let repaired = if binary { packets(&body) } else { text(&body) };
            let body = repaired.map_or(body, Bytes::from);
            head.headers.insert(CONTENT_LENGTH, body.len().into());
            Ok(Response::from_parts(head, Either::Left(Full::new(body))))
        })
    }
}

/// Repairs a binary payload: a kind, the digits of a length, `0xff`, and as many
/// bytes. `None` if it is something else.
fn packets(mut body: &[u8]) -> Option<Vec<u8>> {
    let mut repaired = Vec::with_capacity(body.len());
    while let Some((&kind, rest)) = body.split_first() {
        let digits = rest.iter().position(|byte| *byte == 0xff)?;
        let (length, rest) = rest.split_at_checked(digits)?;
        let length = length.iter().try_fold(0_usize, |length, digit| {
            length.checked_mul(10)?.checked_add(usize::from(*digit))
        })?;
        let (packet, rest) = rest.get(1..)?.split_at_checked(length)?;
        let attachment = (kind == 0).then(|| packet.strip_prefix(b"b")).flatten();
        let attachment = attachment.and_then(|base64| STANDARD.decode(base64).ok());
        let (kind, packet) = match attachment {
            // The bytes of a message, which is packet kind 4.
            Some(bytes) => (1, [&[4], bytes.as_slice()].concat()),
            None => (kind, packet.to_vec()),
        };
        repaired.push(kind);
        let length = packet.len().to_string();
        repaired.extend(length.bytes().map(|digit| digit - b'0'));
        repaired.push(0xff);
        repaired.extend(packet);
        body = rest;
    }
    Some(repaired)
}

/// Repairs a text payload: a length in units of UTF-16, a colon, and the packet.
/// `None` if it is something else.
fn text(body: &[u8]) -> Option<Vec<u8>> {
    let mut body = std::str::from_utf8(body).ok()?;
    let mut repaired = String::with_capacity(body.len());
    while !body.is_empty() {
        let (length, rest) = body.split_once(':')?;
        let length: usize = length.parse().ok()?;
        let (mut units, mut end) = (0, 0);
        for character in rest.chars() {
            if units >= length {
                break;
            }
            units += character.len_utf16();
            end += character.len_utf8();
        }
        let (packet, rest) = rest.split_at_checked(end)?;
        match packet.strip_prefix('b') {
            Some(base64) => {
                let _ = write!(repaired, "{}:b4{base64}", length + 1);
            }
            None => {
                let _ = write!(repaired, "{length}:{packet}");
            }
        }
        body = rest;
    }
    Some(repaired.into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attachments_are_marked_and_the_rest_stays() {
        for (body, expected) in [
            ("2:407:42[\"e\"]", "2:407:42[\"e\"]"),
            ("4:4😀é5:bAQI=1:2", "4:4😀é6:b4AQI=1:2"),
            ("", ""),
        ] {
            assert_eq!(
                text(body.as_bytes()).unwrap(),
                expected.as_bytes(),
                "{body}"
            );
        }
        for broken in ["x", "1x:2", "-1:"] {
            assert_eq!(text(broken.as_bytes()), None, "{broken}");
        }
    }

    #[test]
    fn binary_payloads_get_their_bytes() {
        let body = b"\x00\x02\xff40\x00\x05\xffbAQI=";
        assert_eq!(
            packets(body).unwrap(),
            b"\x00\x02\xff40\x01\x03\xff\x04\x01\x02"
        );
        assert_eq!(packets(b"\x00\x09\xff40"), None);
        assert_eq!(packets(b"\x00\x02"), None);
    }
}
