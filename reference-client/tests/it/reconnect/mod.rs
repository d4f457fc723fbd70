//! Reconnecting: what stays, what is restored, and what is told.

mod restored;

use std::time::Duration;

use sio_p2p_client::{
    Client, ConnectionEvent, ConnectionState, Dialect, DisconnectReason, EioVersion, Reconnect,
    SendError, WhileOffline,
};

use crate::support::{fake::FakeServer, soon, until};

/// Quick enough for tests.
fn at_once() -> Reconnect {
    Reconnect {
        longest_delay: Duration::from_millis(20),
        ..Reconnect::after(Duration::from_millis(5))
    }
}

async fn state(client: &Client, what: impl Fn(&ConnectionState) -> bool) {
    soon(client.state().wait_for(|state| what(state)))
        .await
        .unwrap();
}

#[tokio::test]
async fn what_to_do_while_offline_is_a_policy() {
    let server = FakeServer::new(EioVersion::V4, Dialect::V2).await;
    let set_up = |policy| {
        server
            .builder("a")
            .while_offline(policy)
            .outgoing_buffer(1_000)
            .deadline(Duration::from_millis(50))
            .reconnect(Reconnect::after(Duration::from_mins(1)))
            .connect()
    };
    for policy in [
        WhileOffline::Refuse,
        WhileOffline::Buffer,
        WhileOffline::Wait,
    ] {
        let (us, wire) = tokio::join!(set_up(policy), server.accept());
        let us = us.unwrap();
        drop(wire);
        state(&us, |state| !state.is_connected()).await;
        let first = us.emit_to("b", "x", "y".repeat(600)).await;
        let second = us.emit_to("b", "x", "y".repeat(600)).await;
        match policy {
            WhileOffline::Refuse => assert_eq!(first, Err(SendError::Offline)),
            WhileOffline::Buffer => {
                assert_eq!(
                    (first, second),
                    (Ok(()), Err(SendError::BufferFull { limit: 1_000 }))
                );
            }
            WhileOffline::Wait => {
                assert_eq!(first, Ok(()));
                assert!(
                    matches!(second, Err(SendError::Timeout { .. })),
                    "{second:?}"
                );
            }
        }
        assert_eq!(us.close().await, DisconnectReason::Local);
    }
}

