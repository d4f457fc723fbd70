//! The golden traces, replayed through the relay.
//!
//! What clients of the original sent is fed to the relay in the order in which
//! it was recorded, and what the original server sent them has to come out: for
//! each client the same packets in the same order. Ids that a server chooses are
//! matched, not compared. Where the relay means to do otherwise, the difference
//! is listed below, packet by packet; the list may not be longer than needed.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use serde_json::{Value, json};
use sio_p2p_protocol::{ClauseId, Deviation};
use sio_p2p_server::relay::{
    Answer, ConnectionId, Data, DuplicateIds, Gauges, Handshake, Outbox, Packet, Policy, Relay,
    Request,
};

use crate::meant::{MEANT, Meant, NOT_REPLAYED};
use crate::program::Program;

/// One line of a trace.
struct Line {
    number: u64,
    client: String,
    outbound: bool,
    kind: String,
    event: Option<String>,
    args: Vec<Value>,
    id: Option<u64>,
}

impl Line {
    fn parse(text: &str) -> Self {
        let line: Value = serde_json::from_str(text).unwrap();
        let text = |name: &str| line[name].as_str().map(str::to_owned);
        Self {
            number: line["t"].as_u64().unwrap(),
            client: text("client").unwrap(),
            outbound: line["dir"] == "out",
            kind: text("type").unwrap(),
            event: text("event"),
            args: line["args"].as_array().unwrap().clone(),
            id: line["id"].as_u64(),
        }
    }

    /// The content of the packet. Attachments stay in base64, which is as good
    /// as any bytes to a relay.
    fn data(&self) -> Data {
        let name = self.event.iter().map(|name| json!(name));
        let mut json: Value = name.chain(self.args.iter().cloned()).collect();
        let mut attachments = Vec::new();
        take_attachments(&mut json, &mut attachments);
        Data {
            json: json.to_string(),
            attachments,
        }
    }
}

fn take_attachments(value: &mut Value, attachments: &mut Vec<Bytes>) {
    match value {
        Value::Object(members) if members.len() == 1 && members.contains_key("$bin") => {
            let base64 = members["$bin"].as_str().unwrap().to_owned();
            *value = json!({"_placeholder": true, "num": attachments.len()});
            attachments.push(base64.into());
        }
        Value::Object(members) => {
            let members = members.values_mut();
            members.for_each(|member| take_attachments(member, attachments));
        }
        Value::Array(elements) => {
            let elements = elements.iter_mut();
            elements.for_each(|element| take_attachments(element, attachments));
        }
        _ => {}
    }
}

/// A client of the trace, on its latest connection.
#[derive(Default)]
struct Client {
    /// Its query, from which it takes its id each time it connects.
    query: String,
    connection: Option<ConnectionId>,
    /// What the relay has sent to it and the trace has not.
    inbox: VecDeque<Packet>,
    /// What was passed over to find something that was sent later.
    skipped: VecDeque<Packet>,
    /// Ack ids of the relay by those of the trace.
    ids: HashMap<u64, u64>,
}

/// One trace on its way through a relay.
struct Replay<'a> {
    /// Plugin 1.12 words some errors without the API in front of them.
    bare_words: bool,
    relay: Relay,
    outbox: Outbox,
    program: Program,
    clients: HashMap<&'a str, Client>,
    names: HashMap<ConnectionId, &'a str>,
    matched: usize,
    differences: Vec<String>,
}

impl<'a> Replay<'a> {
    fn run(implementation: &str, trace: &str, lines: &'a [Line]) -> Self {
        // What the original was set to, or in the first dialect what it is.
        let duplicate_ids = match trace {
            "duplicate_client_id" => DuplicateIds::Allow,
            _ if trace.starts_with("duplicate_client_id_overwrite") => DuplicateIds::Replace,
            _ => DuplicateIds::Reject,
        };
        let mut replay = Self {
            bare_words: implementation.starts_with("v1.12.1"),
            relay: Relay::new(Policy {
                duplicate_ids,
                ..Policy::default()
            }),
            outbox: Outbox::default(),
            program: Program::default(),
            clients: HashMap::new(),
            names: HashMap::new(),
            matched: 0,
            differences: Vec::new(),
        };
        for line in lines {
            replay.step(line);
        }
        replay.finish();
        replay
    }

