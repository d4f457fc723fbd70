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

/// A page can read why it is not served, and when to come again, only if the answer
/// says so.
#[tokio::test]
async fn errors_and_limits_can_be_read_by_pages() {
    let server = Server::with(|config| {
        config.rates.connections_per_second = 1;
        config.rates.connections_burst = 1;
        config.engine.max_message = 1_024;
    })
    .await;
    let get = async |target| request(server.address, "GET", target, &[PAGE]).await;
    // A slow machine may give the bucket time to fill up by some.
    let mut reply = get(HANDSHAKE).await;
    for _ in 0..50 {
        reply = get(HANDSHAKE).await;
        if reply.status == 429 {
            break;
        }
    }
    assert_eq!(reply.header("retry-after"), Some("1"));
    let replies = [
        (429, reply),
        (
            400,
            get("/socket.io/?EIO=4&transport=polling&sid=gone").await,
        ),
        (404, get("/elsewhere?sid=none").await),
        (404, get("/socket.io/socket.io.js").await),
    ];
    for (status, reply) in replies {
        assert_eq!(reply.status, status);
        assert_eq!(reply.header("access-control-allow-origin"), Some(PAGE.1));
        let exposed = reply.header("access-control-expose-headers");
        assert_eq!(exposed, Some("retry-after"), "{status}");
        let credentials = reply.header("access-control-allow-credentials");
        assert_eq!(credentials, Some("true"), "{status}");
    }
}

/// A page of the public web that wants to talk to a server of a private network.
#[tokio::test]
async fn a_page_may_come_from_another_kind_of_network_if_it_may_come_at_all() {
    const PRIVATE: (&str, &str) = ("Access-Control-Request-Private-Network", "true");
    let server = Server::with(|config| config.cors.origins = vec![PAGE.1.to_owned()]).await;
    for (origin, status, allowed) in [(PAGE, 200, Some("true")), (FOREIGN, 403, None)] {
        let headers = [origin, PRIVATE, ("Access-Control-Request-Method", "GET")];
        let reply = request(server.address, "OPTIONS", HANDSHAKE, &headers).await;
        assert_eq!(reply.status, status);
        let header = reply.header("access-control-allow-private-network");
        assert_eq!(header, allowed);
    }
}

/// Subdomains by a pattern, applications by their schemes.
#[tokio::test]
async fn patterns_and_schemes_of_applications_can_be_named() {
    let server = Server::with(|config| {
        let origins = [
            "https://*.example.org",
            "capacitor://localhost",
            "file://",
            "null",
        ];
        config.cors.origins = origins.map(ToOwned::to_owned).into();
    })
    .await;
    for (origin, status) in [
        ("https://a.b.example.org", 200),
        ("capacitor://localhost", 200),
        ("file://", 200),
        ("null", 200),
        ("https://example.org", 403),
        ("ionic://localhost", 403),
    ] {
        let reply = request(server.address, "GET", HANDSHAKE, &[("Origin", origin)]).await;
        assert_eq!(reply.status, status, "{origin}");
        let allowed = reply.header("access-control-allow-origin");
        assert_eq!(allowed, (status == 200).then_some(origin));
    }
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
        assert!(reply.header("vary").unwrap().contains("origin"));
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
