//! One HTTP/1.1 connection at a time, for one request at a time, kept alive between them.
//!
//! Polling needs two: the poll that waits, and the posts that go out meanwhile. hyper speaks the
//! HTTP; its connection is polled from here and not by a task of its own, so that everything a
//! connection does happens in one task, in one order, and ends with it.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, response::Parts};
use http_body::Body as _;
use http_body_util::Full;
use hyper::{
    body::Incoming,
    client::conn::{
        TrySendError,
        http1::{self, Connection, SendRequest},
    },
};
use hyper_util::rt::TokioIo;
use tokio::time::Instant;

use crate::{
    close::CloseReason,
    dial::{Dialer, Line},
    error::ConnectError,
};

type Asked = Request<Full<Bytes>>;
/// The error of a request that may not have been sent.
type Refused = TrySendError<Asked>;
type Future<T> = Pin<Box<dyn std::future::Future<Output = T> + Send>>;

/// An idle connection is left this long before the server is said to close it, so that no
/// request meets the end on its way. Node closes after 5 s.
const MARGIN: Duration = Duration::from_secs(1);

/// Why a request was not answered.
#[derive(Debug)]
pub(crate) enum Failure {
    /// No connection came about.
    Connect(ConnectError),
    /// The connection ended, or what came back is no HTTP.
    Closed(CloseReason),
}

impl From<Failure> for CloseReason {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Connect(error) => Self::Lost(error.to_string()),
            Failure::Closed(reason) => reason,
        }
    }
}

/// A live HTTP connection.
struct KeptAlive {
    sender: SendRequest<Full<Bytes>>,
    connection: Option<Connection<TokioIo<Line>, Full<Bytes>>>,
    /// Until when it may be used again.
    fresh_until: Option<Instant>,
    reused: bool,
}

impl KeptAlive {
    /// Moves bytes; must be called before anything that waits for them.
    fn drive(&mut self, context: &mut Context<'_>) {
        if let Some(connection) = &mut self.connection
            && Pin::new(connection).poll(context).is_ready()
        {
            // Its error, if there is one, is told to the request that waits for an answer.
            self.connection = None;
        }
    }

    fn is_usable(&self) -> bool {
        self.connection.is_some()
            && !self.sender.is_closed()
            && self.fresh_until.is_none_or(|until| Instant::now() < until)
    }
}

enum State {
    Idle,
    /// The request waits for a connection.
    Queued(Box<Asked>),
    Dialing(Future<Result<KeptAlive, ConnectError>>, Box<Asked>),
    Asking(Future<Result<Response<Incoming>, Refused>>),
    Reading(Incoming),
}

/// See the module.
pub(crate) struct HttpClient {
    dialer: Dialer,
    link: Option<KeptAlive>,
    state: State,
}

impl HttpClient {
    pub(crate) fn new(dialer: Dialer) -> Self {
        Self {
            dialer,
            link: None,
            state: State::Idle,
        }
    }

    /// Takes over a connection that was dialed before.
    pub(crate) async fn with_line(dialer: Dialer, line: Line) -> Result<Self, ConnectError> {
        let kept = establish(line, dialer.address()).await?;
        Ok(Self {
            link: Some(kept),
            ..Self::new(dialer)
        })
    }

    pub(crate) fn is_idle(&self) -> bool {
        matches!(self.state, State::Idle)
    }

    /// Whether a request is written and its answer has not come. The connection writes a
    /// request when it is driven next, which [`poll_head`](Self::poll_head) does before it
    /// looks for an answer.
    pub(crate) fn is_asking(&self) -> bool {
        matches!(self.state, State::Asking(_))
    }

    /// Begins a request; there is none under way.
    pub(crate) fn ask(&mut self, request: Asked) {
        self.state = State::Queued(Box::new(request));
    }

    /// Gives the head of the answer.
    pub(crate) fn poll_head(&mut self, context: &mut Context<'_>) -> Poll<Result<Parts, Failure>> {
        loop {
            if let Some(link) = &mut self.link {
                link.drive(context);
            }
            match &mut self.state {
                State::Queued(_) => ready!(self.poll_link(context)),
                State::Dialing(dial, _) => {
                    let link = ready!(dial.as_mut().poll(context)).map_err(Failure::Connect)?;
                    self.link = Some(link);
                    if let State::Dialing(_, request) =
                        std::mem::replace(&mut self.state, State::Idle)
                    {
                        self.state = State::Queued(request);
                    }
                }
                State::Asking(answer) => match ready!(answer.as_mut().poll(context)) {
                    Ok(answer) => {
                        let (parts, body) = answer.into_parts();
                        self.note_keep_alive(&parts);
                        self.state = State::Reading(body);
                        return Poll::Ready(Ok(parts));
                    }
                    Err(error) => self.retry(error)?,
                },
                State::Idle | State::Reading(_) => {
                    return Poll::Ready(Err(Failure::Closed(CloseReason::Http(
                        "an answer nobody asked for".to_owned(),
                    ))));
                }
            }
        }
    }

