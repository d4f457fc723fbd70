//! TLS in front of real servers, over every transport.

use sio_p2p_transport::{ConnectError, ConnectOptions, Packet, PacketSocket, Tls, Transports};

use crate::{
    packets::packet,
    support::{
        JsServer, Target, soon,
        tls::{Authority, front_with_itself},
    },
};

fn trusting(authority: &Authority) -> Tls {
    Tls::new().ca_pem(authority.pem().as_bytes()).unwrap()
}

async fn refused(options: &ConnectOptions) -> ConnectError {
    let result = soon(PacketSocket::connect(options)).await;
    result.map(drop).expect_err("a refusal")
}

#[tokio::test]
async fn every_transport_runs_under_tls() {
    let authority = Authority::new();
    for target in [Target::V2, Target::V4] {
        let server = JsServer::start(target).await;
        let port = authority.front("localhost", server.address(), false).await;
        for (scheme, transports) in ["wss", "https", "https"].into_iter().zip(Transports::ALL) {
            let options = ConnectOptions::new(&format!("{scheme}://localhost:{port}"))
                .unwrap()
                .eio(target.eio())
                .transports(transports)
                .tls(trusting(&authority));
            let mut socket = soon(PacketSocket::connect(&options)).await.unwrap();
            packet(&mut socket).await;
            let large = Packet::event(format!(r#"["back","{}"]"#, "x".repeat(300_000)));
            socket.send(large.clone()).await.unwrap();
            assert!(packet(&mut socket).await == large);
            if transports == Transports::PollingThenUpgrade {
                assert!(soon(socket.upgraded()).await);
                socket.send(large.clone()).await.unwrap();
                assert!(packet(&mut socket).await == large);
            }
            soon(socket.close()).await;
        }
    }
}

#[tokio::test]
async fn who_is_not_trusted_is_refused() {
    let authority = Authority::new();
    let server = JsServer::start(Target::V4).await;
    let port = authority.front("localhost", server.address(), false).await;
    let named = |host: &str| ConnectOptions::new(&format!("https://{host}:{port}")).unwrap();
    // An authority that nobody knows; a certificate for another name; no TLS at all.
    let unknown = refused(&named("localhost")).await;
    assert!(matches!(unknown, ConnectError::Tls { .. }), "{unknown:?}");
    assert!(unknown.to_string().contains("UnknownIssuer"), "{unknown}");
    let other = refused(&named("127.0.0.1").tls(trusting(&authority))).await;
    assert!(other.to_string().contains("not valid for"), "{other}");
    let plain = ConnectOptions::new(&format!("https://{}", server.address())).unwrap();
    let plain = refused(&plain.tls(trusting(&authority))).await;
    assert!(matches!(plain, ConnectError::Tls { .. }), "{plain:?}");
}

#[tokio::test]
async fn clients_may_have_to_show_a_certificate() {
    let authority = Authority::new();
    let server = JsServer::start(Target::V4).await;
    let port = authority.front("localhost", server.address(), true).await;
    let options = ConnectOptions::new(&format!("https://localhost:{port}")).unwrap();
    let tls = trusting(&authority).only_given_authorities();
    // With TLS 1.3 a server tells its refusal after the handshake.
    refused(&options.clone().tls(tls.clone())).await;
    let (chain, key) = authority.issue("client");
    let tls = tls.client_pem(chain.as_bytes(), key.as_bytes()).unwrap();
    assert_eq!(
        format!("{tls:?}"),
        "Tls { authorities: 1, only_given: true, anybody: false, identity: true }"
    );
    let mut socket = soon(PacketSocket::connect(&options.tls(tls)))
        .await
        .unwrap();
    packet(&mut socket).await;
}

/// A certificate that says that it is an authority, which is what `openssl req -x509` makes.
#[tokio::test]
async fn a_server_with_an_authority_for_a_certificate_is_trusted_when_it_is_given() {
    let server = JsServer::start(Target::V4).await;
    let (port, pem) = front_with_itself("localhost", server.address()).await;
    let named = |host: &str| ConnectOptions::new(&format!("https://{host}:{port}")).unwrap();
    let given = Tls::new()
        .ca_pem(format!("\u{feff}{pem}").as_bytes())
        .unwrap();
    let options = named("localhost").tls(given.clone());
    let mut socket = soon(PacketSocket::connect(&options)).await.unwrap();
    packet(&mut socket).await;
    // Only for its own name, and only if it is given.
    let other = refused(&named("127.0.0.1").tls(given)).await;
    assert!(other.to_string().contains("not valid for"), "{other}");
    let unknown = refused(&named("localhost")).await;
    assert!(unknown.to_string().contains("UnknownIssuer"), "{unknown}");
    let anybody = named("127.0.0.1").tls(Tls::new().trust_anybody());
    soon(PacketSocket::connect(&anybody)).await.unwrap();
}
