//! A server inside of an application: a tower service, and a layer.
//!
//! What [`serve`](crate::serve()) does on a listener of its own, a layer can do in part
//! only. It answers requests, reads bodies in time and size, turns foreign origins
//! away, keeps house, and lets go of its clients when it is told to. It does not
//! see what comes before a request, and that is the application's:
//!
//! - accepting connections, and how many: a semaphore, and [`StallGuard::in_slot`];
//! - clients that take no bytes: a [`StallGuard`] around each connection;
//! - requests whose head takes for ever: a timeout of the HTTP server;
//! - targets that are escaped less than they should be: a [`Lenient`] around each
//!   connection, outside of its guard and of TLS;
//! - TLS, the admin pages, and signals.
//!
//! The example `axum` has all that an application needs.
//!
//! [`Lenient`]: crate::Lenient
//! [`StallGuard`]: crate::StallGuard
//! [`StallGuard::in_slot`]: crate::StallGuard::in_slot

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::Either;
use hyper::body::Body;
use hyper::{Request, Response};
use tokio_util::task::AbortOnDropHandle;
use tower_layer::Layer;
use tower_service::Service;
use tracing::{info, warn};

use crate::host::Handle;
use crate::shell::engine::Engine;
use crate::shell::http::Http;
pub use crate::shell::http::P2pBody;
use crate::{Config, P2pServer};

/// A service that answers the requests of Socket.IO clients, and 404 to all others.
/// Clones are the same server.
///
/// Requests of HTTP/1 can be upgraded to `WebSocket` if the HTTP server supports it.
/// Clients behind proxies are known by their own address if the peer's is in the
/// request's extensions, as a [`SocketAddr`](std::net::SocketAddr).
#[derive(Debug, Clone)]
pub struct P2pService {
    http: Http,
}

/// A layer that serves Socket.IO clients under
/// [`path`](crate::config::EngineConfig::path) and leaves everything else to the service
/// inside.
#[derive(Debug, Clone)]
pub struct P2pLayer {
    service: P2pService,
}

/// A service with a [`P2pLayer`] around it.
#[derive(Debug, Clone)]
pub struct Mounted<S> {
    service: P2pService,
    inner: S,
}

/// A server that is part of an application. It must be kept for as long as clients
/// are served, and then [stopped](Self::stop).
#[derive(Debug)]
pub struct Running {
    engine: Arc<Engine>,
    config: Arc<Config>,
    _housekeeping: AbortOnDropHandle<()>,
    _time: AbortOnDropHandle<()>,
}

impl P2pServer {
    /// Makes a tower service of the server.
    ///
    /// # Errors
    ///
    /// The configuration is impossible; the error is a sentence that says why.
    ///
    /// # Panics
    ///
    /// Must be called in a tokio runtime, which keeps the house of the server.
    pub fn into_service(self) -> io::Result<(P2pService, Running)> {
        let (config, engine) = self.into_parts();
        engine.prepare(&config)?;
        let http = Http::new(Arc::clone(&engine), &config, Arc::default())?;
        let housekeeping = Arc::clone(&engine).housekeep(config.engine.connect_timeout);
        let time = AbortOnDropHandle::new(tokio::spawn(http.keep_time()));
        let running = Running {
            engine,
            config,
            _housekeeping: AbortOnDropHandle::new(tokio::spawn(housekeeping)),
            _time: time,
        };
        Ok((P2pService { http }, running))
    }

    /// Makes a tower layer of the server; see [`into_service`](Self::into_service).
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> std::io::Result<()> {
    /// use axum::{Router, routing::get};
    /// use sio_p2p_server::{Config, P2pServer};
    ///
    /// let (layer, running) = P2pServer::new(Config::default()).layer()?;
    /// let app: Router = Router::new().route("/", get(async || "hello")).layer(layer);
    /// assert!(running.handle().list_clients().is_empty());
    /// // axum::serve(listener, app).with_graceful_shutdown(..).await?;
    /// running.stop().await;
    /// # drop(app);
    /// # Ok(())
    /// # }
    /// ```
    pub fn layer(self) -> io::Result<(P2pLayer, Running)> {
        let (service, running) = self.into_service()?;
        Ok((P2pLayer { service }, running))
    }
}

impl Running {
    /// A handle of the server.
    pub fn handle(&self) -> Handle {
        Handle::new(Arc::clone(&self.engine) as _)
    }

    /// Lets go of the clients: what is queued for them is delivered, every one is
    /// disconnected, as is any that still comes, and the call returns once all are
    /// gone or [`timeout`](crate::config::DrainConfig::timeout) has passed.
    ///
    /// The HTTP server must go on meanwhile, because waiting polls are answered.
    pub async fn stop(self) {
        info!("stopping");
        let mut open = self.engine.open_connections();
        self.engine.disconnect_all();
        // The sender lives in the engine, which we hold, so waiting cannot fail.
        let drained = open.wait_for(|open| *open == 0);
        let timeout = self.config.drain.timeout;
        if tokio::time::timeout(timeout, drained).await.is_err() {
            let open = *self.engine.open_connections().borrow();
            warn!(open, "some connections did not end in time");
        }
        info!("stopped");
    }
}

/// What a call resolves to.
type Answering<T, E> = Pin<Box<dyn Future<Output = Result<Response<T>, E>> + Send>>;

impl<B> Service<Request<B>> for P2pService
where
    B: Body<Data = Bytes> + Send + 'static,
{
    type Response = Response<P2pBody>;
    type Error = Infallible;
    type Future = Answering<P2pBody, Infallible>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.http.answer(request)
    }
}

impl<S> Layer<S> for P2pLayer {
    type Service = Mounted<S>;

    fn layer(&self, inner: S) -> Mounted<S> {
        let service = self.service.clone();
        Mounted { service, inner }
    }
}

impl<S, B, R> Service<Request<B>> for Mounted<S>
where
    S: Service<Request<B>, Response = Response<R>>,
    S::Future: Send + 'static,
    B: Body<Data = Bytes> + Send + 'static,
{
    type Response = Response<Either<P2pBody, R>>;
    type Error = S::Error;
    type Future = Answering<Either<P2pBody, R>, S::Error>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        // Ours is always ready.
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        if self.service.http.is_ours(request.uri().path()) {
            let answer = self.service.call(request);
            return Box::pin(async move {
                match answer.await {
                    Ok(answer) => Ok(answer.map(Either::Left)),
                    Err(never) => match never {},
                }
            });
        }
        let answer = self.inner.call(request);
        Box::pin(async move { Ok(answer.await?.map(Either::Right)) })
    }
}
