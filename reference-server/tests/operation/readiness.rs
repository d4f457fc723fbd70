//! Health and readiness, and what a balancer makes of them.

use std::time::Duration;

use tokio::net::TcpStream;

use crate::client::Client;
use crate::http::{get, request};
use crate::server::{Server, bind, must};

/// Waits until `/readyz` gives this answer.
async fn ready(server: &Server, status: u16, body: &str) {
    let turned = async {
        loop {
            let page = get(server.admin, "/readyz").await;
            if (page.status, page.body.as_str()) == (status, body) {
                return;
            }
        }
    };
    must(body, turned).await;
}

#[tokio::test]
async fn a_server_is_healthy_before_it_is_ready() {
    let bound = bind(|_| {}).await.unwrap();
    let admin = bound.admin_address().unwrap();
    let page = get(admin, "/healthz").await;
    assert_eq!((page.status, page.body.as_str()), (200, "ok\n"));
    let page = get(admin, "/readyz").await;
    assert_eq!((page.status, page.body.as_str()), (503, "starting\n"));

    let server = Server::run(bound);
    ready(&server, 200, "serving\n").await;
    assert_eq!(get(admin, "/healthz").await.status, 200);
}

/// The balancer is told before anything changes for clients: those who come until
/// it has noticed are still served.
#[tokio::test]
async fn readiness_turns_while_clients_are_still_served() {
    // Longer than the test can last, so nothing but the readiness changes.
    let hour = Duration::from_hours(1);
    let mut server = Server::with(|config| config.drain.delay = hour).await;
    let mut old = Client::join(&server, 4, "old").await;
    server.stop();
    ready(&server, 503, "draining\n").await;

    let mut new = Client::join(&server, 3, "new").await;
    new.send(r#"42["P2P_EMIT","old","hello",[1],null]"#).await;
    old.expect(r#"42["hello",1]"#).await;
    old.fence().await;
    let metrics = server.metrics().await;
    assert_eq!(metrics["p2p_ready"], 0.0);
    assert_eq!(metrics["p2p_clients"], 2.0);
}

/// After the delay the listener closes, and everybody is let go of.
#[tokio::test]
async fn the_delay_ends_and_then_the_server_does() {
    let delay = Duration::from_millis(50);
    let mut server = Server::with(|config| config.drain.delay = delay).await;
    let (address, admin) = (server.address, server.admin);
    let mut client = Client::join(&server, 4, "a").await;
    server.stop();
    assert_eq!(client.next().await, None);
    server.stopped().await;
    for address in [address, admin] {
        TcpStream::connect(address).await.unwrap_err();
    }
}

#[tokio::test]
async fn there_are_three_pages_and_they_can_only_be_read() {
    let server = Server::start().await;
    for (method, target, status) in [
        ("GET", "/metrics", 200),
        ("GET", "/healthz?verbose", 200),
        ("HEAD", "/readyz", 200),
        ("POST", "/healthz", 405),
        ("GET", "/", 404),
        ("GET", "/socket.io/?EIO=4&transport=polling", 404),
    ] {
        let reply = request(server.admin, method, target, &[]).await;
        assert_eq!(reply.status, status, "{method} {target}");
        assert_eq!(reply.header("cache-control"), Some("no-store"));
        assert_eq!(reply.body.is_empty(), method == "HEAD", "{}", reply.body);
    }
    // Clients have no business there, and the operator none here.
    assert_eq!(get(server.address, "/metrics").await.status, 404);
}

#[tokio::test]
async fn an_admin_address_that_is_taken_is_told() {
    let server = Server::start().await;
    let error = bind(|config| config.admin.listen = Some(server.admin)).await;
    let sentence = error.unwrap_err().to_string();
    let expected = format!("cannot serve the admin pages on {}: ", server.admin);
    assert!(sentence.starts_with(&expected), "{sentence}");
}

/// Connections without a request keep nobody out: the oldest of them give way.
#[tokio::test]
async fn silent_connections_do_not_keep_a_health_check_out() {
    let server = Server::start().await;
    let mut silent = Vec::new();
    for _ in 0..200 {
        silent.push(TcpStream::connect(server.admin).await.unwrap());
        if silent.len() % 50 == 0 {
            let page = must("the page", get(server.admin, "/healthz")).await;
            assert_eq!(page.status, 200);
        }
    }
}
