//! Data, and back-pressure.

use sio_p2p_client::{Dialect, EioVersion, StreamError, StreamOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{nothing_is_left, pair, reason, scripted, setups};
use crate::support::{Setup, soon, until};

/// CLI-STR-3, CLI-STR-F1, CLI-STR-F2, CLI-STR-11: both ways, and an end for each.
#[tokio::test]
async fn data_goes_both_ways_and_each_way_has_its_end() {
    for setup in setups().await {
        let (a, mut ours, b, mut theirs) = pair(&setup).await;
        assert_eq!((ours.peer(), ours.id()), (b.id(), theirs.peer_id()));
        assert_eq!((theirs.peer(), theirs.id()), (a.id(), ours.peer_id()));
        let data: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
        let (sent, received) = tokio::join!(
            async {
                ours.write_all(&data).await?;
                ours.shutdown().await
            },
            async {
                let mut all = Vec::new();
                theirs.read_to_end(&mut all).await.map(|_| all)
            }
        );
        sent.unwrap();
        assert!(received.unwrap() == data, "{}", setup.name);
        // CLI-STR-11: the other direction stays open.
        theirs.write_all(b"answer").await.unwrap();
        theirs.shutdown().await.unwrap();
        let mut answer = String::new();
        ours.read_to_string(&mut answer).await.unwrap();
        assert_eq!(answer, "answer", "{}", setup.name);
        let late = ours.write_all(b"x").await.unwrap_err();
        assert_eq!(*reason(&late), StreamError::ShutDown);
        drop((ours, theirs));
        nothing_is_left(&[&a, &b]).await;
    }
}

/// CLI-STR-10: one chunk in flight, answered only when the reader has room.
#[tokio::test]
async fn a_reader_that_does_not_read_stops_the_writer() {
    for setup in setups().await {
        let (a, b) = (setup.client("a").await, setup.client("b").await);
        let mut acceptor = b.accept_streams();
        let options = StreamOptions {
            read_buffer: 1_000,
            ..StreamOptions::default()
        };
        let sending = StreamOptions {
            chunk_size: 600,
            ..StreamOptions::default()
        };
        let (ours, theirs) =
            tokio::join!(async { a.open_stream("b").options(sending).await }, async {
                soon(acceptor.next())
                    .await
                    .unwrap()
                    .accept_with(options)
                    .unwrap()
            });
        let (mut ours, mut theirs) = (ours.unwrap(), theirs);
        let written = tokio::spawn(async move {
            let mut written = 0;
            for _ in 0..10 {
                ours.write_all(&[7; 600]).await.unwrap();
                written += 600;
            }
            ours.flush().await.unwrap();
            (ours, written)
        });
        // Two chunks arrive and the second one fills the buffer; the third is never sent.
        until("two chunks", || {
            b.counters().streams == 1 && a.counters().questions == 1
        })
        .await;
        for _ in 0..20 {
            a.list_clients().await.unwrap();
            b.list_clients().await.unwrap();
        }
        assert!(!written.is_finished(), "{}", setup.name);
        let mut all = vec![0; 6_000];
        soon(theirs.read_exact(&mut all)).await.unwrap();
        let (_ours, written) = soon(written).await.unwrap();
        assert_eq!((written, all), (6_000, vec![7; 6_000]), "{}", setup.name);
    }
}

/// A larger window, between two peers of this library.
#[tokio::test]
async fn a_window_keeps_order_and_loses_nothing() {
    for setup in setups().await {
        let (a, b) = (setup.client("a").await, setup.client("b").await);
        let mut acceptor = b.accept_streams();
        let options = StreamOptions {
            window: 16,
            chunk_size: 777,
            read_buffer: 2_000,
            ..StreamOptions::default()
        };
        let (ours, theirs) =
            tokio::join!(async { a.open_stream("b").options(options).await }, async {
                soon(acceptor.next())
                    .await
                    .unwrap()
                    .accept_with(options)
                    .unwrap()
            });
        let (mut ours, mut theirs) = (ours.unwrap(), theirs);
        let data: Vec<u8> = (0..100_000_u32).map(|n| (n % 251) as u8).collect();
        let (sent, received) = tokio::join!(
            async {
                ours.write_all(&data).await?;
                ours.shutdown().await
            },
            async {
                let mut all = Vec::new();
                theirs.read_to_end(&mut all).await.map(|_| all)
            }
        );
        sent.unwrap();
        assert!(received.unwrap() == data, "{}", setup.name);
    }
}

#[tokio::test]
async fn every_form_of_chunk_is_read_and_answered() {
    let (_us, mut stream, mut wire) = scripted(Dialect::V2).await;
    let chunks = [
        (r#"{"$bin":"Ymlu"}"#, "bin"),
        (r#""téxt""#, "téxt"),
        (r#""""#, ""),
        ("[97,98]", "ab"),
        (r#"{"type":"Buffer","data":[99]}"#, "c"),
    ];
    for (number, (chunk, text)) in chunks.iter().enumerate() {
        wire.send(&format!(
            r#"42{number}["P2P_EMIT_STREAM-from-stream-SB",{chunk}]"#
        ))
        .await;
        wire.expect(&format!("43{number}[]")).await;
        let mut read = vec![0; text.len()];
        soon(stream.read_exact(&mut read)).await.unwrap();
        assert_eq!(read, text.as_bytes());
    }
    // An object is no bytes: no answer, and both ends are destroyed.
    wire.send(r#"429["P2P_EMIT_STREAM-from-stream-SB",{"a":1}]"#)
        .await;
    wire.expect(r#"42["P2P_EMIT","b","PEER_STREAM_DESTROYED",["SA"],null]"#)
        .await;
    let error = soon(stream.read_u8()).await.unwrap_err();
    assert_eq!(*reason(&error), StreamError::UnsupportedChunk);
}

/// DEV-16 on the wire: data after the end marker is still delivered, then the end is believed.
#[tokio::test]
async fn data_after_an_end_that_overtook_it_is_read() {
    let (_us, mut stream, mut wire) = scripted(Dialect::V2).await;
    let reading = tokio::spawn(async move {
        let mut all = String::new();
        stream.read_to_string(&mut all).await.unwrap();
        all
    });
    for (number, chunk) in [r#""1""#, r#""4""#, r#""2""#, "null", r#""3""#, "null"]
        .iter()
        .enumerate()
    {
        wire.send(&format!(
            r#"42{number}["P2P_EMIT_STREAM-from-stream-SB",{chunk}]"#
        ))
        .await;
        wire.expect(&format!("43{number}[]")).await;
    }
    assert_eq!(soon(reading).await.unwrap(), "1423");
}

/// 1,000 cycles of open, use and destroy leave nothing behind, at either end.
#[tokio::test]
async fn a_thousand_streams_leave_nothing_behind() {
    let setup = Setup::ours(EioVersion::V4, Dialect::V2).await;
    let (a, b) = (setup.client("a").await, setup.client("b").await);
    let mut acceptor = b.accept_streams();
    let serving = tokio::spawn(async move {
        while let Some(offer) = acceptor.next().await {
            let mut stream = offer.accept().unwrap();
            let mut text = [0; 4];
            stream.read_exact(&mut text).await.unwrap();
            stream.write_all(&text).await.unwrap();
            stream.flush().await.unwrap();
        }
    });
    for n in 0..1_000_u32 {
        let mut stream = a.open_stream("b").await.unwrap();
        stream.write_all(&n.to_le_bytes()).await.unwrap();
        assert_eq!(stream.read_u32_le().await.unwrap(), n);
    }
    nothing_is_left(&[&a, &b]).await;
    assert_eq!(b.counters().acceptors, 1);
    serving.abort();
}
