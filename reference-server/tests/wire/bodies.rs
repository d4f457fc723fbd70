//! The size of what polling clients send: that of a message, and that of a request.

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{Client, Eio};
use crate::polling::{Polling, request};
use crate::server::{Server, config};

/// A server for messages of 10,000 bytes, in requests of 50,000.
async fn server() -> Server {
    Server::with(config(|config| {
        config.engine.max_message = 10_000;
        config.engine.max_payload = 50_000;
    }))
    .await
}

/// A client that polls and has joined.
async fn poller(server: &Server, eio: Eio) -> Client {
    let mut client = Client::Polling(Polling::open(server, eio, "clientId=a").await);
    client.enter(eio).await;
    client
}

/// Posts so many messages of this size at once. False if the request was refused.
async fn post(client: &mut Client, count: usize, size: usize) -> bool {
    let Client::Polling(polling) = client else {
        panic!("it polls");
    };
    let text = "x".repeat(size);
    let message = format!(r#"42["P2P_EMIT","b","e",["{text}"],null]"#);
    polling.post(&vec![message.as_str(); count]).await
}

/// Old clients put all that waits into one request.
#[tokio::test]
async fn a_request_of_many_messages_may_be_larger_than_one() {
    let server = server().await;
    let mut b = Client::join(&server, "b").await;
    for eio in [Eio::Three, Eio::Four] {
        let mut a = poller(&server, eio).await;
        assert!(post(&mut a, 40, 1_000).await);
        for _ in 0..40 {
            assert_eq!(b.receive().await.len(), 1_000 + r#"42["e",""]"#.len());
        }
        assert!(
            !post(&mut a, 60, 1_000).await,
            "that is more than a request may have"
        );
        b.until_listed(r#"["b"]"#).await;
    }
}

#[tokio::test]
async fn a_message_is_no_larger_in_company() {
    let server = server().await;
    let mut b = Client::join(&server, "b").await;
    for eio in [Eio::Three, Eio::Four] {
        let mut a = poller(&server, eio).await;
        assert!(post(&mut a, 3, 9_000).await);
        for _ in 0..3 {
            b.receive().await;
        }
        assert!(
            !post(&mut a, 3, 11_000).await,
            "that is more than a message may have"
        );
        b.until_listed(r#"["b"]"#).await;
    }
}

/// The target of requests of a polling session that has joined.
async fn joined(server: &Server, query: &str) -> String {
    let session = Polling::open(server, Eio::Four, query).await;
    let target = format!("/socket.io/?EIO=4&transport=polling&sid={}", session.sid);
    assert_eq!(request(server.address, "POST", &target, "40").await.0, 200);
    target
}

/// Bodies share the room that there is for them. One that finds none waits, small ones do
/// not, and it arrives when another has made room.
#[tokio::test]
async fn large_bodies_wait_for_room_and_small_ones_do_not() {
    let server = Server::with(config(|config| {
        config.engine.max_payload = 1_000_000;
        // The least that there can be, which is room for one of these.
        config.engine.payload_bytes = 1 << 20;
    }))
    .await;
    let address = server.address;
    let body = format!(r#"42["none","{}"]"#, "x".repeat(900_000));

    // This one has most of the room, and is not whole.
    let (most, last) = body.split_at(body.len() - 1);
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        joined(&server, "clientId=holder").await,
        body.len()
    );
    let mut holding = TcpStream::connect(address).await.unwrap();
    holding.write_all(head.as_bytes()).await.unwrap();
    holding.write_all(most.as_bytes()).await.unwrap();

    // When the server has read that is not told. Until it has, another finds room.
    let small = joined(&server, "clientId=small").await;
    let mut attempts = 0..100;
    let waiting = loop {
        assert!(attempts.next().is_some(), "there is room for everything");
        let (target, body) = (joined(&server, "").await, body.clone());
        let post = async move { request(address, "POST", &target, &body).await };
        let mut waiting = tokio::spawn(post);
        let meanwhile = async {
            for _ in 0..20 {
                assert_eq!(request(address, "POST", &small, "3").await.0, 200);
            }
        };
        tokio::select! {
            answer = &mut waiting => assert_eq!(answer.unwrap().0, 200),
            () = meanwhile => break waiting,
        }
    };
    holding.write_all(last.as_bytes()).await.unwrap();
    let mut answer = String::new();
    holding.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    assert_eq!(waiting.await.unwrap().0, 200);
}