    /// Sends the queued request if there is a connection, and dials otherwise.
    fn poll_link(&mut self, context: &mut Context<'_>) -> Poll<()> {
        let usable = match &mut self.link {
            Some(link) if link.is_usable() => ready!(link.sender.poll_ready(context)).is_ok(),
            _ => false,
        };
        let State::Queued(request) = std::mem::replace(&mut self.state, State::Idle) else {
            return Poll::Ready(());
        };
        self.state = if let Some(link) = self.link.as_mut().filter(|_| usable) {
            State::Asking(Box::pin(link.sender.try_send_request(*request)))
        } else {
            self.link = None;
            let dialer = self.dialer.clone();
            let dial = async move {
                let line = dialer.dial().await?;
                establish(line, dialer.address()).await
            };
            State::Dialing(Box::pin(dial), request)
        };
        Poll::Ready(())
    }

    /// A kept connection may have ended before the request was written: then it is not lost.
    fn retry(&mut self, mut error: Refused) -> Result<(), Failure> {
        let reused = self.link.take().is_some_and(|link| link.reused);
        self.state = State::Idle;
        match error.take_message() {
            Some(request) if reused => {
                self.ask(request);
                Ok(())
            }
            _ => Err(Failure::Closed(lost(&error.into_error()))),
        }
    }

    fn note_keep_alive(&mut self, parts: &Parts) {
        let Some(link) = &mut self.link else { return };
        link.reused = true;
        let fields = parts
            .headers
            .get("keep-alive")
            .and_then(|field| field.to_str().ok());
        let mut fields = fields.unwrap_or_default().split(',');
        let seconds = fields.find_map(|field| field.trim().strip_prefix("timeout=")?.parse().ok());
        let keep = seconds.map(|seconds: u32| Duration::from_secs(seconds.into()));
        link.fresh_until = keep.map(|keep| Instant::now() + keep.saturating_sub(MARGIN));
    }

    /// The next piece of the body, `None` at its end.
    pub(crate) fn poll_body(
        &mut self,
        context: &mut Context<'_>,
    ) -> Poll<Result<Option<Bytes>, CloseReason>> {
        loop {
            if let Some(link) = &mut self.link {
                link.drive(context);
            }
            let State::Reading(body) = &mut self.state else {
                return Poll::Ready(Ok(None));
            };
            match ready!(Pin::new(body).poll_frame(context)) {
                Some(Ok(frame)) => {
                    // Trailers are of no interest.
                    if let Ok(data) = frame.into_data() {
                        return Poll::Ready(Ok(Some(data)));
                    }
                }
                Some(Err(error)) => {
                    self.give_up();
                    return Poll::Ready(Err(lost(&error)));
                }
                None => {
                    self.state = State::Idle;
                    return Poll::Ready(Ok(None));
                }
            }
        }
    }

    /// Drops the answer, and with it the connection.
    pub(crate) fn give_up(&mut self) {
        self.state = State::Idle;
        self.link = None;
    }

    pub(crate) fn reset_on_drop(&self) {
        self.dialer.reset_on_drop();
    }
}

async fn establish(line: Line, address: &str) -> Result<KeptAlive, ConnectError> {
    let (sender, connection) = http1::Builder::new()
        .handshake(TokioIo::new(line))
        .await
        .map_err(|error| ConnectError::Unreachable {
            address: address.to_owned(),
            source: std::io::Error::other(error),
        })?;
    Ok(KeptAlive {
        sender,
        connection: Some(connection),
        fresh_until: None,
        reused: false,
    })
}

/// Translates the errors of the HTTP library.
fn lost(error: &hyper::Error) -> CloseReason {
    let mut text = error.to_string();
    if let Some(cause) = std::error::Error::source(error) {
        text = format!("{text}: {cause}");
    }
    if error.is_parse() {
        CloseReason::Http(text)
    } else {
        CloseReason::Lost(text)
    }
}
