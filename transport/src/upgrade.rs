//! The HTTP request that turns a TCP connection into a WebSocket.
//!
//! Written by hand, because a tester's request must go out exactly as given (`http::Uri` refuses
//! broken queries), and because the body of a refusal must be kept, which the WebSocket library
//! does only as far as it happened to arrive with the header.

use std::io;

use bytes::Bytes;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_tungstenite::tungstenite::handshake::{client::generate_key, derive_accept_key};

use crate::{
    cookies::Cookies,
    error::{ConnectError, HttpRefusal},
    options::ConnectOptions,
};

/// The largest response header that is read.
const MAX_HEAD: usize = 64 << 10;
/// The largest body of a refusal that is kept.
const MAX_BODY: usize = 64 << 10;
const MAX_HEADERS: usize = 100;

/// A parsed response header.
struct Response {
    status: u16,
    headers: Vec<(String, String)>,
}

impl Response {
    fn header(&self, name: &str) -> Option<&str> {
        let mut found = self
            .headers
            .iter()
            .filter(|(key, _)| key.eq_ignore_ascii_case(name));
        found.next().map(|(_, value)| value.as_str())
    }
}

/// Asks for the WebSocket at this target. Gives the bytes that arrived after the response header.
pub(crate) async fn upgrade(
    tcp: &mut (impl AsyncRead + AsyncWrite + Unpin),
    options: &ConnectOptions,
    cookies: &Cookies,
    target: &str,
) -> Result<Vec<u8>, ConnectError> {
    let key = generate_key();
    // A server may refuse a large request before it has read all of it: its answer counts.
    let written = tcp
        .write_all(request(options, cookies, target, &key).as_bytes())
        .await;
    let mut received = Vec::with_capacity(1024);
    let response = match read_response(tcp, &mut received).await {
        Ok(response) => response?,
        Err(error) => {
            let source = written.err().unwrap_or(error);
            return Err(ConnectError::Unreachable {
                address: options.authority(),
                source,
            });
        }
    };
    if response.status != 101 {
        return Err(refusal(tcp, response, received).await);
    }
    let says = |name, wanted: &str| {
        let value = response.header(name).unwrap_or_default();
        value
            .split(',')
            .any(|token| token.trim().eq_ignore_ascii_case(wanted))
    };
    if !says("upgrade", "websocket") || !says("connection", "upgrade") {
        return Err(broken("the response does not switch to websocket"));
    }
    if response.header("sec-websocket-accept") != Some(&derive_accept_key(key.as_bytes())) {
        return Err(broken("the accept key is wrong"));
    }
    if response
        .header("sec-websocket-extensions")
        .is_some_and(|list| !list.trim().is_empty())
    {
        return Err(broken(
            "the server uses an extension that was not asked for",
        ));
    }
    Ok(received)
}

/// Waits for the first byte behind the upgrade and sees whether it is a WebSocket's. The
/// JavaScript servers refuse some clients only then, with an HTTP response where frames are due.
/// The two cannot be confused: an `H` would be a frame with a reserved bit set.
pub(crate) async fn settle(
    tcp: &mut (impl AsyncRead + Unpin),
    mut received: Vec<u8>,
) -> Result<Vec<u8>, ConnectError> {
    if received.is_empty() {
        // An end or error here is met again, and told, by who reads the first frame.
        let _ = tcp.read_buf(&mut received).await;
    }
    if received.first() == Some(&b'H')
        && let Ok(response) = read_response(tcp, &mut received).await
    {
        return Err(refusal(tcp, response?, received).await);
    }
    Ok(received)
}

/// Reads a response header and takes it off `received`, which may hold the beginning of it. The
/// outer error is that of the connection, an end of stream included.
async fn read_response(
    tcp: &mut (impl AsyncRead + Unpin),
    received: &mut Vec<u8>,
) -> io::Result<Result<Response, ConnectError>> {
    loop {
        match parse(received) {
            Ok(None) if received.len() > MAX_HEAD => {
                return Ok(Err(broken("the response header is larger than 64 KiB")));
            }
            Ok(None) => {}
            Ok(Some((response, length))) => {
                received.drain(..length);
                return Ok(Ok(response));
            }
            Err(error) => return Ok(Err(error)),
        }
        if tcp.read_buf(received).await? == 0 {
            let why = "the server hung up without an answer";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, why));
        }
    }
}

