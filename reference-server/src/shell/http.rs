//! What happens to an HTTP request before the engine gets it.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use hyper::body::{Body, Incoming};
use hyper::header::{ORIGIN, RETRY_AFTER};
use hyper::service::Service;
use hyper::{Method, Request, Response, StatusCode};
use sio_p2p_engine::{Body as EngineBody, Config as EngineConfig, Server};
use tracing::info;

use super::engine::{Engine, Sessions};
use super::gate::Gate;
use super::rates::{Rates, TooMany};
use crate::net::{OriginError, Origins, Proxies, Traffic};
use crate::{ClientAddress, Config};

/// The path under which Socket.IO clients look for a server.
pub const PATH: &str = "/socket.io";

/// The content type of a body that is not text.
const BINARY: &[u8] = b"application/octet-stream";

/// The service that answers every HTTP request.
///
/// It finds out where the client is, turns pages of foreign origins away, reads
/// the body, and leaves the rest to the engine.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    /// Answers what is under [`PATH`] and says 404 to the rest. Around it is what
    /// browsers want to be told.
    engine: Arc<Server<Sessions>>,
    /// The pages that may connect.
    origins: Origins,
    /// The proxies that may say where a client is.
    proxies: Arc<Proxies>,
    /// What is refused is counted here.
    traffic: Arc<Traffic>,
    /// Who is at the other end of the TCP connection; `None` until there is one.
    peer: Option<SocketAddr>,
    /// Who may join; asked here for Engine.IO 3.
    gate: Arc<Gate>,
    /// How often an address may connect.
    rates: Arc<Rates>,
}

impl Http {
    /// A service for this engine. Its clones share it.
    pub(crate) fn new(
        engine: Arc<Engine>,
        config: &Config,
        traffic: Arc<Traffic>,
    ) -> Result<Self, OriginError> {
        let origins = Origins::new(&config.cors)?;
        let (gate, rates) = (Arc::clone(engine.gate()), Arc::clone(engine.rates()));
        let engine = Server::new(Arc::new(Sessions(engine)), engine_config(config));
        Ok(Self {
            engine,
            origins,
            proxies: Arc::new(Proxies::new(&config.proxy)),
            traffic,
            peer: None,
            gate,
            rates,
        })
    }

    /// Keeps the time of all sessions until it is dropped.
    pub(crate) fn keep_time(&self) -> impl Future<Output = ()> + Send + use<> {
        Arc::clone(&self.engine).keep_time()
    }

    /// The same service for the connection of this peer.
    pub(crate) fn for_peer(&self, peer: SocketAddr) -> Self {
        Self {
            peer: Some(peer),
            ..self.clone()
        }
    }
}

/// The settings of the engine.
fn engine_config(config: &Config) -> EngineConfig {
    EngineConfig {
        ping_interval: config.engine.ping_interval,
        ping_timeout: config.engine.ping_timeout,
        max_message: config.engine.max_message,
        queue_packets: config.queue.packets,
        queue_bytes: config.queue.bytes,
        request_timeout: config.engine.request_timeout,
        write_stall: config.queue.write_stall,
        ..EngineConfig::default()
    }
}

/// What the engine answers to a request whose body has been read.
type Answer = Response<EngineBody>;

impl Service<Request<Incoming>> for Http {
    type Response = Answer;
    type Error = Infallible;
    type Future = Answering;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        self.answer(request)
    }
}

/// What answering a request is.
type Answering = Pin<Box<dyn Future<Output = Result<Answer, Infallible>> + Send>>;

impl Http {
    /// Answers a request, whatever its body is made of.
    pub(crate) fn answer<B>(&self, request: Request<B>) -> Answering
    where
        B: Body<Data = Bytes> + Send + 'static,
    {
        let (engine, gate) = (Arc::clone(&self.engine), Arc::clone(&self.gate));
        let (mut head, body) = request.into_parts();
        // A server of another kind may have noted the peer in the request.
        let peer = self.peer.or_else(|| head.extensions.get().copied());
        if let Some(peer) = peer {
            let client = self.proxies.client(peer, &head.headers);
            head.extensions.insert(client);
        }
        let remote = ClientAddress::of(&head.extensions).map(tracing::field::display);
        if !self.origins.admit(&head.headers) {
            let origin = head.headers.get(ORIGIN);
            info!(remote, ?origin, "refusing a page of a foreign origin");
            self.traffic.foreign.add(1);
            return Box::pin(std::future::ready(Ok(forbidden())));
        }
        if opens_session(&head) {
            match self.rates.admit(ClientAddress::of(&head.extensions)) {
                // Kept for as long as the engine keeps the handshake.
                Ok(Some(seat)) => drop(head.extensions.insert(seat)),
                Ok(None) => {}
                Err(error) => {
                    info!(remote, %error, "refusing a session");
                    self.traffic.too_many.add(1);
                    return Box::pin(std::future::ready(Ok(too_many(error))));
                }
            }
        }
        Box::pin(async move {
            gate.judge_handshake(&mut head).await;
            let request = Request::from_parts(head, body);
            Ok(engine.handle(request).await)
        })
    }
}

/// The answer to a page that may not connect.
fn forbidden() -> Answer {
    let mut answer = Answer::default();
    *answer.status_mut() = StatusCode::FORBIDDEN;
    answer
}

/// Whether a request opens a session, if the engine makes sense of it. All others
/// name theirs.
fn opens_session(head: &hyper::http::request::Parts) -> bool {
    let query = head.uri.query().unwrap_or_default();
    head.method == Method::GET
        && !query
            .split('&')
            .any(|parameter| parameter.starts_with("sid="))
}

/// The answer to an address that connects too often.
fn too_many(TooMany { retry_after }: TooMany) -> Answer {
    let mut answer = Answer::default();
    *answer.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    // Whole seconds, and never so few that it would be told the same again.
    let seconds = retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0);
    // The bucket may have been refilled since it was found empty.
    answer
        .headers_mut()
        .insert(RETRY_AFTER, seconds.max(1).into());
    answer
}
