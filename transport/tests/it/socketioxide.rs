//! The transport against socketioxide, an independent server, in this process.

use std::time::Duration;

use bytes::Bytes;
use serde_json::{Value, json};
use sio_p2p_transport::{
    Args, CloseReason, ConnectError, ConnectOptions, Connection, Data, EioVersion, Packet,
    PacketSocket, Transports,
};
use socketioxide::{
    SocketIo,
    extract::{AckSender, Data as Arguments, SocketRef, TryData},
    handler::ConnectHandler,
};
use tokio::net::TcpListener;

use crate::{packets::packet, support::soon};

const BOTH: [EioVersion; 2] = [EioVersion::V3, EioVersion::V4];
const LONG: Duration = Duration::from_secs(20);

/// Starts a server; it lives as long as the test's runtime.
async fn start() -> ConnectOptions {
    ConnectOptions::new(&format!("http://{}", start_server().await)).unwrap()
}

/// Starts a server and gives its address.
pub(crate) async fn start_server() -> String {
    let (layer, io) = SocketIo::builder()
        .ping_interval(Duration::from_millis(100))
        .build_layer();
    let refuse = async |socket: SocketRef| {
        let query = socket.req_parts().uri.query().unwrap_or_default();
        if query.contains("refuse") {
            Err("not you")
        } else {
            Ok(())
        }
    };
    io.ns(
        "/",
        async |socket: SocketRef, TryData(auth): TryData<Value>| {
            socket.emit("welcome", &auth.unwrap_or_default()).ok();
            socket.on(
                "echo",
                async |Arguments(args): Arguments<Value>, ack: AckSender| {
                    ack.send(&args).ok();
                },
            );
            socket.on(
                "back",
                async |socket: SocketRef, Arguments(args): Arguments<(u64, String)>| {
                    socket.emit("back", &args).ok();
                },
            );
            socket.on(
                "bytes",
                async |Arguments(data): Arguments<Bytes>, ack: AckSender| {
                    ack.send(&(data, "end")).ok();
                },
            );
            socket.on("ask", async |socket: SocketRef| {
                let answer = socket
                    .emit_with_ack::<_, Value>("question", &(1, "x"))
                    .unwrap()
                    .await;
                socket.emit("answered", &answer.unwrap()).ok();
            });
            socket.on("leave", async |socket: SocketRef| {
                socket.disconnect().ok();
            });
        },
    );
    io.ns("/guarded", (async || {}).with(refuse));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let app = axum::Router::new().layer(layer);
    tokio::spawn(async move { axum::serve(listener, app).await });
    address
}

#[tokio::test]
async fn events_and_acknowledgements() {
    for (eio, transports) in BOTH
        .into_iter()
        .flat_map(|eio| Transports::ALL.map(|transports| (eio, transports)))
    {
        let options = start().await.eio(eio).transports(transports);
        let (connection, mut events) = soon(Connection::connect(&options)).await.unwrap();
        assert_eq!(soon(events.next()).await.unwrap().name, "welcome");
        let answer = connection
            .emit_with_ack("echo", Data::new("[[1,null]]"), LONG)
            .await;
        assert_eq!(answer.unwrap().json, "[[1,null]]");
        // Its polling of Engine.IO 3 writes attachments in the form of Engine.IO 4.
        if eio == EioVersion::V4 || transports == Transports::WebSocket {
            let data = Bytes::from_static(&[4, 0, 255]);
            let args = Args::new().binary(data.clone());
            let answer = connection.emit_with_ack("bytes", args, LONG).await.unwrap();
            assert_eq!(answer.json, r#"[{"_placeholder":true,"num":0},"end"]"#);
            assert_eq!(answer.attachments, [data]);
        }
        connection.emit("ask", Data::default()).await.unwrap();
        let question = soon(events.next()).await.unwrap();
        assert_eq!(
            (question.name.as_str(), question.args.json.as_str()),
            ("question", r#"[1,"x"]"#)
        );
        question
            .responder
            .unwrap()
            .ack(Data::new("[{\"a\":1}]"))
            .await
            .unwrap();
        assert_eq!(soon(events.next()).await.unwrap().args.json, r#"[{"a":1}]"#);
        connection.emit("leave", Data::default()).await.unwrap();
        let reason = soon(connection.closed()).await;
        assert_eq!(reason, CloseReason::ServerDisconnect, "{transports}");
    }
}

#[tokio::test]
async fn auth_and_refusals() {
    let options = start().await;
    let mut socket = PacketSocket::connect(&options.clone().auth(r#"{"t":1}"#))
        .await
        .unwrap();
    let Packet::Event { data, .. } = packet(&mut socket).await else {
        panic!()
    };
    assert_eq!(data.parse::<(String, Value)>().unwrap().1, json!({"t": 1}));
    for eio in BOTH {
        let options = options
            .clone()
            .eio(eio)
            .namespace("/guarded")
            .query("refuse", "1");
        let error = soon(PacketSocket::connect(&options))
            .await
            .map(drop)
            .unwrap_err();
        let ConnectError::Refused(refusal) = error else {
            panic!("{error:?}")
        };
        assert_eq!(refusal.message().as_deref(), Some("not you"));
    }
}

#[tokio::test]
async fn heartbeats() {
    for eio in BOTH {
        let (options, trace) = crate::support::Trace::observe(start().await.eio(eio));
        let (connection, _events) = soon(Connection::connect(&options)).await.unwrap();
        let (ours, theirs) = if eio == EioVersion::V4 {
            ("> 3", "< 2")
        } else {
            ("> 2", "< 3")
        };
        trace.until(ours, 5).await;
        trace.until(theirs, 5).await;
        let answer = connection
            .emit_with_ack("echo", Data::new("[1]"), LONG)
            .await;
        assert_eq!(answer, Ok(Data::new("[1]")));
    }
}
