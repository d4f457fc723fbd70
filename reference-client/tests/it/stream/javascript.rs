//! Streams with the plugin's JavaScript client.

use serde_json::json;
use sio_p2p_client::StreamError;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::{nothing_is_left, reason};
use crate::support::{Setup, soon};

#[tokio::test]
async fn a_javascript_peer_accepts_echoes_and_ends() {
    for setup in Setup::all_v2().await {
        let us = setup.client("rust").await;
        let mut peer = setup.peer("js").await;
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
            setup.name
        );
        let data: Vec<u8> = (0..200_000_u32).map(|n| (n % 253) as u8).collect();
        let (mut reader, mut writer) = tokio::io::split(&mut stream);
        let mut back = vec![0; data.len()];
        let (sent, received) =
            tokio::join!(writer.write_all(&data), soon(reader.read_exact(&mut back)));
        sent.unwrap();
        received.unwrap();
        assert!(back == data, "{}", setup.name);
        stream.shutdown().await.unwrap();
        assert_eq!(peer.said().await, "end", "{}", setup.name);
        drop(stream);
        assert_eq!(peer.said().await, "close", "{}", setup.name);
        nothing_is_left(&[&us]).await;
    }
}

#[tokio::test]
async fn a_javascript_peer_opens_writes_and_ends() {
    for setup in Setup::all_v2().await {
        let us = setup.client("rust").await;
        let mut peer = setup.peer("js").await;
        let mut acceptor = us.accept_streams_on("chan").unwrap();
        peer.run("keep.opening = p.addP2pStream('rust', 'chan', {}).then(d => { keep.d = d; out('open') });").await;
        let mut stream = soon(acceptor.next()).await.unwrap().accept().unwrap();
        assert_eq!(peer.said().await, "open");
        peer.run("keep.d.write('text'); keep.d.write(Buffer.from([0, 255])); keep.d.on('close', () => out('close'))").await;
        let mut data = [0; 6];
        soon(stream.read_exact(&mut data)).await.unwrap();
        assert_eq!(&data, b"text\x00\xff", "{}", setup.name);
        // DEV-16: the end overtakes what waits; it all arrives before our reader sees the end.
        peer.run("keep.d.write('1'); keep.d.write('2'); keep.d.write('3'); keep.d.end('4'); ")
            .await;
        let mut rest = Vec::new();
        soon(stream.read_to_end(&mut rest)).await.unwrap();
        rest.sort_unstable();
        assert_eq!(rest, b"1234", "{}", setup.name);
        stream.shutdown().await.unwrap();
        drop(stream);
        assert_eq!(peer.said().await, "close", "{}", setup.name);
        nothing_is_left(&[&us]).await;
    }
}

#[tokio::test]
async fn a_javascript_peer_is_refused_and_leaves() {
    for setup in Setup::all_v2().await {
        let us = setup.client("rust").await;
        let mut peer = setup.peer("js").await;
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
            setup.name
        );
        nothing_is_left(&[&us]).await;
    }
}
