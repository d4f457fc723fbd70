//! HTTP long-polling: a GET that waits for frames, and POSTs that carry them.
//!
//! There is always one GET under way while the application takes packets, and never more than
//! one, since servers refuse a second; the same goes for POSTs. Frames that are written while a
//! POST is under way wait and travel together in the next, up to the server's `maxPayload`.
//! A frame counts as flushed when the server has answered the POST that carried it.

mod encode;
mod lane;
mod payload;

use std::{
    collections::VecDeque,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{HeaderName, Method, Request, StatusCode, header, response::Parts};
use http_body_util::Full;

use self::{
    encode::encode,
    lane::{Failure, Lane},
    payload::Payload,
};
use crate::{
    close::CloseReason,
    cookies::Cookies,
    dial::{Dialer, Line},
    error::{ConnectError, HttpRefusal},
    frame::Frame,
    handshake::Handshake,
    options::ConnectOptions,
    transports::Transport,
    wire::Wire,
};

/// How much waits for the next POST before `poll_ready` says no. One frame always fits.
const QUEUE: usize = 64 << 10;
/// The size of a POST for a server that does not tell its `maxPayload`.
const PAYLOAD: usize = 64 << 10;
/// The largest body that is read of a refusal or of the answer to a POST.
const MAX_BODY: usize = 64 << 10;
/// Fields of the options that would contradict what the HTTP library writes.
const RULED: [HeaderName; 4] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
];

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
    get: Lane,
    answer: Answer,
    post: Lane,
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
            get: Lane::with_line(dialer.clone(), line).await?,
            answer: Answer::None,
            post: Lane::new(dialer),
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

    /// Whether no POST is under way.
    pub(crate) fn has_posted_all(&self) -> bool {
        self.post.is_idle()
    }

    /// Takes the frames that have not been posted.
    pub(crate) fn take_queue(&mut self) -> VecDeque<Frame> {
        self.queued = 0;
        std::mem::take(&mut self.queue)
    }

    fn request(
        &self,
        method: Method,
        content_type: Option<&'static str>,
        body: Bytes,
    ) -> Result<Request<Full<Bytes>>, ConnectError> {
        let target = match &self.sid {
            None => self.options.target(Transport::Polling),
            Some(sid) => self.options.session_target(Transport::Polling, sid),
        };
        let mut request = Request::builder().method(method).uri(target);
        let fields = self.options.fields(&self.cookies);
        let given = |name: &str| fields.iter().any(|(key, _)| key.eq_ignore_ascii_case(name));
        for (name, value) in [
            ("host", self.options.authority()),
            ("accept", "*/*".to_owned()),
        ] {
            if !given(name) {
                request = request.header(name, value);
            }
        }
        if let Some(content_type) = content_type {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        for (name, value) in &fields {
            if !RULED
                .iter()
                .any(|ruled| ruled.as_str().eq_ignore_ascii_case(name))
            {
                request = request.header(*name, value);
            }
        }
        request
            .body(Full::new(body))
            .map_err(|error| ConnectError::InvalidOptions(error.to_string()))
    }

    /// Goes on with the GET until the head of a good answer is there.
    fn poll_answer(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Ended>> {
        loop {
            match &mut self.answer {
                Answer::Payload(_) => return Poll::Ready(Ok(())),
                Answer::Refused(refusal) => {
                    // A refusal is worth telling even if its body breaks off.
                    if let Ok(Some(data)) = ready!(self.get.poll_body(context)) {
                        refusal.body.extend_from_slice(&data);
                        if refusal.body.len() <= MAX_BODY {
                            continue;
                        }
                    }
                    let (status, fields) = (&refusal.parts.status, &refusal.parts.headers);
                    refusal.body.truncate(MAX_BODY);
                    let text = |value: &[u8]| String::from_utf8_lossy(value).into_owned();
                    let headers = fields.iter();
                    let told = HttpRefusal {
                        status: status.as_u16(),
                        headers: headers
                            .map(|(name, value)| (name.to_string(), text(value.as_bytes())))
                            .collect(),
                        body: std::mem::take(&mut refusal.body).into(),
                    };
                    self.get.give_up();
                    self.answer = Answer::None;
                    return Poll::Ready(Err(Ended::Refused(told)));
                }
                Answer::None => {
                    let head = ready!(self.get.poll_head(context)).map_err(Ended::Failed)?;
                    self.answer = self.answered(head).map_err(Ended::Failed)?;
                }
            }
        }
    }

    fn answered(&mut self, head: Parts) -> Result<Answer, Failure> {
        self.cookies.take(&head.headers);
        if head.status != StatusCode::OK {
            let (parts, body) = (Box::new(head), Vec::new());
            return Ok(Answer::Refused(Refusal { parts, body }));
        }
        let field = |name| head.headers.get(name).and_then(|value| value.to_str().ok());
        if let Some(coding) = field(header::CONTENT_ENCODING)
            && !coding.eq_ignore_ascii_case("identity")
        {
            let why = format!("content-encoding {coding} was not asked for");
            return Err(Failure::Closed(CloseReason::Http(why)));
        }
        let content_type = field(header::CONTENT_TYPE).unwrap_or_default();
        Ok(Answer::Payload(Payload::new(
            self.options.eio,
            content_type,
            self.options.max_message_size,
        )))
    }

    /// Goes on with the POST under way, if there is one.
    fn poll_posted(&mut self, context: &mut Context<'_>) -> Poll<Result<(), CloseReason>> {
        while !self.post.is_idle() {
            let Some((status, body)) = &mut self.posted else {
                let head = ready!(self.post.poll_head(context)).map_err(CloseReason::from)?;
                self.cookies.take(&head.headers);
                self.posted = Some((head.status, Vec::new()));
                continue;
            };
            let piece = ready!(self.post.poll_body(context));
            if let Ok(Some(data)) = &piece {
                body.extend_from_slice(data);
                if body.len() <= MAX_BODY {
                    continue;
                }
            }
            let (status, body) = (status.as_u16(), std::mem::take(body));
            self.posted = None;
            if status != 200 {
                return Poll::Ready(Err(refused(status, &body)));
            }
            if piece?.is_some() {
                let why = "the answer to a post does not end".to_owned();
                return Poll::Ready(Err(CloseReason::Http(why)));
            }
        }
        Poll::Ready(Ok(()))
    }

    /// Begins a POST with as many frames as fit.
    fn begin_post(&mut self) -> Result<(), CloseReason> {
        let (mut frames, mut total) = (Vec::new(), 0);
        while let Some(frame) = self.queue.front() {
            let size = encode::size(self.options.eio, frame);
            // The goodbye travels alone: servers handle packets later than the end of an engine.
            let alone = matches!(frame, Frame::Close { .. });
            if !frames.is_empty() && (alone || total + size > self.max_payload) {
                break;
            }
            total += size;
            frames.extend(self.queue.pop_front());
        }
        self.queued = self.queue.iter().map(Frame::len).sum();
        let body = encode(self.options.eio, self.options.polling_base64, &frames);
        let request = self
            .request(Method::POST, Some(body.content_type), body.data)
            .map_err(|error| CloseReason::Http(error.to_string()))?;
        self.post.ask(request);
        Ok(())
    }

    fn poll_write_out(&mut self, context: &mut Context<'_>) -> Poll<Result<(), CloseReason>> {
        loop {
            ready!(self.poll_posted(context))?;
            if self.queue.is_empty() {
                return Poll::Ready(Ok(()));
            }
            if self.held == Held::All {
                return Poll::Pending;
            }
            self.begin_post()?;
        }
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

fn refused(status: u16, body: &[u8]) -> CloseReason {
    let start = body.get(..400).unwrap_or(body);
    CloseReason::HttpStatus {
        status,
        body: String::from_utf8_lossy(start).into_owned(),
    }
}
