//! A transparent proxy for Socket.IO: bytes pass as they are, and a recorder looks on.
//!
//! Requests go to the upstream server with their method, path, query, headers and body, and
//! its answers come back in the same way; after an upgrade to a WebSocket both streams are
//! copied. Two things are changed, both in the heads of requests: `Host` names the upstream
//! server, and offers of compression are left out, because what is compressed cannot be read.
//!
//! Nothing is read ahead: a slow reader slows its writer down. The recorder is told of bytes
//! before they go on, so that it sees what they cause after them.

mod body;
mod dial;
pub mod faults;
mod faulty;
mod forward;
mod frames;
mod jitter;
mod link;
mod meddle;
mod naming;
mod pipe;
mod polls;
mod sizes;
mod talk;

use std::sync::Arc;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, UPGRADE};
use hyper::{Method, Request, Response, StatusCode};
use tokio::net::TcpListener;

use self::body::Watched;
pub use self::faulty::FaultyProxy;
pub use self::forward::ProxyError;
use self::forward::{Answer, Forward};
use crate::access::Access;
use crate::player::play::trace::Way;
use crate::record::recorder::{Engine, Recorder};

/// The proxy.
#[derive(Debug)]
pub struct Proxy {
    forward: Forward,
    recorder: Arc<Recorder>,
}

impl Proxy {
    /// A proxy in front of this server, which is reached in the usual way.
    pub fn new(upstream: &str, recorder: Arc<Recorder>) -> Result<Self, ProxyError> {
        Self::reaching(upstream, &Access::default(), recorder)
    }

    /// A proxy in front of a server that wants more than an address. Auth payloads and tokens
    /// are the clients' own.
    pub fn reaching(
        upstream: &str,
        access: &Access,
        recorder: Arc<Recorder>,
    ) -> Result<Self, ProxyError> {
        let forward = Forward::new(upstream, access)?;
        Ok(Self { forward, recorder })
    }

    /// Serves clients until the future is dropped, which breaks all connections off.
    pub async fn serve(self: Arc<Self>, listener: TcpListener) {
        let pass = move |request| {
            let proxy = Arc::clone(&self);
            async move { proxy.pass(request).await }
        };
        forward::serve(listener, pass).await;
    }

    async fn pass(&self, mut request: Request<Incoming>) -> Answer {
        let engine = Engine::of(request.uri().query().unwrap_or_default());
        let session = engine.filter(|_| request.method() != Method::OPTIONS);
        let session = session.and_then(|engine| self.recorder.session(&engine));
        let path = request.uri().path_and_query();
        let path = path.map_or_else(|| "/".to_owned(), ToString::to_string);
        let upgrades = request.headers().contains_key(UPGRADE);
        let from_client = upgrades.then(|| hyper::upgrade::on(&mut request));
        let (mut head, body) = request.into_parts();
        self.forward.aim(&mut head, &path, upgrades)?;
        let kind = content_type(&head.headers);
        let polls = head.method == Method::GET;
        let posts = session.clone().filter(|_| head.method == Method::POST);
        let body = Watched::wrap(body, posts, Way::Out, &kind, None);
        // If the client breaks a poll off, this is dropped.
        let broken_off = session.clone().map(|session| session.pending(!upgrades));
        let mut response = match self.forward.send(head, body).await {
            Ok(response) => response,
            Err(answer) => {
                if let Some(pending) = broken_off {
                    pending.done();
                }
                if let Some(session) = session {
                    session.refused(answer.status().as_u16());
                }
                return Err(answer);
            }
        };
        if let Some(session) = &session
            && response.status() != StatusCode::SWITCHING_PROTOCOLS
            && !response.status().is_success()
        {
            session.refused(response.status().as_u16());
        }
        if let (Some(from_client), StatusCode::SWITCHING_PROTOCOLS) =
            (from_client, response.status())
        {
            let from_server = hyper::upgrade::on(&mut response);
            if let Some(pending) = broken_off {
                pending.done();
            }
            tokio::spawn(pipe::join(from_client, from_server, session));
            return Ok(response.map(BodyExt::boxed));
        }
        let kind = content_type(response.headers());
        let readable = !response.headers().contains_key(CONTENT_ENCODING);
        let (head, body) = response.into_parts();
        // The answer to a post says nothing but `ok`.
        let polled = session.filter(|session| {
            polls && session.is_poll() && readable && head.status == StatusCode::OK
        });
        let body = Watched::wrap(body, polled, Way::In, &kind, broken_off);
        Ok(Response::from_parts(head, body))
    }
}

fn content_type(headers: &hyper::HeaderMap) -> String {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    kind.unwrap_or_default().to_owned()
}
