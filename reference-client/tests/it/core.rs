//! Core (CLI-CORE-*): connecting, rooms, who is connected, errors, and ending.

use std::time::Duration;

use sio_p2p_client::{
    CallError, Client, ConnectError, ConnectionState, Dialect, DisconnectReason, EioVersion,
    Failure, ListenError, ListenOptions, SendError,
};

use crate::support::{Setup, fake::FakeServer, soon, unique};

#[tokio::test]
async fn clients_see_each_other_come_and_go() {
    for setup in Setup::all().await {
        let (a, b) = (unique("a"), unique("b"));
        let us = setup.client(&a).await;
        assert!(!us.is_connected(&b).await.unwrap(), "{}", setup.name);
        let other = setup.client(&b).await;
        assert!(us.is_connected(&b).await.unwrap(), "{}", setup.name);
        let list = us.list_clients().await.unwrap();
        assert!(
            list.contains(us.id()) && list.contains(other.id()),
            "{}",
            setup.name
        );
        assert_eq!(other.close().await, DisconnectReason::Local);
        assert!(!us.is_connected(&b).await.unwrap(), "{}", setup.name);
    }
}

/// Joining is over when the server has done it, also where the server never answers.
#[tokio::test]
async fn rooms_reach_their_members_and_nobody_else() {
    for setup in Setup::all().await {
        let (us, other) = (setup.client("a").await, setup.client("b").await);
        let mut news = other.listen_with("news", ListenOptions::plain()).unwrap();
        other.join_room("R").await.unwrap();
        us.emit_room("R", "news", ("first", 1)).await.unwrap();
        let first = soon(news.next()).await.unwrap();
        assert_eq!(first.parse::<(String, i32)>().unwrap(), ("first".into(), 1));
        other.leave_room("R").await.unwrap();
        us.emit_room("R", "news", "second").await.unwrap();
        // A message along the same path proves that the room message did not come.
        us.emit_to("b", "news", "fence").await.unwrap();
        let fence = soon(news.next()).await.unwrap();
        let text = fence.args().arguments().as_json();
        assert!(text.ends_with(r#""fence"]"#), "{}: {text}", setup.name);
        assert_eq!(other.counters().rooms, 0);
    }
}

#[tokio::test]
async fn rooms_with_a_javascript_member() {
    for setup in Setup::all_v2().await {
        let us = setup.client("rust").await;
        let mut peer = setup.peer("js").await;
        // `isClientConnected` comes back after the room was joined: packets keep their order.
        peer.run("p.on('news', (...args) => out(args)); p.joinRoom('R'); return p.isClientConnected('js')").await;
        us.emit_room("R", "news", ("hello", 1)).await.unwrap();
        assert_eq!(
            peer.said().await,
            serde_json::json!(["hello", 1]),
            "{}",
            setup.name
        );
    }
}

#[tokio::test]
async fn errors_of_the_server_are_told_and_explain_a_missing_answer() {
    for setup in Setup::all().await {
        let us = setup.client("a").await;
        let mut errors = us.server_errors();
        us.emit_to("nobody", "x", ()).await.unwrap();
        let error = soon(errors.next()).await.unwrap();
        let client = "nobody".to_owned();
        let expected = match setup.dialect {
            Dialect::V1 => Failure::TargetNotFound { client },
            Dialect::V2 => Failure::MessageTargetNotConnected { client },
        };
        assert_eq!(error.failure, Some(expected), "{}", setup.name);
        // CLI-CORE-3: everything else goes on.
        assert!(us.is_connected("a").await.unwrap());

        let quick = us.with_deadline(Duration::from_millis(300));
        let asked = quick.request_to::<()>("nobody", "x", ()).await;
        let Err(CallError::Timeout {
            hint: Some(hint), ..
        }) = asked
        else {
            panic!("{}: {asked:?}", setup.name);
        };
        assert!(hint.contains("nobody"), "{hint}");
        assert_eq!(us.counters().questions, 0);
    }
}

/// DEV-11: the id is in use. The server says so and disconnects, which ends the client.
#[tokio::test]
async fn a_duplicate_client_id_is_told_as_the_reason() {
    for setup in [
        Setup::original(EioVersion::V3).await,
        Setup::original(EioVersion::V4).await,
    ] {
        let _first = setup.client("a").await;
        let second = setup.client("a").await;
        let reason = soon(second.closed()).await;
        let DisconnectReason::Server { said: Some(said) } = &reason else {
            panic!("{}: {reason:?}", setup.name);
        };
        assert!(said.contains("Duplicated clientId a"), "{said}");
        let error = second.emit_to("b", "x", ()).await.unwrap_err();
        assert_eq!(error, SendError::Closed(reason));
    }
}

#[tokio::test]
async fn the_server_is_told_that_we_are_alive() {
    let server = FakeServer::new(EioVersion::V4, Dialect::V2).await;
    let (_us, mut wire) = server.client("a").await;
    wire.nothing_but_an_answer(r#"427["SERVER_PING"]"#, r#"437["pong from client a"]"#)
        .await;
}

/// What a peer can send must not harm: broken protocol events, foreign answers, surprises.
#[tokio::test]
async fn broken_events_are_survived() {
    for dialect in [Dialect::V1, Dialect::V2] {
        let server = FakeServer::new(EioVersion::V4, dialect).await;
        let (us, mut wire) = server.client("a").await;
        for packet in [
            r#"42["SERVER_ERROR"]"#,
            r#"42["SERVER_ERROR",{"a":1}]"#,
            r#"42["SERVER_PING"]"#,
            r#"42["ADD_TARGET"]"#,
            r#"42["ADD_TARGET",{}]"#,
            r#"42["MULTI_API_ADD_TARGET",[1]]"#,
            r#"42["TARGET_DISCONNECT"]"#,
            r#"42["TARGET_DISCONNECT",null]"#,
            r#"42["MULTI_API_TARGET_DISCONNECT",{}]"#,
            r#"42["CREATE_STREAM"]"#,
            r#"42["CREATE_STREAM",null]"#,
            r#"42["MULTI_API_CREATE_STREAM",{}]"#,
            r#"42["P2P_EMIT_STREAM-from-stream-x"]"#,
            r#"42["P2P_EMIT_STREAM-from-stream-x","a",null]"#,
            r#"42["PEER_STREAM_DESTROYED"]"#,
            r#"42["PEER_STREAM_DESTROYED",{},[]]"#,
            r#"42["SUBSCRIBE_TOPIC"]"#,
            r#"42["UNSUBSCRIBE_TOPIC",1]"#,
            r#"42["",1]"#,
            "42[5]",
            "43999[1]",
            "43/other,1[1]",
            r#"42["x","\ud800"]"#,
        ] {
            wire.send(packet).await;
        }
        let (list, ()) = tokio::join!(us.list_clients(), async {
            wire.expect(r#"420["LIST_CLIENTS"]"#).await;
            wire.send(r#"430[["a"]]"#).await;
        });
        assert_eq!(list.unwrap().len(), 1);
    }
}

#[tokio::test]
async fn an_answer_that_breaks_the_protocol_is_an_error() {
    let server = FakeServer::new(EioVersion::V4, Dialect::V2).await;
    let (us, mut wire) = server.client("a").await;
    let (list, ()) = tokio::join!(us.list_clients(), async {
        wire.expect(r#"420["LIST_CLIENTS"]"#).await;
        wire.send("430[5]").await;
    });
    let error = list.unwrap_err().to_string();
    assert!(
        error.starts_with("invalid answer: argument 0 of ack of LIST_CLIENTS"),
        "{error}"
    );
}

#[tokio::test]
async fn impossible_set_ups_are_refused_in_a_sentence() {
    let no_id = Client::builder("http://localhost:1", "")
        .connect()
        .await
        .unwrap_err();
    assert_eq!(no_id.to_string(), "a client id must not be empty");
    let path = Client::builder("http://localhost:1/admin", "a")
        .connect()
        .await
        .unwrap_err();
    assert!(
        matches!(&path, ConnectError::Namespace(path) if path == "/admin"),
        "{path}"
    );
    let scheme = Client::builder("ftp://localhost", "a")
        .connect()
        .await
        .unwrap_err();
    assert!(scheme.to_string().contains("'ftp'"));
    let nobody = Client::builder("http://127.0.0.1:9", "a")
        .connect()
        .await
        .unwrap_err();
    assert!(
        nobody.to_string().starts_with("cannot reach 127.0.0.1:9"),
        "{nobody}"
    );
}

#[tokio::test]
async fn the_handshake_carries_id_query_and_auth() {
    let server = FakeServer::new(EioVersion::V3, Dialect::V1).await;
    let error = server.builder("a").auth("{}").connect().await.unwrap_err();
    assert!(error.to_string().contains("engine.io 4"), "{error}");
    assert_eq!(
        server.request_line("a b/ü").await,
        "/socket.io/?EIO=3&transport=websocket&clientId=a%20b%2F%C3%BC"
    );
}

#[tokio::test]
async fn the_last_handle_ends_the_connection() {
    let server = FakeServer::new(EioVersion::V4, Dialect::V2).await;
    let (us, mut wire) = server.client("a").await;
    let mut messages = us.listen("x").unwrap();
    let clone = us.clone();
    us.emit_to("b", "last", ()).await.unwrap();
    drop(us);
    drop(clone);
    wire.expect(r#"42["P2P_EMIT","b","last",[],null]"#).await;
    wire.goodbye().await;
    assert!(soon(messages.next()).await.is_none());
}

#[tokio::test]
async fn closing_proves_first_that_everything_was_read() {
    let server = FakeServer::new(EioVersion::V4, Dialect::V2).await;
    let (us, mut wire) = server.client("a").await;
    us.emit_to("b", "last", ()).await.unwrap();
    let (reason, ()) = tokio::join!(us.close(), async {
        wire.expect(r#"42["P2P_EMIT","b","last",[],null]"#).await;
        wire.expect(r#"420["LIST_CLIENTS"]"#).await;
        wire.send("430[[]]").await;
        wire.goodbye().await;
    });
    assert_eq!(reason, DisconnectReason::Local);
    assert_eq!(
        *us.state().borrow(),
        ConnectionState::Closed(DisconnectReason::Local)
    );
}

#[tokio::test]
async fn too_large_packets_are_refused_before_they_cost_the_connection() {
    let server = FakeServer::new(EioVersion::V4, Dialect::V2).await;
    let (us, _wire) = server.client("a").await;
    let error = us
        .emit_to("b", "x", "y".repeat(1_000_000))
        .await
        .unwrap_err();
    assert!(
        matches!(error, SendError::TooLarge { max: 1_000_000, .. }),
        "{error}"
    );
    let error = us.emit_to("b", "connect", ()).await.unwrap_err();
    assert!(matches!(error, SendError::Reserved(_)), "{error}");
    let error = us
        .listen_with("e", ListenOptions::from_client("b"))
        .unwrap_err();
    assert!(matches!(error, ListenError::NoSources), "{error}");
    assert_eq!(us.counters().outgoing_bytes, 0);
}
