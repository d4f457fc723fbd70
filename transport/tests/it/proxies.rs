//! Proxies in front of real servers, over every transport, with and without TLS.

use sio_p2p_transport::{
    ConnectError, ConnectOptions, Packet, PacketSocket, Proxy, Tls, Transports,
};

use crate::{
    packets::packet,
    support::{JsServer, Target, proxy::TestProxy, soon, tls::Authority},
};

async fn works(options: &ConnectOptions) {
    let mut socket = soon(PacketSocket::connect(options)).await.unwrap();
    packet(&mut socket).await;
    socket.send(Packet::event("[\"back\",1]")).await.unwrap();
    assert_eq!(packet(&mut socket).await, Packet::event("[\"back\",1]"));
    soon(socket.close()).await;
}

#[tokio::test]
async fn connections_go_through_an_http_proxy() {
    let server = JsServer::start(Target::V4).await;
    let authority = Authority::new();
    let port = authority.front("localhost", server.address(), false).await;
    let proxy = TestProxy::http(None).await;
    let through = Proxy::new(&format!("http://me:secret@{}", proxy.address)).unwrap();
    for transports in Transports::ALL {
        let options = server
            .options()
            .transports(transports)
            .proxy(through.clone());
        works(&options).await;
        let tls = Tls::new().ca_pem(authority.pem().as_bytes()).unwrap();
        let options = ConnectOptions::new(&format!("https://localhost:{port}")).unwrap();
        works(
            &options
                .transports(transports)
                .tls(tls)
                .proxy(through.clone()),
        )
        .await;
    }
    let asked = proxy.asked();
    let credentials = "Basic bWU6c2VjcmV0";
    assert!(
        asked.iter().all(|asked| asked.contains(credentials)),
        "{asked:?}"
    );
    assert!(asked[0].starts_with(&format!("{} CONNECT", server.address())));
    assert!(asked[1].starts_with(&format!("localhost:{port} CONNECT")));
}

#[tokio::test]
async fn connections_go_through_a_socks_proxy() {
    let server = JsServer::start(Target::V4).await;
    let port = server.address().split_once(':').unwrap().1.to_owned();
    let proxy = TestProxy::socks().await;
    // The last letter decides who resolves the name.
    for (scheme, host) in [("socks5h", "localhost"), ("socks5", "127.0.0.1")] {
        let through = Proxy::new(&format!("{scheme}://me:secret@{}", proxy.address)).unwrap();
        let options = ConnectOptions::new(&format!("http://localhost:{port}")).unwrap();
        works(&options.proxy(through)).await;
        let asked = proxy.asked().pop().unwrap();
        // A name may have an IPv6 address, too; then that is asked for.
        assert!(
            asked.ends_with(":secret") && asked.contains(&port),
            "{asked}"
        );
        assert!(scheme == "socks5" || asked.starts_with(host), "{asked}");
    }
}

#[tokio::test]
async fn a_proxy_that_fails_is_named() {
    let server = JsServer::start(Target::V4).await;
    let refusing = TestProxy::http(Some("HTTP/1.1 407 Who\r\n\r\n")).await;
    let options = |proxy: &str| {
        let proxy = Proxy::new(&format!("http://{proxy}")).unwrap();
        server.options().proxy(proxy)
    };
    let refused = soon(PacketSocket::connect(&options(&refusing.address))).await;
    let error = refused.map(drop).unwrap_err();
    let expected = format!("no connection through proxy {}: ", refusing.address);
    assert!(matches!(error, ConnectError::Proxy { .. }), "{error:?}");
    assert!(error.to_string().starts_with(&expected), "{error}");
    let nobody = soon(PacketSocket::connect(&options("127.0.0.1:1"))).await;
    let error = nobody.map(drop).unwrap_err();
    assert!(error.to_string().contains("refused"), "{error}");
}
