//! The server as a tower layer in an axum application, beside plain routes.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking, in its helpers too"
)]

#[path = "../program/node.rs"]
mod node;

use std::net::SocketAddr;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use sio_p2p_server::{Config, P2pServer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::node::Project;

/// How long a test waits for something that must come.
const DEADLINE: Duration = Duration::from_secs(20);

/// An application with a layer, and the handle to stop that with.
async fn application() -> (SocketAddr, sio_p2p_server::mount::Running) {
    let (layer, running) = P2pServer::new(Config::default()).layer().unwrap();
    let handle = running.handle();
    let app = Router::new()
        .route("/", get(async || "a plain page"))
        .route(
            "/clients",
            get(async move || handle.list_clients().len().to_string()),
        )
        .layer(layer);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, app).await });
    (address, running)
}

/// One request on a connection of its own; gives the whole answer.
async fn request(address: SocketAddr, request: String) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

fn poll(query: &str) -> String {
    format!(
        "GET /socket.io/?EIO=3&transport=polling{query} HTTP/1.1\r\nHost: x\r\n\
         Connection: close\r\n\r\n"
    )
}

/// Socket.IO 2 and 4, on polling, `WebSocket` and by upgrade; see
/// `tests/js/mounted.js`.
#[tokio::test(flavor = "multi_thread")]
async fn real_clients_are_served_beside_a_plain_route() {
    let (address, running) = application().await;
    let url = format!("http://{address}");
    let clients = move || Project::install().run("mounted.js", &[&url]);
    tokio::task::spawn_blocking(clients).await.unwrap();
    running.stop().await;
}

/// The same clients with the relay on an application's own socketioxide, which has
/// events of its own. Attachments reach old clients on polling whole.
#[cfg(feature = "socketioxide")]
#[tokio::test(flavor = "multi_thread")]
async fn real_clients_are_served_beside_the_events_of_an_application() {
    use sio_p2p_server::attach::{Attached, P2pAdapter, PollingRepair};
    use socketioxide::extract::{AckSender, Data, SocketRef};

    async fn own_events(socket: SocketRef<P2pAdapter>) {
        let echo = async |Data(text): Data<String>, ack: AckSender<P2pAdapter>| {
            ack.send(&text).ok();
        };
        socket.on("application:echo", echo);
        // It takes the place of the relay's, which has to notice all the same.
        socket.on_disconnect(async || ());
    }

    let attached = Attached::new(Config::default()).unwrap();
    let (layer, io) = attached.builder().build_layer();
    io.ns("/", attached.beside(own_events));
    let handle = attached.handle();
    let clients = get(async move || handle.list_clients().len().to_string());
    let app = Router::new()
        .route("/", get(async || "a plain page"))
        .route("/clients", clients)
        .layer(layer)
        .layer(PollingRepair);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    let clients = move || Project::install().run("mounted.js", &[&url, "own"]);
    tokio::task::spawn_blocking(clients).await.unwrap();
}

/// What is queued is delivered, waiting polls are answered, and a client that comes
/// later is not let in. The application goes on.
#[tokio::test]
async fn a_stopped_layer_lets_go_of_its_clients_alone() {
    let (address, running) = application().await;
    let opened = request(address, poll("&clientId=a")).await;
    let sid = opened.split("\"sid\":\"").nth(1).expect(&opened);
    let sid = sid.split('"').next().unwrap().to_owned();
    assert!(opened.ends_with("2:40"), "it has joined at once: {opened}");

    let waiting = tokio::spawn(request(address, poll(&format!("&sid={sid}"))));
    let stopped = timeout(DEADLINE, running.stop()).await;
    stopped.expect("the clients are let go of");
    let last = timeout(DEADLINE, waiting).await.unwrap().unwrap();
    assert!(last.starts_with("HTTP/1.1 "), "{last}");
    let gone = request(address, poll(&format!("&sid={sid}"))).await;
    assert!(gone.starts_with("HTTP/1.1 400"), "{gone}");
    let page = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let page = request(address, page.to_owned()).await;
    assert!(page.ends_with("a plain page"), "{page}");
}