/// Reads a whole answer: its status and its body, which there is none of behind 101. The outer
/// error is that of the connection.
pub(crate) async fn read_answer(
    tcp: &mut (impl AsyncRead + Unpin),
) -> io::Result<Result<(u16, Bytes), ConnectError>> {
    let mut received = Vec::with_capacity(1024);
    Ok(match read_response(tcp, &mut received).await? {
        Ok(response) if response.status == 101 => Ok((101, Bytes::new())),
        Ok(response) => {
            let body = read_body(tcp, &response, received).await;
            Ok((response.status, body))
        }
        Err(error) => Err(error),
    })
}

async fn refusal(
    tcp: &mut (impl AsyncRead + Unpin),
    response: Response,
    received: Vec<u8>,
) -> ConnectError {
    let body = read_body(tcp, &response, received).await;
    let Response { status, headers } = response;
    ConnectError::Http(HttpRefusal {
        status,
        headers,
        body,
    })
}

/// The request as text; `options` have been checked.
fn request(options: &ConnectOptions, cookies: &Cookies, target: &str, key: &str) -> String {
    let host = options.authority();
    let standard = [
        ("Host", host.as_str()),
        ("Connection", "Upgrade"),
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", key),
    ];
    let own = options.fields(cookies);
    let given = |name: &str| own.iter().any(|(key, _)| key.eq_ignore_ascii_case(name));
    let mut text = format!("GET {target} HTTP/1.1\r\n");
    let standard = standard.into_iter().filter(|(name, _)| !given(name));
    let own = own.iter().map(|(name, value)| (*name, value.as_str()));
    for (name, value) in standard.chain(own) {
        text.push_str(name);
        text.push_str(": ");
        text.push_str(value);
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    text
}

/// Parses a response header and tells its length, `None` while it is incomplete.
fn parse(received: &[u8]) -> Result<Option<(Response, usize)>, ConnectError> {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    match response.parse(received) {
        Ok(httparse::Status::Partial) => Ok(None),
        Ok(httparse::Status::Complete(length)) => {
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let headers = response.headers.iter();
            let headers = headers.map(|header| (header.name.to_owned(), text(header.value)));
            let response = Response {
                status: response.code.unwrap_or_default(),
                headers: headers.collect(),
            };
            Ok(Some((response, length)))
        }
        Err(error) => Err(broken(&format!("no http response ({error})"))),
    }
}

/// Reads the body of a refusal as far as it comes: up to its announced length, the end of the
/// stream, or the limit. A refusal is worth reporting even if its body breaks off.
async fn read_body(
    tcp: &mut (impl AsyncRead + Unpin),
    response: &Response,
    mut body: Vec<u8>,
) -> Bytes {
    let length = response
        .header("content-length")
        .and_then(|text| text.trim().parse().ok());
    let chunked = response
        .header("transfer-encoding")
        .is_some_and(|coding| coding.to_ascii_lowercase().contains("chunked"));
    let most = length.unwrap_or(MAX_BODY).min(MAX_BODY);
    let ended = |body: &[u8]| body.len() >= most || (chunked && body.ends_with(b"0\r\n\r\n"));
    while !ended(&body) && matches!(tcp.read_buf(&mut body).await, Ok(1..)) {}
    if chunked {
        body = unchunk(&body);
    }
    body.truncate(most);
    body.into()
}

/// Takes the chunks apart, as many as are whole.
fn unchunk(mut rest: &[u8]) -> Vec<u8> {
    let mut body = Vec::with_capacity(rest.len());
    while let Ok(httparse::Status::Complete((start, size))) = httparse::parse_chunk_size(rest) {
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let Some(chunk) = rest.get(start..start.saturating_add(size)) else {
            break;
        };
        if chunk.is_empty() {
            break;
        }
        body.extend_from_slice(chunk);
        rest = rest.get(start + size + 2..).unwrap_or_default();
    }
    body
}

fn broken(why: &str) -> ConnectError {
    ConnectError::Upgrade(why.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_go_out_as_given() {
        let options = ConnectOptions::new("http://h")
            .unwrap()
            .header("host", "other")
            .header("X-A", "1")
            .header("cookie", "a=1")
            .header("Cookie", "b=2")
            .header("X-A", "2");
        let text = "GET /socket.io/?a= %zz HTTP/1.1\r\nConnection: Upgrade\r\n\
            Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: k\r\n\
            host: other\r\nX-A: 1\r\nX-A: 2\r\nCookie: a=1; b=2\r\n\r\n";
        assert_eq!(
            request(&options, &Cookies::default(), "/socket.io/?a= %zz", "k"),
            text
        );
    }

    #[test]
    fn chunks_are_joined_as_far_as_they_are_whole() {
        assert_eq!(unchunk(b"3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"), b"abcde");
        assert_eq!(unchunk(b"3\r\nabc\r\n5\r\nde"), b"abc");
        assert_eq!(unchunk(b"zz"), b"");
    }
}
