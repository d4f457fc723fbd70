//! `sio-p2p-transport` by itself on `p2p-server`: packets of the protocol, written out, over every
//! transport and both generations of Engine.IO, with a JavaScript client at the other end.

use std::{sync::Arc, time::Duration};

use serde_json::json;
use sio_p2p_client::{Dialect, EioVersion, Transports};
use sio_p2p_transport::{ConnectOptions, Connection, Data, Events, Transport};

use crate::{
    Plan,
    node::Peer,
    servers::{Kind, Servers},
    soon,
    waiting::unique,
};

pub(crate) fn plans() -> Vec<Plan> {
    let mut plans = Vec::new();
    for eio in [EioVersion::V3, EioVersion::V4] {
        for transports in [
            Transports::WebSocket,
            Transports::Polling,
            Transports::PollingThenUpgrade,
        ] {
            let name = format!("transport {}, eio {eio}", transports.as_str());
            plans.push(Plan::new(name, move |servers| {
                packets_pass(servers, eio, transports)
            }));
        }
    }
    plans
}

async fn connect(
    url: &str,
    id: &str,
    eio: EioVersion,
    transports: Transports,
) -> (Connection, Events) {
    let options = ConnectOptions::new(url).unwrap().query("clientId", id);
    let options = options.eio(eio).transports(transports);
    soon(Connection::connect(&options)).await.unwrap()
}

/// A question to the server, a message with an attachment there, a question back, and an answer.
async fn packets_pass(servers: Arc<Servers>, eio: EioVersion, transports: Transports) {
    let url = servers.url(Kind::Ours).await;
    let (id, js) = (unique("raw"), unique("js"));
    let (connection, mut events) = connect(&url, &id, eio, transports).await;
    let other = match eio {
        EioVersion::V3 => EioVersion::V4,
        EioVersion::V4 => EioVersion::V3,
    };
    let mut peer = Peer::start(&url, &js, other, Dialect::V2).await;
    peer.run("hear('note')").await;
    if transports == Transports::PollingThenUpgrade {
        assert!(soon(connection.upgraded()).await);
    }
    let deadline = Duration::from_secs(10);
    let list = connection.emit_with_ack("LIST_CLIENTS", Data::new("[]"), deadline);
    let (list,): (Vec<String>,) = serde_json::from_str(&list.await.unwrap().json).unwrap();
    assert!(list.contains(&id) && list.contains(&js));

    let message = format!(r#"["{js}","note",[1e3,{{"_placeholder":true,"num":0}}],null]"#);
    let message = Data::with_attachments(message, vec!["bytes".into()]);
    connection.emit("P2P_EMIT", message).await.unwrap();
    assert_eq!(peer.said().await, json!([1000, {"$bin": "Ynl0ZXM="}]));

    let ask = format!(
        "return new Promise((done) => p.emitTo('{id}', 'q', Buffer.from('x'), (...a) => done(a)))"
    );
    peer.begin(&ask).await;
    let question = soon(events.next()).await.unwrap();
    assert_eq!(question.name, "q");
    assert_eq!(question.args.attachments, ["x"]);
    let answer = question.responder.expect("it asks for an ack");
    answer.ack(Data::new(r#"["an answer"]"#)).await.unwrap();
    assert_eq!(peer.finished().await, json!(["an answer"]));
    let expected = match transports {
        Transports::Polling => Transport::Polling,
        _ => Transport::WebSocket,
    };
    assert_eq!(connection.transport(), expected);
    connection.close().await;
}
