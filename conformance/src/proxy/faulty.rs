//! A proxy that does single things wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::header::UPGRADE;
use hyper::{Method, Request, Response, StatusCode};
use parking_lot::Mutex;
use sio_p2p_transport::{EioVersion, Frame};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::faults::{ProxyFault, ProxyFaultSpec};
use super::forward::{self, Answer, Body, Forward, ProxyError, parameter, said};
use super::link;
use super::meddle::Meddler;
use super::polls::{self, Polls, Session};
use crate::access::Access;
use crate::player::play::trace::Way;
use crate::record::recorder::Engine;

/// The parameter by which clients say who they are.
const CLIENT_ID: &str = "clientId";
/// How often a heartbeat is sent in place of a silent client.
const BEAT: Duration = Duration::from_millis(300);

/// A proxy between clients and a server that does single things wrong. Packets it follows on
/// the transport websocket alone; the requests of polling pass, but for the faults about them.
#[derive(Debug)]
pub struct FaultyProxy {
    forward: Arc<Forward>,
    polls: Polls,
    hub: Arc<Hub>,
}

/// What the connections of a proxy share.
#[derive(Debug)]
pub(super) struct Hub {
    pub(super) meddler: Meddler,
    /// The ways to the clients, and to the server as each of them.
    clients: Mutex<BTreeMap<u64, Ways>>,
    /// The ids of clients that have left, as they stand in the query.
    left: Mutex<BTreeSet<String>>,
    next: AtomicU64,
    /// How long a message may take at most.
    pub(super) jitter: Duration,
}

/// The ways by which others send on a connection.
#[derive(Debug, Clone)]
pub(super) struct Ways {
    pub(super) to_client: mpsc::Sender<Frame>,
    pub(super) to_server: mpsc::Sender<Frame>,
}

impl FaultyProxy {
    /// A proxy in front of this server, with this fault or with none. Events that hold the
    /// text `spare` are left alone.
    pub fn new(
        upstream: &str,
        fault: Option<ProxyFaultSpec>,
        spare: Option<String>,
    ) -> Result<Self, ProxyError> {
        Self::reaching(upstream, &Access::default(), fault, spare)
    }

    /// The same in front of a server that wants more than an address.
    pub fn reaching(
        upstream: &str,
        access: &Access,
        fault: Option<ProxyFaultSpec>,
        spare: Option<String>,
    ) -> Result<Self, ProxyError> {
        let hub = Hub {
            meddler: Meddler {
                spec: fault,
                spare,
                ..Meddler::default()
            },
            clients: Mutex::default(),
            left: Mutex::default(),
            next: AtomicU64::new(0),
            jitter: Duration::ZERO,
        };
        Ok(Self {
            forward: Arc::new(Forward::new(upstream, access)?),
            polls: Polls::default(),
            hub: Arc::new(hub),
        })
    }

    /// The same with a line on which each message takes a random time up to this, and none
    /// overtakes another.
    #[must_use]
    pub fn jittery(mut self, jitter: Duration) -> Self {
        if let Some(hub) = Arc::get_mut(&mut self.hub) {
            hub.jitter = jitter;
        }
        self
    }

    /// Serves clients until the future is dropped. Connections that are open then go on until
    /// one side ends them.
    pub async fn serve(self, listener: TcpListener) {
        let proxy = Arc::new(self);
        let pass = move |request| {
            let proxy = Arc::clone(&proxy);
            async move { proxy.pass(request).await }
        };
        forward::serve(listener, pass).await;
    }

