//! What a request wants.

use std::sync::Arc;

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use hyper::upgrade::OnUpgrade;

use super::answer::{Problem, empty};
use super::query::{Named, Query};
use super::{Body, poll, post, websocket};
use crate::handler::Handler;
use crate::server::Server;
use crate::session::{Refusal, Transport};
use crate::socket::Batch;
use crate::socket::Socket;
use crate::websocket::Handshake;

impl<H: Handler> Server<H> {
    /// Answers a request, whatever its path is: a program hands over those that are for
    /// this server.
    ///
    /// For a WebSocket, the request must come from hyper, and the connection be served
    /// with upgrades. The address of the client and other facts travel as extensions of
    /// the request to [`Handler::open`].
    pub async fn handle<B>(self: Arc<Self>, request: Request<B>) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes>,
    {
        let query = Query::read(request.uri().query().unwrap_or_default());
        let Some(transport) = query.transport else {
            return Problem::TransportUnknown.answer();
        };
        match (query.session, transport) {
            (Named::None, Transport::Polling) => self.open_polling(request, &query).await,
            (Named::None, Transport::WebSocket) => self.open_websocket(request, &query),
            (Named::Impossible, _) => Problem::SessionUnknown.answer(),
            (Named::Sid(sid), transport) => {
                let Some(socket) = self.session(sid) else {
                    return Problem::SessionUnknown.answer();
                };
                if socket.generation() != query.generation {
                    return Problem::BadRequest.answer();
                }
                match transport {
                    Transport::Polling => self.polling(socket, request, &query).await,
                    Transport::WebSocket => self.upgrade(socket, request),
                }
            }
        }
    }

    /// Opens a session on polling. The answer is that to its first poll.
    async fn open_polling<B>(
        self: Arc<Self>,
        request: Request<B>,
        query: &Query,
    ) -> Response<Body> {
        if request.method() != Method::GET {
            return Problem::BadHandshakeMethod.answer();
        }
        let (head, _) = request.into_parts();
        let opened = self.open(query.generation, Transport::Polling, head, query.form);
        let Some(socket) = opened else {
            return empty(StatusCode::SERVICE_UNAVAILABLE);
        };
        let mut batch = Batch::new();
        self.handler.opened(&socket, &mut batch);
        drop(batch);
        poll::poll(self, socket, query.form.base64).await
    }

    /// Answers a request of a session that polls or brings packets.
    async fn polling<B>(
        self: Arc<Self>,
        socket: Arc<Socket<H::Data>>,
        request: Request<B>,
        query: &Query,
    ) -> Response<Body>
    where
        B: http_body::Body<Data = Bytes>,
    {
        if *request.method() == Method::GET {
            // The body of such a request is of no interest.
            drop(request);
            return poll::poll(self, socket, query.form.base64).await;
        }
        if *request.method() == Method::POST {
            let (head, body) = request.into_parts();
            return post::post(self, socket, &head, body).await;
        }
        Problem::BadRequest.answer()
    }

    /// Opens a session on a WebSocket, as soon as the connection has become one.
    fn open_websocket<B>(self: Arc<Self>, request: Request<B>, query: &Query) -> Response<Body> {
        if request.method() != Method::GET {
            return Problem::BadHandshakeMethod.answer();
        }
        let (mut head, _) = request.into_parts();
        let (answer, upgrade) = match accept(&mut head) {
            Ok(accepted) => accepted,
            Err(answer) => return *answer,
        };
        let generation = query.generation;
        tokio::spawn(websocket::open(self, upgrade, generation, head));
        answer
    }

    /// A WebSocket comes for a session.
    fn upgrade<B>(
        self: Arc<Self>,
        socket: Arc<Socket<H::Data>>,
        request: Request<B>,
    ) -> Response<Body> {
        let (mut head, _) = request.into_parts();
        let (answer, upgrade) = match accept(&mut head) {
            Ok(accepted) => accepted,
            Err(answer) => return *answer,
        };
        let bounds = self.shared.bounds;
        let mut batch = Batch::new();
        match socket.act(&mut batch, |machine, now| machine.probe(now, &bounds)) {
            Ok(prober) => {
                tokio::spawn(websocket::probe(self, socket, upgrade, prober));
                answer
            }
            Err(Refusal::SecondWebSocket) => {
                tokio::spawn(websocket::turn_away(upgrade));
                answer
            }
            Err(refusal) => refusal.answer(),
        }
    }
}

/// The answer to a request for a WebSocket, and what the connection becomes of it. The
/// error is the answer to a request that asks in a wrong way.
fn accept(
    head: &mut http::request::Parts,
) -> Result<(Response<Body>, OnUpgrade), Box<Response<Body>>> {
    let handshake = Handshake::check(head).map_err(|error| {
        let mut answer = Problem::BadRequest.answer();
        error.add_headers(answer.headers_mut());
        *answer.status_mut() = error.status();
        answer
    })?;
    // Only hyper can hand its connection over.
    let upgrade = head
        .extensions
        .remove::<OnUpgrade>()
        .ok_or_else(|| empty(StatusCode::NOT_IMPLEMENTED))?;
    Ok((handshake.response().map(|()| Body::default()), upgrade))
}
