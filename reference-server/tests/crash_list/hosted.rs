//! What the original itself did before the attacker came: its options, its services,
//! its APIs, its streams.

use sio_p2p_server::relay::DuplicateIds;
use sio_p2p_server::{Call, Calls, Config, HostStream};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::client::Client;
use crate::server::Server;

/// How a set-up begins that is the server's.
const BY_SERVER: &str = "server ";

/// How one begins that is a stream of the server's. It is opened anew for each case.
const STREAM: &str = "server opened a stream to v";

/// Whether a set-up is the server's to bring about.
pub(crate) fn concerns(setup: &str) -> bool {
    setup.starts_with(BY_SERVER)
}

/// A server that has done what the recording's had.
pub(crate) async fn server(setup: &str) -> Server {
    let mut config = Config::default();
    if setup.contains(r#""clientOverwrite":true"#) {
        config.policy.duplicate_ids = DuplicateIds::Replace;
    }
    let mut server = Server::hosted(config).await;
    let service = server.handle().service("svc").expect("it is an id");
    let what = setup.strip_prefix(r#"server options {"isService":true}"#);
    match what.unwrap_or(setup).trim_start_matches("; ") {
        "" | "server options {\"clientOverwrite\":true}" => {}
        "server service svc provides api"
        | "server service svc provides api, which calls its callback" => {
            let calls = service.provide("api").expect("nobody has it");
            server.meanwhile(calls.for_each(async |call| answer(call)));
        }
        "server service svc provides api (no reply)" => {
            let calls = service.provide("api").expect("nobody has it");
            server.meanwhile(unanswered(calls));
        }
        "server service svc provided api with one handler, and that handler was destroyed individually" =>
        {
            drop(service.provide("api").expect("nobody has it"));
        }
        r#"server provides srv, which calls its callback with ("from server", n)"# => {
            let calls = server.handle().provide_api("srv").expect("nobody has it");
            server.meanwhile(calls.for_each(async |call| answer(call)));
        }
        stream if stream.starts_with(STREAM) => {}
        unknown => panic!("nobody knows how to bring this about: {unknown}"),
    }
    server
}

/// Answers as the handlers of the recordings did, whether or not that is asked for.
fn answer(call: Call) {
    call.answer(("from server", 1)).expect("it is JSON");
}

/// Takes calls and keeps them.
async fn unanswered(mut calls: Calls) {
    let mut kept = Vec::new();
    while let Some(call) = calls.next().await {
        kept.push(call);
    }
}

/// A stream of the server's to the victim, and the id of its end there.
#[derive(Debug)]
pub(crate) struct Opened {
    stream: HostStream,
    pub(crate) virtual_id: String,
}

/// Opens the stream that a set-up names, if it names one.
pub(crate) async fn stream(server: &Server, setup: &str, victim: &mut Client) -> Option<Opened> {
    if !setup.starts_with(STREAM) {
        return None;
    }
    let ids = ["S", "T"].map(|id| id.to_owned().into());
    let [ours, theirs] = ids;
    let stream = server.handle().open_stream("v").ids(ours, theirs);
    let opening = stream.into_future();
    let request = victim.receive().await;
    let array = request.find('[').expect(&request);
    let event: serde_json::Value = serde_json::from_str(&request[array..]).expect(&request);
    let virtual_id = event[1]["sourceClientId"].as_str().expect(&request);
    victim.send(&format!("43{}[]", &request[2..array])).await;
    Some(Opened {
        stream: opening.await.expect("the victim accepts"),
        virtual_id: virtual_id.to_owned(),
    })
}

impl Opened {
    /// The victim's connection has ended, and with it the stream.
    pub(crate) async fn has_lost_its_peer(mut self) {
        let error = self.stream.read(&mut [0]).await.expect_err("it is cut off");
        assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
    }

    /// Whatever a stranger has said, the stream still carries text both ways, and ends
    /// when the server ends it.
    pub(crate) async fn carries_on(mut self, victim: &mut Client) {
        let chunk = r#"["P2P_EMIT_STREAM-from-stream-S","#;
        self.stream.write_all(b"whole").await.expect("it is open");
        let received = victim.receive().await;
        let (head, _) = received.split_once(chunk).expect(&received);
        let ack = head.split_once('-').expect("it is binary").1.to_owned();
        victim.next().await.expect("the attachment follows");
        victim.send(&format!("43{ack}[]")).await;
        let to = &self.virtual_id;
        let back = r#""P2P_EMIT_STREAM-from-stream-T",["whole too"]"#;
        victim
            .send(&format!(r#"4277["P2P_EMIT","{to}",{back}]"#))
            .await;
        let mut read = [0; 9];
        self.stream.read_exact(&mut read).await.expect("it is open");
        assert_eq!(&read, b"whole too", "nobody else wrote to it");
        victim.expect("4377[]").await;
        drop(self.stream);
        victim.expect(r#"42["PEER_STREAM_DESTROYED","S"]"#).await;
    }
}
