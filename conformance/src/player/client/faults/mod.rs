//! Faults of a client under test, made by the runner between itself and the driver.
//!
//! They show that scenarios about clients can fail (`p2p-conformance prove`). Fences, the
//! hello and the command `exit` are left alone: they are the runner's own.

mod list;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sio_p2p_driver::{Command, CommandLine, Reply};
use sio_p2p_transport::{Data, Packet};

use crate::fault::{alter, alter_data, event_name};
use crate::player::scripted::server::Said;
pub use list::{ClientFault, ClientFaultSpec};

/// Numbers of commands from here on are those of repeated ones.
const REPEATED: u64 = 1 << 32;

/// What stands between the runner and the clients of one play.
#[derive(Debug)]
pub(crate) struct Interference {
    /// What goes wrong; nothing without it.
    pub(crate) fault: Option<ClientFaultSpec>,
    /// Name of the event by which fences travel.
    fence: String,
    /// The commands that may be hit, by client and number.
    commands: BTreeMap<(String, u64), String>,
}

/// What becomes of a command.
#[derive(Debug, PartialEq)]
pub(crate) enum Commanded {
    /// These lines are given to the driver.
    Given(Vec<CommandLine>),
    /// The driver never hears of it; this is its reply.
    Ignored(Reply),
}

impl Interference {
    pub(crate) fn new(fence: String) -> Self {
        Self {
            fault: None,
            fence,
            commands: BTreeMap::new(),
        }
    }

    /// Whether this goes wrong with something of these names.
    fn hits(&self, fault: ClientFault, names: &[&str]) -> bool {
        self.fault.as_ref().is_some_and(|it| it.hits(fault, names))
    }

    /// How often something of these names arrives.
    fn times(&self, lose: ClientFault, repeat: ClientFault, names: &[&str]) -> usize {
        let fault = self.fault.as_ref();
        fault.map_or(1, |fault| fault.times(lose, repeat, names))
    }

    /// A command on its way to the driver.
    pub(crate) fn command(&mut self, client: &str, line: CommandLine) -> Commanded {
        let is_exit = matches!(line.command, Command::Exit {});
        let text = || serde_json::to_string(&line).unwrap_or_default();
        if self.fault.is_none() || is_exit || text().contains(&self.fence) {
            return Commanded::Given(vec![line]);
        }
        let what = line.command.name();
        let key = (client.to_owned(), line.id);
        self.commands.insert(key, what.clone());
        if self.hits(ClientFault::IgnoreCommand, &[&what]) {
            return Commanded::Ignored(Reply::new(line.id, Ok(Value::Null)));
        }
        let mut lines = vec![line];
        if self.hits(ClientFault::RepeatCommand, &[&what]) {
            lines.extend(lines.first().map(|line| CommandLine {
                id: REPEATED + line.id,
                command: line.command.clone(),
            }));
        }
        Commanded::Given(lines)
    }

    /// The lines that arrive instead of a line of the driver.
    pub(crate) fn line(&self, client: &str, line: String) -> Vec<String> {
        let value = self
            .fault
            .as_ref()
            .map(|_| serde_json::from_str::<Value>(&line));
        let Some(Ok(mut value)) = value else {
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
        if value["listener"] == crate::player::client::driven::FENCE {
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
    pub(crate) fn invented(&self, event: &str, id: u64) -> Option<Said> {
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
    pub(crate) fn seen(&self, said: Said) -> Vec<Said> {
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
        let event = event_name(data).filter(|_| kind == "event");
        let names = [kind, event.as_deref().unwrap_or(kind)];
        if self.hits(ClientFault::AlterPacket, &names) {
            alter_data(data);
        }
        let times = self.times(ClientFault::LosePacket, ClientFault::RepeatPacket, &names);
        vec![packet; times]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(spec: &str) -> Interference {
        let fault = Some(spec.parse().unwrap());
        Interference {
            fault,
            ..Interference::new("fence-1".to_owned())
        }
    }

    fn line(id: u64, command: Value) -> CommandLine {
        let command = serde_json::from_value(command).unwrap();
        CommandLine { id, command }
    }

    #[test]
    fn commands_are_ignored_and_repeated() {
        let emit = line(
            3,
            json!({ "do": "emit", "to": "b", "event": "e", "args": [] }),
        );
        let mut ignoring = with("ignore-command");
        let reply = Reply::new(3, Ok(Value::Null));
        assert_eq!(
            ignoring.command("c", emit.clone()),
            Commanded::Ignored(reply)
        );
        let fence = json!({ "do": "emit", "to": "b", "event": "fence-1", "args": [] });
        let connect = json!({
            "do": "connect", "url": "", "client_id": "c", "dialect": "v2", "eio": 4,
            "transport": "polling",
        });
        for own in [json!({ "do": "exit" }), connect, fence] {
            let own = line(4, own);
            let given = Commanded::Given(vec![own.clone()]);
            assert_eq!(ignoring.command("c", own), given);
        }
        let mut repeating = with("repeat-command:emit");
        let Commanded::Given(lines) = repeating.command("c", emit) else {
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
            faulty.command("c", line(1, json!({ "do": "clients" })));
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
