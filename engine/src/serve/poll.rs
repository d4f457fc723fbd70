//! A request that polls.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;

use http::Response;

use super::{Body, answer};
use crate::handler::Handler;
use crate::payload;
use crate::server::Server;
use crate::session::{Answer, Form, Item, Request};
use crate::socket::Batch;
use crate::socket::Socket;

/// A request that polls, until it is answered. Dropped before that, it has broken.
struct Polling<H: Handler> {
    server: Arc<Server<H>>,
    socket: Arc<Socket<H::Data>>,
    request: Request,
}

/// Answers a request that polls, when there is something for its client. `base64` says that
/// this request asks for binary data in text, if the session does not.
pub(super) async fn poll<H: Handler>(
    server: Arc<Server<H>>,
    socket: Arc<Socket<H::Data>>,
    base64: bool,
) -> Response<Body> {
    let mut batch = Batch::new();
    let request = match socket.act(&mut batch, |machine, _| machine.poll()) {
        Ok(request) => request,
        Err(refusal) => {
            server.settle(&socket, &mut batch);
            return refusal.answer();
        }
    };
    drop(batch);
    let polling = Polling {
        server,
        socket,
        request,
    };
    let packets = polling.packets().await;
    polling.answer(packets, base64)
}

impl<H: Handler> Polling<H> {
    /// Waits for packets. None are left to come if the list is empty.
    async fn packets(&self) -> Vec<Item> {
        poll_fn(|context| {
            self.socket
                .with(|state| match state.machine.answer(self.request) {
                    Answer::Packets(packets) => Poll::Ready(packets),
                    Answer::Ended => Poll::Ready(Vec::new()),
                    Answer::Wait => {
                        state.poll = Some(context.waker().clone());
                        Poll::Pending
                    }
                })
        })
        .await
    }

    fn answer(&self, packets: Vec<Item>, base64: bool) -> Response<Body> {
        let mut batch = Batch::new();
        self.server.settle(&self.socket, &mut batch);
        if packets.is_empty() {
            return answer::Problem::SessionUnknown.answer();
        }
        let generation = self.socket.generation();
        let Form {
            jsonp,
            base64: always,
        } = self.socket.form();
        let takes_binary = !base64 && !always && jsonp.is_none();
        let packets = packets.iter().filter_map(|item| item.packet(generation));
        let mut body = Vec::new();
        let content = payload::encode(generation, takes_binary, packets, &mut body);
        if let Some(j) = jsonp {
            let text = String::from_utf8(std::mem::take(&mut body)).unwrap_or_default();
            payload::encode_jsonp(&j.to_string(), &text, &mut body);
        }
        let (server, socket) = (Arc::clone(&self.server), Arc::clone(&self.socket));
        let body = Body::new(body).or_else(move || {
            let mut batch = Batch::new();
            socket.act(&mut batch, |machine, _| machine.answer_lost());
            server.settle(&socket, &mut batch);
        });
        answer::payload(body, content.content_type())
    }
}

impl<H: Handler> Drop for Polling<H> {
    fn drop(&mut self) {
        let mut batch = Batch::new();
        self.socket.act(&mut batch, |machine, _| {
            machine.poll_broke(self.request);
        });
        self.server.settle(&self.socket, &mut batch);
    }
}
