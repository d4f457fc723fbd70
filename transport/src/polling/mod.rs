//! HTTP long-polling: a GET that waits for frames, and POSTs that carry them.
//!
//! There is always one GET under way while the application takes packets, and never more than
//! one, since servers refuse a second; the same goes for POSTs. Frames that are written while a
//! POST is under way wait and travel together in the next, up to the server's `maxPayload`.
//! A frame counts as flushed when the server has answered the POST that carried it.

mod encode;
mod get;
mod http_client;
pub(crate) mod payload;
mod post;

use std::{
    collections::VecDeque,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{Method, StatusCode, response::Parts};

use self::{
    http_client::{Failure, HttpClient},
    payload::Payload,
    post::refused,
};
use crate::{
    close::CloseReason,
    cookies::Cookies,
    dial::{Dialer, Line},
    error::{ConnectError, HttpRefusal},
    frame::Frame,
    handshake::Handshake,
    options::ConnectOptions,
    wire::Wire,
};

/// How much waits for the next POST before `poll_ready` says no. One frame always fits.
const QUEUE: usize = 64 << 10;
/// The size of a POST for a server that does not tell its `maxPayload`.
const PAYLOAD: usize = 64 << 10;
/// The largest body that is read of a refusal or of the answer to a POST.
const MAX_BODY: usize = 64 << 10;

/// The answer to a GET.
enum Answer {
    /// None is under way, or its head has not come.
    None,
    Payload(Payload),
    Refused(Refusal),
}

/// An answer with another status than 200, whose body is being read.
struct Refusal {
    parts: Box<Parts>,
    body: Vec<u8>,
}

/// How much of polling has been stopped for a change of transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(crate) enum Held {
    Nothing,
    /// No further GET.
    Reading,
    /// And no further POST.
    All,
}

/// Why a GET did not give frames.
enum Ended {
    Refused(HttpRefusal),
    Failed(Failure),
}

impl From<Ended> for CloseReason {
    fn from(ended: Ended) -> Self {
        match ended {
            Ended::Refused(refusal) => refused(refusal.status, &refusal.body),
            Ended::Failed(failure) => failure.into(),
        }
    }
}

/// Frames over HTTP.
pub(crate) struct Polling {
    options: ConnectOptions,
    cookies: Cookies,
    sid: Option<String>,
    max_payload: usize,
    get: HttpClient,
    answer: Answer,
    post: HttpClient,
    /// The status of the POST whose answer is being read, and the body so far.
    posted: Option<(StatusCode, Vec<u8>)>,
    queue: VecDeque<Frame>,
    queued: usize,
    /// What is not begun any more, because the session moves to a WebSocket.
    held: Held,
    /// This side has said goodbye.
    closing: bool,
    /// The server has.
    ended: bool,
    /// Why posting failed; told after the frames that are at hand.
    fault: Option<CloseReason>,
}

impl Polling {
    /// Begins a session over a stream: asks for the OPEN packet and waits for the head of the
    /// answer.
    pub(crate) async fn open(
        dialer: Dialer,
        line: Line,
        options: &ConnectOptions,
    ) -> Result<Self, ConnectError> {
        let address = dialer.address().to_owned();
        let mut polling = Self {
            options: options.clone(),
            cookies: Cookies::default(),
            sid: None,
            max_payload: PAYLOAD,
            get: HttpClient::with_line(dialer.clone(), line).await?,
            answer: Answer::None,
            post: HttpClient::new(dialer),
            posted: None,
            queue: VecDeque::new(),
            queued: 0,
            held: Held::Nothing,
            closing: false,
            ended: false,
            fault: None,
        };
        let request = polling.request(Method::GET, None, Bytes::new())?;
        polling.get.ask(request);
        let answered = std::future::poll_fn(|context| polling.poll_answer(context)).await;
        match answered {
            Ok(()) => Ok(polling),
            Err(Ended::Refused(refusal)) => Err(ConnectError::Http(refusal)),
            Err(Ended::Failed(Failure::Connect(error))) => Err(error),
            Err(Ended::Failed(Failure::Closed(CloseReason::Lost(why)))) => {
                let source = std::io::Error::other(why);
                Err(ConnectError::Unreachable { address, source })
            }
            Err(Ended::Failed(Failure::Closed(reason))) => Err(ConnectError::Closed(reason)),
        }
    }