    fn step(&mut self, line: &'a Line) {
        let client = self.clients.entry(&line.client).or_default();
        match (line.kind.as_str(), line.outbound) {
            ("control", _) if line.event.as_deref() == Some("open") => {
                line.args[0].as_str().unwrap().clone_into(&mut client.query);
            }
            ("control", _) => match line.event.as_deref() {
                Some("close transport of client") => {
                    self.leave(line.args[0].as_str().unwrap());
                }
                Some(action) if line.client == "$server" => {
                    let mut host = self.relay.as_host(&mut self.outbox);
                    self.program.act(action, &line.args, &mut host);
                }
                _ => {}
            },
            ("connect", true) => {}
            ("connect", false) => self.connect(&line.client),
            ("disconnect", true) | ("close", _) => self.leave(&line.client),
            ("event", true) => {
                let connection = client.connection.expect("it is connected");
                let Data { json, attachments } = line.data();
                let request = Request::read(&json, attachments, line.id).expect("an event");
                self.relay.received(connection, request, &mut self.outbox);
            }
            ("ack", true) => {
                let connection = client.connection.expect("it is connected");
                // An ack of what the relay has not asked is dropped by it.
                let id = line.id.and_then(|id| client.ids.get(&id).copied());
                let answer = Answer::read(line.data()).expect("an ack");
                let id = id.unwrap_or(u64::MAX);
                self.relay.acked(connection, id, answer, &mut self.outbox);
            }
            ("event" | "ack" | "disconnect", false) => self.compare(line),
            (other, _) => panic!("line {}: unknown type {other}", line.number),
        }
        self.sort();
    }

    fn connect(&mut self, name: &'a str) {
        let connection = ConnectionId(self.names.len() as u64);
        self.names.insert(connection, name);
        let client = self.clients.get_mut(name).expect("it was opened");
        client.connection = Some(connection);
        let query = url::form_urlencoded::parse(client.query.as_bytes());
        let handshake = Handshake {
            client_id: query.last().map(|(_, id)| id.into_owned()),
            sid: format!("<sid:{name}>"),
        };
        self.relay
            .connected(connection, handshake, &mut self.outbox);
    }

    fn leave(&mut self, name: &str) {
        let client = self.clients.get_mut(name).expect("it was opened");
        if let Some(connection) = client.connection.take() {
            self.relay.gone(connection, &mut self.outbox);
        }
    }

    /// Puts what the relay sends into the inboxes, and lets the program react.
    fn sort(&mut self) {
        while let Some(event) = self.outbox.next_host_event() {
            let mut host = self.relay.as_host(&mut self.outbox);
            self.program.take(event, &mut host);
        }
        for output in self.outbox.by_ref() {
            let name = self.names[&output.to];
            let inbox = &mut self.clients.get_mut(name).expect("it is known").inbox;
            inbox.push_back(output.packet);
        }
    }

    /// Finds what the original sent among what the relay has sent. What comes
    /// before it in the inbox is skipped, and may still turn up.
    fn compare(&mut self, line: &'a Line) {
        let client = self.clients.get_mut(&*line.client).expect("it was opened");
        let bare_words = self.bare_words;
        let find = |packets: &VecDeque<Packet>| {
            let mut packets = packets.iter();
            packets.position(|packet| is_same(line, packet, bare_words))
        };
        let packet = if let Some(position) = find(&client.inbox) {
            client.skipped.extend(client.inbox.drain(..position));
            client.inbox.pop_front()
        } else if let Some(position) = find(&client.skipped) {
            let text = format!("{} gets {} too early", line.client, line.number);
            self.differences.push(text);
            client.skipped.remove(position)
        } else {
            let what = line.event.as_deref().unwrap_or(&line.kind);
            let text = format!("{} does not get {}: {what}", line.client, line.number);
            return self.differences.push(text);
        };
        if let Some(Packet::Event {
            ack: Some(ours), ..
        }) = packet
        {
            client.ids.extend(line.id.map(|theirs| (theirs, ours)));
        }
        self.matched += 1;
    }

    /// What nobody asked for, and what is left when all have gone.
    fn finish(&mut self) {
        let mut names: Vec<_> = self.clients.keys().copied().collect();
        names.sort_unstable();
        for name in &names {
            let Client { skipped, inbox, .. } = &self.clients[name];
            for packet in skipped.iter().chain(inbox) {
                let text = format!("{name} also gets {}", written(packet));
                self.differences.push(text);
            }
        }
        for name in names {
            self.leave(name);
        }
        self.program
            .leave(&mut self.relay.as_host(&mut self.outbox));
        assert_eq!(self.relay.gauges(), Gauges::default());
    }
}

