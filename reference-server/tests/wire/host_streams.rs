//! Streams that the server opens, frame by frame (SRV-STR-15).

use std::error::Error;
use std::future::IntoFuture as _;
use std::io;
use std::time::Duration;

use serde_json::Value;
use sio_p2p_server::{HostStream, OpenStream, OpenStreamError, StreamEnded, StreamOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::client::{Client, Frame, Transport, WAYS};
use crate::server::Server;

/// The data event of the server's end.
const DATA: &str = "P2P_EMIT_STREAM-from-stream-SS";

/// A stream to a client, not opened yet.
fn stream_to(server: &Server, client: &str) -> OpenStream {
    let [ours, theirs] = ["SS", "SB"].map(|id| id.to_owned().into());
    server.handle.open_stream(client).ids(ours, theirs)
}

/// Takes the request for a stream: the ack id, and the virtual id of the opener.
async fn offered(client: &mut Client) -> (String, String) {
    let packet = client.receive().await;
    let array = packet.find('[').expect(&packet);
    let event: Value = serde_json::from_str(&packet[array..]).unwrap();
    let info = &event[1];
    assert_eq!(
        (&info["sourceStreamId"], &info["targetStreamId"]),
        (&"SS".into(), &"SB".into())
    );
    let opener = info["sourceClientId"].as_str().unwrap();
    assert!(opener.ends_with("--server-side"), "{packet}");
    (packet[2..array].to_owned(), opener.to_owned())
}

/// Opens a stream that the client accepts.
async fn open(stream: OpenStream, client: &mut Client) -> (HostStream, String) {
    let opening = stream.into_future();
    let (ack, opener) = offered(client).await;
    client.send(&format!("43{ack}[]")).await;
    (opening.await.unwrap(), opener)
}

/// A chunk from the client.
fn chunk(ack: &str, opener: &str, chunk: &str) -> String {
    format!(r#"42{ack}["P2P_EMIT","{opener}","P2P_EMIT_STREAM-from-stream-SB",[{chunk}]]"#)
}

/// Takes a binary chunk, and returns the ack id and the bytes.
async fn binary(client: &mut Client) -> (String, Vec<u8>) {
    let packet = client.receive().await;
    let event = format!(r#"["{DATA}",{{"_placeholder":true,"num":0}}]"#);
    let ack = packet.strip_suffix(&event).expect(&packet);
    let ack = ack.strip_prefix("451-").expect(&packet).to_owned();
    let bytes = match client.next().await {
        Some(Frame::Binary(bytes)) => bytes.strip_prefix(&[4]).unwrap_or(&bytes).to_vec(),
        Some(Frame::Text(base64)) => base64.into_bytes(),
        None => panic!("the attachment must follow"),
    };
    (ack, bytes)
}

fn reason(error: &io::Error) -> Option<&StreamEnded> {
    let inner: &(dyn Error + 'static) = error.get_ref()?;
    inner.downcast_ref()
}

async fn read_all(stream: &mut HostStream) -> String {
    let mut text = String::new();
    stream.read_to_string(&mut text).await.unwrap();
    text
}

/// The life of a stream with every kind of connection, and both its ends.
#[tokio::test]
async fn a_stream_of_the_server_carries_both_directions_to_their_ends() {
    for way in WAYS {
        let server = Server::start().await;
        let mut b = Client::join_by(way, &server, "b").await;
        let (mut stream, opener) = open(stream_to(&server, "b"), &mut b).await;
        stream.write_all(b"from server").await.unwrap();
        let (ack, bytes) = binary(&mut b).await;
        if way.1 == Transport::WebSocket {
            assert_eq!(bytes, b"from server");
        }
        // The next chunk waits for the ack of the one before.
        let (written, ()) = tokio::join!(stream.write_all(b"x"), async {
            b.fence().await;
            b.send(&format!("43{ack}[]")).await;
        });
        written.unwrap();
        let (ack, _) = binary(&mut b).await;
        b.send(&format!("43{ack}[]")).await;

        for (n, form) in [r#""by""#, "[101]", r#""""#, r#""!""#, "null"]
            .iter()
            .enumerate()
        {
            let n = n.to_string();
            b.send(&chunk(&n, &opener, form)).await;
            b.expect(&format!("43{n}[]")).await;
        }
        assert_eq!(read_all(&mut stream).await, "bye!");
        stream.shutdown().await.unwrap();
        let packet = b.receive().await;
        let ack = packet
            .strip_suffix(&format!(r#"["{DATA}",null]"#))
            .expect(&packet);
        b.send(&format!("43{}[]", &ack[2..])).await;
        stream.flush().await.unwrap();
        assert!(stream.write_all(b"more").await.is_err());
        // What the client has not read yet must not be lost to it.
        drop(stream);
        b.fence().await;
    }
}

/// SRV-STR-3, SRV-STR-12, SRV-STR-16, E10: streams that do not come about.
#[tokio::test]
async fn a_client_can_refuse_be_late_or_not_be_there() {
    let server = Server::start().await;
    let mut b = Client::join(&server, "b").await;
    let absent = stream_to(&server, "zz").await;
    assert_eq!(
        absent.unwrap_err().to_string(),
        "the stream was not opened: Stream: Client zz is not connected to server"
    );
    let refused = stream_to(&server, "b").into_future();
    let (ack, _) = offered(&mut b).await;
    b.send(&format!("43{ack}[\"not today\"]")).await;
    let error = OpenStreamError::Refused("not today".to_owned());
    assert_eq!(refused.await.unwrap_err(), error);

    // Late, whether the waiting has ended by itself or was given up.
    let impatient = stream_to(&server, "b").channel("c");
    let late = impatient.timeout(Duration::from_millis(1)).into_future();
    let (ack, opener) = offered(&mut b).await;
    let error = late.await.unwrap_err().to_string();
    assert!(
        error.ends_with("target client response timeout (1ms) exceeded"),
        "{error}"
    );
    b.send(&format!("43{ack}[]")).await;
    b.expect(r#"42["PEER_STREAM_DESTROYED","SS"]"#).await;
    // As it does when a stream of another client is destroyed, it says the same.
    b.send(&format!(
        r#"427["P2P_EMIT","{opener}","PEER_STREAM_DESTROYED",["SB"]]"#
    ))
    .await;
    b.expect("437[]").await;
    drop(stream_to(&server, "b").into_future());
    let (ack, opener) = offered(&mut b).await;
    b.send(&chunk("1", &opener, r#""x""#)).await;
    let text = format!("Error: Core: Client {opener} is not connected to server");
    b.expect(&format!(r#"42["SERVER_ERROR","{text}"]"#)).await;
    b.send(&format!("43{ack}[]")).await;
    b.expect(r#"42["PEER_STREAM_DESTROYED","SS"]"#).await;

    let leaving = stream_to(&server, "b").into_future();
    offered(&mut b).await;
    b.abort();
    assert!(matches!(
        leaving.await,
        Err(OpenStreamError::NotConnected(_))
    ));
}

/// SRV-STR-14, DEV-24: what a client sends before it accepts is not lost.
#[tokio::test]
async fn early_data_is_read_first() {
    let server = Server::start().await;
    let mut b = Client::join(&server, "b").await;
    let opening = stream_to(&server, "b").into_future();
    let (ack, opener) = offered(&mut b).await;
    b.send(&chunk("0", &opener, r#""early, ""#)).await;
    b.expect("430[]").await;
    b.send(&format!("43{ack}[]")).await;
    b.send(&chunk("1", &opener, r#""late""#)).await;
    b.send(&chunk("2", &opener, "null")).await;
    let mut stream = opening.await.unwrap();
    assert_eq!(read_all(&mut stream).await, "early, late");
}

/// Only the peer is heard, and only about its own end; another client that
/// knows the ids is told that there is nobody.
#[tokio::test]
async fn nobody_else_can_put_data_into_a_stream() {
    let server = Server::start().await;
    let mut b = Client::join(&server, "b").await;
    let mut x = Client::join(&server, "x").await;
    let (mut stream, opener) = open(stream_to(&server, "b"), &mut b).await;
    let text = format!("Error: Core: Client {opener} is not connected to server");
    let told = format!(r#"42["SERVER_ERROR","{text}"]"#);
    for forged in [
        chunk("0", &opener, r#""forged""#),
        format!(r#"42["P2P_EMIT","{opener}","PEER_STREAM_DESTROYED",["SB"],null]"#),
        format!(r#"42["P2P_EMIT","{opener}","TARGET_DISCONNECT",["b"],null]"#),
    ] {
        x.send(&forged).await;
        x.expect(&told).await;
    }
    // The ids of the stream under another target are a message to that target.
    x.send(&chunk("1", "b", r#""forged""#)).await;
    let packet = b.receive().await;
    assert!(
        packet.ends_with(r#"["P2P_EMIT_STREAM-from-stream-SB","forged"]"#),
        "{packet}"
    );
    b.send(&chunk("2", &opener, r#""x""#).replace("-SB", "-other"))
        .await;
    b.expect(&told).await;
    b.send(&format!(r#"42["P2P_EMIT","{opener}","hello",[],null]"#))
        .await;
    b.expect(&told).await;
    b.send(&chunk("", &opener, r#""genuine""#)).await;
    b.send(&chunk("", &opener, "null")).await;
    assert_eq!(read_all(&mut stream).await, "genuine");
}

/// CLI-STR-10, SRV-ROB-2: a client waits for the reader, or loses the stream.
#[tokio::test]
async fn a_full_buffer_makes_the_client_wait() {
    let server = Server::start().await;
    let mut b = Client::join(&server, "b").await;
    let small = StreamOptions {
        read_buffer: 100,
        excess: 100,
    };
    let small = || stream_to(&server, "b").options(small);
    let (mut stream, opener) = open(small(), &mut b).await;
    let long = format!("\"{}\"", "y".repeat(100));
    b.send(&chunk("0", &opener, &long)).await;
    b.fence().await;
    let mut bytes = [0; 100];
    stream.read_exact(&mut bytes[..1]).await.unwrap();
    b.expect("430[]").await;
    stream.read_exact(&mut bytes[1..]).await.unwrap();
    for n in ["1", "2"] {
        b.send(&chunk(n, &opener, &long)).await;
        b.fence().await;
    }
    b.send(&chunk("3", &opener, &long)).await;
    b.expect(r#"42["PEER_STREAM_DESTROYED","SS"]"#).await;
    // What came before can still be read, and nothing is confirmed any more.
    stream.read_exact(&mut bytes).await.unwrap();
    stream.read_exact(&mut bytes).await.unwrap();
    let error = stream.read_u8().await.unwrap_err();
    assert_eq!(reason(&error), Some(&StreamEnded::Overrun));
    b.fence().await;
}

/// Every way in which a stream can end before its time.
#[tokio::test]
async fn a_stream_is_destroyed_once_by_whoever_has_a_reason() {
    let server = Server::start().await;
    let mut b = Client::join(&server, "b").await;
    let destroyed = r#"42["PEER_STREAM_DESTROYED","SS"]"#;

    // By the client: the server says the same in return, once.
    let (mut stream, opener) = open(stream_to(&server, "b"), &mut b).await;
    let by_client = format!(r#"42["P2P_EMIT","{opener}","PEER_STREAM_DESTROYED",["SB"],null]"#);
    b.send(&chunk("0", &opener, r#""x""#)).await;
    b.expect("430[]").await;
    for _ in 0..2 {
        b.send(&by_client).await;
    }
    b.expect(destroyed).await;
    b.fence().await;
    assert_eq!(stream.read_u8().await.unwrap(), b'x');
    for error in [
        stream.read_u8().await.unwrap_err(),
        stream.write_u8(1).await.unwrap_err(),
        stream.shutdown().await.unwrap_err(),
    ] {
        assert_eq!(reason(&error), Some(&StreamEnded::Destroyed));
    }
    drop(stream);
    b.fence().await;

    // By the program, in a word or by forgetting it. The client echoes.
    for explicit in [true, false] {
        let (stream, opener) = open(stream_to(&server, "b"), &mut b).await;
        if explicit {
            stream.destroy();
        } else {
            drop(stream);
        }
        b.expect(destroyed).await;
        b.send(&format!(
            r#"42["P2P_EMIT","{opener}","PEER_STREAM_DESTROYED",["SB"],null]"#
        ))
        .await;
        b.fence().await;
    }

    // By something that is no chunk, which is not confirmed.
    let (mut stream, opener) = open(stream_to(&server, "b"), &mut b).await;
    b.send(&chunk("1", &opener, r#"{"no":"chunk"}"#)).await;
    b.expect(destroyed).await;
    b.fence().await;
    let error = stream.read_u8().await.unwrap_err();
    assert_eq!(reason(&error), Some(&StreamEnded::NoChunk));

    // By a client that cannot take what is written.
    let (mut stream, _) = open(stream_to(&server, "b"), &mut b).await;
    stream.write_all(b"x").await.unwrap();
    let (ack, _) = binary(&mut b).await;
    b.send(&format!("43{ack}[\"disk full\"]")).await;
    b.expect(destroyed).await;
    let error = stream.flush().await.unwrap_err();
    let failed = StreamEnded::WriteFailed("disk full".to_owned());
    assert_eq!(reason(&error), Some(&failed));

    // By the end of the client, with a chunk under way.
    let (mut stream, _) = open(stream_to(&server, "b"), &mut b).await;
    stream.write_all(b"x").await.unwrap();
    let (flushed, ()) = tokio::join!(stream.flush(), async {
        b.abort();
    });
    assert_eq!(reason(&flushed.unwrap_err()), Some(&StreamEnded::Left));
}

/// Much more than fits into one chunk, echoed, with both halves at work.
#[tokio::test]
async fn many_chunks_arrive_in_order() {
    let server = Server::start().await;
    let mut b = Client::join(&server, "b").await;
    let (stream, opener) = open(stream_to(&server, "b"), &mut b).await;
    let (mut reading, mut writing) = tokio::io::split(stream);
    let sent: Vec<u8> = (0..500_000_u32).flat_map(u32::to_le_bytes).collect();
    let expected = sent.clone();
    let writer = tokio::spawn(async move {
        writing.write_all(&sent).await.unwrap();
        writing.shutdown().await.unwrap();
        writing
    });
    let echo = tokio::spawn(async move {
        let end = format!(r#"["{DATA}",null]"#);
        loop {
            let packet = b.receive().await;
            if let Some(ack) = packet.strip_suffix(&end) {
                b.send(&format!("43{}[]", &ack[2..])).await;
                b.send(&chunk("", &opener, "null")).await;
                return b;
            }
            let ack = packet["451-".len()..].split('[').next().unwrap();
            let Some(Frame::Binary(bytes)) = b.next().await else {
                panic!("{packet}");
            };
            // One under way in each direction: the own data first.
            let Client::WebSocket(socket) = &mut b else {
                unreachable!("it was opened so");
            };
            let header = chunk("0", &opener, r#"{"_placeholder":true,"num":0}"#);
            socket.text(&header.replacen("42", "451-", 1)).await;
            socket.binary(&bytes).await;
            b.expect("430[]").await;
            b.send(&format!("43{ack}[]")).await;
        }
    });
    let mut got = Vec::new();
    reading.read_to_end(&mut got).await.unwrap();
    assert!(got == expected, "{} bytes", got.len());
    drop(reading.unsplit(writer.await.unwrap()));
    echo.await.unwrap().fence().await;
}
