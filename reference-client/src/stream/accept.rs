//! Accepting streams.
//!
//! A request becomes an offer, which the application takes or refuses in its own time, at most
//! until the opener's deadline. The original accepts before its application is asked; a refusal
//! with a reason exists there only as the default of `v1` (CLI-STR-13).
//!
//! An offer that nobody takes is refused when it is dropped, wherever that happens: in the queue
//! of an acceptor that is gone, or in the hands of the application.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;
use sio_p2p_protocol::{Args, Channel, ClientId, CreateStreamAck, Dialect};

use crate::{
    client::{Client, WeakClient},
    error::SendError,
    queue::{QueueReceiver, queue},
    state::DisconnectReason,
};

use super::{duplex::P2pStream, error::StreamError, options::StreamOptions, table::StreamRequest};

impl Client {
    /// Takes requests to open a stream without a channel, from now on and until the acceptor is
    /// dropped. There is one acceptor; a later call replaces it, and the former one ends.
    pub fn accept_streams(&self) -> StreamAcceptor {
        self.acceptor(None)
    }

    /// Takes requests on a channel, one acceptor for each channel; dialect `v2` only.
    pub fn accept_streams_on(&self, channel: impl AsRef<str>) -> Result<StreamAcceptor, SendError> {
        let channel = Channel::new(channel.as_ref())?;
        if self.shared.dialect == Dialect::V1 {
            return Err(SendError::Unsupported {
                what: "channels of streams",
                dialect: Dialect::V1,
            });
        }
        Ok(self.acceptor(Some(channel)))
    }

    fn acceptor(&self, channel: Option<Channel>) -> StreamAcceptor {
        let (sender, requests) = queue(&self.shared.budget);
        let id = self.shared.streams.accept(channel, sender);
        StreamAcceptor {
            id,
            requests,
            client: self.clone().downgrade(),
        }
    }
}

/// A stream of requests; dropping it refuses those that wait and all that come later.
#[derive(Debug)]
pub struct StreamAcceptor {
    id: u64,
    requests: QueueReceiver<StreamRequest>,
    client: WeakClient,
}

impl StreamAcceptor {
    /// The stream will keep the client alive, if it still is by now.
    fn offer(&self, request: StreamRequest) -> StreamOffer {
        let client = self.client.upgrade();
        StreamOffer { request, client }
    }

    /// The next request, `None` once another acceptor has taken over or the client has ended.
    /// Cancel safe: no request is lost.
    pub async fn next(&mut self) -> Option<StreamOffer> {
        let request = self.requests.next().await?;
        Some(self.offer(request))
    }
}

impl Stream for StreamAcceptor {
    type Item = StreamOffer;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<StreamOffer>> {
        let request = self.requests.poll_next(context);
        request.map(|request| Some(self.offer(request?)))
    }
}

impl Drop for StreamAcceptor {
    fn drop(&mut self) {
        let streams = &self.client.shared().streams;
        streams.stop_accepting(self.id);
    }
}

/// A request of a peer, or of the server, to open a stream. Dropping it refuses.
#[derive(Debug)]
#[must_use = "the peer waits for an answer"]
pub struct StreamOffer {
    request: StreamRequest,
    client: Option<Client>,
}

impl StreamOffer {
    /// Who asks; a name that ends in `--server-side` is the server itself.
    pub fn peer(&self) -> &ClientId {
        &self.request.peer
    }

    /// The channel, if the request came on one.
    pub fn channel(&self) -> Option<&Channel> {
        self.request.channel.as_ref()
    }

    /// The arguments that came with the request.
    pub fn args(&self) -> &Args {
        &self.request.args
    }

    /// Accepts (CLI-STR-F2). Fails if the opener has given up or left, or the connection ended.
    pub fn accept(self) -> Result<P2pStream, StreamError> {
        self.accept_with(StreamOptions::default())
    }

    /// Accepts, and says how our end behaves.
    pub fn accept_with(mut self, options: StreamOptions) -> Result<P2pStream, StreamError> {
        let Some((registration, responder)) = self.request.take() else {
            return Err(StreamError::DestroyedLocally);
        };
        if let Some(reason) = registration.end.closed() {
            return Err(reason);
        }
        let Some(client) = self.client else {
            return Err(StreamError::Disconnected(DisconnectReason::Local));
        };
        // The answer is queued before anything that the application writes, and packets keep
        // their order, so the opener never sees data of a stream it does not know (DEV-24).
        responder.reply(CreateStreamAck::Accepted.encode());
        Ok(P2pStream::new(registration, client, options))
    }

    /// Refuses, with a reason for the peer.
    pub fn refuse(mut self, reason: &str) {
        self.request.refuse(reason);
    }
}
