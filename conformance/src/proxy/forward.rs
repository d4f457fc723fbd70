//! Passing requests on to a server, whatever is looked at or done on the way.

use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::header::{
    ACCEPT_ENCODING, CONNECTION, HOST, HeaderName, HeaderValue, SEC_WEBSOCKET_EXTENSIONS,
};
use hyper::http::request::Parts;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode, Uri};
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

use super::dial::Dialer;
use crate::access::Access;

/// How long the head of a request may take.
const HEAD_LIMIT: Duration = Duration::from_secs(30);

/// A body that passes.
pub(super) type Body = BoxBody<Bytes, hyper::Error>;
/// An answer to a client: that of the server, or one of the proxy itself.
pub(super) type Answer<A = Response<Body>> = Result<A, Box<Response<Body>>>;

/// Why there can be no proxy.
#[derive(Debug, thiserror::Error)]
pub enum ProxyError {
    /// The URL of the upstream server cannot be used.
    #[error("--upstream takes http://HOST:PORT or https://HOST:PORT, and a path, not {0:?}")]
    Upstream(String),
    /// A header field cannot be sent.
    #[error("'{0}' is no header field")]
    Header(String),
}

/// The way to the upstream server.
#[derive(Debug)]
pub(super) struct Forward {
    scheme_and_authority: String,
    host: HeaderValue,
    /// The path at which the server is, if that is not where clients ask for it.
    path: Option<String>,
    /// Header fields that every request to the server has.
    headers: Vec<(HeaderName, HeaderValue)>,
    client: Client<Dialer, Body>,
    /// The user has been told that the upstream server cannot be reached.
    complained: AtomicBool,
}

impl Forward {
    /// The way to this server.
    pub(super) fn new(upstream: &str, access: &Access) -> Result<Self, ProxyError> {
        let unfit = || ProxyError::Upstream(upstream.to_owned());
        let uri: Uri = upstream.parse().map_err(|_| unfit())?;
        let authority = uri.authority().ok_or_else(unfit)?;
        let secure = match uri.scheme_str() {
            Some("http") => false,
            Some("https") => true,
            _ => return Err(unfit()),
        };
        let path = access.place(upstream).map_err(|_| unfit())?;
        let headers = access.headers.iter().map(|(name, value)| {
            let key = HeaderName::from_bytes(name.as_bytes()).ok();
            let field = key.zip(HeaderValue::from_str(value).ok());
            field.ok_or_else(|| ProxyError::Header(format!("{name}: {value}")))
        });
        let tls = secure.then(|| access.tls.clone().unwrap_or_default());
        let client = Client::builder(TokioExecutor::new())
            .http1_preserve_header_case(true)
            .build(Dialer::new(tls, access.proxy.clone()));
        Ok(Self {
            scheme_and_authority: format!("{}://{authority}", uri.scheme_str().unwrap_or("http")),
            host: HeaderValue::from_str(authority.as_str()).map_err(|_| unfit())?,
            path,
            headers: headers.collect::<Result<_, _>>()?,
            client,
            complained: AtomicBool::new(false),
        })
    }

    /// Makes the head of a request one to the upstream server, with this path and query.
    /// `Host` names that server, and offers of compression are left out, because what is
    /// compressed cannot be read. The error is the answer to the client.
    pub(super) fn aim(&self, head: &mut Parts, path: &str, upgrades: bool) -> Answer<()> {
        let moved = self.path.as_deref().map(|place| moved(path, place));
        let path = moved.as_deref().unwrap_or(path);
        head.uri = format!("{}{path}", self.scheme_and_authority)
            .parse()
            .map_err(|_| {
                let text = "the proxy cannot read this URL\n";
                Box::new(said(StatusCode::BAD_REQUEST, text))
            })?;
        head.headers.insert(HOST, self.host.clone());
        for (name, value) in &self.headers {
            head.headers.insert(name, value.clone());
        }
        head.headers.remove(ACCEPT_ENCODING);
        head.headers.remove(SEC_WEBSOCKET_EXTENSIONS);
        if !upgrades {
            // It is about the connection of the client, not that to the server.
            head.headers.remove(CONNECTION);
        }
        Ok(())
    }

    /// Sends a request on. The error is the answer to the client.
    pub(super) async fn send(&self, head: Parts, body: Body) -> Answer<Response<Incoming>> {
        match self.client.request(Request::from_parts(head, body)).await {
            Ok(response) => {
                self.complained.store(false, Ordering::Relaxed);
                Ok(response)
            }
            Err(error) => Err(Box::new(self.unreachable(&error))),
        }
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
            &format!("the server behind the proxy cannot be reached: {why}\n"),
        )
    }
}

/// A path and query that a client asks for, as the server knows it: clients look for Socket.IO
/// at the usual place, and whatever else they ask for stays as it is.
fn moved(path: &str, place: &str) -> String {
    match path.strip_prefix("/socket.io/") {
        Some(rest) => format!("{place}{rest}"),
        None => path.to_owned(),
    }
}

/// Serves clients until the future is dropped, which breaks all connections off.
pub(super) async fn serve<Pass, Passed>(listener: TcpListener, pass: Pass)
where
    Pass: Fn(Request<Incoming>) -> Passed + Clone + Send + Sync + 'static,
    Passed: Future<Output = Answer> + Send + 'static,
{
    let mut clients = JoinSet::new();
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    clients.spawn(client(stream, pass.clone()));
                }
                // Out of file descriptors, or the client has broken off.
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            },
            Some(_) = clients.join_next() => {}
        }
    }
}

async fn client<Passed>(stream: TcpStream, pass: impl Fn(Request<Incoming>) -> Passed)
where
    Passed: Future<Output = Answer>,
{
    let _ = stream.set_nodelay(true);
    let service = service_fn(|request| {
        let answer = pass(request);
        async { Ok::<_, Infallible>(answer.await.unwrap_or_else(|own| *own)) }
    });
    // An error means that the client has broken off, which is its own affair.
    let _ = http1::Builder::new()
        .preserve_header_case(true)
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades()
        .await;
}

/// A plain answer of the proxy itself.
pub(super) fn said(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(whole(text));
    *response.status_mut() = status;
    response
}

/// A body that is there from the beginning.
pub(super) fn whole(text: &str) -> Body {
    let body = Full::new(Bytes::copy_from_slice(text.as_bytes()));
    body.map_err(|never| match never {}).boxed()
}

/// The value of a parameter in a query, as it stands there.
pub(super) fn parameter<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.find_map(|(key, value)| (key == name).then_some(value))
}
