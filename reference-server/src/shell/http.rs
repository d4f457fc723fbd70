//! What happens to an HTTP request before the engine gets it.

use std::convert::Infallible;
use std::error::Error;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::header::{ORIGIN, RETRY_AFTER};
use hyper::http::request::Parts;
use hyper::service::Service;
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use sio_p2p_engine::{Server, begin};
use tracing::info;

use super::authentication::Authentication;
use super::engine::{Engine, Sessions};
use super::files::ClientFiles;
use super::rates::{Permit, Rates, TooMany};
use crate::config::EngineConfig;
use crate::net::{Cors, Proxies, Traffic};
use crate::{ClientAddress, Config};

/// The body of an answer.
pub type P2pBody = UnsyncBoxBody<Bytes, Infallible>;

/// The service that answers every HTTP request.
///
/// It finds out where the client is, turns pages of foreign origins away, reads
/// the body, and leaves the rest to the engine. Around everything is what browsers
/// want to be told.
#[derive(Debug, Clone)]
pub(crate) struct Http {
    /// Answers what is under the path of the settings and says 404 to the rest.
    engine: Arc<Server<Sessions>>,
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
    authentication: Arc<Authentication>,
    /// How often an address may connect.
    rates: Arc<Rates>,
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
        let (authentication, rates) = (
            Arc::clone(engine.authentication()),
            Arc::clone(engine.rates()),
        );
        Ok(Self {
            engine: Server::new(Arc::new(Sessions(engine)), engine_settings(config)),
            cors: Arc::new(cors),
            files: ClientFiles::load(files).map_err(invalid)?,
            settings: Arc::new(config.engine.clone()),
            proxies: Arc::new(Proxies::new(&config.proxy)),
            traffic,
            peer: None,
            authentication,
            rates,
        })
    }

    /// Whether this path is the server's, with or without a slash and more behind it.
    pub(crate) fn is_ours(&self, path: &str) -> bool {
        self.settings.below(path).is_some()
    }

    /// Whether a TCP connection from here may stay, and what it keeps while it does. Those
    /// of trusted proxies may.
    pub(crate) fn accept(&self, peer: SocketAddr) -> Result<Option<Arc<Permit>>, TooMany> {
        let address = ClientAddress::from(peer).ip;
        if self.proxies.trusts(address) {
            return Ok(None);
        }
        self.rates.accept(address)
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
fn engine_settings(config: &Config) -> sio_p2p_engine::Config {
    sio_p2p_engine::Config {
        ping_interval: config.engine.ping_interval,
        ping_timeout: config.engine.ping_timeout,
        max_message: config.engine.max_message,
        max_payload: config.engine.max_payload,
        payload_bytes: config.engine.payload_bytes,
        queue_packets: config.queue.packets,
        queue_bytes: config.queue.bytes,
        backlog_bytes: config.queue.total_bytes,
        request_timeout: config.engine.request_timeout,
        write_stall: config.queue.write_stall,
        ..sio_p2p_engine::Config::default()
    }
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
        Box::pin(begin(async move {
            let mut answer = answering.await?;
            told.add_to(answer.headers_mut());
            Ok(answer)
        }))
    }

    /// Answers a request without regard to browsers.
    async fn decide<B>(self, request: Request<B>) -> Result<Answer, Infallible>
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
        let Some(below) = self.settings.below(head.uri.path()) else {
            return Ok(empty(StatusCode::NOT_FOUND));
        };
        if let Some(file) = self.files.answer(&head, below) {
            return Ok(file.map(|content| Full::new(content).boxed_unsync()));
        }
        if opens_session(&head) {
            match self.rates.admit(ClientAddress::of(&head.extensions)) {
                // Kept for as long as the engine keeps the handshake.
                Ok(Some(permit)) => drop(head.extensions.insert(permit)),
                Ok(None) => {}
                Err(error) => {
                    info!(remote, %error, "refusing a session");
                    self.traffic.too_many.add(1);
                    return Ok(too_many(error));
                }
            }
        }
        self.authentication.judge_handshake(&mut head).await;
        let request = Request::from_parts(head, body);
        let answer = self.engine.handle(request).await;
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
    // Of several the last counts, and an empty one is none, as for the engine.
    let mut named = query
        .split('&')
        .filter_map(|parameter| parameter.strip_prefix("sid="));
    head.method == Method::GET && named.next_back().is_none_or(str::is_empty)
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
