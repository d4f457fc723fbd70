//! The whole server, with clients in a thread of their own.

use std::net::SocketAddr;
use std::thread;

use allocation_counter::measure;
use futures_util::{SinkExt as _, StreamExt as _};
use sio_p2p_server::{Config, serve};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::{mpsc, oneshot};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{WebSocketStream, client_async};

/// How many messages each round has, half of them with an ack.
const MESSAGES: usize = 2_000;

/// How many are under way.
const WINDOW: usize = 16;

type Socket = WebSocketStream<TcpStream>;

/// One thread of a runtime, as the program has by default.
fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

async fn join(address: SocketAddr, id: &str) -> Socket {
    let stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    let url = format!("ws://localhost/socket.io/?EIO=4&transport=websocket&clientId={id}");
    let (mut socket, _) = Box::pin(client_async(url, stream)).await.unwrap();
    assert!(next(&mut socket).await.starts_with('0'));
    socket.send(Message::text("40")).await.unwrap();
    assert!(next(&mut socket).await.starts_with("40"));
    socket
}

async fn next(socket: &mut Socket) -> String {
    let message = socket.next().await.unwrap().unwrap();
    message.into_text().unwrap().as_str().to_owned()
}

/// Messages from `a` to `b`, every second of which is answered.
async fn round(a: &mut Socket, b: &mut Socket) {
    for _ in 0..MESSAGES / WINDOW {
        for number in 0..WINDOW / 2 {
            let text = format!(r#"42["P2P_EMIT","b","plain",[{number},"text"],null]"#);
            a.feed(Message::text(text)).await.unwrap();
            let text = format!(r#"42{number}["P2P_EMIT","b","asked",[{number}],null]"#);
            a.feed(Message::text(text)).await.unwrap();
        }
        a.flush().await.unwrap();
        for number in 0..WINDOW / 2 {
            let plain = next(b).await;
            assert_eq!(plain, format!(r#"42["plain",{number},"text"]"#));
            let asked = next(b).await;
            let (id, event) = asked.split_once('[').unwrap();
            assert_eq!(event, format!(r#""asked",{number}]"#));
            let id = id.strip_prefix("42").unwrap();
            let answer = format!("43{id}[{number}]");
            b.feed(Message::text(answer)).await.unwrap();
        }
        b.flush().await.unwrap();
        for number in 0..WINDOW / 2 {
            assert_eq!(next(a).await, format!("43{number}[{number}]"));
        }
    }
}

#[test]
fn messages_pass_the_whole_server_without_memory() {
    let server = runtime();
    let listener = server.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    server.spawn(serve(listener, Config::default(), std::future::pending()));

    // The clients play a round whenever they are asked to, and then say so.
    let (ask, mut asked) = mpsc::unbounded_channel::<oneshot::Sender<()>>();
    let clients = thread::spawn(move || {
        runtime().block_on(async {
            let mut a = join(address, "a").await;
            let mut b = join(address, "b").await;
            while let Some(done) = asked.recv().await {
                round(&mut a, &mut b).await;
                done.send(()).unwrap();
            }
        });
    });
    let played = || {
        let (done, played) = oneshot::channel();
        ask.send(done).unwrap();
        server.block_on(played).unwrap();
    };
    // Buffers and tables grow to what is needed.
    played();
    let info = measure(played);
    drop(ask);
    drop(server);
    clients.join().unwrap();
    // What starts and ends a round, and a timer now and then.
    let few = 20;
    assert!(info.count_total <= few, "{MESSAGES} messages: {info:?}");
}
