//! Stream (CLI-STR-*): opening and accepting, data, back-pressure, ends and their remains.

use std::{io, time::Duration};

use serde_json::json;
use sio_p2p_client::{
    Binary, CallError, Client, Counters, Dialect, EioVersion, P2pStream, StreamError, StreamOptions,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    time::timeout,
};

use crate::support::{
    World,
    fake::{FakeServer, Wire},
    soon, until,
};

/// Every server that relays streams.
async fn worlds() -> Vec<World> {
    World::all().await
}

/// Two clients with a stream between them.
async fn pair(world: &World) -> (Client, P2pStream, Client, P2pStream) {
    let (a, b) = (world.client("a").await, world.client("b").await);
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

/// CLI-STR-3, CLI-STR-F1, CLI-STR-F2, CLI-STR-11: both ways, and an end for each.
#[tokio::test]
async fn data_goes_both_ways_and_each_way_has_its_end() {
    for world in worlds().await {
        let (a, mut ours, b, mut theirs) = pair(&world).await;
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
        assert!(received.unwrap() == data, "{}", world.name);
        // CLI-STR-11: the other direction stays open.
        theirs.write_all(b"answer").await.unwrap();
        theirs.shutdown().await.unwrap();
        let mut answer = String::new();
        ours.read_to_string(&mut answer).await.unwrap();
        assert_eq!(answer, "answer", "{}", world.name);
        let late = ours.write_all(b"x").await.unwrap_err();
        assert_eq!(*reason(&late), StreamError::ShutDown);
        drop((ours, theirs));
        nothing_is_left(&[&a, &b]).await;
    }
}

/// CLI-STR-4, CLI-STR-12.
#[tokio::test]
async fn destroying_one_end_destroys_the_other() {
    for world in worlds().await {
        let (a, mut ours, b, theirs) = pair(&world).await;
        theirs.destroy();
        let error = soon(ours.read_u8()).await.unwrap_err();
        let peer = b.id().clone();
        assert_eq!(
            *reason(&error),
            StreamError::DestroyedByPeer { peer },
            "{}",
            world.name
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
    for world in worlds().await {
        let (a, mut ours, b, theirs) = pair(&world).await;
        let mut errors = a.server_errors();
        b.close().await;
        let error = soon(ours.read_u8()).await.unwrap_err();
        let peer = b.id().clone();
        assert_eq!(
            *reason(&error),
            StreamError::PeerLeft { peer },
            "{}",
            world.name
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
            world.name
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

#[tokio::test]
async fn requests_are_refused_with_a_reason() {
    for world in worlds().await {
        let (a, b) = (world.client("a").await, world.client("b").await);
        let refusal = |result: Result<P2pStream, CallError>| match result {
            Err(CallError::Refused(refused)) => refused,
            other => panic!("{}: {other:?}", world.name),
        };
        // CLI-STR-13.
        let refused = refusal(a.open_stream("b").await);
        assert_eq!(
            refused.reason,
            "Client b is not listening to create stream event"
        );
        assert!(refused.failure.is_some());
        let refused = refusal(a.open_stream("nobody").await);
        assert!(refused.failure.is_some(), "{}: {refused}", world.name);

        let mut acceptor = b.accept_streams();
        let (result, ()) = tokio::join!(a.open_stream("b"), async {
            let offer = soon(acceptor.next()).await.unwrap();
            assert_eq!(offer.peer(), a.id());
            offer.refuse("not today");
        });
        assert_eq!(refusal(result).reason, "not today");
        let (result, ()) = tokio::join!(a.open_stream("b"), async {
            drop(soon(acceptor.next()).await);
        });
        assert_eq!(refusal(result).reason, "the stream was not accepted");
        drop(acceptor);
        assert_eq!(b.counters().acceptors, 0);
        nothing_is_left(&[&a, &b]).await;
    }
}

#[tokio::test]
async fn channels_and_arguments_reach_the_right_acceptor() {
    for world in World::all_v2().await {
        let (a, b) = (world.client("a").await, world.client("b").await);
        let mut plain = b.accept_streams();
        let mut files = b.accept_streams_on("files").unwrap();
        let args = ("name", 7, Binary::from("x"));
        let (ours, offer) = tokio::join!(
            async { a.open_stream("b").channel("files").args(args.clone()).await },
            async {
                let offer = soon(files.next()).await.unwrap();
                assert_eq!(offer.channel().unwrap().as_str(), "files");
                let got: (String, i32, Binary) = offer.args().parse().unwrap();
                assert_eq!(
                    got,
                    ("name".to_owned(), 7, Binary::from("x")),
                    "{}",
                    world.name
                );
                offer.accept().unwrap()
            }
        );
        drop((ours.unwrap(), offer));
        let (ours, ()) = tokio::join!(a.open_stream("b"), async {
            let offer = soon(plain.next()).await.unwrap();
            assert_eq!(offer.channel(), None);
            drop(offer.accept().unwrap());
        });
        ours.unwrap();
    }
}

/// CLI-STR-1, CLI-STR-2: several streams of one pair, in both directions and to oneself.
#[tokio::test]
async fn streams_of_one_pair_do_not_mix() {
    for world in worlds().await {
        let (a, b) = (world.client("a").await, world.client("b").await);
        let (mut at_a, mut at_b) = (a.accept_streams(), b.accept_streams());
        let mut ends = Vec::new();
        for n in 0..6_u8 {
            let (from, to, acceptor) = match n % 3 {
                0 => (&a, "b", &mut at_b),
                1 => (&b, "a", &mut at_a),
                _ => (&a, "a", &mut at_a),
            };
            let (opened, accepted) = tokio::join!(from.open_stream(to), async {
                soon(acceptor.next()).await.unwrap().accept().unwrap()
            });
            ends.push((opened.unwrap(), accepted));
        }
        for (n, (opened, accepted)) in ends.iter_mut().enumerate() {
            opened.write_all(format!("o{n}").as_bytes()).await.unwrap();
            accepted
                .write_all(format!("a{n}").as_bytes())
                .await
                .unwrap();
        }
        for (n, (opened, accepted)) in ends.iter_mut().enumerate() {
            let mut text = [0; 2];
            soon(accepted.read_exact(&mut text)).await.unwrap();
            assert_eq!(text, *format!("o{n}").as_bytes(), "{}", world.name);
            soon(opened.read_exact(&mut text)).await.unwrap();
            assert_eq!(text, *format!("a{n}").as_bytes(), "{}", world.name);
        }
        drop(ends);
        nothing_is_left(&[&a, &b]).await;
    }
}

/// CLI-STR-10: one chunk in flight, answered only when the reader has room.
#[tokio::test]
async fn a_reader_that_does_not_read_stops_the_writer() {
    for world in worlds().await {
        let (a, b) = (world.client("a").await, world.client("b").await);
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
        assert!(!written.is_finished(), "{}", world.name);
        let mut all = vec![0; 6_000];
        soon(theirs.read_exact(&mut all)).await.unwrap();
        let (_ours, written) = soon(written).await.unwrap();
        assert_eq!((written, all), (6_000, vec![7; 6_000]), "{}", world.name);
    }
}

/// A larger window, between two peers of this library.
#[tokio::test]
async fn a_window_keeps_order_and_loses_nothing() {
    for world in worlds().await {
        let (a, b) = (world.client("a").await, world.client("b").await);
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
        assert!(received.unwrap() == data, "{}", world.name);
    }
}

#[tokio::test]
async fn a_javascript_peer_accepts_echoes_and_ends() {
    for world in World::all_v2().await {
        let us = world.client("rust").await;
        let mut peer = world.peer("js").await;
        peer.run(
            "p.onAddP2pStream((duplex, args) => {
               keep.duplex = duplex; out(['open', args]);
               duplex.on('data', chunk => duplex.write(chunk));
               duplex.on('end', () => out('end'));
               duplex.on('close', () => out('close'));
             });",
        )
        .await;
        let mut stream = us.open_stream("js").args((1, "two")).await.unwrap();
        assert_eq!(
            peer.said().await,
            json!(["open", [1, "two"]]),
            "{}",
            world.name
        );
        let data: Vec<u8> = (0..200_000_u32).map(|n| (n % 253) as u8).collect();
        let (mut reader, mut writer) = tokio::io::split(&mut stream);
        let mut back = vec![0; data.len()];
        let (sent, received) =
            tokio::join!(writer.write_all(&data), soon(reader.read_exact(&mut back)));
        sent.unwrap();
        received.unwrap();
        assert!(back == data, "{}", world.name);
        stream.shutdown().await.unwrap();
        assert_eq!(peer.said().await, "end", "{}", world.name);
        drop(stream);
        assert_eq!(peer.said().await, "close", "{}", world.name);
        nothing_is_left(&[&us]).await;
    }
}

#[tokio::test]
async fn a_javascript_peer_opens_writes_and_ends() {
    for world in World::all_v2().await {
        let us = world.client("rust").await;
        let mut peer = world.peer("js").await;
        let mut acceptor = us.accept_streams_on("chan").unwrap();
        peer.run("keep.opening = p.addP2pStream('rust', 'chan', {}).then(d => { keep.d = d; out('open') });").await;
        let mut stream = soon(acceptor.next()).await.unwrap().accept().unwrap();
        assert_eq!(peer.said().await, "open");
        peer.run("keep.d.write('text'); keep.d.write(Buffer.from([0, 255])); keep.d.on('close', () => out('close'))").await;
        let mut data = [0; 6];
        soon(stream.read_exact(&mut data)).await.unwrap();
        assert_eq!(&data, b"text\x00\xff", "{}", world.name);
        // DEV-16: the end overtakes what waits; it all arrives before our reader sees the end.
        peer.run("keep.d.write('1'); keep.d.write('2'); keep.d.write('3'); keep.d.end('4'); ")
            .await;
        let mut rest = Vec::new();
        soon(stream.read_to_end(&mut rest)).await.unwrap();
        rest.sort_unstable();
        assert_eq!(rest, b"1234", "{}", world.name);
        stream.shutdown().await.unwrap();
        drop(stream);
        assert_eq!(peer.said().await, "close", "{}", world.name);
        nothing_is_left(&[&us]).await;
    }
}

#[tokio::test]
async fn a_javascript_peer_is_refused_and_leaves() {
    for world in World::all_v2().await {
        let us = world.client("rust").await;
        let mut peer = world.peer("js").await;
        let refused = peer
            .run("return p.addP2pStream('rust', {}).catch(e => 'refused: ' + e)")
            .await;
        assert_eq!(
            refused,
            "refused: Client rust is not listening to create stream event"
        );
        let mut acceptor = us.accept_streams();
        peer.begin("keep.d = await p.addP2pStream('rust', {}); keep.d.write('last')")
            .await;
        let mut stream = soon(acceptor.next()).await.unwrap().accept().unwrap();
        peer.finished().await;
        let mut last = [0; 4];
        soon(stream.read_exact(&mut last)).await.unwrap();
        peer.kill().await;
        let error = soon(stream.read_u8()).await.unwrap_err();
        assert!(
            matches!(reason(&error), StreamError::PeerLeft { .. }),
            "{}: {error}",
            world.name
        );
        nothing_is_left(&[&us]).await;
    }
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

/// Early data (unlike DEV-24): the peer's first chunk comes before its answer.
#[tokio::test]
async fn data_before_the_answer_is_kept() {
    let server = FakeServer::new(EioVersion::V4, Dialect::V2).await;
    let (us, mut wire) = server.client("a").await;
    let id = |text: &str| text.try_into().unwrap();
    let opening = us.open_stream("b").ids(id("SA"), id("SB"));
    let (stream, ()) = tokio::join!(opening.into_future(), async {
        wire.expect(r#"420["CREATE_STREAM",{"sourceStreamId":"SA","targetStreamId":"SB","targetClientId":"b"}]"#).await;
        wire.send(r#"425["P2P_EMIT_STREAM-from-stream-SB",{"$bin":"ZWFybHk="}]"#)
            .await;
        wire.send("430[]").await;
        wire.expect("435[]").await;
    });
    let mut early = [0; 5];
    soon(stream.unwrap().read_exact(&mut early)).await.unwrap();
    assert_eq!(&early, b"early");
}

/// An opener that gives up tells the peer, which may have accepted (unlike the original's
/// orphans); nothing is left of it.
#[tokio::test]
async fn giving_up_leaves_no_half_stream() {
    let server = FakeServer::new(EioVersion::V4, Dialect::V2).await;
    let (us, mut wire) = server.client("a").await;
    let id = |text: &str| text.try_into().unwrap();
    let opening = us
        .with_deadline(Duration::from_millis(20))
        .open_stream("b")
        .ids(id("SA"), id("SB"));
    let error = opening.await.unwrap_err();
    assert!(matches!(error, CallError::Timeout { .. }), "{error}");
    wire.packet().await;
    wire.expect(r#"42["P2P_EMIT","b","PEER_STREAM_DESTROYED",["SA"],null]"#)
        .await;
    wire.send("430[]").await;
    wire.send(r#"425["P2P_EMIT_STREAM-from-stream-SB","late"]"#)
        .await;
    wire.nothing_but_an_answer(r#"427["SERVER_PING"]"#, r#"437["pong from client a"]"#)
        .await;
    nothing_is_left(&[&us]).await;

    // The other side: an offer whose opener gave up cannot be accepted.
    let mut acceptor = us.accept_streams();
    let info = r#"{"sourceStreamId":"SB","targetStreamId":"SA","targetClientId":"a","sourceClientId":"b"}"#;
    wire.send(&format!(r#"428["CREATE_STREAM",{info}]"#)).await;
    let offer = soon(acceptor.next()).await.unwrap();
    wire.send(r#"42["PEER_STREAM_DESTROYED","SB"]"#).await;
    until("the offer is cancelled", || us.counters().streams == 0).await;
    assert!(matches!(
        offer.accept(),
        Err(StreamError::DestroyedByPeer { .. })
    ));
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

/// 1,000 cycles of open, use and destroy leave nothing behind, at either end.
#[tokio::test]
async fn a_thousand_streams_leave_nothing_behind() {
    let world = World::ours(EioVersion::V4, Dialect::V2).await;
    let (a, b) = (world.client("a").await, world.client("b").await);
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
