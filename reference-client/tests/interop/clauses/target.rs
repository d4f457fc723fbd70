//! CLI-MSG-1, CLI-MSG-10, CLI-MSG-F1: targets, and what goes when they leave.

use serde_json::json;
use sio_p2p_client::{CallError, Dialect, ListenOptions, TargetEvent};

use crate::{servers::Setup, soon, waiting::unique};

/// CLI-MSG-1, unlike DEV-1 and DEV-2 of the original's own client. In `v2` nobody can listen to
/// one client, so there every listener stays.
pub(super) async fn listeners_of_who_left_are_removed(setup: Setup) {
    let us = setup.client(&unique("us")).await;
    let other = setup.client(&unique("other")).await;
    let js = unique("js");
    let mut peer = setup.peer(&js).await;
    peer.run("p.onAddP2pTarget(() => {})").await;
    let mut events = us.target_events();
    let mut any = us.listen("e").unwrap();
    let mut from_js = Vec::new();
    let mut from_other = Vec::new();
    if setup.dialect == Dialect::V1 {
        for event in ["e", "f"] {
            from_js.push(
                us.listen_with(event, ListenOptions::from_client(&js))
                    .unwrap(),
            );
            from_other.push(
                us.listen_with(event, ListenOptions::from_client(other.id()))
                    .unwrap(),
            );
        }
    }
    us.add_target(&js).await.unwrap();
    us.add_target(other.id()).await.unwrap();
    peer.kill().await;
    let left = TargetEvent::Left(js.as_str().try_into().unwrap());
    assert_eq!(soon(events.next()).await, Some(left));
    for listener in &mut from_js {
        assert!(soon(listener.next()).await.is_none());
    }
    assert_eq!(us.counters().listeners, 1 + from_other.len());
    other.emit_to(us.id(), "e", 1).await.unwrap();
    assert_eq!(soon(any.next()).await.unwrap().parse(), Ok(1));
    if let Some(listener) = from_other.first_mut() {
        assert_eq!(soon(listener.next()).await.unwrap().parse(), Ok(1));
    }
}

/// CLI-MSG-F1: the added one learns who added it, the adding one whether it succeeded.
pub(super) async fn adding_is_told_at_both_ends(setup: Setup) {
    let us = setup.client(&unique("us")).await;
    let mut events = us.target_events();
    let js = unique("js");
    let mut peer = setup.peer(&js).await;
    peer.run("p.onAddP2pTarget(out)").await;
    us.add_target(&js).await.unwrap();
    assert_eq!(peer.said().await, us.id().as_str());
    peer.run(&format!("await p.addP2pTarget('{}')", us.id()))
        .await;
    let added = TargetEvent::AddedBy(js.as_str().try_into().unwrap());
    assert_eq!(soon(events.next()).await, Some(added));
    let missing = us.add_target(unique("missing")).await.unwrap_err();
    assert!(
        matches!(&missing, CallError::Refused(refused) if refused.failure.is_some()),
        "{missing}"
    );
    assert_eq!(us.counters().targets, 1);
}

/// CLI-MSG-10: without the application's doing, and with no arguments.
pub(super) async fn being_added_is_answered_at_once(setup: Setup) {
    let us = setup.client(&unique("us")).await;
    let mut peer = setup.peer(&unique("js")).await;
    let event = match setup.dialect {
        Dialect::V1 => "MULTI_API_ADD_TARGET",
        Dialect::V2 => "ADD_TARGET",
    };
    let add = format!(
        "return new Promise(done => p.emit('{event}', '{}', (...answer) => done(answer)))",
        us.id()
    );
    assert_eq!(peer.run(&add).await, json!([]));
}
