//! What the engine and the hub do together.

use engineioxide::service::EngineIoService;
use hyper::Request;
use hyper::service::Service;
use tokio::io::{DuplexStream, duplex};
use tokio::time::timeout;

use super::*;
use crate::shell::gate::Admission;

fn ghost() -> Admission {
    Admission {
        client_id: Some("ghost".to_owned()),
        until: None,
    }
}

/// An Engine.IO 3 client with the id `ghost` on this stream.
async fn connect(engine: &Arc<Engine>, stream: DuplexStream) {
    let service = EngineIoService::new(Arc::clone(engine));
    let target = "/?EIO=3&transport=websocket&clientId=ghost";
    let request = Request::get(target).body(()).unwrap();
    Service::call(&service, (stream, request)).await.unwrap();
    let mut open = engine.open_connections();
    open.wait_for(|open| *open == 1).await.unwrap();
}

/// Waits until there is no connection.
async fn forgotten(engine: &Engine) {
    let mut open = engine.open_connections();
    let forgotten = open.wait_for(|open| *open == 0);
    timeout(Duration::from_secs(5), forgotten)
        .await
        .unwrap()
        .unwrap();
}

/// The engine does not end a session whose WebSocket breaks before its first
/// packet is written. The client id would be taken for ever (SRV-ROB-12).
#[tokio::test(start_paused = true)]
async fn a_connection_that_breaks_in_the_handshake_is_forgotten() {
    let config = Arc::new(Config::default());
    let engine = Arc::new(Engine::new(&config));
    let (stream, peer) = duplex(64);
    drop(peer);
    connect(&engine, stream).await;
    let housekeeping = tokio::spawn(Arc::clone(&engine).housekeep(config.engine.connect_timeout));
    forgotten(&engine).await;
    housekeeping.abort();
}

/// Requests of one polling client may overlap. However they are mixed, it is
/// in or it is out, and nothing of it stays behind.
#[tokio::test(start_paused = true)]
async fn joining_and_leaving_twice_at_once_is_doing_it_once() {
    let engine = Arc::new(Engine::new(&Arc::new(Config::default())));
    let (stream, peer) = duplex(1_024);
    connect(&engine, stream).await;
    let connection = engine.hub().connection().unwrap();
    for expected in [1, 0, 1] {
        for _ in 0..2 {
            if expected == 1 {
                engine.hub().join(&connection, ghost());
            } else {
                engine.hub().leave(&connection);
            }
            assert_eq!(engine.hub().census().connections, expected);
        }
    }
    drop(peer);
    forgotten(&engine).await;
    // Frames that were read before the end may still be handled after it.
    engine.hub().join(&connection, ghost());
    engine.hub().leave(&connection);
    assert_eq!(engine.hub().census(), crate::relay::Census::default());
}

/// A mistake of ours costs the connection that it happened on. The lock that
/// was held is free again, and the relay has forgotten the client.
#[tokio::test(start_paused = true)]
async fn a_panic_ends_one_connection_and_nothing_else() {
    let engine = Arc::new(Engine::new(&Arc::new(Config::default())));
    for _ in 0..2 {
        let (stream, _peer) = duplex(1_024);
        connect(&engine, stream).await;
        let connection = engine.hub().connection().unwrap();
        assert!(matches!(connection.data.phase(), Phase::Joined(_)));
        engine.guarded(&connection, || {
            let _held = engine.hub();
            panic!("a mistake, made for this test");
        });
        assert_eq!(connection.data.phase(), Phase::Closed);
        forgotten(&engine).await;
    }
}
