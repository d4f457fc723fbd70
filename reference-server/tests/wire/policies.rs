//! Policies as clients meet them: time that passes, ids that are shared, and
//! actions that are not allowed.

use std::time::Duration;

use sio_p2p_server::relay::{Action, Authorize, DuplicateIds, PermissionDenied, Sender};
use sio_p2p_server::{Config, P2pServer};

use crate::client::{Client, Eio, Transport, WAYS};
use crate::server::{Server, config};

/// A short wait, and a house that is kept more often than usual.
fn soon(config: &mut Config) -> Duration {
    config.engine.connect_timeout = Duration::from_secs(4);
    Duration::from_millis(20)
}

const STREAM: &str =
    r#"["CREATE_STREAM",{"sourceStreamId":"s","targetStreamId":"t","targetClientId":"b"}]"#;

/// SRV-ROB-12: deadlines pass although nobody sends anything.
#[tokio::test]
async fn what_is_not_answered_ends_in_a_silent_house() {
    let server = Server::with(config(|config| {
        let wait = soon(config);
        config.policy.ack_timeout = wait;
        config.policy.stream_open_timeout = wait;
    }))
    .await;
    let late = "Error: timed-out: client `b` has not answered in time";
    for way in WAYS {
        let (mut a, mut b) = pair(&server, way).await;
        a.send(r#"421["P2P_EMIT","b","hi",[]]"#).await;
        let question = b.receive().await;
        assert!(question.ends_with(r#"["hi"]"#), "{question}");
        a.expect(&format!(r#"42["SERVER_ERROR","{late}"]"#)).await;
        a.send(&format!("422{STREAM}")).await;
        let request = b.receive().await;
        a.expect(&format!(r#"42["SERVER_ERROR","{late}"]"#)).await;
        // SRV-STR-17: who accepts all the same has an end without another.
        let id = request.split('[').next().unwrap();
        b.send(&format!("{}[]", id.replacen("42", "43", 1))).await;
        b.expect(r#"42["PEER_STREAM_DESTROYED","s"]"#).await;
        part(&server, a, b).await;
    }
}

/// SRV-ROB-12: a stream that nobody uses is ended at both ends.
#[tokio::test]
async fn an_idle_stream_ends_in_a_silent_house() {
    let server = Server::with(config(|config| {
        config.policy.stream_idle_timeout = soon(config);
    }))
    .await;
    for way in WAYS {
        let (mut a, mut b) = pair(&server, way).await;
        a.send(&format!("421{STREAM}")).await;
        let request = b.receive().await;
        let id = request.split('[').next().unwrap();
        b.send(&format!("{}[]", id.replacen("42", "43", 1))).await;
        a.expect("431[]").await;
        a.expect(r#"42["PEER_STREAM_DESTROYED","t"]"#).await;
        b.expect(r#"42["PEER_STREAM_DESTROYED","s"]"#).await;
        part(&server, a, b).await;
    }
}

async fn pair(server: &Server, way: (Eio, Transport)) -> (Client, Client) {
    let a = Client::join_by(way, server, "a").await;
    let b = Client::join_by(way, server, "b").await;
    (a, b)
}

/// Lets both leave and waits until the server knows.
async fn part(server: &Server, a: Client, b: Client) {
    for mut client in [a, b] {
        client.send("41").await;
    }
    let mut witness = Client::join(server, "w").await;
    witness.until_listed(r#"["w"]"#).await;
    witness.send("41").await;
}

/// SRV-CORE-14: a replaced connection that shows no sign of life is let go of, and
/// the newer one keeps the id.
#[tokio::test]
async fn a_half_open_connection_makes_way_for_its_client() {
    let server = Server::with(config(|config| {
        config.policy.duplicate_ids = DuplicateIds::Replace;
        config.policy.disconnect_replaced = true;
        config.policy.server_ping_timeout = soon(config);
    }))
    .await;
    for (number, way) in WAYS.into_iter().enumerate() {
        let id = format!("a{number}");
        let mut old = Client::join_by(way, &server, &id).await;
        let mut new = Client::join_by(way, &server, &id).await;
        for client in [&mut new, &mut old] {
            let ping = client.receive().await;
            assert!(ping.ends_with(r#"["SERVER_PING"]"#), "{ping}");
        }
        let told = old.receive().await;
        assert!(told.contains("timed-out"), "{told}");
        old.expect("41").await;
        new.send(&format!(r#"421["GET_CLIENT_CONNECTED_STATUS","{id}"]"#))
            .await;
        new.expect("431[true]").await;
    }
}

/// Nobody but `staff` may list the clients.
struct StaffOnly;

impl Authorize for StaffOnly {
    fn allows(&self, client: &Sender<'_>, action: &Action<'_>) -> Result<(), PermissionDenied> {
        let staff = client.client_id.is_some_and(|id| id.as_str() == "staff");
        match action {
            Action::ListClients if !staff => {
                Err(PermissionDenied::new("only staff may list clients"))
            }
            _ => Ok(()),
        }
    }
}

#[tokio::test]
async fn the_embedding_program_decides_what_clients_may_do() {
    let server = P2pServer::builder().authorizer(StaffOnly).build();
    let server = Server::serving(server).await;
    let mut staff = Client::join(&server, "staff").await;
    let mut guest = Client::join(&server, "guest").await;
    guest.send(r#"421["LIST_CLIENTS"]"#).await;
    let text = "Error: not-allowed: only staff may list clients";
    guest
        .expect(&format!(r#"42["SERVER_ERROR","{text}"]"#))
        .await;
    staff.send(r#"421["LIST_CLIENTS"]"#).await;
    staff.expect(r#"431[["staff","guest"]]"#).await;
}
