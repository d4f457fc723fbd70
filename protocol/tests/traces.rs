//! Every packet of the golden traces is understood: events and acks, in both
//! directions, of all three recorded implementations. What the original wrote
//! is what we write, and what our schemas allow.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test helper may panic")]

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sio_p2p_protocol::{
    AddTargetAck, CheckApiNameAck, ClientEvent, ConnectedStatusAck, CreateStreamAck, DecodeError,
    Dialect, EmptyAck, EventSpec, ForwardedAck, JoinRoomV1Ack, ListClientsAck, NullAck, PongAck,
    ServerEvent, StreamDataAck, SubscribeTopicAck,
};

/// Packets that do not come back as they were recorded: trace, line, and why.
/// Each of them must still be in the traces, and still differ.
const EXCEPTIONS: &[(&str, u64, &str)] = &[
    ("v1.12.1-sio2/service_client_side_v2", 40, ALL_APIS),
    ("v2.0.0-sio4/service_client_side_v2", 43, ALL_APIS),
];

const ALL_APIS: &str = "a bare peer sent `DESTROY_API` without argument; the original library, \
    like us, writes an empty string, and both mean all APIs of the sender";

/// One line of a trace.
struct Line {
    trace: String,
    number: u64,
    client: String,
    outbound: bool,
    kind: String,
    event: Option<String>,
    args: Vec<Value>,
    id: Option<u64>,
    attachments: u64,
}

impl Line {
    /// The JSON array text of the packet, with placeholders where binary stands.
    fn data(&self) -> String {
        let mut elements: Vec<Value> = self.event.iter().map(|name| json!(name)).collect();
        elements.extend(self.args.clone());
        let mut count = 0;
        let mut data = Value::Array(elements);
        put_placeholders(&mut data, &mut count);
        assert_eq!(
            count, self.attachments,
            "{} line {}",
            self.trace, self.number
        );
        data.to_string()
    }
}

fn put_placeholders(value: &mut Value, count: &mut u64) {
    match value {
        Value::Object(members) if members.len() == 1 && members.contains_key("$bin") => {
            *value = json!({"_placeholder": true, "num": *count});
            *count += 1;
        }
        Value::Object(members) => {
            for member in members.values_mut() {
                put_placeholders(member, count);
            }
        }
        Value::Array(elements) => {
            for element in elements {
                put_placeholders(element, count);
            }
        }
        _ => {}
    }
}

fn traces() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures/recorded")
}

/// All lines of all traces of one implementation.
fn lines(implementation: &str) -> Vec<Vec<Line>> {
    let mut files: Vec<PathBuf> = fs::read_dir(traces().join(implementation))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let read = |path: PathBuf| {
        let name = format!(
            "{implementation}/{}",
            path.file_stem().unwrap().to_string_lossy()
        );
        let text = fs::read_to_string(&path).unwrap();
        text.lines()
            .map(|line| parse(&name, &serde_json::from_str(line).unwrap()))
            .collect()
    };
    files.into_iter().map(read).collect()
}

fn parse(trace: &str, line: &Value) -> Line {
    let text = |name: &str| line[name].as_str().map(str::to_owned);
    Line {
        trace: trace.to_owned(),
        number: line["t"].as_u64().unwrap(),
        client: text("client").unwrap(),
        outbound: line["dir"] == "out",
        kind: text("type").unwrap(),
        event: text("event"),
        args: line["args"].as_array().unwrap().clone(),
        id: line["id"].as_u64(),
        attachments: line["binary"].as_u64().unwrap(),
    }
}

/// Decodes an ack by the type that the catalogue names, and encodes it again.
fn ack_again(spec: &EventSpec, data: &str) -> Result<String, DecodeError> {
    macro_rules! by_name {
        ($($type:ident)+) => {
            match spec.ack.content.map(|content| content.type_name) {
                $(Some(stringify!($type)) => $type::decode(data).map(|ack| ack.encode()),)+
                other => panic!("{} was acked, which the catalogue calls {other:?}", spec.key),
            }
        };
    }
    by_name! {
        AddTargetAck CheckApiNameAck ConnectedStatusAck CreateStreamAck EmptyAck ForwardedAck
        JoinRoomV1Ack ListClientsAck NullAck PongAck StreamDataAck SubscribeTopicAck
    }
}

/// Checks arguments against the generated schema of their type.
#[cfg(feature = "schema")]
fn breaks_schema(type_name: &str, args: &Value) -> Option<String> {
    use std::sync::LazyLock;

    static VALIDATORS: LazyLock<HashMap<String, jsonschema::Validator>> = LazyLock::new(|| {
        let files = sio_p2p_protocol::schema::files().into_iter();
        files
            .map(|file| {
                (
                    file.name,
                    jsonschema::draft202012::new(&file.schema).unwrap(),
                )
            })
            .collect()
    });
    let name = sio_p2p_protocol::schema::file_name(type_name);
    VALIDATORS[&name]
        .validate(args)
        .err()
        .map(|error| error.to_string())
}

#[cfg(not(feature = "schema"))]
fn breaks_schema(_: &str, _: &Value) -> Option<String> {
    None
}

/// The arguments of a packet, without the event name of an event.
fn arguments(data: &str, is_event: bool) -> Value {
    let mut elements: Vec<Value> = serde_json::from_str(data).unwrap();
    elements.drain(..usize::from(is_event));
    elements.into()
}

