//! CLI-STR-1 to 3, CLI-STR-10, CLI-STR-13, CLI-STR-14, CLI-STR-F1, CLI-STR-F2: opening streams,
//! and their data.

use std::collections::BTreeSet;

use serde_json::json;
use sio_p2p_client::{Client, Dialect, P2pStream, StreamAcceptor, StreamOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{node::Peer, servers::Setup, soon, waiting::unique};

/// The peer accepts every stream and sends back what it gets, with the number of the stream.
const ECHO: &str = "keep.streams = 0;
    p.onAddP2pStream((duplex) => {
      const number = keep.streams++;
      duplex.on('data', (chunk) => duplex.write(`${number}${chunk}`));
    })";

/// A Rust client and a JavaScript one.
pub(super) async fn pair(setup: &Setup) -> (Client, String, Peer) {
    let us = setup.client(&unique("rust")).await;
    let js = unique("js");
    let peer = setup.peer(&js).await;
    (us, js, peer)
}

/// A stream that the peer opens and keeps as `keep.d`.
pub(super) async fn opened_by_peer(us: &Client, peer: &mut Peer) -> P2pStream {
    let mut acceptor = us.accept_streams();
    let open = format!("keep.d = await p.addP2pStream('{}', {{}})", us.id());
    peer.begin(&open).await;
    let stream = accept(&mut acceptor).await;
    peer.finished().await;
    stream
}

async fn accept(acceptor: &mut StreamAcceptor) -> P2pStream {
    soon(acceptor.next()).await.unwrap().accept().unwrap()
}

async fn read(stream: &mut P2pStream, length: usize) -> String {
    let mut text = vec![0; length];
    soon(stream.read_exact(&mut text)).await.unwrap();
    String::from_utf8(text).unwrap()
}

/// CLI-STR-1: three that we open and two that the peer opens, and none hears another.
pub(super) async fn many_streams_of_two_ends_each(setup: Setup) {
    let (us, js, mut peer) = pair(&setup).await;
    peer.run(ECHO).await;
    let mut streams = Vec::new();
    for _ in 0..3 {
        streams.push(us.open_stream(&js).await.unwrap());
    }
    let mut acceptor = us.accept_streams();
    for number in 3..5 {
        let open = format!(
            "const d = await p.addP2pStream('{}', {{}});
             d.on('data', (chunk) => d.write(`{number}${{chunk}}`))",
            us.id()
        );
        peer.begin(&open).await;
        streams.push(accept(&mut acceptor).await);
        peer.finished().await;
    }
    for stream in &mut streams {
        stream.write_all(b"ping").await.unwrap();
    }
    for (number, stream) in streams.iter_mut().enumerate() {
        assert_eq!(read(stream, 5).await, format!("{number}ping"));
    }
    assert_eq!(us.counters().streams, 5);
}

/// CLI-STR-2: as both ends see them.
pub(super) async fn stream_ids_differ(setup: Setup) {
    let (us, js, mut peer) = pair(&setup).await;
    peer.run("p.onAddP2pStream((d) => out([d.targetStreamId, d.sourceStreamId]))")
        .await;
    let mut ids = BTreeSet::new();
    let mut streams = Vec::new();
    for _ in 0..5 {
        let stream = us.open_stream(&js).await.unwrap();
        let (own, other) = (stream.id().to_string(), stream.peer_id().to_string());
        assert_eq!(peer.said().await, json!([own, other]));
        ids.extend([own, other]);
        streams.push(stream);
    }
    assert_eq!(ids.len(), 10);
}

/// CLI-STR-3: a peer that pipes the stream into itself; reading and writing at the same time.
pub(super) async fn a_duplex_across_the_network(setup: Setup) {
    let (us, js, mut peer) = pair(&setup).await;
    peer.run("p.onAddP2pStream((duplex) => duplex.on('data', (chunk) => duplex.write(chunk)))")
        .await;
    let stream = us.open_stream(&js).await.unwrap();
    let data: Vec<u8> = (0..200_000_u32).map(|n| (n % 253) as u8).collect();
    let (mut reader, mut writer) = tokio::io::split(stream);
    let mut back = vec![0; data.len()];
    let (sent, received) = tokio::join!(
        async {
            writer.write_all(&data).await?;
            writer.flush().await
        },
        soon(reader.read_exact(&mut back))
    );
    sent.unwrap();
    received.unwrap();
    assert!(back == data);
}

/// CLI-STR-F1: not before.
pub(super) async fn the_opener_gets_its_end_once_accepted(setup: Setup) {
    let (us, js, mut peer) = pair(&setup).await;
    hold_streams(&setup, &mut peer).await;
    let mut opening = us.open_stream(&js).into_future();
    // The peer has been asked, and has heard from us since: there is still no stream.
    let asked = async {
        assert_eq!(peer.said().await, "asked");
        us.emit_to(&js, "fence", 1).await.unwrap();
        assert_eq!(peer.said().await, "fence");
        us.list_clients().await.unwrap();
    };
    tokio::select! {
        biased;
        early = &mut opening => panic!("too early: {early:?}"),
        () = asked => {}
    }
    peer.run("keep.accept()").await;
    let mut stream = soon(opening).await.unwrap();
    stream.write_all(b"first").await.unwrap();
    assert_eq!(peer.said().await, "first");
}

/// The peer handles the packets of streams itself: it accepts, and answers chunks, only when it is
/// told to by `keep.accept()` and `keep.ack()`.
async fn hold_streams(setup: &Setup, peer: &mut Peer) {
    let event = match setup.dialect {
        Dialect::V1 => "MULTI_API_CREATE_STREAM",
        Dialect::V2 => "CREATE_STREAM",
    };
    let code = format!(
        "p.on('fence', () => out('fence'));
         p.off('{event}');
         p.on('{event}', (info, ack) => {{
           keep.accept = ack;
           out('asked');
           p.on(`P2P_EMIT_STREAM-from-stream-${{info.sourceStreamId}}`, (...args) => {{
             keep.ack = args.pop();
             out(String(args.pop()));
           }});
         }})"
    );
    peer.run(&code).await;
}

/// CLI-STR-F2: the offer is none yet; what is accepted can be written to at once.
pub(super) async fn the_acceptor_gets_its_end_when_it_accepts(setup: Setup) {
    let (us, js, mut peer) = pair(&setup).await;
    let mut acceptor = us.accept_streams();
    let open = format!(
        "keep.opening = p.addP2pStream('{}', {{}}).then((d) => {{
           out('open');
           d.on('data', (chunk) => out(String(chunk)));
         }});
         hear('fence')",
        us.id()
    );
    peer.run(&open).await;
    let offer = soon(acceptor.next()).await.unwrap();
    assert_eq!(offer.peer().as_str(), js);
    us.emit_to(&js, "fence", ()).await.unwrap();
    assert_eq!(peer.said().await, json!([]));
    let mut stream = offer.accept().unwrap();
    assert_eq!(peer.said().await, "open");
    stream.write_all(b"hello").await.unwrap();
    assert_eq!(peer.said().await, "hello");
}

