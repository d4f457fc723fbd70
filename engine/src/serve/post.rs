//! A request that brings packets.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use http::{Response, StatusCode};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::{Instant, timeout};
use tracing::debug;

use super::{Body, answer};
use crate::handler::Handler;
use crate::packet::Packet;
use crate::payload::{self, Payload, PayloadError};
use crate::server::Server;
use crate::session::{Received, Request};
use crate::socket::Batch;
use crate::socket::Socket;
use crate::{CloseReason, Generation};

/// The content type of a payload in binary form.
const BINARY: &[u8] = b"application/octet-stream";

/// How long the packets of a payload are handled before others have their turn.
const TURN: Duration = Duration::from_millis(1);

/// Bytes are counted in these.
const KIB: usize = 1 << 10;

/// So many KiB of each body take nothing of what all may have together. Nearly all bodies
/// are smaller, so they never wait.
const FREE: usize = 64;

/// A request that brings packets, until it is over. Dropped before that, it has broken.
struct Posting<H: Handler> {
    server: Arc<Server<H>>,
    socket: Arc<Socket<H::Data>>,
    request: Request,
    /// All of it was there.
    whole: bool,
}

/// Why a body is not there as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
enum BodyError {
    #[error("the body of a request, or a message in it, is larger than it may be")]
    TooLarge,
    #[error("the body of a request broke off")]
    Broken,
}

/// Hands the packets of a request to the program.
pub(super) async fn post<H, B>(
    server: Arc<Server<H>>,
    socket: Arc<Socket<H::Data>>,
    head: &Parts,
    body: B,
) -> Response<Body>
where
    H: Handler,
    B: http_body::Body<Data = Bytes>,
{
    let mut batch = Batch::new();
    let request = match socket.act(&mut batch, |machine, _| machine.post()) {
        Ok(request) => request,
        Err(refusal) => {
            server.settle(&socket, &mut batch);
            return refusal.answer();
        }
    };
    drop(batch);
    let mut posting = Posting {
        server,
        socket,
        request,
        whole: false,
    };
    let binary = head
        .headers
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind.as_bytes() == BINARY);
    if binary && posting.socket.generation() == Generation::V4 {
        // Generation 4 has no such payloads.
        posting.abort(CloseReason::ParseError);
        return answer::last(StatusCode::BAD_REQUEST);
    }
    let server = Arc::clone(&posting.server);
    let config = server.config();
    let limit = config.largest_body();
    let room = &server.shared.payloads;
    let body = match timeout(config.request_timeout, collect(body, limit, room)).await {
        Ok(Ok(body)) => body,
        Ok(Err(error @ BodyError::TooLarge)) => {
            debug!(%error, "closing a session");
            posting.abort(CloseReason::TooLarge);
            return answer::last(StatusCode::PAYLOAD_TOO_LARGE);
        }
        Ok(Err(error @ BodyError::Broken)) => {
            debug!(%error, "closing a session");
            return answer::last(StatusCode::BAD_REQUEST);
        }
        Err(_) => {
            posting.abort(CloseReason::RequestTimeout);
            return answer::last(StatusCode::REQUEST_TIMEOUT);
        }
    };
    // What it takes is given back when all of it was handled.
    let (body, _room) = body;
    if body.len() > config.max_message && posting.largest(&body, binary) > config.max_message {
        debug!(error = %BodyError::TooLarge, "closing a session");
        posting.abort(CloseReason::TooLarge);
        return answer::last(StatusCode::PAYLOAD_TOO_LARGE);
    }
    // From here on everything is there, and how it is made is another question.
    posting.whole = true;
    posting.packets(&body, binary).await;
    answer::taken()
}

impl<H: Handler> Posting<H> {
    /// Hands the packets of a body to the program.
    async fn packets(&self, body: &[u8], binary: bool) {
        let Self { server, socket, .. } = self;
        let generation = socket.generation();
        let mut batch = Batch::new();
        let form;
        let packets = if socket.form().jsonp.is_some() {
            form = payload::decode_jsonp(body);
            form.as_ref()
                .map(|text| Payload::text(generation, text))
                .map_err(|error| *error)
        } else {
            Payload::new(generation, binary, body)
        };
        let packets = match packets {
            Ok(packets) => packets,
            Err(error) => return self.misread(error, &mut batch),
        };
        let mut began = Instant::now();
        let bounds = server.shared.bounds;
        for packet in packets {
            let packet = match packet {
                Ok(packet) => packet,
                Err(error) => return self.misread(error, &mut batch),
            };
            self.packet(&packet, &bounds, &mut batch);
            while !socket.is_closed()
                && let Some(wait) = server.handler.pause(socket)
            {
                batch.flush();
                tokio::time::sleep(wait).await;
                began = Instant::now();
            }
            if began.elapsed() >= TURN {
                batch.flush();
                tokio::task::yield_now().await;
                began = Instant::now();
            }
        }
        socket.heard();
        server.settle(socket, &mut batch);
    }