/// True if the relay has sent what the original did.
fn is_same(line: &Line, packet: &Packet, bare_words: bool) -> bool {
    let (kind, data, id) = match packet {
        Packet::Event { data, ack } => ("event", &**data, ack.is_some() == line.id.is_some()),
        Packet::Ack { data, id } => ("ack", data, line.id == Some(*id)),
        Packet::Disconnect => return line.kind == "disconnect",
    };
    let expected = line.data();
    let (mut sent, expected_json): (Value, Value) = (
        serde_json::from_str(&data.json).unwrap(),
        serde_json::from_str(&expected.json).unwrap(),
    );
    if bare_words && let Some(Value::String(text)) = sent.as_array_mut().and_then(|s| s.last_mut())
    {
        for api in ["Core: ", "Message: ", "Stream: "] {
            *text = text.replacen(api, "", 1);
        }
    }
    kind == line.kind && id && sent == expected_json && data.attachments == expected.attachments
}

/// A packet without what a server chooses.
fn written(packet: &Packet) -> String {
    match packet {
        Packet::Event { data, .. } => format!("the event {}", data.json),
        Packet::Ack { data, id } => format!("the ack {id}{}", data.json),
        Packet::Disconnect => "a disconnect".to_owned(),
    }
}

fn traces(implementation: &str) -> Vec<(String, Vec<Line>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/recorded");
    let mut files: Vec<PathBuf> = fs::read_dir(folder.join(implementation))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let read = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        (name, text.lines().map(Line::parse).collect())
    };
    files.into_iter().map(read).collect()
}

/// Replays all traces of one implementation and returns how many packets came
/// out as they were recorded, and from how many traces.
fn replay(implementation: &str) -> (usize, usize) {
    let (mut matched, mut replayed) = (0, 0);
    let mut complaints = String::new();
    let mut unused: BTreeSet<_> = MEANT
        .iter()
        .filter(|meant| meant.implementation == implementation)
        .map(|meant| meant.trace)
        .collect();
    for (trace, lines) in traces(implementation) {
        if NOT_REPLAYED.iter().any(|(name, _)| *name == trace) {
            continue;
        }
        let outcome = Replay::run(implementation, &trace, &lines);
        matched += outcome.matched;
        replayed += 1;
        let meant: Vec<&str> = MEANT
            .iter()
            .filter(|meant| (meant.implementation, meant.trace) == (implementation, &trace))
            .flat_map(|meant| meant.differences.iter().copied())
            .collect();
        unused.remove(trace.as_str());
        if outcome.differences != meant {
            writeln!(complaints, "{implementation}/{trace}:").unwrap();
            for difference in outcome.differences {
                writeln!(complaints, "    {difference:?},").unwrap();
            }
        }
    }
    assert!(complaints.is_empty(), "unexpected:\n{complaints}");
    assert_eq!(unused, BTreeSet::new(), "these traces are not there");
    (matched, replayed)
}

#[test]
fn plugin_1_5_0_on_socket_io_2() {
    assert_eq!(replay("v1.5.0-sio2"), (325, 57));
}

#[test]
fn plugin_1_12_1_on_socket_io_2() {
    assert_eq!(replay("v1.12.1-sio2"), (327, 58));
}

#[test]
fn plugin_2_0_0_on_socket_io_4() {
    assert_eq!(replay("v2.0.0-sio4"), (320, 58));
}

/// Every difference has its reason in the register of deviations or of clauses,
/// and whatever is left out is there.
#[test]
fn the_lists_are_about_what_exists() {
    for Meant { trace, id, .. } in MEANT {
        let known = Deviation::find(id).is_some() || id.parse::<ClauseId>().is_ok();
        assert!(known, "{trace}: {id}");
    }
    let implementations = ["v1.5.0-sio2", "v1.12.1-sio2", "v2.0.0-sio4"];
    let names: BTreeSet<_> = implementations
        .into_iter()
        .flat_map(traces)
        .map(|(name, _)| name)
        .collect();
    for (name, _) in NOT_REPLAYED {
        assert!(names.contains(*name), "{name}");
    }
}
