//! A thousand times opened, used and given up: nothing is left at either end, nor at the server.

use std::sync::Arc;

use serde_json::{Value, json};
use sio_p2p_client::{Client, Counters, EioVersion, ListenOptions, Reconnect, TargetEvent};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::{
    Plan,
    gauges::{Gauges, gauges_become},
    node::Peer,
    process::Process,
    servers::Servers,
    soon,
    waiting::{unique, until},
};

const CYCLES: u32 = 1_000;

/// All trials of this file. Each has a server of its own, so that its gauges are about it alone.
pub(crate) fn plans() -> Vec<Plan> {
    vec![
        Plan::new(
            "1,000 streams with a JavaScript peer leave nothing",
            streams,
        ),
        Plan::new("1,000 listeners leave nothing", listeners),
        Plan::new("1,000 targets that come and go leave nothing", targets),
    ]
}

async fn client(server: &Process, id: &str) -> Client {
    let builder = Client::builder(&server.url, id).reconnect(Reconnect::never());
    builder.connect().await.unwrap()
}

async fn peer(server: &Process, id: &str) -> Peer {
    let (eio, dialect) = (EioVersion::V4, sio_p2p_client::Dialect::V2);
    Peer::start(&server.url, id, eio, dialect).await
}

/// How many listeners the plugin and the test have on the peer's socket, by event.
async fn peer_listeners(peer: &mut Peer) -> Value {
    peer.run(
        "return Object.entries(p._callbacks)
           .map(([event, list]) => [event, list.length])
           .filter(([, count]) => count > 0)",
    )
    .await
}

/// The client has nothing left but listeners and acceptors that the test still holds.
async fn all_given_back(us: &Client, kept: Counters) {
    let what = format!("{:?} instead of {kept:?}", us.counters());
    until(&what, || us.counters() == kept).await;
}

async fn leave(server: &Process, clients: Vec<Client>) {
    for client in &clients {
        client.close().await;
        all_given_back(client, Counters::default()).await;
    }
    let nothing = [
        ("clients", 0),
        ("link_ends", 0),
        ("pending_acks", 0),
        ("streams", 0),
        ("rooms", 0),
        ("apis", 0),
    ];
    gauges_become(server.admin, &nothing).await;
}

/// Half of them opened by us and half by the peer; half destroyed by us and half by the peer.
async fn streams(_: Arc<Servers>) {
    let server = Process::anywhere().await;
    let us = client(&server, "rust").await;
    let mut js = peer(&server, "js").await;
    js.run(
        "const echo = (d) => {
           d.on('data', (chunk) => d.write(chunk));
           // A write that is under way when its stream is destroyed fails; unheard, the error would
           // end the process.
           d.on('error', () => {});
         };
         p.onAddP2pStream(echo);
         p.on('open', async (ack) => {
           keep.d = await p.addP2pStream('rust', {});
           echo(keep.d);
           ack();
         });
         p.on('destroy', (ack) => { keep.d.destroy(); ack(); })",
    )
    .await;
    let mut acceptor = us.accept_streams();
    // One of each, so that what is made once is there before the first look.
    let cycle = async |acceptor: &mut sio_p2p_client::StreamAcceptor, n: u32| {
        let mut stream = if n.is_multiple_of(2) {
            us.open_stream("js").await.unwrap()
        } else {
            let (opened, accepted) = tokio::join!(us.request_to::<()>("js", "open", ()), async {
                soon(acceptor.next()).await.unwrap().accept().unwrap()
            });
            opened.unwrap();
            accepted
        };
        stream.write_all(&n.to_le_bytes()).await.unwrap();
        assert_eq!(soon(stream.read_u32_le()).await.unwrap(), n);
        if n % 4 == 1 {
            us.request_to::<()>("js", "destroy", ()).await.unwrap();
            assert!(soon(stream.read_u8()).await.is_err());
        }
    };
    cycle(&mut acceptor, 0).await;
    cycle(&mut acceptor, 1).await;
    let before = settled(&us, &mut js).await;
    for n in 0..CYCLES {
        cycle(&mut acceptor, n).await;
    }
    assert_eq!(settled(&us, &mut js).await, before);
    assert_eq!(us.counters().streams, 0);
    let gauges = Gauges::read(server.admin).await;
    assert_eq!((gauges.get("streams"), gauges.get("pending_acks")), (0, 0));
    drop(acceptor);
    js.kill().await;
    leave(&server, vec![us]).await;
}

/// The listeners of the peer once it has handled everything that we have sent.
async fn settled(us: &Client, js: &mut Peer) -> Value {
    js.run("p.on('fence', (ack) => ack())").await;
    us.request_to::<()>("js", "fence", ()).await.unwrap();
    js.run("p.off('fence')").await;
    peer_listeners(js).await
}

/// Listeners of each kind, used and dropped, removed by name, or used up.
async fn listeners(_: Arc<Servers>) {
    let server = Process::anywhere().await;
    let us = client(&server, "rust").await;
    let mut js = peer(&server, "js").await;
    js.run("p.on('back', (event, n) => p.emitTo('rust', event, n))")
        .await;
    let before = peer_listeners(&mut js).await;
    for n in 0..CYCLES {
        let event = unique("e");
        let mut kept = us.listen(&event).unwrap();
        let mut once = us
            .listen_with(&event, ListenOptions::default().once())
            .unwrap();
        let guard = us.on(&event, |_| std::future::ready(())).unwrap();
        us.emit_to("js", "back", (&event, n)).await.unwrap();
        for listener in [&mut kept, &mut once] {
            let message = soon(listener.next()).await.unwrap();
            assert_eq!(message.parse(), Ok(n));
        }
        if n.is_multiple_of(2) {
            us.stop_listening(&event).unwrap();
        }
        drop(guard);
    }
    all_given_back(&us, Counters::default()).await;
    assert_eq!(peer_listeners(&mut js).await, before);
    assert_eq!(js.run("return 1").await, json!(1));
    js.kill().await;
    leave(&server, vec![us]).await;
}

/// Each is connected, linked with us both ways, and leaves.
async fn targets(_: Arc<Servers>) {
    let server = Process::anywhere().await;
    let us = client(&server, "rust").await;
    let mut events = us.target_events();
    for _ in 0..CYCLES {
        let id = unique("target");
        let target = client(&server, &id).await;
        us.add_target(&id).await.unwrap();
        target.add_target("rust").await.unwrap();
        assert_eq!(us.counters().targets, 1);
        // The last handle: the client says goodbye by itself.
        drop(target);
        let id = || id.as_str().try_into().unwrap();
        assert_eq!(soon(events.next()).await, Some(TargetEvent::AddedBy(id())));
        assert_eq!(soon(events.next()).await, Some(TargetEvent::Left(id())));
    }
    drop(events);
    all_given_back(&us, Counters::default()).await;
    leave(&server, vec![us]).await;
}