/// A packet that the connection does not take any more, because it has just ended, is given back
/// and goes out first on the next one: of what is sent, a beginning may be lost with the
/// connection that took it, and the rest arrives whole, in order, and once.
#[tokio::test]
async fn what_a_connection_does_not_take_goes_first_on_the_next() {
    let server = FakeServer::new(EioVersion::V4, Dialect::V2).await;
    let builder = server.builder("a").reconnect(at_once());
    let builder = builder.outgoing_buffer(64 << 20);
    let (us, wire) = tokio::join!(builder.connect(), server.accept());
    let us = us.unwrap();
    let text = "x".repeat(100_000);
    // More than TCP holds for a server that does not read; the rest waits in the client.
    for n in 0..300 {
        us.emit_to("b", "n", (n, &text)).await.unwrap();
    }
    assert!(us.counters().outgoing_bytes > 0);
    drop(wire);
    let mut wire = server.accept().await;
    let number = |packet: &str| -> u32 {
        let rest = packet.strip_prefix(r#"42["P2P_EMIT","b","n",["#);
        let number = rest.and_then(|rest| rest.split(',').next());
        number
            .unwrap_or_else(|| panic!("{packet:.60}"))
            .parse()
            .unwrap()
    };
    let first = number(&wire.packet().await);
    assert!(first > 0, "what TCP took is not sent again");
    for n in first + 1..300 {
        assert_eq!(number(&wire.packet().await), n);
    }
    wire.nothing_but_an_answer(r#"427["SERVER_PING"]"#, r#"437["pong from client a"]"#)
        .await;
    until("all room is given back", || {
        us.counters().outgoing_bytes == 0
    })
    .await;
}

#[tokio::test]
async fn the_end_of_patience_is_told() {
    let server = FakeServer::new(EioVersion::V4, Dialect::V2).await;
    let reconnect = Reconnect {
        attempts: Some(3),
        ..at_once()
    };
    let (us, wire) = tokio::join!(
        server.builder("a").reconnect(reconnect).connect(),
        server.accept()
    );
    let us = us.unwrap();
    let mut listener = us.listen("x").unwrap();
    drop((wire, server));
    let reason = soon(us.closed()).await;
    assert!(
        matches!(reason, DisconnectReason::GaveUp { attempts: 3, .. }),
        "{reason}"
    );
    assert!(soon(listener.next()).await.is_none());

    let server = FakeServer::new(EioVersion::V4, Dialect::V2).await;
    let (us, wire) = server.client("a").await;
    drop(wire);
    let reason = soon(us.closed()).await;
    assert!(matches!(reason, DisconnectReason::Lost(_)), "{reason}");
}

/// As in JavaScript: a server that says goodbye means it.
#[tokio::test]
async fn a_goodbye_of_the_server_ends_the_client() {
    let server = FakeServer::new(EioVersion::V3, Dialect::V1).await;
    let (us, wire) = tokio::join!(
        server.builder("a").reconnect(at_once()).connect(),
        server.accept()
    );
    let (us, mut wire) = (us.unwrap(), wire);
    wire.send("41").await;
    drop(wire);
    assert_eq!(
        soon(us.closed()).await,
        DisconnectReason::Server { said: None }
    );

    // Unless the application knows that it does not, as when it drains for a restart.
    let reconnect = Reconnect {
        after_goodbye: true,
        ..at_once()
    };
    let (us, wire) = tokio::join!(
        server.builder("a").reconnect(reconnect).connect(),
        server.accept()
    );
    let (_us, mut wire) = (us.unwrap(), wire);
    wire.send("41").await;
    drop(wire);
    server.accept().await;
}

/// A server that has not noticed yet that the former connection is gone turns the new one away:
/// unlike on the first connection, that is no reason to end.
#[tokio::test]
async fn a_reconnect_outlives_its_own_ghost() {
    let server = FakeServer::new(EioVersion::V4, Dialect::V2).await;
    let (us, wire) = tokio::join!(
        server.builder("a").reconnect(at_once()).connect(),
        server.accept()
    );
    let us = us.unwrap();
    let mut events = us.connection_events();
    drop(wire);
    let duplicate = "p2p Socket.io lib: Duplicated clientId a on connect, new socket id = x, \
                     new socket with duplicated clientId will be disconnected";
    for _ in 0..3 {
        let mut wire = server.accept().await;
        wire.send(&format!(r#"42["SERVER_ERROR","{duplicate}"]"#))
            .await;
        wire.send("41").await;
    }
    let mut wire = server.accept().await;
    wire.send(r#"42["anything"]"#).await;
    let mut told = Vec::new();
    // Only what is served has come back, and each refusal says why.
    loop {
        match soon(events.next()).await.unwrap() {
            ConnectionEvent::Connected => break,
            ConnectionEvent::Disconnected { reason } => told.push(reason.to_string()),
            ConnectionEvent::ServerError(error) => assert_eq!(error.text, duplicate),
            other => panic!("{other:?}"),
        }
    }
    let said = format!("the server disconnected this client, saying: {duplicate}");
    assert_eq!(told.len(), 4, "the loss and three refusals: {told:?}");
    assert_eq!(told[1..], [said.clone(), said.clone(), said]);
}

/// Being let in is not being served: a server that turns a client away each time is asked less
/// and less often.
#[tokio::test]
async fn delays_grow_until_the_server_serves() {
    let server = FakeServer::new(EioVersion::V4, Dialect::V2).await;
    let reconnect = Reconnect {
        attempts: Some(4),
        ..at_once()
    };
    let (us, wire) = tokio::join!(
        server.builder("a").reconnect(reconnect).connect(),
        server.accept()
    );
    let us = us.unwrap();
    drop(wire);
    let duplicate = "p2p Socket.io lib: Duplicated clientId a on connect, new socket id = x, \
                     new socket with duplicated clientId will be disconnected";
    // Four refusals are four attempts, though each of them was a connection.
    for _ in 0..4 {
        let mut wire = server.accept().await;
        wire.send(&format!(r#"42["SERVER_ERROR","{duplicate}"]"#))
            .await;
        wire.send("41").await;
    }
    let DisconnectReason::GaveUp { attempts, last } = soon(us.closed()).await else {
        panic!("it goes on");
    };
    assert_eq!(attempts, 4);
    assert!(last.contains("Duplicated clientId a"), "{last}");
}

#[tokio::test]
async fn every_loss_and_return_is_told_in_order() {
    let server = FakeServer::new(EioVersion::V4, Dialect::V2).await;
    let (connected, mut wire) = tokio::join!(
        server.builder("a").reconnect(at_once()).connect(),
        server.accept()
    );
    let us = connected.unwrap();
    let mut events = us.connection_events();
    let mut returns = us.connection_events();
    let client = || "c".try_into().unwrap();
    wire.send(r#"42["SERVER_ERROR","no"]"#).await;
    wire.send(r#"427["ADD_TARGET","c"]"#).await;
    wire.expect("437[]").await;
    wire.send(r#"42["TARGET_DISCONNECT","c"]"#).await;
    wire.nothing_but_an_answer(r#"428["ADD_TARGET","c"]"#, "438[]")
        .await;
    // Nobody looks meanwhile: a watched state would show none of this.
    drop(wire);
    let mut returned = async || {
        while soon(returns.next()).await.unwrap() != ConnectionEvent::Connected {}
    };
    let mut wire = server.accept().await;
    wire.send(r#"42["anything"]"#).await;
    returned().await;
    drop(wire);
    // One that ends before it is in use is never told.
    drop(server.accept().await);
    let mut wire = server.accept().await;
    wire.send(r#"42["anything"]"#).await;
    returned().await;
    // The server's goodbye ends the client.
    wire.send("41").await;
    soon(us.closed()).await;
    let mut told = Vec::new();
    while let Some(event) = soon(events.next()).await {
        told.push(event);
    }
    let by_server = DisconnectReason::Server { said: None };
    let [error, added, left, again, lost, back, lost_2, back_2, end] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert!(matches!(error, ConnectionEvent::ServerError(error) if error.text == "no"));
    for added in [added, again] {
        assert_eq!(*added, ConnectionEvent::TargetAdded { client: client() });
    }
    assert_eq!(*left, ConnectionEvent::TargetLeft { client: client() });
    for lost in [lost, lost_2] {
        assert!(matches!(
            lost,
            ConnectionEvent::Disconnected {
                reason: DisconnectReason::Lost(_)
            }
        ));
    }
    assert_eq!([back, back_2], [&ConnectionEvent::Connected; 2]);
    assert_eq!(*end, ConnectionEvent::Disconnected { reason: by_server });
    assert_eq!(us.connection_events().next().await, None);
}

#[tokio::test]
async fn who_closes_is_not_told() {
    let server = FakeServer::new(EioVersion::V4, Dialect::V2).await;
    let (us, mut wire) = server.client("a").await;
    let mut events = us.connection_events();
    tokio::join!(us.close(), async {
        wire.expect(r#"420["LIST_CLIENTS"]"#).await;
        wire.send("430[[]]").await;
        wire.goodbye().await;
    });
    assert_eq!(soon(events.next()).await, None);
}
