//! Recorded traffic of the original: what it sent, ours must send, in the same order.

use std::path::Path;

use serde::Deserialize;
use serde_json::{Value, json};
use sio_p2p_client::{Client, Dialect, EioVersion};

use super::fake::{FakeServer, Wire};

/// One line of a recording.
#[derive(Deserialize)]
struct Line {
    client: String,
    dir: String,
    #[serde(rename = "type")]
    kind: String,
    event: Option<String>,
    args: Vec<Value>,
    id: Option<u64>,
}

impl Line {
    /// The packet as [`Wire`] writes it; `None` for what is no packet of an open connection.
    fn packet(&self) -> Option<String> {
        let id = self.id.map(|id| id.to_string()).unwrap_or_default();
        match self.kind.as_str() {
            "event" => {
                let mut list = vec![json!(self.event)];
                list.extend(self.args.iter().cloned());
                Some(format!("42{id}{}", Value::Array(list)))
            }
            "ack" => Some(format!("43{id}{}", Value::Array(self.args.clone()))),
            _ => None,
        }
    }
}

/// What one client of a recording sent and received.
pub(crate) struct Script(Vec<Line>);

impl Script {
    /// Reads the part of one client from `fixtures/recorded/<implementation>/<name>.jsonl`.
    pub(crate) fn read(implementation: &str, name: &str, client: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../fixtures/recorded")
            .join(implementation)
            .join(format!("{name}.jsonl"));
        let text = std::fs::read_to_string(&path)
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        Self(lines.filter(|line: &Line| line.client == client).collect())
    }

    /// The script without the packets that mention this, for deviations that ours does not share.
    pub(crate) fn without(mut self, text: &str) -> Self {
        self.0
            .retain(|line| line.packet().is_none_or(|packet| !packet.contains(text)));
        self
    }

    /// The script with every answer after the answer to the packet before it (unlike DEV-6).
    pub(crate) fn answers_late(mut self) -> Self {
        for at in 1..self.0.len() {
            let [first, second] = [&self.0[at - 1], &self.0[at]];
            if [&first.kind, &second.kind] == ["ack", "ack"]
                && [&first.dir, &second.dir] == ["out", "in"]
            {
                self.0.swap(at - 1, at);
            }
        }
        self
    }

    /// The part before the first packet of this event, and the rest.
    pub(crate) fn split_before(mut self, event: &str) -> (Self, Self) {
        let at = self
            .0
            .iter()
            .position(|line| line.event.as_deref() == Some(event));
        let rest = self.0.split_off(at.expect("the event is in the recording"));
        (self, Self(rest))
    }

    /// Plays the server: sends what the client received, and compares what it sends.
    ///
    /// Like the recording, this is strict about order, except that the answers of the client and
    /// its own events may be swapped.
    pub(crate) async fn play(&self, wire: &mut Wire) {
        let mut early: Vec<String> = Vec::new();
        for line in &self.0 {
            let Some(packet) = line.packet() else {
                continue;
            };
            if line.dir == "in" {
                wire.send(&packet).await;
                continue;
            }
            if let Some(at) = early.iter().position(|sent| *sent == packet) {
                early.remove(at);
                continue;
            }
            loop {
                let sent = wire.packet().await;
                if sent == packet {
                    break;
                }
                // An answer that comes earlier than in the recording is kept for its line.
                assert!(
                    sent.starts_with("43"),
                    "expected {packet}, the client sent {sent}"
                );
                early.push(sent);
            }
        }
        assert!(early.is_empty(), "not in the recording: {early:?}");
    }
}

/// Plays one client's part of a recording of the original 1.5.0 (dialect `v1`) while `act` does
/// with our client what the original's application did.
pub(crate) async fn replay_v1<F: Future<Output = ()>>(
    name: &str,
    client: &str,
    act: impl FnOnce(Client) -> F,
) {
    replay(
        "v1.5.0-sio2",
        name,
        client,
        Dialect::V1,
        EioVersion::V3,
        act,
    )
    .await;
}

/// The same for 2.0.0 (dialect `v2`).
pub(crate) async fn replay_v2<F: Future<Output = ()>>(
    name: &str,
    client: &str,
    act: impl FnOnce(Client) -> F,
) {
    replay(
        "v2.0.0-sio4",
        name,
        client,
        Dialect::V2,
        EioVersion::V4,
        act,
    )
    .await;
}

/// Connects one client of a recording of dialect `v1`, as a service.
pub(crate) async fn service_v1(client: &str) -> (Client, Wire) {
    let server = FakeServer::new(EioVersion::V3, Dialect::V1).await;
    let builder = server.builder(client).service(true);
    let (client, wire) = tokio::join!(builder.connect(), server.accept());
    (client.unwrap(), wire)
}

async fn replay<F: Future<Output = ()>>(
    implementation: &str,
    name: &str,
    client: &str,
    dialect: Dialect,
    eio: EioVersion,
    act: impl FnOnce(Client) -> F,
) {
    let script = Script::read(implementation, name, client);
    let server = FakeServer::new(eio, dialect).await;
    let (ours, mut wire) = server.client(client).await;
    tokio::join!(script.play(&mut wire), act(ours));
}
