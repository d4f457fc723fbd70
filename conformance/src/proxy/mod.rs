//! A transparent proxy for Socket.IO: bytes pass as they are, and somebody looks on.
//!
//! Requests go to the upstream server with their method, path, query, headers and body, and
//! its answers come back in the same way; after an upgrade to a WebSocket both streams are
//! copied. Two things are changed, both in the heads of requests: `Host` names the upstream
//! server, and offers of compression are left out, because what is compressed cannot be read.
//!
//! Nothing is read ahead: a slow reader slows its writer down. Who looks on is told of bytes
//! before they go on, so that what they cause is always seen after them.

mod body;
mod frames;
mod pipe;

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{ACCEPT_ENCODING, CONNECTION, CONTENT_TYPE, HOST, HeaderValue, UPGRADE};
use hyper::header::{CONTENT_ENCODING, SEC_WEBSOCKET_EXTENSIONS};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use self::body::Watched;
use crate::record::recorder::{Engine, Recorder};
use crate::runner::trace::Way;

/// How long the head of a request may take.
const HEAD_LIMIT: Duration = Duration::from_secs(30);

/// A body that passes.
type Body = BoxBody<Bytes, hyper::Error>;

/// Why there can be no proxy.
#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    /// The URL of the upstream server cannot be used.
    #[error("--upstream takes http://HOST:PORT, not {0:?}")]
    Upstream(String),
}

/// The proxy.
#[derive(Debug)]
pub struct Proxy {
    scheme_and_authority: String,
    host: HeaderValue,
    client: Client<HttpConnector, Body>,
    recorder: Arc<Recorder>,
    /// The user has been told that the upstream server cannot be reached.
    complained: AtomicBool,
}

impl Proxy {
    /// A proxy in front of this server. TLS is not spoken.
    pub fn new(upstream: &str, recorder: Arc<Recorder>) -> Result<Self, ProxyError> {
        let unfit = || ProxyError::Upstream(upstream.to_owned());
        let uri: Uri = upstream.parse().map_err(|_| unfit())?;
        let authority = uri.authority().ok_or_else(unfit)?;
        if uri.scheme_str() != Some("http") || !matches!(uri.path(), "" | "/") {
            return Err(unfit());
        }
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new())
            .http1_preserve_header_case(true)
            .build(connector);
        Ok(Self {
            scheme_and_authority: format!("http://{authority}"),
            host: HeaderValue::from_str(authority.as_str()).map_err(|_| unfit())?,
            client,
            recorder,
            complained: AtomicBool::new(false),
        })
    }

    /// Serves clients until the future is dropped, which breaks all connections off.
    pub async fn serve(self: Arc<Self>, listener: TcpListener) {
        let mut clients = JoinSet::new();
        loop {
            tokio::select! {
                accepted = listener.accept() => match accepted {
                    Ok((stream, _)) => {
                        clients.spawn(Arc::clone(&self).client(stream));
                    }
                    // Out of file descriptors, or the client has gone already.
                    Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                },
                Some(_) = clients.join_next() => {}
            }
        }
    }

    async fn client(self: Arc<Self>, stream: TcpStream) {
        let _ = stream.set_nodelay(true);
        let service = service_fn(|request| {
            let proxy = Arc::clone(&self);
            async move { Ok::<_, Infallible>(proxy.pass(request).await) }
        });
        // A client that breaks off is no trouble of the proxy.
        let _ = http1::Builder::new()
            .preserve_header_case(true)
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_LIMIT)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades()
            .await;
    }

    async fn pass(&self, mut request: Request<Incoming>) -> Response<Body> {
        let engine = Engine::of(request.uri().query().unwrap_or_default());
        let session = engine.filter(|_| request.method() != Method::OPTIONS);
        let session = session.and_then(|engine| self.recorder.session(&engine));
        let path = request
            .uri()
            .path_and_query()
            .map_or("/", |path| path.as_str());
        let uri = format!("{}{path}", self.scheme_and_authority);
        let Ok(uri) = uri.parse::<Uri>() else {
            return said(StatusCode::BAD_REQUEST, "the proxy cannot read this URL");
        };
        let upgrades = request.headers().contains_key(UPGRADE);
        let from_client = upgrades.then(|| hyper::upgrade::on(&mut request));
        let (mut head, body) = request.into_parts();
        head.uri = uri;
        head.headers.insert(HOST, self.host.clone());
        head.headers.remove(ACCEPT_ENCODING);
        head.headers.remove(SEC_WEBSOCKET_EXTENSIONS);
        if !upgrades {
            // It is about the connection of the client, not that to the server.
            head.headers.remove(CONNECTION);
        }
        let kind = content_type(&head.headers);
        let polls = head.method == Method::GET;
        let posts = session.clone().filter(|_| head.method == Method::POST);
        let body = Watched::wrap(body, posts, Way::Out, &kind);
        // If the client breaks a poll off, this is dropped.
        let broken_off = session.clone().map(|session| session.pending(!upgrades));
        let mut response = match self.client.request(Request::from_parts(head, body)).await {
            Ok(response) => response,
            Err(error) => {
                if let Some(pending) = broken_off {
                    pending.done();
                }
                if let Some(session) = session {
                    session.refused(StatusCode::BAD_GATEWAY.as_u16());
                }
                return self.unreachable(&error);
            }
        };
        self.complained.store(false, Ordering::Relaxed);
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
            return response.map(BodyExt::boxed);
        }
        let kind = content_type(response.headers());
        let readable = !response.headers().contains_key(CONTENT_ENCODING);
        let (head, body) = response.into_parts();
        // The answer to a post says nothing but `ok`.
        let polled = session.filter(|session| {
            polls && session.is_poll() && readable && head.status == StatusCode::OK
        });
        let body = Watched::wrap(body, polled, Way::In, &kind);
        let body = body::Guarded::new(body, broken_off);
        Response::from_parts(head, body.boxed())
    }

    fn unreachable(&self, error: &hyper_util::client::legacy::Error) -> Response<Body> {
        let mut why = error.to_string();
        let mut source = std::error::Error::source(error);
        while let Some(error) = source {
            why = error.to_string();
            source = error.source();
        }
        if !self.complained.swap(true, Ordering::Relaxed) {
            let server = &self.scheme_and_authority;
            eprintln!("warning: {server} cannot be reached: {why}");
        }
        said(
            StatusCode::BAD_GATEWAY,
            &format!("the recorded server cannot be reached: {why}\n"),
        )
    }
}

/// A plain answer of the proxy itself.
fn said(status: StatusCode, text: &str) -> Response<Body> {
    let body = Full::new(Bytes::copy_from_slice(text.as_bytes()));
    let body = body.map_err(|never| match never {}).boxed();
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response
}

fn content_type(headers: &hyper::HeaderMap) -> String {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok());
    kind.unwrap_or_default().to_owned()
}

/// The address to listen on.
pub async fn listen(address: &str) -> io::Result<TcpListener> {
    TcpListener::bind(address).await
}
