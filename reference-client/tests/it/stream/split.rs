//! A stream in several hands.

use futures_util::{FutureExt, StreamExt};
use sio_p2p_client::{Dialect, StreamError};
use tokio::io::AsyncReadExt;

use super::{nothing_is_left, pair, reason, scripted, setups};
use crate::support::soon;

#[tokio::test]
async fn one_reads_while_others_write() {
    for setup in setups().await {
        let (a, ours, b, theirs) = pair(&setup).await;
        let (mut reader, writer) = ours.into_split();
        let (mut echo, back) = theirs.into_split();
        let echoing = async {
            while let Some(piece) = echo.next().await {
                back.write(piece.unwrap()).await.unwrap();
            }
            back.end().await.unwrap();
        };
        let data = vec![b'x'; 200_000];
        let writing = async {
            // Begun in this order, and so done: each waits for the one before.
            let other = writer.clone();
            let (one, two, end) = tokio::join!(writer.write(&data), other.write("y"), writer.end());
            one.and(two).and(end).unwrap();
        };
        let mut all = Vec::new();
        let reading = async {
            while let Some(piece) = reader.next().await {
                all.extend(piece.unwrap());
            }
            assert!(reader.next().await.is_none());
        };
        soon(async { tokio::join!(echoing, writing, reading) }).await;
        assert_eq!((all.len(), all.pop()), (data.len() + 1, Some(b'y')));
        assert!(all == data, "{}", setup.name);
        drop((reader, writer, echo, back));
        nothing_is_left(&[&a, &b]).await;
    }
}

/// CLI-STR-4, CLI-STR-12, while both halves are in use.
#[tokio::test]
async fn whoever_writes_can_destroy() {
    let (us, stream, mut wire) = scripted(Dialect::V2).await;
    let (mut reader, writer) = stream.into_split();
    writer.write("x").await.unwrap();
    wire.expect(r#"420["P2P_EMIT","b","P2P_EMIT_STREAM-from-stream-SA",[{"$bin":"eA=="}]]"#)
        .await;
    let mut writing = Box::pin(writer.write("y"));
    let mut ending = Box::pin(writer.end());
    assert!((&mut writing).now_or_never().is_none());
    assert!((&mut ending).now_or_never().is_none());
    assert!(reader.next().now_or_never().is_none());
    writer.destroy();
    wire.expect(r#"42["P2P_EMIT","b","PEER_STREAM_DESTROYED",["SA"],null]"#)
        .await;
    let destroyed = StreamError::DestroyedLocally;
    assert_eq!(*reason(&soon(writing).await.unwrap_err()), destroyed);
    assert_eq!(*reason(&soon(ending).await.unwrap_err()), destroyed);
    let error = soon(reader.next()).await.unwrap().unwrap_err();
    assert_eq!(*reason(&error), destroyed);
    assert!(reader.next().await.is_none());
    assert_eq!(us.counters().streams, 0);
    wire.nothing_but_an_answer(r#"427["ADD_TARGET","c"]"#, "437[]")
        .await;
}

#[tokio::test]
async fn the_last_half_takes_the_stream_with_it() {
    let (us, stream, mut wire) = scripted(Dialect::V2).await;
    let (mut reader, writer) = stream.into_split();
    drop(writer);
    wire.send(r#"422["P2P_EMIT_STREAM-from-stream-SB","y"]"#)
        .await;
    wire.expect("432[]").await;
    assert_eq!(soon(reader.read_u8()).await.unwrap(), b'y');
    assert_eq!(us.counters().streams, 1);
    drop(reader);
    wire.expect(r#"42["P2P_EMIT","b","PEER_STREAM_DESTROYED",["SA"],null]"#)
        .await;
    assert_eq!(us.counters().streams, 0);
}
