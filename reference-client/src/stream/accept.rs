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
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_core::Stream;
use sio_p2p_protocol::{Args, Arguments, Channel, ClientId, CreateStreamAck, Dialect, Payload};

use crate::{
    client::{Client, Shared},
    error::SendError,
    message::Responder,
    queue::{QueueReceiver, queue},
};

use super::{Acceptor, P2pStream, Registration, StreamError, StreamOptions};

/// What the opener is told if the application just drops its request.
const NOT_ACCEPTED: &str = "the stream was not accepted";

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
        let shared = &self.shared;
        let (sender, offers) = queue(&shared.budget);
        let mut streams = shared.streams();
        let id = streams.next_acceptor;
        streams.next_acceptor += 1;
        if !streams.closed {
            let acceptor = Acceptor { id, offers: sender };
            streams.acceptors.insert(channel.clone(), acceptor);
        }
        drop(streams);
        StreamAcceptor {
            id,
            channel,
            offers,
            shared: Arc::clone(shared),
            client: self.clone().downgrade(),
        }
    }
}

/// A stream of requests; dropping it refuses those that wait and all that come later.
#[derive(Debug)]
pub struct StreamAcceptor {
    id: u64,
    channel: Option<Channel>,
    offers: QueueReceiver<StreamOffer>,
    shared: Arc<Shared>,
    client: crate::client::WeakClient,
}

impl StreamAcceptor {
    /// The next request, `None` once another acceptor has taken over or the client has ended.
    /// Cancel safe: no request is lost.
    pub async fn next(&mut self) -> Option<StreamOffer> {
        let offer = self.offers.next().await?;
        Some(offer.for_client(&self.client))
    }
}

impl Stream for StreamAcceptor {
    type Item = StreamOffer;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<StreamOffer>> {
        let offer = self.offers.poll_next(context);
        offer.map(|offer| Some(offer?.for_client(&self.client)))
    }
}

impl Drop for StreamAcceptor {
    fn drop(&mut self) {
        let mut streams = self.shared.streams();
        let acceptor = streams.acceptors.get(&self.channel);
        if acceptor.is_some_and(|acceptor| acceptor.id == self.id) {
            streams.acceptors.remove(&self.channel);
        }
    }
}

/// A request of a peer, or of the server, to open a stream. Dropping it refuses.
#[derive(Debug)]
#[must_use = "the peer waits for an answer"]
pub struct StreamOffer {
    /// What is needed to say yes or no; gone once that was said.
    pending: Option<Pending>,
    peer: ClientId,
    channel: Option<Channel>,
    args: Args,
}

#[derive(Debug)]
struct Pending {
    registration: Registration,
    responder: Responder,
    client: Option<Client>,
}

impl StreamOffer {
    pub(super) fn new(
        registration: Registration,
        channel: Option<Channel>,
        args: Option<Arguments>,
        attachments: Vec<Bytes>,
        responder: Responder,
    ) -> Self {
        let peer = registration.end.peer.clone();
        let pending = Some(Pending {
            registration,
            responder,
            client: None,
        });
        Self {
            pending,
            peer,
            channel,
            args: Args::new(args.unwrap_or_default(), attachments),
        }
    }

    /// The stream will keep the client alive, if it still is when the offer is taken.
    fn for_client(mut self, client: &crate::client::WeakClient) -> Self {
        if let Some(pending) = &mut self.pending {
            pending.client = client.upgrade();
        }
        self
    }

    /// Who asks; a name that ends in `--server-side` is the server itself.
    pub fn peer(&self) -> &ClientId {
        &self.peer
    }

    /// The channel, if the request came on one.
    pub fn channel(&self) -> Option<&Channel> {
        self.channel.as_ref()
    }

    /// The arguments that came with the request.
    pub fn args(&self) -> &Args {
        &self.args
    }

    /// Accepts (CLI-STR-F2). Fails if the opener has given up or left, or the connection ended.
    pub fn accept(self) -> Result<P2pStream, StreamError> {
        self.accept_with(StreamOptions::default())
    }

    /// Accepts, and says how our end behaves.
    pub fn accept_with(mut self, options: StreamOptions) -> Result<P2pStream, StreamError> {
        let Some(Pending {
            registration,
            responder,
            client,
        }) = self.pending.take()
        else {
            return Err(StreamError::DestroyedLocally);
        };
        if let Some(gone) = registration.end.gone() {
            return Err(gone);
        }
        let Some(client) = client else {
            return Err(StreamError::Disconnected(
                crate::state::DisconnectReason::Local,
            ));
        };
        // The answer is queued before anything that the application writes, and packets keep
        // their order, so the opener never sees data of a stream it does not know (DEV-24).
        responder.reply(CreateStreamAck::Accepted.encode());
        Ok(P2pStream::new(registration, client, options))
    }

    /// Refuses, with a reason for the peer.
    pub fn refuse(mut self, reason: &str) {
        self.answer_no(reason);
    }

    fn answer_no(&mut self, reason: &str) {
        if let Some(Pending {
            registration,
            responder,
            ..
        }) = self.pending.take()
        {
            // An empty text would mean yes.
            let reason = if reason.is_empty() {
                NOT_ACCEPTED
            } else {
                reason
            };
            responder.reply(CreateStreamAck::Refused(Payload::string(reason)).encode());
            // There is no other end that would have to be told.
            registration.end.finish(StreamError::DestroyedLocally);
        }
    }
}

impl Drop for StreamOffer {
    fn drop(&mut self) {
        self.answer_no(NOT_ACCEPTED);
    }
}
