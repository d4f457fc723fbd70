//! How streams end, and what remains of them.

use std::{io, time::Duration};

use sio_p2p_client::{Dialect, EioVersion, P2pStream, StreamError, StreamOptions};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

use super::{nothing_is_left, pair, reason, scripted, setups};
use crate::support::{fake::FakeServer, soon, until};

/// CLI-STR-4, CLI-STR-12.
#[tokio::test]
async fn destroying_one_end_destroys_the_other() {
    for setup in setups().await {
        let (a, mut ours, b, theirs) = pair(&setup).await;
        theirs.destroy();
        let error = soon(ours.read_u8()).await.unwrap_err();
        let peer = b.id().clone();
        assert_eq!(
            *reason(&error),
            StreamError::DestroyedByPeer { peer },
            "{}",
            setup.name
        );
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
        let error = ours.write_all(b"x").await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::ConnectionReset);
        nothing_is_left(&[&a, &b]).await;
        drop(ours);
        nothing_is_left(&[&a, &b]).await;
    }
}

#[tokio::test]
async fn a_peer_that_leaves_ends_its_streams() {
    for setup in setups().await {
        let (a, mut ours, b, theirs) = pair(&setup).await;
        let mut errors = a.server_errors();
        b.close().await;
        let error = soon(ours.read_u8()).await.unwrap_err();
        let peer = b.id().clone();
        assert_eq!(
            *reason(&error),
            StreamError::PeerLeft { peer },
            "{}",
            setup.name
        );
        let error = theirs.closed_with().await;
        assert!(
            matches!(reason(&error), StreamError::Disconnected(_)),
            "{error}"
        );
        drop(ours);
        // Unlike the original, nothing is sent to who has left, so the server has no complaint.
        a.list_clients().await.unwrap();
        assert!(
            timeout(Duration::ZERO, errors.next()).await.is_err(),
            "{}",
            setup.name
        );
        nothing_is_left(&[&a, &b]).await;
    }
}

trait ClosedWith {
    async fn closed_with(self) -> io::Error;
}

impl ClosedWith for P2pStream {
    async fn closed_with(mut self) -> io::Error {
        soon(self.read_u8()).await.unwrap_err()
    }
}

/// CLI-STR-14 in `v1`, where data says who sent it; CLI-STR-12: repeated and stale notices.
#[tokio::test]
async fn strangers_and_stale_notices_are_ignored() {
    let (us, mut stream, mut wire) = scripted(Dialect::V1).await;
    wire.send(r#"421["P2P_EMIT_STREAM-from-stream-SB","stranger","x"]"#)
        .await;
    wire.send(r#"42["PEER_STREAM_DESTROYED","stranger","SB"]"#)
        .await;
    wire.send(r#"42["PEER_STREAM_DESTROYED","b","other"]"#)
        .await;
    wire.send(r#"422["P2P_EMIT_STREAM-from-stream-SB","b","y"]"#)
        .await;
    // The first answer is the one to the peer: the stranger got none.
    wire.expect("432[]").await;
    assert_eq!(soon(stream.read_u8()).await.unwrap(), b'y');
    wire.send(r#"42["PEER_STREAM_DESTROYED","b","SB"]"#).await;
    wire.expect(r#"42["P2P_EMIT",{"targetClientId":"b","event":"PEER_STREAM_DESTROYED","args":["a","SA"]}]"#).await;
    wire.send(r#"42["PEER_STREAM_DESTROYED","b","SB"]"#).await;
    drop(stream);
    assert_eq!(us.counters().streams, 0);
    wire.nothing_but_an_answer(r#"427["MULTI_API_ADD_TARGET","c"]"#, "437[]")
        .await;
}

#[tokio::test]
async fn a_refused_chunk_and_an_unanswered_one_end_the_stream() {
    let (_us, mut stream, mut wire) = scripted(Dialect::V2).await;
    stream.write_all(b"x").await.unwrap();
    wire.expect(r#"420["P2P_EMIT","b","P2P_EMIT_STREAM-from-stream-SA",[{"$bin":"eA=="}]]"#)
        .await;
    wire.send(r#"430["disk full"]"#).await;
    let error = soon(stream.flush()).await.unwrap_err();
    let peer = "b".try_into().unwrap();
    assert_eq!(
        *reason(&error),
        StreamError::WriteRefused {
            peer,
            reason: "disk full".into()
        }
    );
    wire.expect(r#"42["P2P_EMIT","b","PEER_STREAM_DESTROYED",["SA"],null]"#)
        .await;

    let server = FakeServer::new(EioVersion::V4, Dialect::V2).await;
    let (us, mut wire) = server.client("a").await;
    let options = StreamOptions {
        ack_timeout: Some(Duration::from_millis(20)),
        ..StreamOptions::default()
    };
    let opening = us.open_stream("b").options(options);
    let (stream, ()) = tokio::join!(opening.into_future(), async {
        wire.packet().await;
        wire.send("430[]").await;
    });
    let mut stream = stream.unwrap();
    stream.write_all(b"x").await.unwrap();
    let error = soon(stream.write_all(b"y")).await.unwrap_err();
    assert!(
        matches!(reason(&error), StreamError::AckTimeout { .. }),
        "{error}"
    );
    assert_eq!(us.counters().streams, 0);
}

/// A peer that ignores our answers cannot fill our memory.
#[tokio::test]
async fn a_peer_that_overruns_us_loses_the_stream() {
    let (us, mut stream, mut wire) = scripted(Dialect::V2).await;
    let chunk = "x".repeat(900_000);
    for number in 0..20 {
        wire.send(&format!(
            r#"42{number}["P2P_EMIT_STREAM-from-stream-SB","{chunk}"]"#
        ))
        .await;
    }
    until("the stream is gone", || us.counters().streams == 0).await;
    let mut all = Vec::new();
    let error = stream.read_to_end(&mut all).await.unwrap_err();
    assert_eq!(*reason(&error), StreamError::Overrun);
}

/// The end of `v1`: the original says nothing; we send the marker that its receivers understand.
#[tokio::test]
async fn the_end_of_v1_is_sent_and_not_waited_for() {
    let (_us, mut stream, mut wire) = scripted(Dialect::V1).await;
    soon(stream.shutdown()).await.unwrap();
    drop(stream);
    wire.expect(r#"420["P2P_EMIT_ACKNOWLEDGE",{"targetClientId":"b","event":"P2P_EMIT_STREAM-from-stream-SA","args":["a",null]}]"#).await;
    wire.expect(r#"42["P2P_EMIT",{"targetClientId":"b","event":"PEER_STREAM_DESTROYED","args":["a","SA"]}]"#).await;
}
