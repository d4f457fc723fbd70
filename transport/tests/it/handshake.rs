//! Connecting: what is sent, and every way to be refused.

use std::time::Duration;

use serde_json::{Value, json};
use sio_p2p_transport::{
    CloseReason, ConnectError, ConnectOptions, EioVersion, HttpRefusal, Packet, PacketSocket, Stage,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::{
    packets::packet,
    support::{
        JsServer, Target,
        scripted::{OPEN, Peer, listen},
        soon,
    },
};

against_every_server!(
    query_and_headers_arrive,
    middleware_refuses,
    a_foreign_namespace_is_refused,
    http_refuses,
);

against_every_server_by_polling!(
    query_and_headers_arrive,
    middleware_refuses,
    a_foreign_namespace_is_refused,
    polls_are_refused,
);

pub(crate) async fn refused(options: &ConnectOptions) -> ConnectError {
    soon(PacketSocket::connect(options))
        .await
        .map(drop)
        .expect_err("a refusal")
}

/// What the server told of the handshake in its welcome.
async fn welcome(options: &ConnectOptions, namespace: &str) -> Value {
    let mut socket = soon(PacketSocket::connect(options)).await.unwrap();
    assert!(
        socket
            .handshake()
            .sid
            .as_deref()
            .is_some_and(|sid| !sid.is_empty())
    );
    // An Engine.IO 3 server welcomes to the default namespace as well.
    loop {
        let packet = packet(&mut socket).await;
        if packet.namespace() == namespace {
            let Packet::Event { data, .. } = packet else {
                panic!("{packet:?}")
            };
            return data.parse::<(String, Value)>().unwrap().1;
        }
    }
}

async fn query_and_headers_arrive(target: Target) {
    let server = JsServer::start(target).await;
    let options = server
        .options()
        .query("client", "é +&=%/\u{1f600}")
        .raw_query("broken=%zz&twice=1&twice=2")
        .header("X-Test", "yes");
    let welcome = welcome(&options, "/").await;
    assert_eq!(welcome["query"]["client"], "é +&=%/\u{1f600}");
    assert_eq!(welcome["query"]["broken"], "%zz");
    assert_eq!(welcome["query"]["EIO"], target.eio().to_string());
    assert_eq!(welcome["header"], "yes");
}

async fn middleware_refuses(target: Target) {
    let server = JsServer::start(target).await;
    let ConnectError::Refused(refusal) = refused(&server.options().query("refuse", "")).await
    else {
        panic!()
    };
    assert_eq!(refusal.namespace, "/");
    assert_eq!(refusal.message().as_deref(), Some("not you"));
    // An application can say more; protocol 4 then sends only that.
    let ConnectError::Refused(refusal) = refused(&server.options().namespace("/admin")).await
    else {
        panic!()
    };
    assert_eq!(refusal.namespace, "/admin");
    if target.is_v5() {
        assert_eq!(refusal.message().as_deref(), Some("bad token"));
        assert_eq!(refusal.details().as_deref(), Some(r#"{"needed":"token"}"#));
    } else {
        assert_eq!(refusal.data.as_deref(), Some(r#"{"needed":"token"}"#));
    }
}

async fn a_foreign_namespace_is_refused(target: Target) {
    let server = JsServer::start(target).await;
    let error = refused(&server.options().namespace("/nowhere")).await;
    // Socket.IO 4 sends an object to old clients as well.
    let text = if target == Target::V2 {
        r#""Invalid namespace""#
    } else {
        r#"{"message":"Invalid namespace"}"#
    };
    assert_eq!(
        error.to_string(),
        format!("the server refused namespace /nowhere: {text}")
    );
}

fn http(error: ConnectError) -> HttpRefusal {
    match error {
        ConnectError::Http(refusal) => refusal,
        other => panic!("{other:?}"),
    }
}

async fn http_refuses(target: Target) {
    let server = JsServer::start(target).await;
    let forbidden = http(refused(&server.options().query("forbid", "")).await);
    let text = if target == Target::V2 {
        "Forbidden"
    } else {
        "forbidden"
    };
    assert_eq!(
        (forbidden.status, &forbidden.body[..]),
        (400, text.as_bytes())
    );
    let unknown = http(refused(&server.options().full_query("EIO=4&transport=pigeon")).await);
    assert_eq!(
        (unknown.status, &unknown.body[..]),
        (400, &b"Transport unknown"[..])
    );
    let long = http(refused(&server.options().query("x", &"y".repeat(20_000))).await);
    assert_eq!(long.status, 431);
}

/// The first poll is refused with the engine's code, which a WebSocket is not told.
async fn polls_are_refused(target: Target) {
    let server = JsServer::start(target).await;
    let forbidden = http(refused(&server.options().query("forbid", "")).await);
    let status = if target == Target::V2 { 400 } else { 403 };
    assert_eq!(
        (forbidden.status, forbidden.engine_code()),
        (status, Some(4))
    );
    let wrong = server.options().full_query("EIO=4&transport=pigeon");
    let unknown = http(refused(&wrong).await);
    assert_eq!((unknown.status, unknown.engine_code()), (400, Some(0)));
    let long = http(refused(&server.options().query("x", &"y".repeat(20_000))).await);
    assert_eq!(long.status, 431);
}

/// The auth payload of Engine.IO 4 arrives as it is.
#[tokio::test]
async fn auth_arrives() {
    let server = JsServer::start(Target::V4).await;
    let welcome = welcome(&server.options().auth(r#"{"token":"t","n":[1]}"#), "/").await;
    assert_eq!(welcome["auth"], json!({"token": "t", "n": [1]}));
}

/// In Engine.IO 3 a namespace can carry a query of its own.
#[tokio::test]
async fn a_namespace_query_arrives() {
    let server = JsServer::start(Target::V2).await;
    let options = server.options().namespace("/admin?token=secret");
    let welcome = welcome(&options, "/admin").await;
    assert_eq!(welcome["namespace"], "/admin");
    assert_eq!(welcome["query"]["token"], "secret");
}

/// The two generations meeting the wrong way round.
#[tokio::test]
async fn the_wrong_generation_is_told() {
    let new = JsServer::start(Target::V4).await;
    let refusal = http(refused(&new.options().eio(EioVersion::V3)).await);
    assert_eq!(
        (refusal.status, &refusal.body[..]),
        (400, &b"Unsupported protocol version"[..])
    );
    let old = JsServer::start(Target::V2).await;
    let error = refused(&old.options().eio(EioVersion::V4)).await;
    assert!(matches!(error, ConnectError::MissingSid), "{error:?}");
}

#[tokio::test]
async fn nobody_listens() {
    let (listener, options) = listen(EioVersion::V4).await;
    drop(listener);
    let error = refused(&options).await;
    assert!(
        matches!(error, ConnectError::Unreachable { .. }),
        "{error:?}"
    );
}

/// Socket.IO 4 refuses an old client only after it has switched to WebSocket, with an HTTP
/// response in place of frames. It must be waited for, and told from frames.
#[tokio::test]
async fn a_refusal_may_follow_the_upgrade() {
    let (listener, options) = listen(EioVersion::V3).await;
    let (error, ()) = tokio::join!(refused(&options), async {
        let mut tcp = Peer::accept(&listener).await.into_tcp();
        for piece in ["H", "TTP/1.1 400 Bad\r\n", "Content-Length: 2\r\n\r\nno"] {
            tcp.write_all(piece.as_bytes()).await.unwrap();
            tokio::task::yield_now().await;
        }
    });
    let refusal = http(error);
    assert_eq!((refusal.status, &refusal.body[..]), (400, &b"no"[..]));
}

#[tokio::test]
async fn an_invalid_open_packet_is_told() {
    for (first, expected) in [
        ("40", "type 0"),
        ("0{", "EOF"),
        (r#"0{"sid":"s"}"#, "pingInterval"),
    ] {
        let (listener, options) = listen(EioVersion::V4).await;
        let (error, ()) = tokio::join!(refused(&options), async {
            Peer::accept(&listener).await.text(first).await;
        });
        assert!(matches!(error, ConnectError::Open(_)), "{error:?}");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

/// Connects with a time limit that will be reached, and tells in which step.
async fn late(script: impl AsyncFnOnce(TcpListener)) -> Stage {
    let (listener, options) = listen(EioVersion::V4).await;
    let options = options.connect_timeout(Duration::from_millis(1500));
    // The script ends when the client has given up.
    let (error, ()) = tokio::join!(refused(&options), script(listener));
    match error {
        ConnectError::Timeout { waiting_for, .. } => waiting_for,
        other => panic!("{other:?}"),
    }
}

/// Every step has its time limit, and the error names the step.
#[tokio::test]
async fn each_step_times_out() {
    let hold = async |peer: &mut Peer| assert_eq!(peer.next().await, None);
    let stages = tokio::join!(
        late(async |listener| {
            let (mut tcp, _) = listener.accept().await.unwrap();
            while !matches!(tcp.read_buf(&mut Vec::new()).await, Ok(0) | Err(_)) {}
        }),
        late(async |listener| hold(&mut Peer::accept(&listener).await).await),
        late(async |listener| {
            let mut peer = Peer::accept(&listener).await;
            peer.text(OPEN).await;
            assert_eq!(peer.next().await.as_deref(), Some("40"));
            assert_eq!(peer.next().await.as_deref(), Some("close None"));
        })
    );
    assert_eq!(stages, (Stage::Upgrade, Stage::Open, Stage::Connect));
}

/// A server that closes in the middle of the handshake.
#[tokio::test]
async fn an_end_during_the_handshake_is_told() {
    let (listener, options) = listen(EioVersion::V4).await;
    let (error, ()) = tokio::join!(refused(&options), async {
        let mut peer = Peer::accept(&listener).await;
        peer.text(OPEN).await;
        peer.text("41").await;
    });
    let ConnectError::Closed(reason) = error else {
        panic!("{error:?}")
    };
    assert_eq!(reason, CloseReason::ServerDisconnect);

    let (listener, options) = listen(EioVersion::V4).await;
    let (error, ()) = tokio::join!(refused(&options), async {
        drop(Peer::accept(&listener).await);
    });
    assert!(
        matches!(error, ConnectError::Closed(CloseReason::Lost(_))),
        "{error:?}"
    );
}

/// Packets that come before the namespace is connected are not lost.
#[tokio::test]
async fn early_packets_are_kept() {
    let (listener, options) = listen(EioVersion::V3).await;
    let options = options.namespace("/x");
    let (socket, _peer) = tokio::join!(PacketSocket::connect(&options), async {
        let mut peer = Peer::accept(&listener).await;
        peer.text(OPEN).await;
        peer.text("40").await;
        peer.text(r#"42["early"]"#).await;
        assert_eq!(peer.next().await.as_deref(), Some("40/x,"));
        peer.text("40/x").await;
        peer.text(r#"42/x,["late"]"#).await;
        peer
    });
    let mut socket = socket.unwrap();
    assert_eq!(socket.handshake().sid.as_deref(), Some("/x#s"));
    assert_eq!(packet(&mut socket).await, Packet::event(r#"["early"]"#));
    assert_eq!(packet(&mut socket).await.namespace(), "/x");
}

/// Nothing is sent to a TCP listener by options that cannot work.
#[tokio::test]
async fn impossible_options_connect_to_nobody() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let options = ConnectOptions::new(&url).unwrap().raw_query("a\nb");
    assert!(matches!(
        refused(&options).await,
        ConnectError::InvalidOptions(_)
    ));
}
