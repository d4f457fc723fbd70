//! What browsers are told, and which pages may connect.

use tokio::net::TcpStream;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;

use crate::http::{Reply, request};
use crate::server::Server;

const HANDSHAKE: &str = "/socket.io/?EIO=4&transport=polling&clientId=page";
const PAGE: (&str, &str) = ("Origin", "https://app.example.org");
const FOREIGN: (&str, &str) = ("Origin", "https://evil.example.org");

/// The answer to what a browser asks before it posts JSON or sends a header.
async fn preflight(server: &Server, origin: (&str, &str)) -> Reply {
    let headers = [
        origin,
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "content-type,x-token"),
    ];
    request(server.address, "OPTIONS", HANDSHAKE, &headers).await
}

/// As Socket.IO 2: everybody may, with cookies.
#[tokio::test]
async fn by_default_every_page_may_connect() {
    let server = Server::start().await;
    let reply = request(server.address, "GET", HANDSHAKE, &[PAGE]).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("access-control-allow-origin"), Some(PAGE.1));
    let credentials = reply.header("access-control-allow-credentials");
    assert_eq!(credentials, Some("true"));
    assert!(reply.header("vary").unwrap().contains("origin"));

    let reply = preflight(&server, PAGE).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, ""));
    assert_eq!(reply.header("access-control-allow-origin"), Some(PAGE.1));
    assert_eq!(
        reply.header("access-control-allow-methods"),
        Some("GET,POST")
    );
    let headers = reply.header("access-control-allow-headers");
    assert_eq!(headers, Some("content-type,x-token"));
    assert_eq!(reply.header("access-control-max-age"), Some("7200"));
}

/// On a list, others are turned away before they can do anything: a browser would
/// let them send, and open a `WebSocket`, without asking.
#[tokio::test]
async fn only_pages_on_the_list_may_connect() {
    let server = Server::with(|config| {
        config.cors.origins = vec![PAGE.1.to_owned()];
        config.cors.credentials = false;
    })
    .await;
    let reply = request(server.address, "GET", HANDSHAKE, &[PAGE]).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("access-control-allow-origin"), Some(PAGE.1));
    assert_eq!(reply.header("access-control-allow-credentials"), None);
    // Programs send no origin.
    assert_eq!(
        request(server.address, "GET", HANDSHAKE, &[]).await.status,
        200
    );

    for reply in [
        request(server.address, "GET", HANDSHAKE, &[FOREIGN]).await,
        preflight(&server, FOREIGN).await,
    ] {
        assert_eq!(reply.status, 403);
        assert_eq!(reply.header("access-control-allow-origin"), None);
    }
    for (origin, admitted) in [(PAGE, true), (FOREIGN, false)] {
        assert_eq!(upgrades(&server, origin.1).await, admitted, "{origin:?}");
    }
    let metrics = server.metrics().await;
    assert_eq!(metrics["p2p_foreign_origins_total"], 3.0);
}

/// Whether a page of this origin can open a WebSocket.
async fn upgrades(server: &Server, origin: &'static str) -> bool {
    let url = format!(
        "ws://{}/socket.io/?EIO=4&transport=websocket",
        server.address
    );
    let mut request = url.into_client_request().unwrap();
    let origin = HeaderValue::from_static(origin);
    request.headers_mut().insert("origin", origin);
    let stream = TcpStream::connect(server.address).await.unwrap();
    client_async(request, stream).await.is_ok()
}

#[tokio::test]
async fn an_origin_that_is_none_is_told_at_the_start() {
    let bound = crate::server::bind(|config| {
        config.cors.origins = vec!["app.example.org".to_owned()];
    });
    let error = bound.await.unwrap_err().to_string();
    assert!(error.contains("`app.example.org`"), "{error}");
}
