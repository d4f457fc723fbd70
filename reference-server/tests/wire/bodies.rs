//! The size of what polling clients send: that of a message, and that of a request.

use crate::client::{Client, Eio};
use crate::polling::Polling;
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