    async fn pass(&self, mut request: Request<Incoming>) -> Answer {
        let query = request.uri().query().unwrap_or_default();
        // Clients that name no generation speak the one from before there were any.
        let eio = Engine::of(query).map_or(EioVersion::V3, |engine| engine.eio());
        let session = Session::of(query, eio);
        let states_eio = parameter(query, "EIO").is_some();
        let id = parameter(query, CLIENT_ID).unwrap_or_default().to_owned();
        if self.hub.meddler.has(ProxyFault::RefuseReturn) && self.hub.left.lock().contains(&id) {
            let text = "this client is not let in again\n";
            return Ok(said(StatusCode::FORBIDDEN, text));
        }
        let path = request.uri().path_and_query();
        let mut path = path.map_or_else(|| "/".to_owned(), ToString::to_string);
        if self.hub.meddler.has(ProxyFault::WrongId) {
            path = path.replace(&stated(""), &stated("other-"));
        }
        if self.hub.meddler.has(ProxyFault::Guess) && !states_eio {
            path = path.replacen('?', "?EIO=4&", 1);
        }
        if let Some(other) = self.hub.meddler.taken_for(&id) {
            path = path.replace(&stated(&id), &stated(&other));
        }
        let upgrades = request.headers().contains_key(UPGRADE);
        let from_client = upgrades.then(|| hyper::upgrade::on(&mut request));
        let (mut head, body) = request.into_parts();
        self.forward.aim(&mut head, &path, upgrades)?;
        let meddler = &self.hub.meddler;
        if let (Some(session), &Method::GET, false) = (&session, &head.method, upgrades) {
            let polled = self.polls.send(&self.forward, meddler, session, head);
            let answer = polled.await.unwrap_or_else(|answer| *answer);
            return Ok(self.granted(answer));
        }
        let mut response = self.forward.send(head, body.boxed()).await?;
        if let (Some(from_client), StatusCode::SWITCHING_PROTOCOLS) =
            (from_client, response.status())
        {
            if let (Some(session), true) = (&session, meddler.has(ProxyFault::EndProbed)) {
                polls::end(&self.forward, &path, session).await;
            }
            let from_server = hyper::upgrade::on(&mut response);
            let hub = Arc::clone(&self.hub);
            tokio::spawn(async move {
                link::join(from_client, from_server, &hub, eio).await;
                // Nobody else asks, and a proxy may run for long.
                if hub.meddler.has(ProxyFault::RefuseReturn) {
                    hub.left.lock().insert(id);
                }
            });
        }
        Ok(self.granted(response.map(BodyExt::boxed)))
    }

    /// An answer, or that all is well in its place.
    fn granted(&self, answer: Response<Body>) -> Response<Body> {
        let refused = answer.status().is_client_error() || answer.status().is_server_error();
        if refused && self.hub.meddler.has(ProxyFault::Grant) {
            return said(StatusCode::OK, "ok");
        }
        answer
    }
}

impl Hub {
    /// A number for a new client, on whose connection others send in these ways.
    pub(super) fn enter(&self, ways: Ways) -> u64 {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.clients.lock().insert(number, ways);
        number
    }

    pub(super) fn leave(&self, number: u64) {
        self.clients.lock().remove(&number);
    }

    /// Sends the heartbeats of a client of Engine.IO 3 in its place, if that is what goes wrong.
    /// In 4 the server asks for them.
    pub(super) async fn beat_for_silent(&self, number: u64, eio: EioVersion) {
        if eio == EioVersion::V4 || !self.meddler.has(ProxyFault::HideSilence) {
            return std::future::pending().await;
        }
        loop {
            tokio::time::sleep(BEAT).await;
            let ways = self.clients.lock().get(&number).cloned();
            match ways {
                Some(ways) if ways.to_server.send(Frame::text("2")).await.is_ok() => {}
                _ => return std::future::pending().await,
            }
        }
    }

    /// Gives frames to all clients but this one, or to the server as all of them. A
    /// connection on which too much waits goes without.
    pub(super) fn copy(&self, number: u64, way: Way, frames: &[Frame]) {
        for (_, ways) in self.clients.lock().iter().filter(|(n, _)| **n != number) {
            let to = match way {
                Way::In => &ways.to_client,
                Way::Out => &ways.to_server,
            };
            for frame in frames {
                let _ = to.try_send(frame.clone());
            }
        }
    }
}

/// How a query states the id of a client.
fn stated(id: &str) -> String {
    format!("{CLIENT_ID}={id}")
}
