//! A stream in the hands of the application.
//!
//! Reading empties the [`End`]. Writing makes one message of each chunk and keeps the place of its
//! answer; as many may be open as the window says, one by default (CLI-STR-10). Answers come in
//! the order of the chunks, so only the oldest is looked at. The bytes of a chunk take room in the
//! outgoing buffer like any other packet, so many streams cannot outgrow it.
//!
//! Nothing here spawns: a stream costs no task, and makes no progress unless it is polled, but
//! what is already written goes out, because the task of the connection has it.

use std::{
    collections::VecDeque,
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use sio_p2p_protocol::{
    Arguments, Binary, ClientId, Dialect, EventName, Payload, StreamDataAck, StreamId,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    sync::OwnedSemaphorePermit,
    time::{Instant, Sleep, sleep_until},
};
use tokio_util::sync::PollSemaphore;

use crate::{
    acks::{Awaited, Outcome},
    client::Client,
    outbox,
};

use super::{
    end::{End, Found},
    error::StreamError,
    options::StreamOptions,
    table::Registration,
};

/// A byte stream between this client and another: `AsyncRead` and `AsyncWrite`.
///
/// - **Writing** waits until the peer has taken what was written before; `flush` waits until it
///   has taken everything.
/// - **`shutdown`** ends this direction: the peer reads everything that was written, then the
///   end (CLI-STR-11), and can go on writing. In dialect `v1` the original tells its peer
///   nothing; this client sends the same marker there, which its peers understand.
/// - **Dropping** it destroys both ends (CLI-STR-4). What the peer has taken, a peer of this
///   library can still read.
/// - **Errors** carry a [`StreamError`], which says which end it was and why.
///
/// It keeps the client alive. Its methods are cancel safe as those of any tokio stream: `read`,
/// `write` and `flush` lose nothing, `write_all` and `read_exact` may have done a part.
#[derive(Debug)]
pub struct P2pStream {
    registration: Registration,
    /// Keeps the connection; dropped after the registration, whose farewell needs it.
    client: Client,
    options: StreamOptions,
    /// The event name of our chunks: it carries the id of this end.
    event: EventName,
    /// Room in the outgoing buffer, in a form that `poll` functions can wait for.
    room: PollSemaphore,
    /// Chunks that the peer has not taken yet, the oldest first.
    in_flight: VecDeque<(Awaited, Instant)>,
    marker: Marker,
    /// When to look again at an end that may not be one.
    grace: Option<Pin<Box<Sleep>>>,
    /// When the oldest chunk has waited too long.
    overdue: Option<Pin<Box<Sleep>>>,
}

/// The end marker of our own direction.
#[derive(Debug)]
enum Marker {
    NotSent,
    Sent(Awaited),
    Answered,
}

impl P2pStream {
    /// Both sides agreed.
    pub(super) fn new(registration: Registration, client: Client, options: StreamOptions) -> Self {
        registration.end.open(options.read_buffer);
        let event = registration.end.own_stream.data_event();
        let room = PollSemaphore::new(client.shared.outbox.room());
        Self {
            registration,
            client,
            options,
            event,
            room,
            in_flight: VecDeque::new(),
            marker: Marker::NotSent,
            grace: None,
            overdue: None,
        }
    }

    /// The client at the other end; a name that ends in `--server-side` is the server itself.
    pub fn peer(&self) -> &ClientId {
        &self.end().peer
    }

    /// The id of this end.
    pub fn id(&self) -> &StreamId {
        &self.end().own_stream
    }

    /// The id of the other end.
    pub fn peer_id(&self) -> &StreamId {
        &self.end().peer_stream
    }

    /// Destroys both ends. The same as dropping the stream.
    pub fn destroy(self) {}

    fn end(&self) -> &End {
        &self.registration.end
    }

    /// Sends one chunk or the end marker.
    fn send(&self, chunk: Option<Bytes>, room: Option<OwnedSemaphorePermit>) -> Awaited {
        let shared = &self.client.shared;
        let args = match chunk {
            Some(data) => Binary(data).into(),
            None => Arguments::from_payloads(&[Payload::null()]).into(),
        };
        let peer = self.end().peer.clone();
        let (event, attachments) = shared
            .messenger
            .message(peer, self.event.clone(), args, true);
        let awaited = shared.acks.open(None);
        let packet = outbox::event(&event, attachments, Some(awaited.id));
        // A client that has ended has ended its streams, so nobody needs to hear of it here.
        let _ = shared.outbox.push(packet, Some(self.end().epoch), room);
        awaited
    }

    /// Fails the stream on our side and tells the peer.
    pub(super) fn fail(&self, why: StreamError) -> io::Error {
        let registration = &self.registration;
        registration.streams.remove(&registration.end);
        if registration.end.close(why.clone()) {
            registration.streams.tell_destroyed(&registration.end);
        }
        // The first reason is the true one.
        self.end().closed().unwrap_or(why).into()
    }

    /// What the answer to a chunk means.
    fn judge(&self, outcome: Outcome) -> io::Result<()> {
        match outcome {
            Ok(answer) => match StreamDataAck::decode(&answer.json) {
                // Whatever is no refusal is an answer, as in the original.
                Ok(StreamDataAck::Taken) | Err(_) => Ok(()),
                Ok(StreamDataAck::WriteFailed(reason)) => {
                    let peer = self.end().peer.clone();
                    let reason = reason.to_text().unwrap_or_else(|| reason.to_string());
                    Err(self.fail(StreamError::WriteRefused { peer, reason }))
                }
            },
            Err(reason) => Err(self.fail(StreamError::Disconnected(reason))),
        }
    }

    /// Ready when fewer than `most` chunks wait for their answer.
    fn poll_answers(&mut self, context: &mut Context<'_>, most: usize) -> Poll<io::Result<()>> {
        // Whoever writes to an end that is gone learns why, answered or not.
        self.end().poll_writable(context).map_err(io::Error::from)?;
        while let Some((oldest, _)) = self.in_flight.front_mut() {
            match Pin::new(oldest).poll(context) {
                Poll::Ready(outcome) => {
                    self.in_flight.pop_front();
                    self.overdue = None;
                    self.judge(outcome)?;
                }
                Poll::Pending if self.in_flight.len() < most => break,
                Poll::Pending => {
                    ready!(self.poll_overdue(context));
                    let peer = self.end().peer.clone();
                    return Poll::Ready(Err(self.fail(StreamError::AckTimeout { peer })));
                }
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Ready when the oldest chunk has waited too long.
    fn poll_overdue(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let (Some(timeout), Some((_, sent))) = (self.options.ack_timeout, self.in_flight.front())
        else {
            return Poll::Pending;
        };
        let due = *sent + timeout;
        let overdue = self
            .overdue
            .get_or_insert_with(|| Box::pin(sleep_until(due)));
        overdue.as_mut().poll(context)
    }
}

impl AsyncRead for P2pStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        loop {
            let grace = self.options.end_grace;
            match ready!(self.end().poll_read(context, buffer, grace))? {
                Found::Data | Found::End => {
                    self.grace = None;
                    return Poll::Ready(Ok(()));
                }
                Found::EndAt(time) => {
                    let wait = self
                        .grace
                        .get_or_insert_with(|| Box::pin(sleep_until(time)));
                    if wait.deadline() != time {
                        wait.as_mut().reset(time);
                    }
                    ready!(wait.as_mut().poll(context));
                }
            }
        }
    }
}

impl AsyncWrite for P2pStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        if !matches!(self.marker, Marker::NotSent) {
            return Poll::Ready(Err(StreamError::ShutDown.into()));
        }
        let window = self.options.window.max(1);
        ready!(self.poll_answers(context, window))?;
        let length = data.len().min(self.options.chunk_size.max(1));
        if length == 0 {
            return Poll::Ready(Ok(0));
        }
        // Room in the outgoing buffer: other traffic of this client comes first if it was first.
        let need = self.client.shared.outbox.need(length);
        let Some(room) = ready!(self.room.poll_acquire_many(context, need)) else {
            let reason = crate::state::DisconnectReason::Local;
            return Poll::Ready(Err(self.fail(StreamError::Disconnected(reason))));
        };
        let chunk = Bytes::copy_from_slice(&data[..length]);
        let awaited = self.send(Some(chunk), Some(room));
        self.in_flight.push_back((awaited, Instant::now()));
        Poll::Ready(Ok(length))
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_answers(context, 1)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if matches!(self.marker, Marker::NotSent) {
            // The end goes out after everything before it was taken (unlike DEV-16).
            ready!(self.poll_answers(context, 1))?;
            self.marker = Marker::Sent(self.send(None, None));
        }
        let this = &mut *self;
        let Marker::Sent(awaited) = &mut this.marker else {
            return Poll::Ready(Ok(()));
        };
        // Peers of dialect v1 do not answer the marker.
        let outcome = match this.client.shared.dialect {
            Dialect::V1 => Ok(sio_p2p_transport::Data::default()),
            Dialect::V2 => match Pin::new(awaited).poll(context) {
                Poll::Ready(outcome) => outcome,
                // A peer that has destroyed its end meanwhile has everything all the same.
                Poll::Pending if this.end().poll_writable(context).is_err() => {
                    return Poll::Ready(Ok(()));
                }
                Poll::Pending => return Poll::Pending,
            },
        };
        if outcome.is_ok() {
            this.marker = Marker::Answered;
        }
        Poll::Ready(this.judge(outcome))
    }
}
