//! Faults of a client under test, made by the runner between itself and the driver.
//!
//! They show that scenarios about clients can fail (`p2p-conformance prove`). Fences, the
//! hello and the command `exit` are left alone: they are the runner's own.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use bytes::{BufMut as _, Bytes, BytesMut};
use serde_json::{Value, json};
use sio_p2p_transport::{Data, Packet};

use super::server::Said;

/// Numbers of commands from here on are those of repeated ones.
const REPEATED: u64 = 1 << 32;

/// Something that a client can do wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "each has its sentence in `ALL`")]
pub enum ClientFault {
    IgnoreCommand,
    RepeatCommand,
    AlterReply,
    TurnReply,
    LoseReport,
    RepeatReport,
    AlterReport,
    LosePacket,
    RepeatPacket,
    AlterPacket,
    InventAck,
    AlterHandshake,
}

impl ClientFault {
    /// All of them, with name and sentence.
    pub const ALL: [(Self, &'static str, &'static str); 12] = {
        use ClientFault as F;
        [
            (
                F::IgnoreCommand,
                "ignore-command",
                "A command is replied with success and never done.",
            ),
            (
                F::RepeatCommand,
                "repeat-command",
                "A command is done twice.",
            ),
            (
                F::AlterReply,
                "alter-reply",
                "The value of a reply is another one.",
            ),
            (
                F::TurnReply,
                "turn-reply",
                "A success is replied as a failure, and a failure as a success.",
            ),
            (
                F::LoseReport,
                "lose-report",
                "An event of the driver is never reported.",
            ),
            (
                F::RepeatReport,
                "repeat-report",
                "An event of the driver is reported twice.",
            ),
            (
                F::AlterReport,
                "alter-report",
                "What an event of the driver holds is another value.",
            ),
            (
                F::LosePacket,
                "lose-packet",
                "A packet of the client does not reach the scripted server.",
            ),
            (
                F::RepeatPacket,
                "repeat-packet",
                "A packet of the client reaches the scripted server twice.",
            ),
            (
                F::AlterPacket,
                "alter-packet",
                "The last value or attachment in a packet of the client is another one.",
            ),
            (
                F::InventAck,
                "invent-ack",
                "A request of the server is acked at once, whatever the client does.",
            ),
            (
                F::AlterHandshake,
                "alter-handshake",
                "The query of the client's handshake names another client id.",
            ),
        ]
    };

    /// The name in scenarios.
    pub fn name(self) -> &'static str {
        let mut all = Self::ALL.iter();
        all.find(|(fault, ..)| *fault == self)
            .map_or("", |(_, name, _)| name)
    }
}

/// A fault, and what it hits: `lose-report`, or only `lose-report:target_left`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClientFaultSpec {
    /// What goes wrong.
    pub fault: ClientFault,
    /// Only with this command, event of the driver, or event on the wire; `event` and `ack`
    /// stand for all such packets.
    pub only: Option<String>,
}

/// A text that names no fault of a client.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "there is no fault of a client {0:?}: the names are in spec/driver.md, perhaps followed by what it hits, as in `lose-report:received`"
)]
pub struct InvalidClientFault(String);

impl FromStr for ClientFaultSpec {
    type Err = InvalidClientFault;

    fn from_str(text: &str) -> Result<Self, InvalidClientFault> {
        let (name, only) = match text.split_once(':') {
            Some((name, only)) => (name, Some(only)),
            None => (text, None),
        };
        let known = ClientFault::ALL.iter().find(|(_, known, _)| *known == name);
        match known {
            Some((fault, ..)) if only != Some("") => Ok(Self {
                fault: *fault,
                only: only.map(str::to_owned),
            }),
            _ => Err(InvalidClientFault(text.to_owned())),
        }
    }
}

impl fmt::Display for ClientFaultSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.fault.name())?;
        self.only
            .as_ref()
            .map_or(Ok(()), |only| write!(f, ":{only}"))
    }
}

/// What stands between the runner and the clients of one play.
#[derive(Debug)]
pub(crate) struct Interference {
    spec: ClientFaultSpec,
    /// Name of the event by which fences travel.
    fence: String,
    /// The commands that may be hit, by client and number.
    commands: BTreeMap<(String, u64), String>,
}

/// What becomes of a command.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Commanded {
    /// These lines are given to the driver.
    Given(Vec<String>),
    /// The driver never hears of it; this is its reply.
    Ignored(String),
}

impl Interference {
    pub(crate) fn new(spec: ClientFaultSpec, fence: String) -> Self {
        Self {
            spec,
            fence,
            commands: BTreeMap::new(),
        }
    }

    /// Whether this is the fault, and it hits something of these names. Without `connect`
    /// nothing begins, so that has to be asked for.
    fn hits(&self, fault: ClientFault, names: &[&str]) -> bool {
        self.spec.fault == fault
            && match &self.spec.only {
                Some(only) => names.contains(&only.as_str()),
                None => !names.contains(&"connect"),
            }
    }