    /// The session has been opened.
    pub(crate) fn opened(&mut self, handshake: &Handshake) {
        self.sid = Some(handshake.engine_sid.clone());
        if let Some(max) = handshake.max_payload {
            self.max_payload = usize::try_from(max).unwrap_or(usize::MAX);
        }
    }

    /// The cookies that the server has set.
    pub(crate) fn cookies(&self) -> &Cookies {
        &self.cookies
    }

    /// Begins no further request, or goes on.
    pub(crate) fn hold(&mut self, held: Held) {
        self.held = held;
    }

    /// Whether no GET is under way and all that was received has been read.
    pub(crate) fn has_read_all(&self) -> bool {
        self.get.is_idle() && matches!(self.answer, Answer::None)
    }

    /// Whether a GET has been handed to the operating system, and its answer has not begun.
    pub(crate) fn poll_waits(&self) -> bool {
        self.get.is_asking()
    }

    /// Whether no POST is under way.
    pub(crate) fn has_posted_all(&self) -> bool {
        self.post.is_idle()
    }

    /// Takes the frames that have not been posted.
    pub(crate) fn take_queue(&mut self) -> VecDeque<Frame> {
        self.queued = 0;
        std::mem::take(&mut self.queue)
    }

    /// Keeps the fault for the reader: an application that only reads must learn it, too.
    fn noting<T>(&mut self, polled: Poll<Result<T, CloseReason>>) -> Poll<Result<T, CloseReason>> {
        polled.map_err(|reason| self.fault.insert(reason).clone())
    }
}

impl Wire for Polling {
    fn poll_read(&mut self, context: &mut Context<'_>) -> Poll<Result<Frame, CloseReason>> {
        loop {
            if let Answer::Payload(payload) = &mut self.answer {
                if let Some(frame) = payload.next()? {
                    self.ended |= matches!(&frame, Frame::Text(text) if text == "1");
                    return Poll::Ready(Ok(frame));
                }
                if payload.is_done() {
                    self.answer = Answer::None;
                    continue;
                }
                match ready!(self.get.poll_body(context))? {
                    Some(data) => payload.push(&data),
                    None => payload.finish(),
                }
                continue;
            }
            if let Some(fault) = self.fault.clone() {
                return Poll::Ready(Err(fault));
            }
            if self.has_read_all() {
                if self.closing {
                    // Once the goodbye is posted there is nothing to wait for.
                    let written = self.poll_write_out(context);
                    ready!(self.noting(written))?;
                }
                if self.closing || self.ended {
                    return Poll::Ready(Err(CloseReason::Lost("end of stream".to_owned())));
                }
                if self.held >= Held::Reading {
                    return Poll::Pending;
                }
                let request = self
                    .request(Method::GET, None, Bytes::new())
                    .map_err(|error| CloseReason::Http(error.to_string()))?;
                self.get.ask(request);
            }
            ready!(self.poll_answer(context))?;
        }
    }

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), CloseReason>> {
        if self.queued >= QUEUE {
            let written = self.poll_write_out(context);
            if let Poll::Ready(Err(error)) = self.noting(written) {
                return Poll::Ready(Err(error));
            }
        }
        if self.queued < QUEUE {
            Poll::Ready(Ok(()))
        } else {
            Poll::Pending
        }
    }

    fn write(&mut self, frame: Frame) -> Result<(), CloseReason> {
        // To a session that the server has closed there is nothing to say.
        if !self.ended {
            self.closing |= match &frame {
                Frame::Close { .. } => true,
                Frame::Text(text) => text == "1",
                Frame::Binary(_) => false,
            };
            self.queued += frame.len();
            self.queue.push_back(frame);
        }
        Ok(())
    }

    fn poll_flush(&mut self, context: &mut Context<'_>) -> Poll<Result<(), CloseReason>> {
        let written = self.poll_write_out(context);
        self.noting(written)
    }

    fn reset_on_drop(&mut self) {
        self.get.reset_on_drop();
    }
}
