//! The log: which line is about whom, and in which form.

use futures_util::SinkExt;
use rustix::process::Signal;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;

use crate::process::Program;
use crate::signals::{WebSocket, next};

/// Joins, and claims to come from elsewhere.
async fn join(server: &Program, eio: u8, id: &str) -> WebSocket {
    let url = format!(
        "ws://{}/socket.io/?EIO={eio}&transport=websocket&clientId={id}",
        server.address()
    );
    let mut request = url.into_client_request().unwrap();
    let claim = HeaderValue::from_static("203.0.113.9, 198.51.100.7");
    request.headers_mut().insert("x-forwarded-for", claim);
    let (mut socket, _) = connect_async(request).await.unwrap();
    assert!(next(&mut socket).await.unwrap().starts_with('0'));
    if eio == 4 {
        socket.send(Message::text("40")).await.unwrap();
    }
    assert!(next(&mut socket).await.unwrap().starts_with("40"));
    socket
}

/// Two clients live a short life: they talk, one makes mistakes. Returns the log.
async fn life(options: &[&str]) -> String {
    let server = Program::start(options);
    let mut good = join(&server, 4, "good").await;
    let mut bad = join(&server, 3, "bad").await;
    for text in [
        r#"42["P2P_EMIT","nobody","e",[],null]"#,
        r#"42["NONSENSE"]"#,
    ] {
        bad.send(Message::text(text)).await.unwrap();
        let told = next(&mut bad).await.unwrap();
        assert!(told.starts_with(r#"42["SERVER_ERROR","#), "{told}");
    }
    bad.send(Message::text("4nonsense")).await.unwrap();
    while next(&mut bad).await.is_some() {}
    // When this is answered, the other is gone.
    good.send(Message::text(r#"421["LIST_CLIENTS"]"#))
        .await
        .unwrap();
    assert_eq!(next(&mut good).await.as_deref(), Some(r#"431[["good"]]"#));
    server.signal(Signal::TERM);
    while next(&mut good).await.is_some() {}
    server.ended()
}

/// The lines of a log in JSON.
fn lines(log: &str) -> Vec<Value> {
    let read = |line: &str| serde_json::from_str(line).expect(line);
    log.lines().map(read).collect()
}

/// Every line is an object of its own, and every line about a connection says which
/// one, at whatever level it is.
#[tokio::test]
async fn every_line_about_a_connection_names_it() {
    let log = life(&["--log", "sio_p2p_server=debug", "--set", "log.format=json"]).await;
    let lines = lines(&log);
    let mut named = 0;
    for line in &lines {
        for field in ["timestamp", "level", "target"] {
            assert!(line[field].is_string(), "{line}");
        }
        let about_connection = [
            "joined",
            "left",
            "closing the sender",
            "closing",
            "transport closed",
            "telling an error",
        ];
        let message = line["message"].as_str().expect("a sentence");
        if !about_connection.contains(&message) {
            continue;
        }
        named += 1;
        let who = &line["span"];
        let client = who["client"].as_str().unwrap_or_default();
        let expected = match client {
            "good" => 4,
            "bad" => 3,
            other => panic!("{other}: {line}"),
        };
        assert_eq!(who["eio"], expected, "{line}");
        assert_eq!(who["sid"].as_str().unwrap().len(), 20, "{line}");
        assert!(who["connection"].is_u64(), "{line}");
        let remote = who["remote"].as_str().unwrap();
        assert!(remote.starts_with("127.0.0.1:"), "{remote}");
    }
    // Twice each of joined, left, closing and transport closed, and what was wrong.
    assert_eq!(named, 11, "{log}");
}

/// Only a proxy that the operator trusts may say where a client is. Everybody else
/// is where the connection comes from.
#[tokio::test]
async fn a_forwarded_address_counts_if_it_comes_from_a_trusted_proxy() {
    let json = ["--set", "log.format=json", "--set"];
    for (trusted, expected) in [
        (r#"proxy.trusted=["127.0.0.0/8"]"#, "198.51.100.7"),
        (r#"proxy.trusted=["10.0.0.0/8"]"#, "127.0.0.1:"),
        (
            r#"proxy.trusted=["127.0.0.0/8", "198.51.100.0/24"]"#,
            "203.0.113.9",
        ),
    ] {
        let log = life(&[&json[..], &[trusted]].concat()).await;
        let lines = lines(&log);
        let mut joined = lines.iter().filter(|line| line["message"] == "joined");
        for _ in 0..2 {
            let remote = joined.next().unwrap()["span"]["remote"].as_str().unwrap();
            assert!(remote.starts_with(expected), "{remote} with {trusted}");
        }
    }
}

/// In text the same is said, in the words of the subscriber. Below `info`, who it is
/// stays.
#[tokio::test]
async fn a_log_for_people_says_who_it_was() {
    let log = life(&["--log", "info"]).await;
    let line = log.lines().find(|line| line.contains("closing the sender"));
    let line = line.expect(&log);
    for part in [
        " INFO ",
        "client=\"bad\"",
        "eio=3",
        "remote=127.0.0.1:",
        "sid=",
    ] {
        assert!(line.contains(part), "{part} is missing in: {line}");
    }
}

/// Lets clients of these ids do something that ends their connection. Returns the reasons
/// that the log tells at `info`, with the id of the client.
async fn reasons(options: &[&str], clients: &[(u8, &str, Option<Message>)]) -> Vec<[String; 2]> {
    let log = ["--log", "info", "--set", "log.format=json"];
    let server = Program::start(&[&log[..], options].concat());
    for (eio, id, message) in clients {
        let mut socket = join(&server, *eio, id).await;
        if let Some(message) = message {
            socket.send(message.clone()).await.unwrap();
        }
        while next(&mut socket).await.is_some() {}
    }
    // It lets go of this one too, but only because it stops.
    let mut last = join(&server, 4, "last").await;
    server.signal(Signal::TERM);
    while next(&mut last).await.is_some() {}
    told(&server.ended())
}

/// The clients that the server has let go of, and why, in order.
fn told(log: &str) -> Vec<[String; 2]> {
    let lines = lines(log);
    let ends = lines
        .iter()
        .filter(|line| line["message"] == "transport closed");
    ends.map(|line| {
        assert_eq!(line["level"], "INFO", "{line}");
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        [text(&line["span"]["client"]), text(&line["reason"])]
    })
    .collect()
}

/// Why the server lets go of a client is told once, without debugging. Of those that leave
/// it says no more than that they do.
#[tokio::test]
async fn the_reason_is_told_when_the_server_lets_go_of_a_client() {
    let large = Message::text(format!("42{}", "x".repeat(70_000)));
    let told = reasons(
        &["--set", "engine.max_message=65536"],
        &[
            (4, "garbled", Some(Message::text("x"))),
            (3, "backwards", Some(Message::text("3"))),
            (4, "large", Some(large)),
            (4, "nonsense", Some(Message::text("4nonsense"))),
            (4, "leaving", Some(Message::Close(None))),
        ],
    )
    .await;
    let expected = [
        ["garbled", "parse error"],
        ["backwards", "parse error"],
        ["large", "payload too large"],
        ["nonsense", "protocol_error"],
    ];
    assert_eq!(told, expected);

    let soon = [
        "--set",
        "engine.ping_interval_ms=1000",
        "--set",
        "engine.ping_timeout_ms=50",
    ];
    // A client of generation 3 has to speak by itself, and this one does not.
    let told = reasons(&soon, &[(3, "silent", None)]).await;
    assert_eq!(told, [["silent", "ping timeout"]]);
}

/// The whole answer to a request on a connection of its own, which is kept open for as long
/// as the server keeps it.
async fn ask(server: &Program, head: &str, body: &str) -> String {
    let mut stream = TcpStream::connect(server.address()).await.unwrap();
    let request = format!("{head} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{body}");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

/// The beginning of a request for a new session on polling.
async fn poller(server: &Program, method: &str, id: &str) -> String {
    let path = "/socket.io/?EIO=4&transport=polling";
    let open = ask(server, &format!("GET {path}&clientId={id}"), "\r\n").await;
    let (_, sid) = open.split_once("\"sid\":\"").expect(&open);
    let (sid, _) = sid.split_once('"').expect(&open);
    format!("{method} {path}&sid={sid}")
}

/// The same for clients that poll: two polls at once, and a post whose body does not come.
#[tokio::test]
async fn the_reason_is_told_when_the_server_lets_go_of_a_poller() {
    let server = Program::start(&[
        "--log",
        "info",
        "--set",
        "log.format=json",
        "--set",
        "engine.request_timeout_ms=200",
    ]);
    let poll = poller(&server, "GET", "twice").await;
    let (one, other) = tokio::join!(ask(&server, &poll, "\r\n"), ask(&server, &poll, "\r\n"));
    let refused = [one, other].map(|answer| answer.starts_with("HTTP/1.1 400 "));
    assert!(refused[0] ^ refused[1]);
    let post = poller(&server, "POST", "slow").await;
    let answer = ask(&server, &post, "Content-Length: 9\r\n\r\n4").await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    server.signal(Signal::TERM);
    let expected = [
        ["twice", "overlapping requests"],
        ["slow", "request timeout"],
    ];
    assert_eq!(told(&server.ended()), expected);
}
