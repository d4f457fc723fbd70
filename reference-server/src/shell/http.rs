//! What happens to an HTTP request before the engine gets it.

use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use engineioxide::config::EngineIoConfig;
use engineioxide::service::EngineIoService;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::header::{CONTENT_TYPE, ORIGIN, RETRY_AFTER};
use hyper::http::request::Parts;
use hyper::service::Service;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use tracing::{debug, info};

use super::body::{WholeBody, collect};
use super::engine::Engine;
use super::files::ClientFiles;
use super::gate::Gate;
use super::rates::{Rates, TooMany};
use crate::config::EngineConfig;
use crate::mount::P2pBody;
use crate::net::{Cors, Proxies, Traffic};
use crate::{ClientAddress, Config};

/// The path under which Socket.IO clients look for a server, unless they and
/// [`path`](crate::config::EngineConfig::path) say otherwise.
pub const PATH: &str = "/socket.io";

/// The content type of a body that is not text.
const BINARY: &[u8] = b"application/octet-stream";

/// The service that answers every HTTP request.
///
/// It finds out where the client is, turns pages of foreign origins away, reads
/// the body, and leaves the rest to the engine. Around everything is what browsers
/// want to be told.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    /// Answers what is under the path of the settings and says 404 to the rest.
    engine: EngineIoService<Engine>,
    /// The pages that may connect, and what their browsers are told.
    cors: Arc<Cors>,
    /// The client library, if pages can load it here.
    files: ClientFiles,
    /// Where clients find the server.
    settings: Arc<EngineConfig>,
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
    /// The largest body in bytes.
    limit: usize,
    /// How long a body may take to arrive.
    timeout: Duration,
}

impl Http {
    /// A service for this engine. Its clones share it.
    pub(crate) fn new(
        engine: Arc<Engine>,
        config: &Config,
        traffic: Arc<Traffic>,
    ) -> io::Result<Self> {
        let cors = Cors::new(&config.cors).map_err(invalid)?;
        let files = config.engine.client_files.as_deref();
        let (gate, rates) = (Arc::clone(engine.gate()), Arc::clone(engine.rates()));
        Ok(Self {
            engine: EngineIoService::with_config(engine, engine_config(config)),
            cors: Arc::new(cors),
            files: ClientFiles::load(files).map_err(invalid)?,
            settings: Arc::new(config.engine.clone()),
            proxies: Arc::new(Proxies::new(&config.proxy)),
            traffic,
            peer: None,
            gate,
            rates,
            limit: config.engine.max_message,
            timeout: config.engine.request_timeout,
        })
    }

