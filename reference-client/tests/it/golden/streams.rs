//! Streams, both ends of the recordings.

use sio_p2p_client::{Client, OpenStream, P2pStream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{replay_v1, replay_v2};

fn open(us: &Client) -> OpenStream {
    let id = |text: &str| text.try_into().unwrap();
    us.open_stream("b").ids(id("SA"), id("SB"))
}

async fn accept(us: &Client) -> P2pStream {
    us.accept_streams().next().await.unwrap().accept().unwrap()
}

async fn read(stream: &mut P2pStream, text: &[u8]) {
    let mut data = vec![0; text.len()];
    stream.read_exact(&mut data).await.unwrap();
    assert_eq!(data, text);
}

/// The opener of v1: chunks both ways, each sent after the answer to the one before.
#[tokio::test]
async fn the_opener_sends_what_the_original_sends() {
    replay_v1("stream_create_data_end", "a", async |us| {
        let mut stream = open(&us).await.unwrap();
        stream.write_all(b"one").await.unwrap();
        stream.write_all(&[0, 255]).await.unwrap();
        read(&mut stream, b"back").await;
        for text in [&b"q1"[..], b"q2", b"q3", b"last"] {
            stream.write_all(text).await.unwrap();
        }
        stream.flush().await.unwrap();
        // The original sends nothing at the end of v1; ours would, and says so when dropped.
        std::mem::forget(stream);
    })
    .await;
}

#[tokio::test]
async fn the_acceptor_sends_what_the_original_sends() {
    replay_v1("stream_create_data_end", "b", async |us| {
        let mut stream = accept(&us).await;
        read(&mut stream, b"one\x00\xff").await;
        stream.write_all(b"back").await.unwrap();
        read(&mut stream, b"q1q2q3last").await;
        std::mem::forget(stream);
    })
    .await;
    replay_v2("stream_create_data_end", "b", async |us| {
        let mut stream = accept(&us).await;
        read(&mut stream, b"one\x00\xff").await;
        stream.write_all(b"back").await.unwrap();
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).await.unwrap();
        assert_eq!(rest, b"q1q2q3last");
        std::mem::forget(stream);
    })
    .await;
}

/// CLI-STR-12, from both sides: the notice, the echo, and nothing after it.
#[tokio::test]
async fn destroying_and_being_destroyed() {
    for client in ["a", "b"] {
        let act = async |us: Client| {
            let mut stream = if client == "a" {
                open(&us).await.unwrap()
            } else {
                accept(&us).await
            };
            if client == "a" {
                stream.write_all(b"x").await.unwrap();
                stream.flush().await.unwrap();
            } else {
                read(&mut stream, b"x").await;
                stream.read_u8().await.unwrap_err();
            }
        };
        replay_v1("stream_destroy_by_source", client, act).await;
        replay_v2("stream_destroy_by_source", client, act).await;
    }
}

/// A half-closed v2 stream: the marker travels after the data.
#[tokio::test]
async fn the_end_of_v2() {
    replay_v2("stream_end_no_args", "a", async |us| {
        let mut stream = open(&us).await.unwrap();
        stream.shutdown().await.unwrap();
        std::mem::forget(stream);
    })
    .await;
}
