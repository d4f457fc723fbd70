//! Servers that answer a handshake with something else than a WebSocket.

use sio_p2p_transport::{ConnectError, EioVersion};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    handshake::refused,
    support::{scripted::listen, soon},
};

/// Answers the first request with these bytes and hangs up.
async fn answering(response: &'static str) -> ConnectError {
    let (listener, options) = listen(EioVersion::V4).await;
    let serving = tokio::spawn(async move {
        let (mut tcp, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"\r\n\r\n") {
            assert_ne!(tcp.read_buf(&mut request).await.unwrap(), 0);
        }
        // In two pieces: the body must be waited for.
        let middle = response.len() / 2;
        tcp.write_all(&response.as_bytes()[..middle]).await.unwrap();
        tcp.flush().await.unwrap();
        tokio::task::yield_now().await;
        tcp.write_all(&response.as_bytes()[middle..]).await.unwrap();
    });
    let error = refused(&options).await;
    soon(serving).await.unwrap();
    error
}

#[tokio::test]
async fn bodies_of_refusals_are_kept() {
    let bodies = [
        "HTTP/1.1 401 Unauthorized\r\nContent-Length: 9\r\n\r\nno ticket and more",
        "HTTP/1.1 401 Unauthorized\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nno t\r\n5\r\nicket\r\n0\r\n\r\n",
        "HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\nno ticket",
        "HTTP/1.1 401 Unauthorized\r\nContent-Length: 99\r\n\r\nno ticket",
    ];
    for response in bodies {
        let ConnectError::Http(refusal) = answering(response).await else {
            panic!()
        };
        assert_eq!(
            (refusal.status, &refusal.body[..]),
            (401, &b"no ticket"[..]),
            "{response}"
        );
        assert_eq!(refusal.headers.len(), 1);
    }
}

#[tokio::test]
async fn what_is_no_websocket_is_told() {
    let answers = [
        ("SSH-2.0-x\r\n\r\n", "no http response"),
        ("HTTP/1.1 101 X\r\n\r\n", "does not switch"),
        (
            "HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n\r\n",
            "accept key",
        ),
    ];
    for (response, expected) in answers {
        let error = answering(response).await;
        assert!(matches!(error, ConnectError::Upgrade(_)), "{error:?}");
        assert!(error.to_string().contains(expected), "{error}");
    }
    for response in ["", "HTTP/1.1 400 B"] {
        let error = answering(response).await;
        assert!(
            matches!(error, ConnectError::Unreachable { .. }),
            "{error:?}"
        );
        assert!(error.to_string().contains("hung up without"), "{error}");
    }
}

#[tokio::test]
async fn an_endless_header_is_refused() {
    let (listener, options) = listen(EioVersion::V4).await;
    tokio::spawn(async move {
        let (mut tcp, _) = listener.accept().await.unwrap();
        tcp.write_all(b"HTTP/1.1 200 OK\r\n").await.unwrap();
        while tcp.write_all(&[b'x'; 1024]).await.is_ok() {}
    });
    let error = refused(&options).await;
    assert!(error.to_string().contains("larger than 64 KiB"), "{error}");
}
