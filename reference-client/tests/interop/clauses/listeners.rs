//! CLI-MSG-2 to 4, CLI-MSG-F2, CLI-MSG-F3: who hears what, and for how long.

use sio_p2p_client::{Dialect, ListenError, ListenOptions};

use crate::{servers::Setup, soon, waiting::unique};

/// CLI-MSG-2: from a JavaScript peer, from another Rust client and from ourselves.
pub(super) async fn a_listener_for_anybody_hears_everybody(setup: Setup) {
    let us = setup.client(&unique("us")).await;
    let other = setup.client(&unique("other")).await;
    let js = unique("js");
    let mut peer = setup.peer(&js).await;
    let mut listener = us.listen("e").unwrap();
    peer.run(&format!("p.emitTo('{}', 'e', 'js')", us.id()))
        .await;
    assert_eq!(
        soon(listener.next()).await.unwrap().parse(),
        Ok("js".to_owned())
    );
    for client in [&other, &us] {
        client
            .emit_to(us.id(), "e", client.id().as_str())
            .await
            .unwrap();
        let message = soon(listener.next()).await.unwrap();
        assert_eq!(message.parse(), Ok(client.id().to_string()));
        let source = (setup.dialect == Dialect::V1).then(|| client.id());
        assert_eq!(message.source(), source);
    }
}

/// CLI-MSG-F2: for every event, once, as a handler; all of them hear the same message.
pub(super) async fn there_are_listeners_for_any_source(setup: Setup) {
    let us = setup.client(&unique("us")).await;
    let mut peer = setup.peer(&unique("js")).await;
    let mut always = us.listen("e").unwrap();
    let mut once = us
        .listen_with("e", ListenOptions::default().once())
        .unwrap();
    let (handled, mut heard) = tokio::sync::mpsc::unbounded_channel();
    let _guard = us.on("e", move |message| {
        handled.send(message.parse::<u8>().unwrap()).unwrap();
        std::future::ready(())
    });
    peer.run(&format!("p.emitTo('{}', 'e', 1)", us.id())).await;
    assert_eq!(soon(always.next()).await.unwrap().parse(), Ok(1));
    assert_eq!(soon(once.next()).await.unwrap().parse(), Ok(1));
    assert_eq!(soon(heard.recv()).await, Some(1));
}

/// CLI-MSG-3.
pub(super) async fn a_listener_for_one_client_hears_that_one(setup: Setup) {
    let us = setup.client(&unique("us")).await;
    let other = setup.client(&unique("other")).await;
    let js = unique("js");
    let mut peer = setup.peer(&js).await;
    let mut from_js = us
        .listen_with("e", ListenOptions::from_client(&js))
        .unwrap();
    let mut from_other = us
        .listen_with("e", ListenOptions::from_client(other.id()))
        .unwrap();
    for n in [1, 2] {
        other.emit_to(us.id(), "e", ("other", n)).await.unwrap();
        let heard = soon(from_other.next()).await.unwrap();
        assert_eq!(heard.parse(), Ok(("other".to_owned(), n)));
        peer.run(&format!("p.emitTo('{}', 'e', 'js', {n})", us.id()))
            .await;
        // What it hears first is not what the other had sent before.
        let heard = soon(from_js.next()).await.unwrap();
        assert_eq!(heard.parse(), Ok(("js".to_owned(), n)));
        assert_eq!(heard.source().map(ToString::to_string), Some(js.clone()));
    }
}

/// CLI-MSG-F3: for every event and once; the same event from another does not use it up.
pub(super) async fn there_are_listeners_for_one_source(setup: Setup) {
    let us = setup.client(&unique("us")).await;
    let other = setup.client(&unique("other")).await;
    let js = unique("js");
    let mut peer = setup.peer(&js).await;
    let mut any = us.listen("e").unwrap();
    let mut once = us
        .listen_with("e", ListenOptions::from_client(&js).once())
        .unwrap();
    other.emit_to(us.id(), "e", 1).await.unwrap();
    assert_eq!(soon(any.next()).await.unwrap().parse(), Ok(1));
    peer.run(&format!("p.emitTo('{}', 'e', 2)", us.id())).await;
    assert_eq!(soon(once.next()).await.unwrap().parse(), Ok(2));
    assert!(soon(once.next()).await.is_none());
    let _always = us
        .listen_with("e", ListenOptions::from_client(&js))
        .unwrap();
    us.stop_listening_with("e", ListenOptions::from_client(&js))
        .unwrap();
    assert_eq!(us.counters().listeners, 1);
}

/// CLI-MSG-3, DEV-21: a client of `v1` gets the message as it is, without a source.
pub(super) async fn the_original_does_not_tell_who_sent(setup: Setup) {
    let us = setup.builder(&unique("us")).dialect(Dialect::V1);
    let us = us.connect().await.unwrap();
    let js = unique("js");
    let mut peer = setup.peer(&js).await;
    let mut from_js = us
        .listen_with("e", ListenOptions::from_client(&js))
        .unwrap();
    let mut plain = us.listen_with("e", ListenOptions::plain()).unwrap();
    peer.run(&format!("p.emitTo('{}', 'e', 1)", us.id())).await;
    let message = soon(plain.next()).await.unwrap();
    assert_eq!((message.parse(), message.source()), (Ok(1), None));
    // Both were handed what there was when the message came, so the other got nothing.
    us.stop_listening_with("e", ListenOptions::from_client(&js))
        .unwrap();
    assert!(soon(from_js.next()).await.is_none());
}

/// CLI-MSG-F3, DEV-21: so a client of `v2` is told that there is nothing of the kind.
pub(super) async fn there_are_none_in_v2(setup: Setup) {
    let us = setup.client(&unique("us")).await;
    let refused = us
        .listen_with("e", ListenOptions::from_client("anybody"))
        .unwrap_err();
    assert!(matches!(refused, ListenError::NoSources), "{refused}");
}

/// CLI-MSG-4: once is once, and what is removed by name or dropped hears no more.
pub(super) async fn once_and_no_longer(setup: Setup) {
    let us = setup.client(&unique("us")).await;
    let mut peer = setup.peer(&unique("js")).await;
    let mut once = us
        .listen_with("e", ListenOptions::default().once())
        .unwrap();
    let mut always = us.listen("e").unwrap();
    let dropped = us.listen("e").unwrap();
    let mut other = us.listen("other").unwrap();
    drop(dropped);
    let emit = format!("p.emitTo('{0}', 'e', 1); p.emitTo('{0}', 'e', 2)", us.id());
    peer.run(&emit).await;
    assert_eq!(soon(once.next()).await.unwrap().parse(), Ok(1));
    assert!(soon(once.next()).await.is_none());
    assert_eq!(soon(always.next()).await.unwrap().parse(), Ok(1));
    assert_eq!(soon(always.next()).await.unwrap().parse(), Ok(2));
    us.stop_listening("e").unwrap();
    assert!(soon(always.next()).await.is_none());
    let emit = format!(
        "p.emitTo('{0}', 'e', 3); p.emitTo('{0}', 'other', 4)",
        us.id()
    );
    peer.run(&emit).await;
    assert_eq!(soon(other.next()).await.unwrap().parse(), Ok(4));
    assert_eq!(us.counters().listeners, 1);
}
