//! What a proxy does wrong below Socket.IO, with the requests of polling and of upgrades.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::http::request::Parts;
use hyper::{Method, Request, Response, StatusCode};
use sio_p2p_transport::EioVersion;
use tokio::sync::Mutex;
use tokio::task::{JoinError, JoinHandle};
use tokio::time::timeout;

use super::faults::ProxyFault;
use super::forward::{Answer, Forward, parameter, said, whole};
use super::meddle::Meddler;

/// How long a poll waits that is not to wait.
const HURRY: Duration = Duration::from_millis(1);
/// The type of payloads.
const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=UTF-8");

type Polled = Answer<Response<Incoming>>;

/// The session that a request is about.
#[derive(Debug, Clone)]
pub(super) struct Session {
    pub(super) eio: EioVersion,
    pub(super) sid: String,
}

impl Session {
    /// The one that a query names.
    pub(super) fn of(query: &str, eio: EioVersion) -> Option<Self> {
        let sid = parameter(query, "sid")?.to_owned();
        Some(Self { eio, sid })
    }

    /// A payload with this packet alone.
    fn payload(&self, packet: char) -> String {
        match self.eio {
            EioVersion::V3 => format!("1:{packet}"),
            EioVersion::V4 => packet.to_string(),
        }
    }
}

/// The polls that the proxy has sent on by itself.
#[derive(Debug, Default)]
pub(super) struct Polls {
    under_way: Mutex<BTreeMap<String, JoinHandle<Polled>>>,
}

impl Polls {
    /// Sends a poll on, or does with it what is wrong.
    pub(super) async fn send(
        &self,
        forward: &Arc<Forward>,
        meddler: &Meddler,
        session: &Session,
        head: Parts,
    ) -> Answer {
        if meddler.has(ProxyFault::Hurry) {
            return self.hurried(forward, session, head).await;
        }
        if meddler.has(ProxyFault::HideLeaving) {
            // It goes on when its client has broken it off.
            return answered(asked(forward, head).await);
        }
        let sent = forward.send(head, whole("")).await;
        sent.map(|response| response.map(BodyExt::boxed))
    }

    /// Answers a poll at once. The one that waits at the server is asked for by the next.
    async fn hurried(&self, forward: &Arc<Forward>, session: &Session, head: Parts) -> Answer {
        let mut under_way = self.under_way.lock().await;
        let ask = || asked(forward, head);
        let poll = under_way.entry(session.sid.clone()).or_insert_with(ask);
        let Ok(done) = timeout(HURRY, poll).await else {
            let mut noop = said(StatusCode::OK, &session.payload('6'));
            noop.headers_mut().insert(CONTENT_TYPE, TEXT);
            return Ok(noop);
        };
        under_way.remove(&session.sid);
        answered(done)
    }
}

/// Asks for something in a task of its own.
fn asked(forward: &Arc<Forward>, head: Parts) -> JoinHandle<Polled> {
    let forward = Arc::clone(forward);
    tokio::spawn(async move { forward.send(head, whole("")).await })
}

fn answered(done: Result<Polled, JoinError>) -> Answer {
    let answer = done.map_err(|error| {
        let text = format!("the proxy gave up: {error}\n");
        Box::new(said(StatusCode::BAD_GATEWAY, &text))
    })?;
    answer.map(|response| response.map(BodyExt::boxed))
}

/// Ends a session as its client would, by a packet.
pub(super) async fn end(forward: &Forward, path: &str, session: &Session) {
    let Session { eio, sid } = session;
    let path = path.split('?').next().unwrap_or_default();
    let path = format!("{path}?EIO={eio}&transport=polling&sid={sid}");
    let (mut head, ()) = Request::new(()).into_parts();
    head.method = Method::POST;
    head.headers.insert(CONTENT_TYPE, TEXT);
    if forward.aim(&mut head, &path, false).is_ok() {
        // Whether it had an effect, its client sees.
        let _ = forward.send(head, whole(&session.payload('1'))).await;
    }
}