    /// Whether this path is the server's, with or without a slash and more behind it.
    pub(crate) fn is_ours(&self, path: &str) -> bool {
        self.settings.below(path).is_some()
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
fn engine_config(config: &Config) -> EngineIoConfig {
    // The engine counts its own packets in the same queue. Ours are counted in
    // the backlog first, so a heartbeat always finds room.
    let own_packets = 64;
    EngineIoConfig::builder()
        .req_path(config.engine.base_path().to_owned())
        .ping_interval(config.engine.ping_interval)
        .ping_timeout(config.engine.ping_timeout)
        .max_buffer_size(config.queue.packets + config.engine.max_attachments + own_packets)
        // One size for polling, for WebSocket messages and for their frames.
        .max_payload(config.engine.max_message as u64)
        .ws_max_message_size(config.engine.max_message)
        .ws_max_frame_size(config.engine.max_message)
        .build()
}

/// An answer of the server.
type Answer = Response<P2pBody>;

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
    /// Answers a request, whatever its body is made of. Every answer carries what a
    /// browser needs before it lets a page read it.
    pub(crate) fn answer<B>(&self, request: Request<B>) -> Answering
    where
        B: Body<Data = Bytes> + Send + 'static,
    {
        let told = self.cors.told(request.headers());
        let answering = self.clone().decide(request);
        Box::pin(async move {
            let mut answer = answering.await?;
            told.add_to(answer.headers_mut());
            Ok(answer)
        })
    }

    /// Answers a request without regard to browsers.
    async fn decide<B>(mut self, request: Request<B>) -> Result<Answer, Infallible>
    where
        B: Body<Data = Bytes> + Send + 'static,
    {
        let (mut head, body) = request.into_parts();
        // A server of another kind may have noted the peer in the request.
        let peer = self.peer.or_else(|| head.extensions.get().copied());
        if let Some(peer) = peer {
            let client = self.proxies.client(peer, &head.headers);
            head.extensions.insert(client);
        }
        let remote = ClientAddress::of(&head.extensions).map(tracing::field::display);
        if !self.cors.admit(&head.headers) {
            let origin = head.headers.get(ORIGIN);
            info!(remote, ?origin, "refusing a page of a foreign origin");
            self.traffic.foreign.add(1);
            return Ok(empty(StatusCode::FORBIDDEN));
        }
        if let Some(headers) = self.cors.preflight(&head.method, &head.headers) {
            return Ok(preflight(headers));
        }
        let below = self.settings.below(head.uri.path());
        if let Some(file) = below.and_then(|below| self.files.answer(&head, below)) {
            return Ok(file.map(|content| Full::new(content).boxed_unsync()));
        }
        if opens_session(&head) {
            match self.rates.admit(ClientAddress::of(&head.extensions)) {
                // Kept for as long as the engine keeps the handshake.
                Ok(Some(seat)) => drop(head.extensions.insert(seat)),
                Ok(None) => {}
                Err(error) => {
                    info!(remote, %error, "refusing a session");
                    self.traffic.too_many.add(1);
                    return Ok(too_many(error));
                }
            }
        }
        // Only requests that bring packets have a body worth reading.
        let body = if head.method == Method::POST {
            match tokio::time::timeout(self.timeout, collect(body, self.limit)).await {
                Ok(Ok(bytes)) if is_text_of_engine_io_3(&head) => WholeBody::packets(bytes),
                Ok(Ok(bytes)) => WholeBody::plain(bytes),
                // The engine gets to see a body that breaks off, and so ends the
                // session that it was for.
                Ok(Err(error)) => {
                    debug!(remote, %error, "cannot read a request");
                    WholeBody::broken()
                }
                Err(_) => {
                    debug!(remote, "a request took too long to arrive");
                    WholeBody::broken()
                }
            }
        } else {
            WholeBody::default()
        };
        self.gate.judge_handshake(&mut head).await;
        let request = Request::from_parts(head, body);
        // The engine is always ready; see its `poll_ready`.
        let answer = tower_service::Service::call(&mut self.engine, request).await?;
        Ok(answer.map(BodyExt::boxed_unsync))
    }
}

/// Settings that cannot be carried out.
fn invalid(error: impl Error + Send + Sync + 'static) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, error)
}

/// An answer of a status alone.
fn empty(status: StatusCode) -> Answer {
    let mut answer = Answer::default();
    *answer.status_mut() = status;
    answer
}

/// The answer to a browser that asks before it sends a request.
fn preflight(headers: HeaderMap) -> Answer {
    let mut answer = Answer::default();
    *answer.headers_mut() = headers;
    answer
}

/// Whether a request opens a session, if the engine makes sense of it. All others
/// name theirs.
fn opens_session(head: &Parts) -> bool {
    let query = head.uri.query().unwrap_or_default();
    head.method == Method::GET
        && !query
            .split('&')
            .any(|parameter| parameter.starts_with("sid="))
}

/// The answer to an address that connects too often.
fn too_many(TooMany { retry_after }: TooMany) -> Answer {
    let mut answer = empty(StatusCode::TOO_MANY_REQUESTS);
    // Whole seconds, and never so few that it would be told the same again.
    let seconds = retry_after.as_secs() + u64::from(retry_after.subsec_nanos() > 0);
    // The bucket may have been refilled since it was found empty.
    answer
        .headers_mut()
        .insert(RETRY_AFTER, seconds.max(1).into());
    answer
}

/// True for the one kind of body that needs care; see [`WholeBody::packets`].
fn is_text_of_engine_io_3(head: &Parts) -> bool {
    let query = head.uri.query().unwrap_or_default();
    let binary = head
        .headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes() == BINARY);
    !binary && query.split('&').any(|parameter| parameter == "EIO=3")
}
