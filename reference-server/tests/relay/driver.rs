//! Drives a relay with packets written as they are on the wire, and reads what
//! it sends in the same notation.

use std::time::Duration;

use bytes::Bytes;
use sio_p2p_server::relay::{
    Answer, ConnectionId, Counters, Data, Gauges, Handshake, Host, HostEvent, Outbox, Output,
    Packet, Policy, Relay, Request,
};

/// A relay and the connections that a test has opened on it.
#[derive(Debug, Default)]
pub(crate) struct Driver {
    pub(crate) relay: Relay,
    outbox: Outbox,
    opened: u64,
}

impl Driver {
    pub(crate) fn new(policy: Policy) -> Self {
        Self {
            relay: Relay::new(policy),
            ..Self::default()
        }
    }

    /// Connects under a client id and expects to be let in silently.
    pub(crate) fn join(&mut self, client: &str) -> ConnectionId {
        let (connection, sent) = self.connect(Some(client));
        assert_eq!(sent, Vec::<String>::new(), "{client} must be let in");
        connection
    }

    /// Connects, and returns what that made the relay send. The sid is `sid-N`.
    pub(crate) fn connect(&mut self, client: Option<&str>) -> (ConnectionId, Vec<String>) {
        self.opened += 1;
        let connection = ConnectionId(self.opened);
        let handshake = Handshake {
            client_id: client.map(str::to_owned),
            sid: format!("sid-{}", self.opened),
        };
        self.relay
            .connected(connection, handshake, &mut self.outbox);
        (connection, self.sent())
    }

    /// What the relay has counted so far.
    pub(crate) fn counters(&self) -> &Counters {
        self.outbox.counters()
    }

    /// Sends an event without an ack id.
    pub(crate) fn event(&mut self, from: ConnectionId, json: &str) -> Vec<String> {
        self.request(from, json, &[], None)
    }

    /// Sends an event that asks for an ack.
    pub(crate) fn ask(&mut self, from: ConnectionId, id: u64, json: &str) -> Vec<String> {
        self.request(from, json, &[], Some(id))
    }

    /// Sends an event with all it may have.
    pub(crate) fn request(
        &mut self,
        from: ConnectionId,
        json: &str,
        attachments: &[&'static [u8]],
        ack: Option<u64>,
    ) -> Vec<String> {
        let attachments = attachments
            .iter()
            .copied()
            .map(Bytes::from_static)
            .collect();
        let request = Request::read(json, attachments, ack).expect("the test sends events");
        self.relay.received(from, request, &mut self.outbox);
        self.sent()
    }

    /// Answers an event.
    pub(crate) fn ack(&mut self, from: ConnectionId, id: u64, json: &str) -> Vec<String> {
        let answer = Answer::read(Data::from(json.to_owned())).expect("the test sends acks");
        self.relay.acked(from, id, answer, &mut self.outbox);
        self.sent()
    }

    /// Lets time pass until the clock shows so many milliseconds.
    pub(crate) fn advance(&mut self, ms: u64) -> Vec<String> {
        self.relay
            .advance(Duration::from_millis(ms), &mut self.outbox);
        self.sent()
    }

    /// Lets the host act, and returns what that made the relay send.
    pub(crate) fn host<T>(&mut self, act: impl FnOnce(&mut Host<'_>) -> T) -> (T, Vec<String>) {
        let done = act(&mut self.relay.as_host(&mut self.outbox));
        (done, self.sent())
    }

    /// What the host has been told.
    pub(crate) fn told(&mut self) -> Vec<HostEvent> {
        std::iter::from_fn(|| self.outbox.next_host_event()).collect()
    }

    /// Breaks a connection.
    pub(crate) fn gone(&mut self, connection: ConnectionId) -> Vec<String> {
        self.relay.gone(connection, &mut self.outbox);
        self.sent()
    }

    /// Breaks all connections and expects that nothing is left of them.
    pub(crate) fn all_gone(&mut self) {
        for connection in 1..=self.opened {
            self.gone(ConnectionId(connection));
        }
        assert_eq!(self.relay.gauges(), Gauges::default());
    }

    fn sent(&mut self) -> Vec<String> {
        std::iter::from_fn(|| self.outbox.next())
            .map(|output| written(&output))
            .collect()
    }
}

/// Writes an output as `<connection> <packet>`, such as `2 42["hi",1]`. Of
/// attachments only the sizes are told, as in `2 45(1,20)-["hi",...]`.
fn written(output: &Output) -> String {
    let to = output.to.0;
    match &output.packet {
        Packet::Event { data, ack } => {
            let ack = ack.map(|id| id.to_string()).unwrap_or_default();
            format!("{to} 4{}{ack}{}", kind(data, 2), data.json)
        }
        Packet::Ack { data, id } => format!("{to} 4{}{id}{}", kind(data, 3), data.json),
        Packet::Disconnect => format!("{to} 41"),
    }
}

fn kind(data: &Data, text: u8) -> String {
    if data.attachments.is_empty() {
        return text.to_string();
    }
    let sizes: Vec<_> = data
        .attachments
        .iter()
        .map(|bytes| bytes.len().to_string())
        .collect();
    format!("{}({})-", text + 3, sizes.join(","))
}
