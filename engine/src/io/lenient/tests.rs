use std::collections::VecDeque;
use std::task::Waker;

use proptest::prelude::*;
use tokio::io::AsyncReadExt;

use super::*;

/// A stream that gives out one piece per read, or a part of it.
struct Pieces(VecDeque<Vec<u8>>);

impl AsyncRead for Pieces {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if let Some(mut piece) = self.0.pop_front() {
            let rest = piece.split_off(piece.len().min(buffer.remaining()));
            buffer.put_slice(&piece);
            if !rest.is_empty() {
                self.0.push_front(rest);
            }
        }
        Poll::Ready(Ok(()))
    }
}

/// Cuts bytes into pieces of these sizes, over and over.
fn pieces(bytes: &[u8], sizes: &[usize]) -> Pieces {
    let mut rest = bytes;
    let mut pieces = VecDeque::new();
    for &size in sizes.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, behind) = rest.split_at(size.min(rest.len()));
        pieces.push_back(piece.to_vec());
        rest = behind;
    }
    Pieces(pieces)
}

/// One read with room for so many bytes behind some that are already there.
fn read(lenient: &mut Lenient<Pieces>, room: usize) -> Vec<u8> {
    const FILLED: &[u8] = b"<there>";
    let mut memory = vec![0; FILLED.len() + room];
    let mut buffer = ReadBuf::new(&mut memory);
    buffer.put_slice(FILLED);
    let context = &mut Context::from_waker(Waker::noop());
    let outcome = Pin::new(lenient).poll_read(context, &mut buffer);
    assert!(matches!(outcome, Poll::Ready(Ok(()))));
    buffer.filled().strip_prefix(FILLED).unwrap().to_vec()
}

/// What a reader with room for so many bytes gets.
fn all(stream: Pieces, room: usize) -> Vec<u8> {
    let mut lenient = Lenient::new(stream);
    let mut all = Vec::new();
    loop {
        let part = read(&mut lenient, room);
        if part.is_empty() {
            return all;
        }
        all.extend(part);
    }
}

/// Checks the outcome for every cut in two, with much room and with little.
fn check(sent: &str, expected: &str) {
    for cut in 1..=sent.len() {
        for room in [1, 2, 7, 4096] {
            let stream = pieces(sent.as_bytes(), &[cut, sent.len()]);
            let got = String::from_utf8(all(stream, room)).unwrap();
            assert_eq!(got, expected, "cut at {cut}, room for {room}");
        }
    }
}

#[test]
fn every_odd_character_of_a_target_is_encoded() {
    check(
        "GET /?a=\"<>|{}\\^`&b='[]%22# HTTP/1.1\r\nhost: \"<>|{}\\^`\r\n\r\n",
        "GET /?a=%22%3C%3E%7C%7B%7D%5C%5E%60&b='[]%22# HTTP/1.1\r\nhost: \"<>|{}\\^`\r\n\r\n",
    );
}

#[test]
fn requests_follow_each_other() {
    check(
        "POST /< HTTP/1.1\r\nContent-LENGTH: \t13 \r\nx: \r\n\r\nGET /< HTTP/1\
         \r\n\r\nGET /> HTTP/1.0\r\n\r\n{} /{} HTTP/1.1\r\n",
        "POST /%3C HTTP/1.1\r\nContent-LENGTH: \t13 \r\nx: \r\n\r\nGET /< HTTP/1\
         \r\n\r\nGET /%3E HTTP/1.0\r\n\r\n{} /{} HTTP/1.1\r\n",
    );
}