/// What was learned from one implementation's traces.
#[derive(Default)]
struct Tally {
    events: usize,
    acks: usize,
    declarations: BTreeSet<&'static str>,
    excepted: BTreeSet<(String, u64)>,
    complaints: Vec<String>,
}

impl Tally {
    /// Compares what was recorded with what we write.
    fn compare(&mut self, line: &Line, data: &str, again: &str) {
        let same = serde_json::from_str::<Value>(data).unwrap()
            == serde_json::from_str::<Value>(again).unwrap();
        let excepted = EXCEPTIONS
            .iter()
            .any(|(trace, t, _)| *trace == line.trace && *t == line.number);
        match (same, excepted) {
            (false, true) => {
                self.excepted.insert((line.trace.clone(), line.number));
            }
            (false, false) => self.complain(line, format!("{data} became {again}")),
            (true, true) => self.complain(line, "is listed as an exception but is none".into()),
            (true, false) => {}
        }
    }

    fn complain(&mut self, line: &Line, complaint: String) {
        self.complaints
            .push(format!("{} line {}: {complaint}", line.trace, line.number));
    }
}

fn study(implementation: &str, dialect: Dialect) -> Tally {
    let mut tally = Tally::default();
    for trace in lines(implementation) {
        // Which event waits for an ack: by client, direction of the event, and id.
        let mut waiting: HashMap<(String, bool, u64), &'static EventSpec> = HashMap::new();
        for line in &trace {
            let acked = line.id.is_some();
            match line.kind.as_str() {
                "event" => {
                    let data = line.data();
                    tally.events += 1;
                    let read = if line.outbound {
                        ClientEvent::decode(&data, acked)
                            .map(|event| (event.spec(), event.encode(), event.wants_ack()))
                    } else {
                        ServerEvent::decode(&data, acked, dialect)
                            .map(|event| (event.spec(), event.encode(), event.wants_ack()))
                    };
                    let (spec, again, wants_ack) = match read {
                        Ok(read) => read,
                        Err(error) => {
                            tally.complain(line, format!("{data}: {error}"));
                            continue;
                        }
                    };
                    tally.declarations.insert(spec.key);
                    if let Some(why) = breaks_schema(spec.type_name, &arguments(&data, true)) {
                        tally.complain(line, format!("{data} breaks its schema: {why}"));
                    }
                    tally.compare(line, &data, &again);
                    if wants_ack != acked {
                        tally.complain(line, format!("{} asks for an ack: {acked}", spec.key));
                    }
                    if let Some(id) = line.id {
                        waiting.insert((line.client.clone(), line.outbound, id), spec);
                    }
                }
                "ack" => {
                    let data = line.data();
                    tally.acks += 1;
                    let key = (line.client.clone(), !line.outbound, line.id.unwrap());
                    let spec = waiting.get(&key).unwrap_or_else(|| {
                        panic!("{} line {}: nobody asked", line.trace, line.number)
                    });
                    let content = spec.ack.content.map_or("", |content| content.type_name);
                    if let Some(why) = breaks_schema(content, &arguments(&data, false)) {
                        tally.complain(line, format!("{data} breaks its schema: {why}"));
                    }
                    match ack_again(spec, &data) {
                        Ok(again) => tally.compare(line, &data, &again),
                        Err(error) => tally.complain(line, format!("{data}: {error}")),
                    }
                }
                "connect" | "disconnect" | "connect_error" | "close" | "control" => {}
                other => panic!("{} line {}: unknown type {other}", line.trace, line.number),
            }
        }
    }
    let expected: BTreeSet<(String, u64)> = EXCEPTIONS
        .iter()
        .filter(|(trace, ..)| trace.starts_with(implementation))
        .map(|(trace, t, _)| ((*trace).to_owned(), *t))
        .collect();
    assert_eq!(tally.complaints, Vec::<String>::new());
    assert_eq!(
        tally.excepted, expected,
        "the list of exceptions is not up to date"
    );
    tally
}

#[test]
fn plugin_1_5_0_on_socket_io_2() {
    let tally = study("v1.5.0-sio2", Dialect::V1);
    assert_eq!((tally.events, tally.acks), (437, 222));
}

#[test]
fn plugin_1_12_1_on_socket_io_2() {
    let tally = study("v1.12.1-sio2", Dialect::V2);
    assert_eq!((tally.events, tally.acks), (416, 253));
}

#[test]
fn plugin_2_0_0_on_socket_io_4() {
    let tally = study("v2.0.0-sio4", Dialect::V2);
    assert_eq!((tally.events, tally.acks), (416, 246));
}

#[test]
fn together_they_exercise_every_declaration() {
    let mut seen = BTreeSet::new();
    for (implementation, dialect) in [
        ("v1.5.0-sio2", Dialect::V1),
        ("v1.12.1-sio2", Dialect::V2),
        ("v2.0.0-sio4", Dialect::V2),
    ] {
        seen.extend(study(implementation, dialect).declarations);
    }
    // What came after the newest plugin cannot have been recorded.
    let declared: BTreeSet<&str> = sio_p2p_protocol::catalogue()
        .iter()
        .filter(|spec| version(spec.since) <= version(NEWEST))
        .map(|spec| spec.key)
        .collect();
    assert_eq!(
        declared.difference(&seen).copied().collect::<Vec<_>>(),
        Vec::<&str>::new()
    );
}

/// The newest plugin that was recorded.
const NEWEST: &str = "2.0.0";

/// The numbers of a version.
fn version(text: &str) -> Vec<u32> {
    text.split('.')
        .map(|number| number.parse().unwrap())
        .collect()
}