/// CLI-STR-10: the next chunk goes out after the answer, and not before.
pub(super) async fn one_chunk_at_a_time(setup: Setup) {
    let (us, js, mut peer) = pair(&setup).await;
    hold_streams(&setup, &mut peer).await;
    let options = StreamOptions {
        chunk_size: 4,
        ..StreamOptions::default()
    };
    let opening = tokio::spawn(us.open_stream(&js).options(options).into_future());
    assert_eq!(peer.said().await, "asked");
    peer.run("keep.accept()").await;
    let mut stream = soon(opening).await.unwrap().unwrap();
    let writing = tokio::spawn(async move {
        stream.write_all(b"one.two.end.").await.unwrap();
        stream.flush().await.unwrap();
        stream
    });
    for chunk in ["one.", "two.", "end."] {
        assert_eq!(peer.said().await, chunk);
        assert!(!writing.is_finished());
        us.emit_to(&js, "fence", 1).await.unwrap();
        assert_eq!(peer.said().await, "fence");
        peer.run("keep.ack()").await;
    }
    soon(writing).await.unwrap();
}

/// CLI-STR-13.
pub(super) async fn who_takes_no_streams_says_so(setup: Setup) {
    let (us, js, mut peer) = pair(&setup).await;
    let open = format!("return p.addP2pStream('{}', {{}}).catch(String)", us.id());
    let expected = format!("Client {} is not listening to create stream event", us.id());
    assert_eq!(peer.run(&open).await, expected);
    // And so does the peer, to us.
    if setup.dialect == Dialect::V1 {
        let refused = us.open_stream(&js).await.unwrap_err().to_string();
        let expected = format!("refused: Client {js} is not listening to create stream event");
        assert_eq!(refused, expected);
    }
}

/// CLI-STR-13, DEV-19: clients of the original stay silent in `v2`, and openers wait for their
/// deadline. Ours refuses with the words of `v1`, which the plugin hands to its application.
pub(super) async fn we_say_so_in_v2_as_well(setup: Setup) {
    who_takes_no_streams_says_so(setup).await;
}

/// CLI-STR-14: in `v1` a stranger is known by its id. In `v2` nobody can tell who sent a chunk
/// (DEV-17), so what protects a stream is that its id cannot be guessed.
pub(super) async fn strangers_are_not_heard(setup: Setup) {
    let (us, _, mut peer) = pair(&setup).await;
    let stranger = setup.client(&unique("stranger")).await;
    let mut stream = opened_by_peer(&us, &mut peer).await;
    let id = match setup.dialect {
        Dialect::V1 => stream.peer_id().to_string(),
        Dialect::V2 => unique("guessed"),
    };
    let mut fence = us.listen("fence").unwrap();
    let event = format!("P2P_EMIT_STREAM-from-stream-{id}");
    stranger.emit_to(us.id(), &event, "x").await.unwrap();
    stranger.emit_to(us.id(), "fence", ()).await.unwrap();
    soon(fence.next()).await.unwrap();
    peer.run("keep.d.write('y')").await;
    assert_eq!(read(&mut stream, 1).await, "y");
}
