//! CLI-STR-4, CLI-STR-11, CLI-STR-12: how streams end, with a JavaScript peer at the other end.

use sio_p2p_client::StreamError;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::stream::{opened_by_peer, pair};
use crate::{servers::Setup, soon, waiting::until};

/// CLI-STR-4: whichever end it is.
pub(super) async fn destroying_one_end_destroys_the_other(setup: Setup) {
    let (us, js, mut peer) = pair(&setup).await;
    let mut stream = opened_by_peer(&us, &mut peer).await;
    peer.run("keep.d.destroy()").await;
    let error = soon(stream.read_u8()).await.unwrap_err();
    let peer_id = js.as_str().try_into().unwrap();
    let expected = StreamError::DestroyedByPeer { peer: peer_id };
    assert_eq!(StreamError::of(&error), Some(&expected));
    assert_eq!(us.counters().streams, 0);

    let stream = opened_by_peer(&us, &mut peer).await;
    peer.run("keep.d.on('close', () => out('close'))").await;
    stream.destroy();
    assert_eq!(peer.said().await, "close");
    assert_eq!(peer.run("return keep.d.destroyed").await, true);
    assert_eq!(us.counters().streams, 0);
}

/// CLI-STR-11: the peer's end comes after all data, and ours can still be written to.
pub(super) async fn one_direction_ends_and_the_other_stays(setup: Setup) {
    let (us, _, mut peer) = pair(&setup).await;
    let mut stream = opened_by_peer(&us, &mut peer).await;
    peer.run(
        "keep.d.on('data', (chunk) => out(String(chunk))); keep.d.on('end', () => out('end'));
         await new Promise((done) => keep.d.write('all of it', done)); keep.d.end()",
    )
    .await;
    let mut text = String::new();
    soon(stream.read_to_string(&mut text)).await.unwrap();
    assert_eq!(text, "all of it");
    stream.write_all(b"answer").await.unwrap();
    stream.shutdown().await.unwrap();
    assert_eq!(peer.said().await, "answer");
    assert_eq!(peer.said().await, "end");
}

/// CLI-STR-12: told to the peer; told to us again, also when nothing is left, it does nothing.
pub(super) async fn destruction_is_told_and_repetition_ignored(setup: Setup) {
    let (us, _, mut peer) = pair(&setup).await;
    let gone = opened_by_peer(&us, &mut peer).await;
    peer.run("keep.gone = keep.d; keep.d.on('close', () => out('close'))")
        .await;
    let mut other = opened_by_peer(&us, &mut peer).await;
    drop(gone);
    assert_eq!(peer.said().await, "close");
    let repeat = format!(
        "for (let n = 0; n < 3; n += 1) {{
           p.emitTo('{}', 'PEER_STREAM_DESTROYED', keep.gone.sourceStreamId);
         }}
         keep.d.write('still here')",
        us.id()
    );
    peer.run(&repeat).await;
    let mut text = [0; 10];
    soon(other.read_exact(&mut text)).await.unwrap();
    assert_eq!(&text, b"still here");
    until("one stream is left", || us.counters().streams == 1).await;
}
