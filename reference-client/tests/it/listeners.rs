//! Listeners: what they hear, who removes them, and when they run.

use sio_p2p_client::{Dialect, EioVersion, ListenError, ListenOptions, TargetEvent};

use crate::support::{fake::FakeServer, soon, until};

/// What a server sends at once is heard by who has set its listener before.
#[tokio::test(flavor = "multi_thread")]
async fn a_listener_that_is_set_while_connecting_hears_the_first_event() {
    for eio in [EioVersion::V3, EioVersion::V4] {
        let server = FakeServer::new(eio, Dialect::V2).await;
        let connecting = server
            .builder("a")
            .connect_with(|client| client.listen("first").unwrap());
        let sending = async {
            let mut wire = server.accept().await;
            wire.send(r#"42["first",1]"#).await;
            wire
        };
        let (connected, _wire) = tokio::join!(connecting, sending);
        let (_client, mut first) = connected.unwrap();
        let message = soon(first.next()).await.unwrap();
        assert_eq!(message.parse::<u32>().unwrap(), 1);
    }
}

/// CLI-MSG-2, CLI-MSG-3, CLI-MSG-4 on the wire of `v1`, where messages say who sent them.
#[tokio::test]
async fn listeners_of_v1_get_what_they_asked_for() {
    let server = FakeServer::new(EioVersion::V3, Dialect::V1).await;
    let (us, mut wire) = server.client("me").await;
    let mut anybody = us.listen("e").unwrap();
    let mut from_a = us
        .listen_with("e", ListenOptions::from_client("a"))
        .unwrap();
    let mut once_a = us
        .listen_with("e", ListenOptions::from_client("a").once())
        .unwrap();
    let mut once = us
        .listen_with("e", ListenOptions::default().once())
        .unwrap();
    let mut plain = us.listen_with("e", ListenOptions::plain()).unwrap();
    wire.send(r#"42["e","b",1]"#).await;
    wire.send(r#"42["e","a",2]"#).await;
    wire.send(r#"42["e","a",3]"#).await;
    let mut numbers = Vec::new();
    for _ in 0..3 {
        let message = soon(anybody.next()).await.unwrap();
        numbers.push((
            message.source().unwrap().to_string(),
            message.parse::<u8>().unwrap(),
        ));
    }
    let said = |who: &str, n| (who.to_owned(), n);
    assert_eq!(numbers, [said("b", 1), said("a", 2), said("a", 3)]);
    assert_eq!(soon(from_a.next()).await.unwrap().parse(), Ok(2));
    assert_eq!(soon(from_a.next()).await.unwrap().parse(), Ok(3));
    // Unlike DEV-3, the same event from b did not use it up.
    assert_eq!(soon(once_a.next()).await.unwrap().parse(), Ok(2));
    assert!(soon(once_a.next()).await.is_none());
    assert_eq!(soon(once.next()).await.unwrap().parse(), Ok(1));
    assert!(soon(once.next()).await.is_none());
    let first = soon(plain.next()).await.unwrap();
    assert_eq!(first.parse(), Ok(("b".to_owned(), 1)));
    assert_eq!(first.source(), None);
    assert_eq!(us.counters().listeners, 3);
}

/// The same with options, and what only these can say.
#[tokio::test]
async fn listeners_are_told_what_to_get() {
    let server = FakeServer::new(EioVersion::V4, Dialect::V1).await;
    let (us, mut wire) = server.client("me").await;
    let from = || Some("a".to_owned());
    let listen = |from, once, plain| us.listen_with("e", ListenOptions { from, once, plain });
    let mut anybody = us.listen_with("e", ListenOptions::default()).unwrap();
    let mut from_a = listen(from(), false, false).unwrap();
    let mut once_a = listen(from(), true, false).unwrap();
    let mut once_plain = listen(None, true, true).unwrap();
    for message in [r#"42["e","b",1]"#, r#"42["e","a",2]"#, r#"42["e","a",3]"#] {
        wire.send(message).await;
    }
    for number in [1, 2, 3] {
        assert_eq!(soon(anybody.next()).await.unwrap().parse(), Ok(number));
    }
    assert_eq!(soon(from_a.next()).await.unwrap().parse(), Ok(2));
    assert_eq!(soon(once_a.next()).await.unwrap().parse(), Ok(2));
    assert!(soon(once_a.next()).await.is_none());
    let first = soon(once_plain.next()).await.unwrap();
    assert_eq!(first.parse(), Ok(("b".to_owned(), 1)));
    assert!(soon(once_plain.next()).await.is_none());
    assert_eq!(us.counters().listeners, 2);
    // Each is removed like one of its kind.
    us.stop_listening("e").unwrap();
    assert!(soon(anybody.next()).await.is_none());

    assert_eq!(
        listen(from(), false, true).unwrap_err(),
        ListenError::PlainFrom
    );
    let nobody = listen(Some(String::new()), false, false).unwrap_err();
    assert!(matches!(nobody, ListenError::Name(_)), "{nobody}");
    let server = FakeServer::new(EioVersion::V4, Dialect::V2).await;
    let (us, _wire) = server.client("me").await;
    let from = from();
    let unknown = us.listen_with(
        "e",
        ListenOptions {
            from,
            ..ListenOptions::default()
        },
    );
    assert_eq!(unknown.unwrap_err(), ListenError::NoSources);
}

/// CLI-MSG-4: by name, each kind for itself (unlike DEV-4), and by dropping.
#[tokio::test]
async fn removing_listeners_removes_those_and_no_others() {
    let server = FakeServer::new(EioVersion::V4, Dialect::V1).await;
    let (us, mut wire) = server.client("me").await;
    let mut any = us.listen("e").unwrap();
    let other = us.listen("other").unwrap();
    let mut from_a = us
        .listen_with("e", ListenOptions::from_client("a"))
        .unwrap();
    let mut from_b = us
        .listen_with("e", ListenOptions::from_client("b"))
        .unwrap();
    let mut plain = us.listen_with("e", ListenOptions::plain()).unwrap();
    assert_eq!(us.counters().listeners, 5);

    us.stop_listening("e").unwrap();
    assert!(soon(any.next()).await.is_none());
    assert_eq!(us.counters().listeners, 4);
    us.stop_listening_with("e", ListenOptions::from_client("a"))
        .unwrap();
    assert!(soon(from_a.next()).await.is_none());
    wire.send(r#"42["e","b",1]"#).await;
    assert_eq!(soon(from_b.next()).await.unwrap().parse(), Ok(1));
    us.stop_listening_with("e", ListenOptions::plain()).unwrap();
    soon(plain.next()).await.unwrap();
    assert!(soon(plain.next()).await.is_none());
    assert_eq!(us.counters().listeners, 2);
    drop((other, from_b));
    assert_eq!(us.counters().listeners, 0);
}

/// CLI-MSG-1 (unlike DEV-1 and DEV-2): the listeners for a client that has left, and only those.
#[tokio::test]
async fn listeners_of_a_departed_target_are_removed_and_only_those() {
    let server = FakeServer::new(EioVersion::V3, Dialect::V1).await;
    let (us, mut wire) = server.client("me").await;
    let mut events = us.target_events();
    let any = us.listen("e").unwrap();
    let mut from_a = us
        .listen_with("e", ListenOptions::from_client("a"))
        .unwrap();
    let mut other_a = us
        .listen_with("f", ListenOptions::from_client("a"))
        .unwrap();
    let from_b = us
        .listen_with("e", ListenOptions::from_client("b"))
        .unwrap();
    let (added, ()) = tokio::join!(us.add_target("a"), async {
        wire.expect(r#"420["MULTI_API_ADD_TARGET","a"]"#).await;
        wire.send("430[]").await;
    });
    added.unwrap();
    assert_eq!(us.counters().targets, 1);
    wire.send(r#"42["e","a",1]"#).await;
    // Servers of the original say it once for each link.
    for _ in 0..3 {
        wire.send(r#"42["MULTI_API_TARGET_DISCONNECT","a"]"#).await;
    }
    wire.send(r#"428["MULTI_API_ADD_TARGET","b"]"#).await;
    wire.expect("438[]").await;
    let a = || "a".try_into().unwrap();
    assert_eq!(soon(events.next()).await, Some(TargetEvent::Left(a())));
    assert_eq!(
        soon(events.next()).await,
        Some(TargetEvent::AddedBy("b".try_into().unwrap()))
    );
    // What had arrived before is still given.
    assert_eq!(soon(from_a.next()).await.unwrap().parse(), Ok(1));
    assert!(soon(from_a.next()).await.is_none());
    assert!(soon(other_a.next()).await.is_none());
    assert_eq!((us.counters().listeners, us.counters().targets), (2, 0));
    drop((any, from_b));
}

#[tokio::test]
async fn handlers_run_one_after_the_other_until_their_guard_is_dropped() {
    let server = FakeServer::new(EioVersion::V4, Dialect::V2).await;
    let (us, mut wire) = server.client("me").await;
    let guard = us
        .on("q", async |question| {
            let n: u32 = question.parse().unwrap();
            tokio::task::yield_now().await;
            question.answer(n).await.unwrap();
        })
        .unwrap();
    for n in 0..20 {
        wire.send(&format!(r#"42{n}["q",{n}]"#)).await;
    }
    for n in 0..20 {
        wire.expect(&format!("43{n}[{n}]")).await;
    }
    assert_eq!(us.counters().listeners, 1);
    drop(guard);
    until("the handler is gone", || us.counters().listeners == 0).await;
}
