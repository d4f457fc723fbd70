//! Where clients find the server, and the client library beside it.

use tempfile::TempDir;

use crate::http::{get, request};
use crate::server::Server;

const QUERY: &str = "?EIO=4&transport=polling";

/// As `path` of Socket.IO: a last slash makes no difference in the settings.
#[tokio::test]
async fn clients_find_the_server_where_the_settings_say() {
    for path in ["/relay/ws", "/relay/ws/"] {
        let server = Server::with(|config| config.engine.path = path.to_owned()).await;
        for (asked, status) in [
            ("/relay/ws/", 200),
            ("/relay/ws", 200),
            ("/relay/wss/", 404),
            ("/relay/", 404),
            ("/socket.io/", 404),
            ("/", 404),
        ] {
            let reply = get(server.address, &format!("{asked}{QUERY}")).await;
            assert_eq!(reply.status, status, "{path} {asked}");
        }
        let reply = get(server.address, "/relay/ws/socket.io.js").await;
        assert_eq!(reply.status, 404);
        assert!(reply.body.contains("engine.client_files"), "{}", reply.body);
    }
}

/// The root is a path like any other.
#[tokio::test]
async fn a_server_may_have_the_root() {
    let server = Server::with(|config| config.engine.path = "/".to_owned()).await;
    assert_eq!(get(server.address, &format!("/{QUERY}")).await.status, 200);
}

#[tokio::test]
async fn the_client_library_is_served_from_a_folder() {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("socket.io.min.js"), "var io;").unwrap();
    std::fs::write(folder.path().join("secret"), "secret").unwrap();
    let server = Server::with(|config| {
        config.engine.client_files = Some(folder.path().to_owned());
    })
    .await;

    let script = "/socket.io/socket.io.min.js";
    let reply = get(server.address, script).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, "var io;"));
    let kind = reply.header("content-type");
    assert_eq!(kind, Some("application/javascript; charset=utf-8"));
    assert_eq!(reply.header("content-length"), Some("7"));
    let tag = reply.header("etag").unwrap();

    let known = [("If-None-Match", tag)];
    let reply = request(server.address, "GET", &format!("{script}?v=1"), &known).await;
    assert_eq!((reply.status, reply.body.as_str()), (304, ""));
    let reply = request(server.address, "HEAD", script, &[]).await;
    assert_eq!((reply.status, reply.body.as_str()), (200, ""));
    assert_eq!(reply.header("content-length"), Some("7"));

    for target in [
        "/socket.io/socket.io.js",
        "/socket.io/secret",
        "/socket.io/../secret",
        "/socket.io/%2e%2e/secret",
        "/secret",
    ] {
        let reply = get(server.address, target).await;
        assert!(matches!(reply.status, 400 | 404), "{target}");
        assert!(
            !reply.body.contains("secret\n") && reply.body != "secret",
            "{target}"
        );
    }
}

#[tokio::test]
async fn a_folder_that_is_none_is_told_at_the_start() {
    let bound = crate::server::bind(|config| {
        config.engine.client_files = Some("no/such/folder".into());
    });
    let error = bound.await.unwrap_err().to_string();
    let expected = "`engine.client_files` names no/such/folder, which is no folder";
    assert_eq!(error, expected);
}
