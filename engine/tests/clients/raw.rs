//! The example as seen through a socket.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::program::Program;

/// How long something may take that must come. Only a test that fails waits as long.
const DEADLINE: Duration = Duration::from_secs(20);

/// What asks for a WebSocket of generation 4.
const UPGRADE: &str = "GET /engine.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: x\r\n\
     Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
     Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

fn connect(program: &Program) -> TcpStream {
    let stream = TcpStream::connect(program.address).expect("the example listens");
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream
}

/// The status and the body of the answer to a request.
fn request(program: &Program, method: &str, path: &str, body: &str) -> (String, String) {
    let mut stream = connect(program);
    let length = body.len();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    // A server that refuses the body may have closed the connection meanwhile.
    stream.write_all(body.as_bytes()).ok();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok();
    let (head, body) = answer.split_once("\r\n\r\n").expect("an answer");
    let status = head.split(' ').nth(1).expect(head);
    (status.to_owned(), body.to_owned())
}

/// Opens a session of generation 3 on polling, and gives the path for its requests.
fn open(program: &Program) -> String {
    let path = "/engine.io/?EIO=3&transport=polling";
    let (status, body) = request(program, "GET", path, "");
    assert_eq!(status, "200");
    let (_, rest) = body.split_once(r#""sid":""#).expect(&body);
    let (sid, _) = rest.split_once('"').expect(&body);
    format!("{path}&sid={sid}")
}

/// Opens a WebSocket of generation 4, and reads up to the end of the first packet.
fn web_socket(program: &Program) -> TcpStream {
    let mut stream = connect(program);
    stream.write_all(UPGRADE.as_bytes()).unwrap();
    let mut read = Vec::new();
    while !read.ends_with(b"}") {
        let mut byte = [0];
        stream.read_exact(&mut byte).unwrap();
        read.extend(byte);
    }
    assert!(read.starts_with(b"HTTP/1.1 101 "));
    stream
}

pub(crate) fn paths() {
    let program = Program::start(&["--path=/here/"]);
    let query = "?EIO=4&transport=polling";
    for (path, expected) in [
        ("/here/", "200"),
        ("/engine.io/", "404"),
        ("/", "404"),
        ("/here/x", "404"),
    ] {
        let (status, _) = request(&program, "GET", &format!("{path}{query}"), "");
        assert_eq!(status, expected, "{path}");
    }
}

/// One heartbeat is sent and not answered, and that is the end.
pub(crate) fn silence() {
    let program = Program::start(&["--ping-interval-ms=20", "--ping-timeout-ms=20"]);
    let mut stream = web_socket(&program);
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    assert_eq!(rest, b"\x81\x012\x88\x00");
}

pub(crate) fn bytewise() {
    let program = Program::start(&[]);
    let mut stream = web_socket(&program);
    // `4hello` with the mask 1, 2, 3, 4, then binary data in two fragments, then a close.
    let text: Vec<u8> = b"4hello"
        .iter()
        .zip([1, 2, 3, 4, 1, 2])
        .map(|(byte, mask)| byte ^ mask)
        .collect();
    let frames = [
        &b"\x81\x86\x01\x02\x03\x04"[..],
        &text,
        b"\x02\x82\0\0\0\0ab\x80\x81\0\0\0\0c",
        b"\x88\x82\0\0\0\0\x03\xe8",
    ];
    for byte in frames.concat() {
        stream.write_all(&[byte]).unwrap();
    }
    let mut echo = Vec::new();
    stream.read_to_end(&mut echo).unwrap();
    assert_eq!(echo, b"\x81\x064hello\x82\x03abc\x88\x02\x03\xe8");
}

pub(crate) fn too_large() {
    let program = Program::start(&["--max-payload=1000"]);
    let path = open(&program);
    let packet = |length: usize| format!("{length}:4{}", "x".repeat(length - 1));
    assert_eq!(request(&program, "POST", &path, &packet(990)).0, "200");
    assert_eq!(request(&program, "GET", &path, "").1, packet(990));
    assert_eq!(request(&program, "POST", &path, &packet(9_000)).0, "413");
    assert_eq!(
        request(&program, "GET", &path, "").0,
        "400",
        "the session has ended"
    );
}

/// Heartbeats of generation 3 that a client sends and whose answers it does not fetch.
pub(crate) fn flood() {
    let program = Program::start(&[]);
    let path = open(&program);
    let most = 65_536 + 16;
    let questions = "1:2".repeat(most + 10_000);
    assert_eq!(request(&program, "POST", &path, &questions).0, "200");
    let (status, answers) = request(&program, "GET", &path, "");
    assert_eq!((status.as_str(), answers.len()), ("200", 3 * most));
    assert_eq!(answers, "1:3".repeat(most));
}
