//! What the engine and the namespace do together.

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use sio_p2p_engine::Server;
use tokio::io::{AsyncWriteExt, DuplexStream, duplex};
use tokio::time::timeout;

use super::*;
use crate::shell::authentication::Authenticated;

/// A request for a WebSocket of an Engine.IO 3 client with the id `ghost`.
const REQUEST: &str = "GET /?EIO=3&transport=websocket&clientId=ghost HTTP/1.1\r\n\
    Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

fn ghost() -> Authenticated {
    Authenticated {
        client_id: Some("ghost".to_owned()),
        until: None,
    }
}

/// A connected client with the id `ghost`: the other end of its connection.
async fn connect(engine: &Arc<Engine>) -> DuplexStream {
    let server = Server::new(
        Arc::new(Sessions(Arc::clone(engine))),
        sio_p2p_engine::Config::default(),
    );
    let (stream, mut peer) = duplex(1_024);
    let service = service_fn(move |request| {
        let server = Arc::clone(&server);
        async move { Ok::<_, std::convert::Infallible>(server.handle(request).await) }
    });
    let connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    tokio::spawn(connection.with_upgrades());
    peer.write_all(REQUEST.as_bytes()).await.unwrap();
    let mut open = engine.open_connections();
    open.wait_for(|open| *open == 1).await.unwrap();
    peer
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

/// Requests of one polling client may overlap. However they are mixed, it is
/// in or it is out, and nothing of it stays behind.
#[tokio::test(start_paused = true)]
async fn joining_and_leaving_twice_at_once_is_doing_it_once() {
    let engine = Arc::new(Engine::new(&Arc::new(Config::default())));
    let peer = connect(&engine).await;
    let connection = engine.namespace().connection().unwrap();
    for expected in [1, 0, 1] {
        for _ in 0..2 {
            if expected == 1 {
                engine.namespace().join(&connection, ghost());
            } else {
                engine.namespace().leave(&connection);
            }
            assert_eq!(engine.namespace().gauges().connections, expected);
        }
    }
    drop(peer);
    forgotten(&engine).await;
    // Frames that were read before the end may still be handled after it.
    engine.namespace().join(&connection, ghost());
    engine.namespace().leave(&connection);
    assert_eq!(engine.namespace().gauges(), crate::relay::Gauges::default());
}

/// A mistake of ours costs the connection that it happened on. The lock that
/// was held is free again, and the relay has forgotten the client.
#[tokio::test(start_paused = true)]
async fn a_panic_ends_one_connection_and_nothing_else() {
    let engine = Arc::new(Engine::new(&Arc::new(Config::default())));
    for _ in 0..2 {
        let _peer = connect(&engine).await;
        let connection = engine.namespace().connection().unwrap();
        assert!(matches!(connection.data().phase(), Phase::Joined(_)));
        engine.guarded(&connection, &mut Batch::new(), |_| {
            let _held = engine.namespace();
            panic!("a mistake, made for this test");
        });
        assert_eq!(connection.data().phase(), Phase::Closed);
        forgotten(&engine).await;
    }
}