    /// How often something arrives: never, once or twice.
    fn times(&self, lose: ClientFault, repeat: ClientFault, names: &[&str]) -> usize {
        if self.hits(lose, names) {
            0
        } else {
            1 + usize::from(self.hits(repeat, names))
        }
    }

    /// A command on its way to the driver.
    pub(super) fn command(&mut self, client: &str, line: &Value) -> Commanded {
        let text = line.to_string();
        let (Some(id), Some(what)) = (line["id"].as_u64(), line["do"].as_str()) else {
            return Commanded::Given(vec![text]);
        };
        if what == "exit" || text.contains(&self.fence) {
            return Commanded::Given(vec![text]);
        }
        let key = (client.to_owned(), id);
        self.commands.insert(key, what.to_owned());
        if self.hits(ClientFault::IgnoreCommand, &[what]) {
            return Commanded::Ignored(json!({ "id": id, "ok": null }).to_string());
        }
        let mut lines = vec![text];
        if self.hits(ClientFault::RepeatCommand, &[what]) {
            let mut again = line.clone();
            again["id"] = json!(REPEATED + id);
            lines.push(again.to_string());
        }
        Commanded::Given(lines)
    }

    /// The lines that arrive instead of a line of the driver.
    pub(super) fn line(&self, client: &str, line: String) -> Vec<String> {
        let Ok(mut value) = serde_json::from_str::<Value>(&line) else {
            return vec![line];
        };
        if let Some(id) = value["id"].as_u64() {
            if id >= REPEATED {
                return Vec::new();
            }
            if let Some(what) = self.commands.get(&(client.to_owned(), id)) {
                self.reply(what, &mut value);
            }
            return vec![value.to_string()];
        }
        let Some(event) = value["event"].as_str().map(str::to_owned) else {
            return vec![line];
        };
        if value["listener"] == super::play::FENCE {
            return vec![line];
        }
        let names = [event.as_str()];
        if self.hits(ClientFault::AlterReport, &names) {
            // `from` is not among them: a client need not know it.
            let members = ["args", "data", "text", "client", "stream", "listener"];
            let member = members.into_iter().find(|key| value.get(key).is_some());
            if let Some(member) = member {
                alter(&mut value[member]);
            }
        }
        let times = self.times(ClientFault::LoseReport, ClientFault::RepeatReport, &names);
        vec![value.to_string(); times]
    }

    fn reply(&self, what: &str, value: &mut Value) {
        let id = value["id"].clone();
        if self.hits(ClientFault::AlterReply, &[what])
            && let Some(found) = value.get_mut("ok").filter(|found| !found.is_null())
        {
            alter(found);
        } else if self.hits(ClientFault::TurnReply, &[what]) {
            *value = match value.get("error") {
                Some(_) => json!({ "id": id, "ok": null }),
                None => json!({ "id": id, "error": "altered" }),
            };
        }
    }

    /// The ack that the scripted server sees of a request that it has just sent.
    pub(super) fn invented(&self, event: &str, id: u64) -> Option<Said> {
        let hit = self.hits(ClientFault::InventAck, &[event]);
        hit.then(|| {
            Said::Packet(Packet::Ack {
                namespace: "/".to_owned(),
                data: Data::new("[]"),
                id,
            })
        })
    }

    /// What the scripted server sees instead of this.
    pub(super) fn seen(&self, said: Said) -> Vec<Said> {
        match said {
            Said::Joined { mut query } => {
                if self.hits(ClientFault::AlterHandshake, &[]) {
                    query = query.replace("clientId=", "clientId=other-");
                }
                vec![Said::Joined { query }]
            }
            Said::Packet(packet) => {
                let packets = self.packet(packet).into_iter();
                packets.map(Said::Packet).collect()
            }
            said => vec![said],
        }
    }

    fn packet(&self, mut packet: Packet) -> Vec<Packet> {
        let (kind, data) = match &mut packet {
            Packet::Event { data, .. } if !data.json.contains(&self.fence) => ("event", data),
            Packet::Ack { data, .. } => ("ack", data),
            _ => return vec![packet],
        };
        let Ok(mut value) = serde_json::from_str::<Value>(&data.json) else {
            return vec![packet];
        };
        let event = value[0].as_str().filter(|_| kind == "event");
        let event = event.unwrap_or(kind).to_owned();
        let names = [kind, event.as_str()];
        if self.hits(ClientFault::AlterPacket, &names) {
            if let Some(last) = data.attachments.last_mut() {
                let mut bytes = BytesMut::from(&last[..]);
                bytes.put_u8(0xff);
                *last = Bytes::from(bytes);
            } else {
                alter(&mut value);
                data.json = value.to_string();
            }
        }
        let times = self.times(ClientFault::LosePacket, ClientFault::RepeatPacket, &names);
        vec![packet; times]
    }
}