/// Each of these is one request, behind which nothing may change.
#[test]
fn nothing_changes_where_the_end_of_a_body_is_unclear() {
    let unclear = [
        "transfer-encoding: chunked",
        "Transfer-Encoding: identity",
        "content-length: 0\r\ntransfer-encoding: chunked",
        "transfer-encoding: chunked\r\ncontent-length: 0",
        "content-length: 0\r\ncontent-length: 0",
        "content-length: 0\r\ncontent-length: 5",
        "content-length: 0\r\n 5",
        "content-length: 0, 0",
        "content-length: +0",
        "content-length: 0x0",
        "content-length: 0 0",
        "content-length:",
        "content-length: ",
        "content-length: \r\n 0",
        "content-length: 18446744073709551616",
        "content-length : 0",
        "content-length: 0\r\n\ttransfer-encoding: chunked",
        " content-length: 0",
        "content-length",
        ": 0",
        "x: a\ncontent-length: 5",
        "x: a\rcontent-length: 5",
        "upgrade: websocket",
        "expect: 100-continue",
    ];
    for headers in unclear {
        let rest = format!(" HTTP/1.1\r\n{headers}\r\n\r\nGET /< HTTP/1.1\r\n\r\n");
        check(&format!("POST /<{rest}"), &format!("POST /%3C{rest}"));
    }
    for rest in [
        " HTTP/1.1\n\r\nGET /< HTTP/1.1\r\n\r\n",
        " HTTP/1.2\r\n\r\nGET /< HTTP/1.1\r\n\r\n",
        "  HTTP/1.1\r\n\r\nGET /< HTTP/1.1\r\n\r\n",
        "\r\nGET /< HTTP/1.1\r\n\r\n",
        "\t< HTTP/1.1\r\n\r\nGET /< HTTP/1.1\r\n\r\n",
        " HTTP/1.1\r\n\r\n\nGET /< HTTP/1.1\r\n\r\n",
        " HTTP/1.1\r\n\r\n\rGET /< HTTP/1.1\r\n\r\n",
    ] {
        check(&format!("POST /<{rest}"), &format!("POST /%3C{rest}"));
    }
    for same in [
        "CONNECT a<:1 HTTP/1.1\r\n\r\nGET /< HTTP/1.1\r\n\r\n",
        " GET /< HTTP/1.1\r\n\r\n",
        "\nGET /< HTTP/1.1\r\n\r\n",
        "G T\0 /< HTTP/1.1\r\n\r\n",
    ] {
        check(same, same);
    }
}

/// A name that only begins like one that counts, or is longer than any, means nothing.
#[test]
fn other_headers_do_not_matter() {
    let head = "HTTP/1.1\r\ncontent-lengths: 5\r\ntransfer-encoding2: chunked\r\n\
                upgrade-insecure-requests: 1\r\nexpec: t\r\nx-content-length: 7\r\n\r\n";
    check(
        &format!("GET /< {head}GET /< {head}"),
        &format!("GET /%3C {head}GET /%3C {head}"),
    );
}

#[test]
fn what_is_held_is_no_more_than_a_read_has_grown() {
    let target = "<".repeat(1 << 16);
    let bytes = format!("GET /{target} HTTP/1.1\r\n\r\n");
    let mut lenient = Lenient::new(pieces(bytes.as_bytes(), &[bytes.len()]));
    let mut most = 0;
    while !read(&mut lenient, 1024).is_empty() {
        most = most.max(lenient.held.len() - lenient.given);
    }
    assert_eq!(most, 2 * 1024);
}

/// The task that takes the connection over gets every byte.
#[test]
fn what_is_held_goes_to_the_next_owner() {
    let bytes = b"GET /<> HTTP/1.1\r\n";
    let mut lenient = Lenient::new(pieces(bytes, &[bytes.len()]));
    let mut got = read(&mut lenient, 7);
    assert_eq!(got, b"GET /%3");
    let (stream, held) = lenient.into_parts();
    assert_eq!(held, b"C%3E");
    got.extend(held);
    got.extend(all(stream, 64));
    assert_eq!(got, b"GET /%3C%3E HTTP/1.1\r\n");
}

