//! Requests that are refused.

use crate::session::Session;
use crate::target::{Server, Target};
use crate::wire::{Answer, UPGRADE, Wire};

fn is_error(answer: &Answer, code: u8, message: &str) {
    assert_eq!(answer.status, 400, "{answer:?}");
    let kind = answer.header("content-type").expect("a kind");
    assert!(kind.starts_with("application/json"), "{kind}");
    let expected = format!(r#"{{"code":{code},"message":"{message}"}}"#);
    assert_eq!(answer.body, expected);
}

/// The code is a number, and the message is the official one.
pub(crate) fn json(target: &Target) {
    let session = Session::open(target);
    let wrong = target.path("websocket", &format!("&sid={}", session.sid));
    for (method, path, code, message) in [
        ("GET", target.path("telepathy", ""), 0, "Transport unknown"),
        (
            "GET",
            target.path("polling", "&sid=gone"),
            1,
            "Session ID unknown",
        ),
        (
            "POST",
            target.path("polling", "&sid=gone"),
            1,
            "Session ID unknown",
        ),
        (
            "POST",
            target.path("polling", ""),
            2,
            "Bad handshake method",
        ),
        ("GET", wrong, 3, "Bad request"),
    ] {
        let body = if method == "POST" { "1:6" } else { "" };
        let answer = Wire::request(target, method, &path, "", body).answer();
        is_error(&answer, code, message);
    }
    session.lives();
}

/// What cannot become a WebSocket is not told that it has.
pub(crate) fn upgrades(target: &Target) {
    let path = target.path("websocket", "");
    let plain = Wire::request(target, "GET", &path, "", "").answer();
    is_error(&plain, 3, "Bad request");
    // A proxy that speaks HTTP/1.0 to the server and knows no upgrade.
    let old = format!("GET {path} HTTP/1.0\r\nHost: x\r\nConnection: close\r\n\r\n");
    let old = Wire::open(target, old.as_bytes()).head();
    assert_eq!(old.status, 400);

    let gone = target.path("websocket", "&sid=kTqFbVtjjm8P5pqjAAAA");
    let gone = Wire::request(target, "GET", &gone, UPGRADE, "").answer();
    assert_eq!(gone.status, 400);
    assert!(gone.body.contains("Session ID unknown"), "{gone:?}");

    for (from, to) in [
        ("Version: 13", "Version: 7"),
        ("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n", ""),
        ("dGhlIHNhbXBsZSBub25jZQ==", "abc"),
        ("Upgrade: websocket", "Upgrade: h2c"),
    ] {
        let headers = UPGRADE.replace(from, to);
        assert_ne!(headers, UPGRADE);
        let answer = Wire::request(target, "GET", &path, &headers, "").head();
        // RFC 6455 has 426 for a version that is not spoken.
        let version = answer.status == 426 && to == "Version: 7";
        assert!(answer.status == 400 || version, "{to}: {answer:?}");
    }
}

/// Clients that ask for subprotocols give up unless one is taken.
pub(crate) fn subprotocol(target: &Target) {
    let path = target.path("websocket", "");
    for (asked, taken) in [("my-v1", "my-v1"), ("first, second", "first")] {
        let headers = format!("{UPGRADE}Sec-WebSocket-Protocol: {asked}\r\n");
        let answer = Wire::request(target, "GET", &path, &headers, "").head();
        assert_eq!(answer.status, 101);
        assert_eq!(answer.header("sec-websocket-protocol"), Some(taken));
    }
    let answer = Wire::request(target, "GET", &path, UPGRADE, "").head();
    assert_eq!(answer.header("sec-websocket-protocol"), None);
}

/// A client that posts too much loses its session. Socket.IO 2 does not say why.
pub(crate) fn too_large(target: &Target) {
    let session = Session::open(target);
    // One byte over the limit.
    let body = format!("4{}", "a".repeat(1_000_000));
    let answer = session.post_body(&body).try_answer();
    match target.server {
        Server::Official2 => assert!(answer.is_none()),
        Server::Official4 | Server::Ours => assert_eq!(answer.expect("an answer").status, 413),
    }
    session.is_gone();
}
