//! A bare HTTP server that does what a test tells it, for polling.

use sio_p2p_transport::ConnectOptions;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
};

use super::soon;

/// A server whose requests are answered by the test, one by one.
#[derive(Debug)]
pub(crate) struct HttpServer {
    url: String,
    requests: mpsc::UnboundedReceiver<Request>,
}

/// A request that waits for its answer. Dropping it hangs up.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    pub(crate) target: String,
    /// The header fields, as they came.
    pub(crate) head: String,
    pub(crate) body: String,
    /// The number of the connection it came on.
    pub(crate) connection: usize,
    tcp: TcpStream,
    back: mpsc::UnboundedSender<Request>,
}

impl HttpServer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (back, requests) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut connection = 0;
            while let Ok((tcp, _)) = listener.accept().await {
                tokio::spawn(read(tcp, connection, back.clone()));
                connection += 1;
            }
        });
        Self { url, requests }
    }

    /// Options to connect to it.
    pub(crate) fn options(&self) -> ConnectOptions {
        ConnectOptions::new(&self.url)
            .unwrap()
            .transports(sio_p2p_transport::Transports::Polling)
    }

    /// The next request, on whatever connection.
    pub(crate) async fn request(&mut self) -> Request {
        soon(self.requests.recv()).await.expect("a request")
    }

    /// Opens an Engine.IO 4 session and connects the default namespace. The session id needs
    /// escaping.
    pub(crate) async fn greet(&mut self, upgrades: &str) {
        let first = self.request().await;
        assert_eq!(first.method, "GET");
        let open = format!(
            r#"0{{"sid":"s&","upgrades":{upgrades},"pingInterval":25000,"pingTimeout":20000}}"#
        );
        first.answer("200 OK", "", &open).await;
        // The poll and the post come in any order, and an attempt to upgrade may be among them.
        let mut kept = Vec::new();
        let (mut poll, mut post) = (None, None);
        while poll.is_none() || post.is_none() {
            let request = self.request().await;
            assert!(request.target.contains("&sid=s%26"), "{}", request.target);
            if request.method == "POST" {
                assert_eq!(request.body, "40");
                post = Some(request);
            } else if request.target.contains("transport=polling") {
                poll = Some(request);
            } else {
                kept.push(request);
            }
        }
        for request in kept {
            let back = request.back.clone();
            back.send(request).unwrap();
        }
        let (poll, post) = (poll.unwrap(), post.unwrap());
        post.answer("200 OK", "Content-Type: text/html\r\n", "ok")
            .await;
        poll.answer("200 OK", "", r#"40{"sid":"x"}"#).await;
    }
}

impl Request {
    /// Answers; the connection stays open for the next request.
    pub(crate) async fn answer(self, status: &str, fields: &str, body: &str) {
        let length = body.len();
        let head = format!("HTTP/1.1 {status}\r\n{fields}Content-Length: {length}\r\n\r\n");
        let Self {
            mut tcp,
            back,
            connection,
            ..
        } = self;
        soon(tcp.write_all(format!("{head}{body}").as_bytes()))
            .await
            .unwrap();
        tokio::spawn(read(tcp, connection, back));
    }

    /// The TCP stream, for answers that are none.
    pub(crate) fn into_tcp(self) -> TcpStream {
        self.tcp
    }

    /// Switches to a WebSocket.
    pub(crate) async fn switch(self) -> TcpStream {
        use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
        let key = self.field("sec-websocket-key").expect("a key");
        let accept = derive_accept_key(key.as_bytes());
        let mut tcp = self.tcp;
        let answer = format!(
            "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
            Sec-WebSocket-Accept: {accept}\r\n\r\n"
        );
        soon(tcp.write_all(answer.as_bytes())).await.unwrap();
        tcp
    }

    /// The value of a header field.
    pub(crate) fn field(&self, name: &str) -> Option<String> {
        let mut lines = self.head.lines();
        lines.find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then(|| value.to_owned())
        })
    }
}

/// Reads one request and hands it over.
async fn read(mut tcp: TcpStream, connection: usize, back: mpsc::UnboundedSender<Request>) {
    let mut received = Vec::new();
    let end = loop {
        if let Some(end) = received.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            break end + 4;
        }
        if !matches!(tcp.read_buf(&mut received).await, Ok(1..)) {
            return;
        }
    };
    let head = String::from_utf8(received[..end].to_vec()).unwrap();
    let length = head.to_ascii_lowercase();
    let length = length
        .lines()
        .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())
        .unwrap_or(0);
    while received.len() < end + length {
        if !matches!(tcp.read_buf(&mut received).await, Ok(1..)) {
            return;
        }
    }
    let mut words = head.split(' ');
    let request = Request {
        method: words.next().unwrap().to_owned(),
        target: words.next().unwrap().to_owned(),
        body: String::from_utf8_lossy(&received[end..]).into_owned(),
        head,
        connection,
        tcp,
        back: back.clone(),
    };
    let _ = back.send(request);
}
