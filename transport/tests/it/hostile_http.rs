//! Servers that break the rules of HTTP or of polling: a typed end, never a panic or a hang.

use sio_p2p_transport::{
    CloseReason, ConnectError, DecodeError, EioVersion, Incoming, Limit, PacketSocket, SendError,
    Stage,
};
use tokio::io::AsyncWriteExt;

use crate::support::{
    http::{HttpServer, Request},
    soon,
};

async fn pair() -> (HttpServer, PacketSocket) {
    let mut server = HttpServer::start().await;
    let options = server.options().max_message_size(10_000);
    let connecting = tokio::spawn(async move { PacketSocket::connect(&options).await });
    server.greet("[]").await;
    (server, soon(connecting).await.unwrap().unwrap())
}

async fn end(socket: &mut PacketSocket) -> CloseReason {
    loop {
        match soon(socket.recv()).await.expect("the end is told") {
            Incoming::Packet(_) => {}
            Incoming::Closed(reason) => return reason,
        }
    }
}

/// What becomes of a connection whose poll is answered like this.
async fn polled(answer: impl AsyncFnOnce(Request)) -> CloseReason {
    let (mut server, mut socket) = pair().await;
    let poll = server.request().await;
    answer(poll).await;
    end(&mut socket).await
}

/// Sends bytes as they are and hangs up.
async fn raw(request: Request, bytes: &str) {
    let mut tcp = request.into_tcp();
    tcp.write_all(bytes.as_bytes()).await.unwrap();
}

#[tokio::test]
async fn refused_polls_end_the_connection() {
    let unknown = r#"{"code":1,"message":"Session ID unknown"}"#;
    for status in ["400 Bad Request", "502 Bad Gateway", "204 No Content"] {
        let reason = polled(async |poll| poll.answer(status, "", unknown).await).await;
        let CloseReason::HttpStatus { status: told, .. } = &reason else {
            panic!("{reason:?}")
        };
        assert!(status.starts_with(&told.to_string()));
    }
    let reason = polled(async |poll| poll.answer("400 X", "", unknown).await).await;
    let expected = format!("the server answered a poll with http status 400: {unknown}");
    assert_eq!(reason.to_string(), expected);
}

#[tokio::test]
async fn pages_are_no_payloads() {
    let html = "Content-Type: text/html\r\n";
    let reason = polled(async |poll| poll.answer("200 OK", html, "<html>").await).await;
    let CloseReason::InvalidPacket { error, excerpt } = reason else {
        panic!("{reason:?}")
    };
    assert_eq!(
        (error, excerpt.as_str()),
        (DecodeError::EnginePacket, "<html>")
    );
    let reason = polled(async |poll| poll.answer("200 OK", "", "").await).await;
    assert!(
        matches!(reason, CloseReason::InvalidPacket { .. }),
        "{reason:?}"
    );
    let gzip = "Content-Encoding: gzip\r\n";
    let reason = polled(async |poll| poll.answer("200 OK", gzip, "x").await).await;
    assert_eq!(
        reason.to_string(),
        "polling violation: content-encoding gzip was not asked for"
    );
}