/// Makes another value of the same kind of the last simple one in a value.
fn alter(value: &mut Value) {
    match value {
        Value::Null => *value = json!("altered"),
        Value::Bool(it) => *it = !*it,
        Value::Number(it) => *value = json!(it.as_f64().map_or(1.0, |it| it + 1.0)),
        Value::String(it) => it.push('~'),
        Value::Array(items) => match items.last_mut() {
            Some(last) => alter(last),
            None => items.push(json!("altered")),
        },
        Value::Object(members) => match members.iter_mut().next_back() {
            Some((key, last)) if key == "$bin" => *last = json!("YWx0ZXJlZA=="),
            Some((_, last)) => alter(last),
            None => {
                members.insert("altered".to_owned(), json!(true));
            }
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(spec: &str) -> Interference {
        Interference::new(spec.parse().unwrap(), "fence-1".to_owned())
    }

    #[test]
    fn names_are_names() {
        for (fault, name, sentence) in ClientFault::ALL {
            let spec: ClientFaultSpec = format!("{name}:x").parse().unwrap();
            assert_eq!((spec.fault, fault.name()), (fault, name));
            assert_eq!(spec.to_string(), format!("{name}:x"));
            let page = include_str!("../../../spec/driver.md");
            let row = format!("| `{name}` | {sentence} |");
            assert!(page.contains(&row), "spec/driver.md lacks {row}");
        }
        for bad in ["drop-ack", "lose-report:", ""] {
            assert!(bad.parse::<ClientFaultSpec>().is_err(), "{bad}");
        }
    }

    #[test]
    fn commands_are_ignored_and_repeated() {
        let emit = json!({ "id": 3, "do": "emit", "event": "e" });
        let mut ignoring = with("ignore-command");
        let reply = r#"{"id":3,"ok":null}"#;
        assert_eq!(
            ignoring.command("c", &emit),
            Commanded::Ignored(reply.into())
        );
        for own in [
            json!({ "id": 4, "do": "exit" }),
            json!({ "id": 4, "do": "connect" }),
            json!({ "id": 4, "do": "emit", "event": "fence-1" }),
        ] {
            let given = Commanded::Given(vec![own.to_string()]);
            assert_eq!(ignoring.command("c", &own), given);
        }
        let mut repeating = with("repeat-command:emit");
        let Commanded::Given(lines) = repeating.command("c", &emit) else {
            panic!("it is given");
        };
        assert_eq!(lines.len(), 2);
        let reply = json!({ "id": REPEATED + 3, "ok": null }).to_string();
        assert!(repeating.line("c", reply).is_empty());
    }

    #[test]
    fn lines_are_lost_repeated_and_altered() {
        let event = r#"{"event":"received","listener":"l","args":[1,{"$bin":"AA=="}]}"#;
        for (spec, expected) in [
            ("lose-report", vec![]),
            ("lose-report:closed", vec![event.to_owned()]),
            ("repeat-report:received", vec![event.to_owned(); 2]),
            (
                "alter-report",
                vec![event.replace("AA==", "YWx0ZXJlZA==").clone()],
            ),
        ] {
            assert_eq!(with(spec).line("c", event.to_owned()), expected, "{spec}");
        }
        let fence = r#"{"event":"received","listener":"fence","args":[1]}"#;
        assert_eq!(with("lose-report").line("c", fence.into()), [fence]);
        for (spec, reply, expected) in [
            ("alter-reply", r#"["a"]"#, r#"{"id":1,"ok":["a~"]}"#),
            ("alter-reply", "null", r#"{"id":1,"ok":null}"#),
            ("turn-reply", "null", r#"{"id":1,"error":"altered"}"#),
        ] {
            let mut faulty = with(spec);
            faulty.command("c", &json!({ "id": 1, "do": "request" }));
            let line = format!(r#"{{"id":1,"ok":{reply}}}"#);
            assert_eq!(faulty.line("c", line), [expected], "{spec}");
        }
    }

    #[test]
    fn packets_are_lost_repeated_and_altered() {
        let packet = Packet::event(r#"["e",1,"x"]"#);
        for (spec, expected) in [
            ("lose-packet:e", vec![]),
            ("lose-packet:ack", vec![packet.clone()]),
            ("repeat-packet:event", vec![packet.clone(); 2]),
            ("alter-packet", vec![Packet::event(r#"["e",1,"x~"]"#)]),
        ] {
            assert_eq!(with(spec).packet(packet.clone()), expected, "{spec}");
        }
        let fence = Packet::event(r#"["fence-1",1]"#);
        assert_eq!(with("lose-packet").packet(fence.clone()), [fence]);
    }
}
