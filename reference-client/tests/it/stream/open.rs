//! Opening and accepting.

use std::time::Duration;

use sio_p2p_client::{Binary, CallError, Dialect, EioVersion, P2pStream, StreamError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{nothing_is_left, setups};
use crate::support::{Setup, fake::FakeServer, soon, until};

#[tokio::test]
async fn requests_are_refused_with_a_reason() {
    for setup in setups().await {
        let (a, b) = (setup.client("a").await, setup.client("b").await);
        let refusal = |result: Result<P2pStream, CallError>| match result {
            Err(CallError::Refused(refused)) => refused,
            other => panic!("{}: {other:?}", setup.name),
        };
        // CLI-STR-13.
        let refused = refusal(a.open_stream("b").await);
        assert_eq!(
            refused.reason,
            "Client b is not listening to create stream event"
        );
        assert!(refused.failure.is_some());
        let refused = refusal(a.open_stream("nobody").await);
        assert!(refused.failure.is_some(), "{}: {refused}", setup.name);

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
    for setup in Setup::all_v2().await {
        let (a, b) = (setup.client("a").await, setup.client("b").await);
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
                    setup.name
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
    for setup in setups().await {
        let (a, b) = (setup.client("a").await, setup.client("b").await);
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
            assert_eq!(text, *format!("o{n}").as_bytes(), "{}", setup.name);
            soon(opened.read_exact(&mut text)).await.unwrap();
            assert_eq!(text, *format!("a{n}").as_bytes(), "{}", setup.name);
        }
        drop(ends);
        nothing_is_left(&[&a, &b]).await;
    }
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