#[tokio::test]
async fn answers_that_break_off_are_a_loss() {
    let pieces = [
        "",
        "HTTP/1.1 200",
        "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n42[\"x\"]",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n42[\"x",
    ];
    for piece in pieces {
        let reason = polled(async |poll| raw(poll, piece).await).await;
        assert!(
            matches!(reason, CloseReason::Lost(_)),
            "{piece}: {reason:?}"
        );
    }
    for garbage in [
        "SSH-2.0-x\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n",
    ] {
        let reason = polled(async |poll| raw(poll, garbage).await).await;
        assert!(matches!(reason, CloseReason::Http(_)), "{reason:?}");
    }
}

/// A body without an end: whole packets pass, a single one is limited.
#[tokio::test]
async fn endless_bodies_are_limited() {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n42[\"first\"]\u{1e}4";
    let (mut server, mut socket) = pair().await;
    let poll = server.request().await;
    let writing = tokio::spawn(async move {
        let mut tcp = poll.into_tcp();
        tcp.write_all(head.as_bytes()).await.unwrap();
        while tcp.write_all(&[b'x'; 1000]).await.is_ok() {}
    });
    let first = soon(socket.recv()).await;
    assert!(matches!(first, Some(Incoming::Packet(_))), "{first:?}");
    let reason = end(&mut socket).await;
    let CloseReason::Limit(Limit::MessageSize { size, max: 10_000 }) = reason else {
        panic!("{reason:?}")
    };
    assert!(size < 200_000);
    soon(writing).await.unwrap();
}

#[tokio::test]
async fn endless_refusals_are_cut() {
    let reason = polled(async |poll| {
        let mut tcp = poll.into_tcp();
        tcp.write_all(b"HTTP/1.1 502 X\r\n\r\n").await.unwrap();
        while tcp.write_all(&[b'x'; 1000]).await.is_ok() {}
    })
    .await;
    let CloseReason::HttpStatus { status: 502, body } = reason else {
        panic!("{reason:?}")
    };
    assert_eq!(body.len(), 400);
}

#[tokio::test]
async fn an_endless_head_is_refused() {
    let reason = polled(async |poll| {
        let mut tcp = poll.into_tcp();
        tcp.write_all(b"HTTP/1.1 200 OK\r\n").await.unwrap();
        while tcp.write_all(&[b'x'; 1000]).await.is_ok() {}
    })
    .await;
    assert!(matches!(reason, CloseReason::Http(_)), "{reason:?}");
}

/// A post that is refused, or whose answer does not end, is the end of the connection, too.
#[tokio::test]
async fn refused_posts_end_the_connection() {
    let answers = ["413 Too Large", "endless", "hang up"];
    for answer in answers {
        let (mut server, mut socket) = pair().await;
        socket
            .send(sio_p2p_transport::Packet::event("[\"x\"]"))
            .await
            .unwrap();
        let mut polls = Vec::new();
        let post = loop {
            let request = server.request().await;
            if request.method == "POST" {
                break request;
            }
            polls.push(request);
        };
        let writing = tokio::spawn(async move {
            match answer {
                "endless" => {
                    let mut tcp = post.into_tcp();
                    tcp.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.unwrap();
                    while tcp.write_all(&[b'x'; 1000]).await.is_ok() {}
                }
                "hang up" => drop(post),
                status => post.answer(status, "", "too much").await,
            }
        });
        let reason = end(&mut socket).await;
        let expected = match &reason {
            CloseReason::HttpStatus { status, .. } => *status == 413 && answer.starts_with("413"),
            CloseReason::Http(_) => answer == "endless",
            CloseReason::Lost(_) => answer == "hang up",
            _ => false,
        };
        assert!(expected, "{answer}: {reason:?}");
        assert_eq!(socket.flush().await, Err(SendError::Closed(())));
        soon(writing).await.unwrap();
    }
}

/// The first poll tells why there is no connection.
#[tokio::test]
async fn the_first_poll_is_told_apart() {
    for (answer, expected) in [
        (
            "HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
            "http status 302",
        ),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n40", "type 0"),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n0{", "EOF"),
        (
            "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n0{",
            "handshake",
        ),
        ("", "cannot reach"),
    ] {
        let mut server = HttpServer::start().await;
        let options = server.options();
        let connecting = tokio::spawn(async move { PacketSocket::connect(&options).await });
        raw(server.request().await, answer).await;
        let error = soon(connecting).await.unwrap().map(drop).unwrap_err();
        assert!(error.to_string().contains(expected), "{answer}: {error}");
    }
}

#[tokio::test]
async fn a_poll_that_is_not_answered_times_out() {
    let mut server = HttpServer::start().await;
    let options = server
        .options()
        .eio(EioVersion::V3)
        .connect_timeout(std::time::Duration::from_millis(300));
    let connecting = tokio::spawn(async move { PacketSocket::connect(&options).await });
    let _held = server.request().await;
    let error = soon(connecting).await.unwrap().map(drop).unwrap_err();
    let ConnectError::Timeout { waiting_for, .. } = error else {
        panic!("{error:?}")
    };
    assert_eq!(waiting_for, Stage::Upgrade);
}

/// Queries that only a raw request can carry are refused before anything is sent.
#[tokio::test]
async fn what_polling_cannot_say_is_told() {
    let server = HttpServer::start().await;
    let bad = [
        server.options().raw_query("a b"),
        server.options().header("x", "a\u{1}b"),
    ];
    for options in bad {
        let error = soon(PacketSocket::connect(&options)).await.map(drop);
        assert!(
            matches!(error, Err(ConnectError::InvalidOptions(_))),
            "{error:?}"
        );
    }
}
