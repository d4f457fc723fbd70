//! Ctrl-C and SIGTERM: the server lets go of its clients and ends.

#![cfg(unix)]

use futures_util::{SinkExt, StreamExt};
use rustix::process::Signal;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::process::Program;

pub(crate) type WebSocket = WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>;

/// What was sent before the signal arrives, the connection is closed in order,
/// and the exit code is 0.
#[tokio::test]
async fn a_signal_drains_the_server() {
    for signal in [Signal::INT, Signal::TERM] {
        let server = Program::start(&["--log", "info"]);
        let mut a = join(&server, "a").await;
        let mut b = join(&server, "b").await;
        for n in 0..100 {
            let message = format!(r#"42["P2P_EMIT","b","n",[{n}],null]"#);
            a.send(Message::text(message)).await.unwrap();
        }
        a.send(Message::text(r#"421["LIST_CLIENTS"]"#))
            .await
            .unwrap();
        assert_eq!(next(&mut a).await.as_deref(), Some(r#"431[["a","b"]]"#));

        server.signal(signal);

        for n in 0..100 {
            assert_eq!(next(&mut b).await, Some(format!(r#"42["n",{n}]"#)));
        }
        // Then the end of the WebSocket, as by the official servers.
        for client in [&mut a, &mut b] {
            assert_eq!(next(client).await, None);
        }
        let log = server.ended();
        for line in ["serving", "joined", r#"client="a""#, "stopping", "stopped"] {
            assert!(log.contains(line), "{line} is missing in:\n{log}");
        }
        assert!(!log.contains('\x1b'), "colours are for terminals:\n{log}");
        assert!(!log.contains("WARN") && !log.contains("ERROR"), "{log}");
    }
}

/// A client that never reads cannot keep a server from ending.
#[tokio::test]
async fn a_client_that_does_not_react_is_not_waited_for() {
    let server = Program::start(&[]);
    let asleep = join(&server, "asleep").await;
    server.signal(Signal::TERM);
    server.ended();
    drop(asleep);
}

pub(crate) async fn join(server: &Program, id: &str) -> WebSocket {
    let url = format!(
        "ws://{}/socket.io/?EIO=4&transport=websocket&clientId={id}",
        server.address()
    );
    let (mut socket, _) = connect_async(url).await.unwrap();
    assert!(next(&mut socket).await.unwrap().starts_with('0'));
    socket.send(Message::text("40")).await.unwrap();
    assert!(next(&mut socket).await.unwrap().starts_with("40"));
    socket
}

/// The next text apart from heartbeats; `None` once the socket is closed.
pub(crate) async fn next(socket: &mut WebSocket) -> Option<String> {
    loop {
        match socket.next().await {
            Some(Ok(Message::Text(ping))) if ping == "2" => {
                socket.send(Message::text("3")).await.ok();
            }
            Some(Ok(Message::Text(text))) => return Some(text.to_string()),
            _ => return None,
        }
    }
}
