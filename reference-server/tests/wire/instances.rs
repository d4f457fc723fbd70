//! The server takes and refuses what the published instances say (SRV-ROB-1).

use std::fs;
use std::path::Path;

use serde_json::Value;

use crate::client::Client;
use crate::server::Server;

/// How the text of a failure begins that means that a packet could not be understood.
const MALFORMED: &str = "Error: malformed-argument: ";

/// The files of all events that clients send.
fn published() -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/schema/instances");
    let files = fs::read_dir(folder).unwrap().map(|file| {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        serde_json::from_str::<Value>(&text).unwrap()
    });
    let sent = |file: &Value| {
        let key = file["key"].as_str();
        key.is_some_and(|key| !key.contains(".server."))
    };
    files.filter(sent).collect()
}

/// The packet of an instance; values that stand for attachments are plain ones here.
fn packet(event: &str, data: &Value, ack: bool) -> String {
    let data = data.to_string();
    let data = data.replace(r#"{"_placeholder":true,"num":0}"#, r#""chunk""#);
    let id = if ack { "7" } else { "" };
    let comma = if data == "[]" { "" } else { "," };
    let rest = data.strip_prefix('[').unwrap();
    format!("42{id}[\"{event}\"{comma}{rest}")
}

/// Everything that the sender and its peer receive after a packet.
async fn outcome(packet: &str) -> (Vec<String>, Vec<String>) {
    let server = Server::start().await;
    let mut peer = Client::join(&server, "bob").await;
    let mut sender = Client::join(&server, "alice").await;
    sender.send(packet).await;
    let at_sender = until_fence(&mut sender).await;
    (at_sender, until_fence(&mut peer).await)
}

async fn until_fence(client: &mut Client) -> Vec<String> {
    let mut received = Vec::new();
    client
        .send(r#"42987654["GET_CLIENT_CONNECTED_STATUS","nobody at all"]"#)
        .await;
    loop {
        match client.receive().await {
            fence if fence == "43987654[null]" => return received,
            packet => received.push(packet),
        }
    }
}

#[tokio::test]
async fn the_server_takes_and_refuses_what_is_published() {
    let files = published();
    assert!(files.len() > 15, "every event of a client has its file");
    let mut faults = Vec::new();
    for file in files {
        let event = file["event"].as_str().unwrap();
        for list in ["send", "accept", "refuse"] {
            for instance in file[list].as_array().unwrap() {
                let (data, ack) = (&instance["data"], instance["ack"] == true);
                if !data.is_array() {
                    continue;
                }
                let sent = packet(event, data, ack);
                let found = outcome(&sent).await;
                let refused = found.0.iter().any(|packet| packet.contains(MALFORMED));
                if refused != (list == "refuse" && instance["is"].is_null()) {
                    faults.push(format!("{list} {sent}: {found:?}"));
                }
                if let Some(meaning) = instance.get("as") {
                    let meant = packet(event, meaning, ack);
                    let wanted = outcome(&meant).await;
                    if found != wanted {
                        faults.push(format!("{sent}: {found:?}, and {meant}: {wanted:?}"));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}