#[tokio::test]
async fn writes_pass() {
    use tokio::io::AsyncWriteExt;
    let (stream, mut peer) = tokio::io::duplex(64);
    let mut lenient = Lenient::new(stream);
    lenient.write_all(b"GET /< HTTP/1.1\r\n\r\n").await.unwrap();
    lenient.shutdown().await.unwrap();
    let mut got = Vec::new();
    peer.read_to_end(&mut got).await.unwrap();
    assert_eq!(got, b"GET /< HTTP/1.1\r\n\r\n");
}

/// A request as it is sent, and as it has to arrive.
fn request(target: &'static str) -> impl Strategy<Value = (Vec<u8>, Vec<u8>)> {
    let body = prop_oneof![
        Just(None),
        proptest::collection::vec(any::<u8>(), 0..40).prop_map(Some),
        Just(Some(
            b"\r\n\r\nGET /<> HTTP/1.1\r\n\r\nGET /<> HTTP/1.1\r\n".to_vec()
        )),
        Just(Some(
            b"GET /{} HTTP/1.1\r\ncontent-length: 5\r\n\r\n".to_vec()
        )),
    ];
    let headers = proptest::collection::vec(("x-[a-z]{1,20}", "[ -~]{0,20}"), 0..3);
    let method = "(GET|POST|OPTIONS)";
    (method, target, "[01]", headers, body).prop_map(|(method, target, minor, headers, body)| {
        let mut rest = format!(" HTTP/1.{minor}\r\n");
        for (name, value) in headers {
            rest.extend([&name, ": ", &value, "\r\n"]);
        }
        if let Some(body) = &body {
            rest.extend(["Content-Length: ", &body.len().to_string(), "\r\n"]);
        }
        rest += "\r\n";
        let whole = |target: &str| {
            let mut whole = format!("{method} {target}{rest}").into_bytes();
            whole.extend(body.iter().flatten());
            whole
        };
        let encoded = target.chars().map(|odd| match odd {
            '"' | '<' | '>' | '|' | '{' | '}' | '\\' | '^' | '`' => {
                format!("%{:02X}", u32::from(odd))
            }
            plain => plain.to_string(),
        });
        (whole(&target), whole(&encoded.collect::<String>()))
    })
}

fn sizes() -> impl Strategy<Value = Vec<usize>> {
    proptest::collection::vec(1_usize..60, 1..6)
}

/// As [`all`], joined from several requests.
fn joined(requests: &[(Vec<u8>, Vec<u8>)]) -> (Vec<u8>, Vec<u8>) {
    let sent = requests.iter().flat_map(|(sent, _)| sent.clone());
    let arrives = requests.iter().flat_map(|(_, arrives)| arrives.clone());
    (sent.collect(), arrives.collect())
}

proptest! {
    #[test]
    fn targets_are_encoded_and_nothing_else(
        requests in proptest::collection::vec(request("/[!-~]{0,20}"), 1..6),
        sizes in sizes(),
        room in 1_usize..80,
    ) {
        let (sent, arrives) = joined(&requests);
        prop_assert_eq!(all(pieces(&sent, &sizes), room), arrives);
    }

    #[test]
    fn plain_requests_are_not_changed(
        requests in proptest::collection::vec(request("/[a-z?&=%0-9]{0,20}"), 1..6),
        sizes in sizes(),
        room in 1_usize..80,
    ) {
        let (sent, _) = joined(&requests);
        prop_assert_eq!(all(pieces(&sent, &sizes), room), sent);
    }

    /// However it is cut, the same arrives, whatever was sent.
    #[test]
    fn cuts_do_not_matter(
        lines in proptest::collection::vec(
            "(GET /[<a]{0,3} HTTP/1\\.[012]|[Cc]ontent-[Ll]ength: ?[0-9]{0,2}|upgrade: a|[ -~]{0,9}|)(\r\n|\r\n|\n|\r)",
            0..12,
        ),
        sizes in sizes(),
        room in 1_usize..80,
    ) {
        let sent = lines.concat().into_bytes();
        let whole = all(pieces(&sent, &[sent.len().max(1)]), 4096);
        prop_assert_eq!(all(pieces(&sent, &sizes), room), whole);
    }
}
