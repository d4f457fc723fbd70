//! Requests and WebSocket connections beside a connection, for tests of the engine itself: a
//! second poll, a probe that fails, a request that makes no sense. Nothing is done that is not
//! asked for.

use std::{future::poll_fn, io};

use bytes::Bytes;
use tokio::{
    io::AsyncWriteExt as _,
    time::{Instant, timeout_at},
};

use crate::{
    close::CloseReason,
    cookies::Cookies,
    dial::{Dialer, Line},
    error::{ConnectError, Stage},
    frame::Frame,
    observer::{Direction, FrameObserver},
    options::ConnectOptions,
    transports::Transport,
    upgrade::{read_answer, upgrade},
    websocket::{Link as _, WebSocket},
    wire::Wire,
};

/// An HTTP request, written as it is given. `Host` and, unless it is given, `Connection: close`
/// are added, and the header fields of the [options](ConnectOptions::header).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// The method.
    pub method: String,
    /// The whole query, behind the path of the options.
    pub query: String,
    /// Header fields in order.
    pub headers: Vec<(String, String)>,
    /// The body; its length is stated unless it is empty.
    pub body: Bytes,
}

/// What a server answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// The status code; behind 101 nothing more is read.
    pub status: u16,
    /// The body, at most 64 KiB of it.
    pub body: Bytes,
}

impl HttpRequest {
    /// Sends the request on a connection of its own, which ends with the answer.
    ///
    /// Fails as [`connect`](crate::PacketSocket::connect) does, within the same time.
    pub async fn send(&self, options: &ConnectOptions) -> Result<HttpAnswer, ConnectError> {
        let text = self.head(options)?;
        let asked = async {
            let mut line = Dialer::new(options)?.dial().await?;
            // A server may refuse before it has read all of it: its answer counts.
            let written = match line.write_all(text.as_bytes()).await {
                Ok(()) => line.write_all(&self.body).await,
                failed => failed,
            };
            let answered = read_answer(&mut line).await;
            let (status, body) = answered
                .map_err(|error| unreachable(options, written.err().unwrap_or(error)))??;
            Ok(HttpAnswer { status, body })
        };
        within(options, asked).await
    }

    fn head(&self, options: &ConnectOptions) -> Result<String, ConnectError> {
        let mut fields = vec![("Host".to_owned(), options.authority())];
        let given = |name: &str| {
            let mut fields = self.headers.iter();
            fields.any(|(field, _)| field.eq_ignore_ascii_case(name))
        };
        if !given("connection") {
            fields.push(("Connection".to_owned(), "close".to_owned()));
        }
        if !self.body.is_empty() {
            fields.push(("Content-Length".to_owned(), self.body.len().to_string()));
        }
        let own = options.fields(&Cookies::default()).into_iter();
        fields.extend(own.map(|(name, value)| (name.to_owned(), value)));
        fields.extend(self.headers.iter().cloned());
        let Self { method, query, .. } = self;
        let mut lines = vec![format!("{method} {}?{query} HTTP/1.1", options.path)];
        lines.extend(
            fields
                .iter()
                .map(|(name, value)| format!("{name}: {value}")),
        );
        if lines.iter().any(|line| line.contains(['\r', '\n'])) {
            let why = "a request must not contain a line break".to_owned();
            return Err(ConnectError::InvalidOptions(why));
        }
        Ok(format!("{}\r\n\r\n", lines.join("\r\n")))
    }
}

/// A WebSocket that comes to a session of the engine which has another transport already. No
/// frame is sent by itself, and none is understood. Dropping it cuts it off.
#[derive(Debug)]
pub struct SessionSocket {
    wire: WebSocket<Line>,
    observer: FrameObserver,
}

impl SessionSocket {
    /// Asks for a WebSocket to this session. The [observer](ConnectOptions::observe) sees its frames.
    ///
    /// Fails as [`connect`](crate::PacketSocket::connect) does; a server that refuses may also
    /// let it in and close it at once.
    pub async fn connect(options: &ConnectOptions, sid: &str) -> Result<Self, ConnectError> {
        options.check()?;
        let target = options.session_target(Transport::WebSocket, sid);
        let opened = async {
            let mut line = Dialer::new(options)?.dial().await?;
            let received = upgrade(&mut line, options, &Cookies::default(), &target).await?;
            line.reset_on_drop();
            Ok(Self {
                wire: WebSocket::new(line, received, options.max_message_size).await,
                observer: options.observer.clone(),
            })
        };
        within(options, opened).await
    }

    /// Sends a frame.
    pub async fn send(&mut self, frame: Frame) -> Result<(), CloseReason> {
        poll_fn(|context| self.wire.poll_ready(context)).await?;
        self.observer.see(Direction::Out, &frame);
        self.wire.write(frame)?;
        poll_fn(|context| self.wire.poll_flush(context)).await
    }

    /// The next frame; a close frame of the server is an end like any other. Cancel safe.
    pub async fn recv(&mut self) -> Result<Frame, CloseReason> {
        let frame = poll_fn(|context| self.wire.poll_read(context)).await?;
        self.observer.see(Direction::In, &frame);
        match frame {
            Frame::Close { code, reason } => Err(CloseReason::WebSocketClose { code, reason }),
            frame => Ok(frame),
        }
    }
}

async fn within<T>(
    options: &ConnectOptions,
    doing: impl Future<Output = Result<T, ConnectError>>,
) -> Result<T, ConnectError> {
    let after = options.connect_timeout;
    let done = timeout_at(Instant::now() + after, doing).await;
    done.unwrap_or(Err(ConnectError::Timeout {
        after,
        waiting_for: Stage::Upgrade,
    }))
}

fn unreachable(options: &ConnectOptions, source: io::Error) -> ConnectError {
    ConnectError::Unreachable {
        address: options.authority(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> HttpRequest {
        HttpRequest {
            method: "POST".to_owned(),
            query: "EIO=4&sid=a b".to_owned(),
            headers: vec![("X-A".to_owned(), "1".to_owned())],
            body: Bytes::from_static(b"40"),
        }
    }

    #[test]
    fn requests_go_out_as_given() {
        let options = ConnectOptions::new("http://h").unwrap().header("X-B", "2");
        let text = "POST /socket.io/?EIO=4&sid=a b HTTP/1.1\r\nHost: h:80\r\nConnection: close\r\n\
            Content-Length: 2\r\nX-B: 2\r\nX-A: 1\r\n\r\n";
        assert_eq!(request().head(&options).unwrap(), text);
        let upgrades = HttpRequest {
            method: "GET".to_owned(),
            headers: vec![("connection".to_owned(), "Upgrade".to_owned())],
            body: Bytes::new(),
            ..request()
        };
        let text = "GET /socket.io/?EIO=4&sid=a b HTTP/1.1\r\nHost: h:80\r\nX-B: 2\r\n\
            connection: Upgrade\r\n\r\n";
        assert_eq!(upgrades.head(&options).unwrap(), text);
    }

    #[test]
    fn a_request_is_one() {
        let options = ConnectOptions::new("http://h").unwrap();
        let split = HttpRequest {
            query: "a\r\nb".to_owned(),
            ..request()
        };
        let error = split.head(&options).unwrap_err().to_string();
        assert!(error.contains("line break"), "{error}");
    }
}
