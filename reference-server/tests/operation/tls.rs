//! Encrypted connections.

use std::time::Duration;

use sio_p2p_server::Config;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::certificates::Certificates;
use crate::client::Client;
use crate::secure::{self, shown};
use crate::server::{Server, bind, must};

/// A server with the certificate that is there now.
async fn encrypted(certificates: &Certificates, change: impl FnOnce(&mut Config)) -> Server {
    Server::with(|config| {
        config.tls.certificate = Some(certificates.path("certificate.pem"));
        config.tls.key = Some(certificates.path("key.pem"));
        change(config);
    })
    .await
}

/// A client of it, after the handshake.
async fn connect(
    certificates: &Certificates,
    server: &Server,
    protocols: &[&str],
) -> std::io::Result<TlsStream<TcpStream>> {
    let connecting = secure::connect(certificates, server.address, protocols);
    must("a handshake", connecting).await
}

#[tokio::test]
async fn clients_talk_over_tls_and_agree_on_http_1() {
    let certificates = Certificates::new();
    let server = encrypted(&certificates, |_| {}).await;
    let stream = connect(&certificates, &server, &["h2", "http/1.1"])
        .await
        .unwrap();
    let (_, connection) = stream.get_ref();
    assert_eq!(connection.alpn_protocol(), Some(&b"http/1.1"[..]));
    let mut a = Client::join_on(stream, 4, "a").await;
    // A client that offers nothing is served as well.
    let stream = connect(&certificates, &server, &[]).await.unwrap();
    let mut b = Client::join_on(stream, 3, "b").await;
    let long = "x".repeat(100_000);
    a.send(&format!(r#"421["P2P_EMIT","b","e",["{long}"]]"#))
        .await;
    b.expect(&format!(r#"420["e","{long}"]"#)).await;
    b.send("430[]").await;
    a.expect("431[]").await;
    // One that insists on HTTP/2 is not.
    connect(&certificates, &server, &["h2"]).await.unwrap_err();
    server.reaches("p2p_tls_failed_total", 1.0).await;
    // Nor one that does not encrypt.
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    must("the end", stream.read_to_end(&mut answer)).await.ok();
    assert!(!answer.starts_with(b"HTTP"));
    server.reaches("p2p_tls_failed_total", 2.0).await;
}

/// The server says goodbye over TLS, too.
#[tokio::test]
async fn encrypted_connections_are_drained() {
    let certificates = Certificates::new();
    let mut server = encrypted(&certificates, |_| {}).await;
    let stream = connect(&certificates, &server, &[]).await.unwrap();
    let mut client = Client::join_on(stream, 4, "a").await;
    server.stop();
    assert_eq!(client.next().await, None);
    server.stopped().await;
}

/// A client that connects and says nothing holds the place of a connection for a short
/// time only.
#[tokio::test]
async fn a_handshake_takes_a_place_and_ends() {
    let certificates = Certificates::new();
    let server = encrypted(&certificates, |config| {
        config.tls.handshake_timeout = Duration::from_millis(100);
        config.engine.max_connections = 1;
    })
    .await;
    let mut silent = TcpStream::connect(server.address).await.unwrap();
    server.reaches("p2p_tcp_connections", 1.0).await;
    // There is one place. Nobody is served before the silent one is gone.
    let stream = connect(&certificates, &server, &[]).await.unwrap();
    server.reaches("p2p_tls_failed_total", 1.0).await;
    assert_eq!(must("the end", silent.read(&mut [0; 8])).await.unwrap(), 0);
    Client::join_on(stream, 4, "a").await.fence().await;
}

/// A stopping server does not wait for handshakes.
#[tokio::test]
async fn a_silent_client_does_not_keep_a_server_from_ending() {
    let certificates = Certificates::new();
    let mut server = encrypted(&certificates, |_| {}).await;
    let _silent = TcpStream::connect(server.address).await.unwrap();
    server.reaches("p2p_tcp_connections", 1.0).await;
    server.stop();
    server.stopped().await;
}

/// The guard against clients that stop reading sits below TLS and sees its bytes.
#[tokio::test]
async fn a_client_that_stops_reading_is_noticed() {
    let certificates = Certificates::new();
    let server = encrypted(&certificates, |config| {
        config.queue.write_stall = Duration::from_millis(200);
    })
    .await;
    let stream = connect(&certificates, &server, &[]).await.unwrap();
    let _asleep = Client::join_on(stream, 4, "asleep").await;
    let stream = connect(&certificates, &server, &[]).await.unwrap();
    let mut source = Client::join_on(stream, 4, "source").await;
    // More than the buffers of both ends hold, and less than the queue does.
    let long = "x".repeat(900_000);
    let message = format!(r#"42["P2P_EMIT","asleep","e",["{long}"],null]"#);
    for _ in 0..30 {
        source.send(&message).await;
    }
    server.reaches("p2p_tcp_stalled_total", 1.0).await;
    server.reaches("p2p_clients", 1.0).await;
}

#[tokio::test]
async fn certificates_are_renewed_for_new_connections() {
    let certificates = Certificates::new();
    let server = encrypted(&certificates, |_| {}).await;
    let handle = server.certificates.clone().unwrap();
    let first = connect(&certificates, &server, &[]).await.unwrap();
    let before = shown(&first);
    let mut open = Client::join_on(first, 4, "open").await;

    certificates.renew();
    let second = connect(&certificates, &server, &[]).await.unwrap();
    assert_eq!(shown(&second), before, "nobody has asked for it yet");
    handle.reload().unwrap();
    let third = connect(&certificates, &server, &[]).await.unwrap();
    let after = shown(&third);
    assert_ne!(after, before);

    // Files that are no good change nothing.
    certificates.write("key.pem", "");
    let error = handle.reload().unwrap_err().to_string();
    assert!(error.contains("key.pem"), "{error}");
    let fourth = connect(&certificates, &server, &[]).await.unwrap();
    assert_eq!(shown(&fourth), after);
    open.fence().await;
}

/// The error names the file, what is wrong with it, and what was expected.
#[tokio::test]
async fn bad_files_are_told_before_anybody_is_served() {
    let certificates = Certificates::new();
    let other = Certificates::new();
    let key = std::fs::read_to_string(other.path("key.pem")).unwrap();
    certificates.write("other.pem", &key);
    certificates.write("empty.pem", "");
    certificates.write("text.pem", "no PEM at all\n");
    certificates.write(
        "broken.pem",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    );
    for (certificate, key, expected) in [
        ("absent.pem", "key.pem", "absent.pem`: No such file"),
        (
            "empty.pem",
            "key.pem",
            "empty.pem`: it holds no certificate; expected a PEM file",
        ),
        ("text.pem", "key.pem", "text.pem`: it holds no certificate"),
        ("key.pem", "key.pem", "key.pem`: it holds no certificate"),
        ("broken.pem", "key.pem", "broken.pem` with the key"),
        ("certificate.pem", "absent.pem", "absent.pem`: No such file"),
        (
            "certificate.pem",
            "empty.pem",
            "empty.pem`: it holds no key; expected a PEM file",
        ),
        (
            "certificate.pem",
            "certificate.pem",
            "certificate.pem`: it holds no key",
        ),
        ("certificate.pem", "other.pem", "other.pem`: "),
    ] {
        let bound = bind(|config| {
            config.tls.certificate = Some(certificates.path(certificate));
            config.tls.key = Some(certificates.path(key));
        });
        let error = bound.await.unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
        let sentence = error.to_string();
        assert!(sentence.contains(expected), "{sentence}");
        assert!(
            !sentence.contains('\n') && !sentence.ends_with('.'),
            "{sentence}"
        );
    }
}