    /// How many bytes the largest packet of a body has. What cannot be read counts as it is.
    fn largest(&self, body: &[u8], binary: bool) -> usize {
        let Ok(packets) = Payload::new(self.socket.generation(), binary, body) else {
            return body.len();
        };
        let mut largest = 0;
        for packet in packets {
            let Ok(packet) = packet else {
                return body.len();
            };
            let size = packet.data().len() + usize::from(!matches!(packet, Packet::Binary(_)));
            largest = largest.max(size);
        }
        largest
    }

    fn packet(
        &self,
        packet: &Packet<'_>,
        bounds: &crate::session::Bounds,
        batch: &mut Batch<H::Data>,
    ) {
        let Self { server, socket, .. } = self;
        match socket.act(batch, |machine, now| machine.received(packet, now, bounds)) {
            Received::Nothing => {}
            Received::Text(text) => server.handler.text(socket, text, batch),
            Received::Binary(data) => server.handler.binary(socket, data, batch),
        }
    }

    /// The client has sent what cannot be read. The request is answered all the same.
    fn misread(&self, error: PayloadError, batch: &mut Batch<H::Data>) {
        debug!(%error, "closing a session");
        self.socket.act(batch, |machine, _| machine.misread());
        self.server.settle(&self.socket, batch);
    }

    /// Ends the session.
    fn abort(&self, reason: CloseReason) {
        let mut batch = Batch::new();
        self.socket
            .act(&mut batch, |machine, _| machine.end(reason));
        self.server.settle(&self.socket, &mut batch);
    }
}

impl<H: Handler> Drop for Posting<H> {
    fn drop(&mut self) {
        let mut batch = Batch::new();
        self.socket.act(&mut batch, |machine, _| {
            machine.post_ended(self.request, self.whole);
        });
        self.server.settle(&self.socket, &mut batch);
    }
}

/// Reads a body to its end, but not more than `limit` bytes, and waits while those of others
/// leave no room for it.
async fn collect<B>(
    body: B,
    limit: usize,
    room: &Semaphore,
) -> Result<(Vec<u8>, Option<SemaphorePermit<'_>>), BodyError>
where
    B: http_body::Body<Data = Bytes>,
{
    let mut body = pin!(body);
    let mut whole = Vec::new();
    let mut taken: Option<SemaphorePermit<'_>> = None;
    while let Some(piece) = next_piece(body.as_mut()).await? {
        // Checked before it is kept: a body may claim any size and have another.
        if whole.len() + piece.len() > limit {
            return Err(BodyError::TooLarge);
        }
        whole.extend_from_slice(&piece);
        let missing = (whole.len() / KIB)
            .saturating_sub(FREE)
            .saturating_sub(taken.as_ref().map_or(0, SemaphorePermit::num_permits));
        if missing > 0 {
            let more = u32::try_from(missing).map_err(|_| BodyError::TooLarge)?;
            // The semaphore is never closed.
            let more = room.acquire_many(more).await;
            let more = more.map_err(|_| BodyError::Broken)?;
            match &mut taken {
                Some(taken) => taken.merge(more),
                None => taken = Some(more),
            }
        }
    }
    Ok((whole, taken))
}

/// The next piece of a body, empty for what is no data; `None` at the end. Trailers may
/// follow the data; they say nothing that matters here.
async fn next_piece<B>(mut body: Pin<&mut B>) -> Result<Option<Bytes>, BodyError>
where
    B: http_body::Body<Data = Bytes>,
{
    poll_fn(|context| {
        body.as_mut().poll_frame(context).map(|frame| match frame {
            Some(Ok(frame)) => Ok(Some(frame.into_data().unwrap_or_default())),
            Some(Err(_)) => Err(BodyError::Broken),
            None => Ok(None),
        })
    })
    .await
}
