//! What is restored on a new connection, and what is not.

use sio_p2p_client::{
    CallError, ConnectionState, Dialect, EioVersion, Restorable, Restored, StreamError,
};
use tokio::io::AsyncReadExt;

use super::{at_once, state};
use crate::support::{fake::FakeServer, soon, until};

#[tokio::test]
async fn everything_that_was_set_up_is_set_up_again() {
    let server = FakeServer::new(EioVersion::V4, Dialect::V2).await;
    let (connected, mut wire) = tokio::join!(
        server.builder("a").reconnect(at_once()).connect(),
        server.accept()
    );
    let us = connected.unwrap();
    let mut news = us.restored();
    let mut messages = us.listen("m").unwrap();
    let (set_up, ()) = tokio::join!(
        async {
            us.join_room("R").await?;
            us.add_target("b").await?;
            us.provide_api("api").await
        },
        async {
            wire.expect(r#"420["JOIN_ROOM","R"]"#).await;
            wire.expect(r#"421["GET_CLIENT_CONNECTED_STATUS","a"]"#)
                .await;
            wire.send("430[null]").await;
            wire.expect(r#"422["ADD_TARGET","b"]"#).await;
            wire.send("432[]").await;
            wire.expect(r#"423["CHECK_API_NAME","api"]"#).await;
            wire.send("433[false]").await;
            wire.expect(r#"42["CREATE_API","api"]"#).await;
            wire.expect(r#"424["CHECK_API_NAME","api"]"#).await;
            wire.send("434[true]").await;
        }
    );
    let mut provider = set_up.unwrap();
    wire.send(r#"427["ADD_TARGET","c"]"#).await;
    wire.expect("437[]").await;
    drop(wire);
    state(&us, |state| {
        matches!(state, ConnectionState::Reconnecting { .. })
    })
    .await;
    // What is sent meanwhile waits; what was restored without an answer goes before it.
    us.emit_to("b", "m", "while offline").await.unwrap();
    let lost = soon(news.next()).await.unwrap();
    assert!(matches!(lost, Restored::Lost(Restorable::LinkBy(c), _) if c.as_str() == "c"));

    let mut wire = server.accept().await;
    wire.expect(r#"42["JOIN_ROOM","R",null]"#).await;
    let mut rest = vec![
        wire.packet().await,
        wire.packet().await,
        wire.packet().await,
    ];
    rest.sort();
    assert_eq!(
        rest,
        [
            r#"425["ADD_TARGET","b"]"#,
            r#"426["CHECK_API_NAME","api"]"#,
            r#"42["P2P_EMIT","b","m",["while offline"],null]"#,
        ]
    );
    wire.send("435[]").await;
    wire.send("436[false]").await;
    wire.expect(r#"42["CREATE_API","api"]"#).await;
    wire.expect(r#"427["CHECK_API_NAME","api"]"#).await;
    wire.send("437[true]").await;
    let mut told = vec![
        soon(news.next()).await.unwrap(),
        soon(news.next()).await.unwrap(),
    ];
    told.sort_by_key(|restored| format!("{restored:?}"));
    let back = |item| Restored::Back(item);
    assert_eq!(
        told,
        [
            back(Restorable::Api("api".try_into().unwrap())),
            back(Restorable::Target("b".try_into().unwrap()))
        ]
    );
    assert_eq!(soon(news.next()).await, Some(Restored::Done));
    // Listeners and providers are still there.
    wire.send(r#"42["m","again"]"#).await;
    assert_eq!(
        soon(messages.next()).await.unwrap().parse(),
        Ok("again".to_owned())
    );
    wire.send(r#"42["api",1]"#).await;
    assert_eq!(soon(provider.next()).await.unwrap().parse(), Ok(1));
}

#[tokio::test]
async fn what_cannot_be_restored_is_told_and_ends() {
    let server = FakeServer::new(EioVersion::V4, Dialect::V2).await;
    let (connected, mut wire) = tokio::join!(
        server.builder("a").reconnect(at_once()).connect(),
        server.accept()
    );
    let us = connected.unwrap();
    let mut news = us.restored();
    let (provider, ()) = tokio::join!(us.provide_api("api"), async {
        wire.expect(r#"420["CHECK_API_NAME","api"]"#).await;
        wire.send("430[false]").await;
        wire.expect(r#"42["CREATE_API","api"]"#).await;
        wire.expect(r#"421["CHECK_API_NAME","api"]"#).await;
        wire.send("431[true]").await;
    });
    drop(wire);
    let mut wire = server.accept().await;
    for id in 2..=6 {
        wire.expect(&format!(r#"42{id}["CHECK_API_NAME","api"]"#))
            .await;
        wire.send(&format!("43{id}[true]")).await;
    }
    let lost = soon(news.next()).await.unwrap();
    let Restored::Lost(Restorable::Api(api), why) = lost else {
        panic!("{lost:?}")
    };
    assert_eq!(
        (api.as_str(), why.as_str()),
        ("api", "an api called 'api' exists already")
    );
    let mut provider = provider.unwrap();
    assert!(soon(provider.next()).await.is_none());
    // It has nothing to say to the server about an API that is not its own.
    drop(provider);
    wire.nothing_but_an_answer(r#"427["SERVER_PING"]"#, r#"437["pong from client a"]"#)
        .await;
}

/// What was asked on the lost connection is not asked again, because it may have been done; what
/// was not sent yet is. Answers and stream data of the former connection stay behind.
#[tokio::test]
async fn nothing_is_done_twice_and_nothing_stale_is_sent() {
    let server = FakeServer::new(EioVersion::V4, Dialect::V2).await;
    let (connected, mut wire) = tokio::join!(
        server.builder("a").reconnect(at_once()).connect(),
        server.accept()
    );
    let us = connected.unwrap();
    let mut questions = us.listen("q").unwrap();
    wire.send(r#"425["q"]"#).await;
    let question = soon(questions.next()).await.unwrap();
    let mut acceptor = us.accept_streams();
    let info = r#"{"sourceStreamId":"SB","targetStreamId":"SA","targetClientId":"a","sourceClientId":"b"}"#;
    wire.send(&format!(r#"426["CREATE_STREAM",{info}]"#)).await;
    let mut stream = soon(acceptor.next()).await.unwrap().accept().unwrap();
    wire.expect("436[]").await;
    let (asked, ()) = tokio::join!(us.request_to::<()>("b", "x", ()), async {
        wire.expect(r#"420["P2P_EMIT","b","x",[]]"#).await;
        drop(wire);
    });
    assert!(
        matches!(asked, Err(CallError::Disconnected(_))),
        "{asked:?}"
    );
    let error = soon(stream.read_u8()).await.unwrap_err();
    assert!(
        matches!(StreamError::of(&error), Some(StreamError::Disconnected(_))),
        "{error}"
    );
    // Also before there is another connection, the question of the former one has no asker.
    let answer = question.answer("too late").await.unwrap_err();
    assert_eq!(
        answer.to_string(),
        "the connection on which the question came has ended"
    );
    drop(stream);
    let (later, ()) = tokio::join!(us.request_to::<u8>("b", "y", ()), async {
        let mut wire = server.accept().await;
        wire.expect(r#"421["P2P_EMIT","b","y",[]]"#).await;
        wire.send("431[1]").await;
        wire.nothing_but_an_answer(r#"427["SERVER_PING"]"#, r#"437["pong from client a"]"#)
            .await;
    });
    assert_eq!(later, Ok(1));
    until("nothing is left", || {
        us.counters().streams + us.counters().questions == 0
    })
    .await;
}
