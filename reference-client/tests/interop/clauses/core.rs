//! CLI-CORE-*: the handshake, the server's ping, and errors.

use serde_json::json;
use sio_p2p_client::{Dialect, Failure};

use crate::{servers::Setup, soon, waiting::unique};

/// CLI-CORE-1: the id arrives, whatever is in it.
pub(super) async fn the_id_is_in_the_handshake(setup: Setup) {
    let id = unique("ü b/+&=%?#");
    let _us = setup.client(&id).await;
    let mut peer = setup.peer(&unique("js")).await;
    let list = peer.run("return p.getClientList()").await;
    assert!(list.as_array().unwrap().contains(&json!(id)), "{list}");
}

/// CLI-CORE-2: 1.12.1 knows the event and never sends it, so a peer does, by the server.
pub(super) async fn a_ping_is_answered(setup: Setup) {
    let id = unique("pinged");
    let _us = setup.client(&id).await;
    let mut peer = setup.peer(&unique("js")).await;
    let ping = format!(
        "return new Promise(done => p.emitTo('{id}', 'SERVER_PING', (...pong) => done(pong)))"
    );
    let answer = peer.run(&ping).await;
    assert_eq!(answer, json!([format!("pong from client {id}")]));
}

/// CLI-CORE-3: a question that is open stays so, and is answered after the error.
pub(super) async fn an_error_harms_nothing_else(setup: Setup) {
    let us = setup.client(&unique("rust")).await;
    let mut errors = us.server_errors();
    let js = unique("js");
    let mut peer = setup.peer(&js).await;
    peer.run("p.on('slow', (...args) => { keep.answer = args.at(-1); out('asked'); })")
        .await;
    let missing = unique("missing");
    let asking = us.request_to::<String>(&js, "slow", 1);
    let (answer, ()) = tokio::join!(asking, async {
        assert_eq!(peer.said().await, "asked");
        us.emit_to(&missing, "x", ()).await.unwrap();
        let error = soon(errors.next()).await.unwrap();
        let client = missing.clone();
        let expected = match setup.dialect {
            Dialect::V1 => Failure::TargetNotFound { client },
            Dialect::V2 => Failure::MessageTargetNotConnected { client },
        };
        assert_eq!(error.failure, Some(expected));
        peer.run("keep.answer('late')").await;
    });
    assert_eq!(answer.unwrap(), "late");
}
