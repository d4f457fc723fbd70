//! Stream (CLI-STR-*): opening and accepting, data, back-pressure, ends and their remains.

mod data;
mod ends;
mod javascript;
mod open;
mod split;

use std::io;

use sio_p2p_client::{Client, Counters, Dialect, EioVersion, P2pStream, StreamError};

use crate::support::{
    Setup,
    fake::{FakeServer, Wire},
    soon, until,
};

/// Every server that relays streams.
async fn setups() -> Vec<Setup> {
    Setup::all().await
}

/// Two clients with a stream between them.
async fn pair(setup: &Setup) -> (Client, P2pStream, Client, P2pStream) {
    let (a, b) = (setup.client("a").await, setup.client("b").await);
    let mut acceptor = b.accept_streams();
    let (ours, theirs) = tokio::join!(a.open_stream("b"), async {
        soon(acceptor.next()).await.unwrap().accept().unwrap()
    });
    (a, ours.unwrap(), b, theirs)
}

/// The two ends at zero, but for what the test itself holds.
async fn nothing_is_left(clients: &[&Client]) {
    for client in clients {
        until("nothing is left", || {
            let Counters {
                streams,
                questions,
                outgoing_bytes,
                incoming_bytes,
                ..
            } = client.counters();
            streams + questions + outgoing_bytes + incoming_bytes == 0
        })
        .await;
    }
}

fn reason(error: &io::Error) -> &StreamError {
    StreamError::of(error).expect("the error of a stream")
}

/// What a scripted peer sees and does.
async fn scripted(dialect: Dialect) -> (Client, P2pStream, Wire) {
    let server = FakeServer::new(EioVersion::V4, dialect).await;
    let (us, mut wire) = server.client("a").await;
    let mut acceptor = us.accept_streams();
    let event = match dialect {
        Dialect::V1 => "MULTI_API_CREATE_STREAM",
        Dialect::V2 => "CREATE_STREAM",
    };
    let info = r#"{"sourceStreamId":"SB","targetStreamId":"SA","targetClientId":"a","sourceClientId":"b"}"#;
    wire.send(&format!(r#"420["{event}",{info}]"#)).await;
    let stream = soon(acceptor.next()).await.unwrap().accept().unwrap();
    wire.expect("430[]").await;
    (us, stream, wire)
}
