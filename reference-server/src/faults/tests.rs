//! Every fault in one play: what differs from the same play without it.
//!
//! The play has an occasion for each fault of the relay. The snapshot shows, for
//! each of them, the lines that are missing and those that are new. The faults of
//! the shell are seen by the tests over sockets.

use std::collections::BTreeMap;
use std::fmt::Write;

use bytes::Bytes;

use super::{Fault, FaultSpec, Faults, Group};
use crate::host::HostDriver;
use crate::relay::{Answer, ConnectionId, Data, Handshake, Packet, Policy, Request};

/// The relay with its faults, and what everybody received.
struct Stage {
    driver: HostDriver,
    names: BTreeMap<ConnectionId, &'static str>,
    script: Vec<String>,
    /// The last ack id that each connection was asked under.
    asked: BTreeMap<ConnectionId, u64>,
}

impl Stage {
    fn new(on: Vec<FaultSpec>) -> Self {
        let faults = Faults::new(&on, Some(1), super::DELAY);
        Self {
            driver: HostDriver::new(Policy::default(), faults),
            names: BTreeMap::new(),
            script: Vec::new(),
            asked: BTreeMap::new(),
        }
    }

    /// Connects; the name tells connections of one client apart.
    fn join(&mut self, id: u64, name: &'static str, client: Option<&str>) -> ConnectionId {
        let connection = ConnectionId(id);
        self.names.insert(connection, name);
        let handshake = Handshake {
            client_id: client.map(ToOwned::to_owned),
            sid: format!("sid-{name}"),
        };
        self.driver.connected(connection, handshake);
        self.drain();
        connection
    }

    fn send(&mut self, from: ConnectionId, json: &str, ack: Option<u64>) {
        self.send_with(from, json, ack, &[]);
    }

    fn send_with(
        &mut self,
        from: ConnectionId,
        json: &str,
        ack: Option<u64>,
        attachments: &[&'static [u8]],
    ) {
        let attachments = attachments.iter().map(|bytes| Bytes::from_static(bytes));
        let request = Request::read(json, attachments.collect(), ack).unwrap();
        self.driver.received(from, request);
        self.drain();
    }

    /// Answers the last event that asked for it.
    fn answer(&mut self, from: ConnectionId, asked: ConnectionId, json: &str) {
        let Some(id) = self.asked.get(&asked).copied() else {
            return;
        };
        let data = Data {
            json: json.to_owned(),
            attachments: if json.contains("_placeholder") {
                vec![Bytes::from_static(b"c")]
            } else {
                Vec::new()
            },
        };
        self.driver.acked(from, id, Answer::read(data).unwrap());
        self.drain();
    }

    fn leave(&mut self, connection: ConnectionId) {
        self.driver.gone(connection);
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.driver.next() {
            let to = self.names.get(&output.to).copied().unwrap_or("?");
            let (kind, id, data) = match output.packet {
                Packet::Event { data, ack } => {
                    if let Some(id) = ack {
                        self.asked.insert(output.to, id);
                    }
                    ("event", ack, Data::clone(&data))
                }
                Packet::Ack { data, id } => ("ack", Some(id), data),
                Packet::Disconnect if self.driver.faults.resets(output.to) => {
                    ("reset", None, Data::default())
                }
                Packet::Disconnect => ("disconnect", None, Data::default()),
            };
            let id = match (kind, id) {
                // What the relay counts depends on all that came before.
                ("event", Some(_)) => "+ack".to_owned(),
                (_, id) => id.map(|id| id.to_string()).unwrap_or_default(),
            };
            let mut line = format!("{to}: {kind}{id} {}", data.json);
            for attachment in &data.attachments {
                let _ = write!(line, " {attachment:?}");
            }
            self.script.push(line.trim_end().to_owned());
        }
    }
}

/// The play. Its scenes do not depend on each other's outcome.
fn play(on: Vec<FaultSpec>) -> Vec<String> {
    let mut stage = Stage::new(on);
    let s = &mut stage;
    let zoe = s.join(0, "zoe", Some("zo\u{eb}"));
    let a = s.join(1, "a", Some("a"));
    let b = s.join(2, "b", Some("b"));
    let c = s.join(3, "c", Some("c"));
    // Messages and answers.
    s.send(
        a,
        r#"["P2P_EMIT","b","hi",["\u00e4\u00e4",{"y":1,"x":12345678901234567890123}],null]"#,
        None,
    );
    s.send(a, "[\"P2P_EMIT\",\"b\",\"text\",[\"\u{e4}\",1],null]", None);
    s.send(
        a,
        r#"["P2P_EMIT",{"targetClientId":"b","event":"old","args":[1]}]"#,
        None,
    );
    s.send(a, r#"["P2P_EMIT","a","self",[1],null]"#, None);
    s.send(a, r#"["P2P_EMIT","b","connect",[1],null]"#, Some(8));
    let binary = r#"["P2P_EMIT","b","bin",[{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}],null]"#;
    s.send_with(a, binary, None, &[b"a", b"b"]);
    s.send(a, r#"["P2P_EMIT","b","ask",[1]]"#, Some(5));
    s.answer(c, b, "[\"foreign\"]");
    s.answer(
        b,
        b,
        r#"[1, 12345678901234567890123,{"_placeholder":true,"num":0}]"#,
    );
    s.answer(b, b, "[2]");
    s.send(a, r#"["P2P_EMIT","nobody","ask",[]]"#, Some(6));
    s.send(a, r#"["NO_SUCH_EVENT"]"#, None);
    // Targets and streams.
    for (from, refuse) in [(a, "[]"), (c, r#"["no"]"#)] {
        s.send(from, r#"["ADD_TARGET","b"]"#, Some(10));
        s.answer(b, b, refuse);
    }
    s.send(a, r#"["ADD_TARGET","nobody"]"#, Some(11));
    let open = r#"["CREATE_STREAM",{"sourceStreamId":"S1","targetStreamId":"S2","targetClientId":"b","channel":"news","extra":1}]"#;
    s.send(a, open, Some(12));
    s.send(
        b,
        r#"["P2P_EMIT","a","P2P_EMIT_STREAM-from-stream-S2",["early"]]"#,
        Some(13),
    );
    s.answer(b, b, "[]");
    s.answer(a, a, "[]");
    s.send(
        a,
        r#"["P2P_EMIT","b","P2P_EMIT_STREAM-from-stream-S1",[null]]"#,
        Some(14),
    );
    s.answer(b, b, "[]");
    s.send(
        a,
        r#"["P2P_EMIT","b","PEER_STREAM_DESTROYED",["S1"],null]"#,
        None,
    );
    // Rooms.
    for member in [b, c] {
        s.send(member, r#"["JOIN_ROOM","room"]"#, Some(20));
    }
    s.send(a, r#"["EMIT_ROOM","room","news",1]"#, Some(21));
    s.send(a, r#"["EMIT_ROOM","room","connect",1]"#, None);
    s.send(b, r#"["LEAVE_ROOM","room"]"#, Some(22));
    s.send(a, r#"["EMIT_ROOM","room","more",2]"#, Some(23));
    s.send(
        a,
        r#"["LEAVE_ROOM","SERVICE_DESTROY_TOPIC","room"]"#,
        Some(24),
    );
    // APIs.
    s.send(c, r#"["CREATE_API","api"]"#, Some(30));
    s.send(a, r#"["CREATE_API","api"]"#, Some(31));
    s.send(a, r#"["DESTROY_API","api"]"#, Some(32));
    s.send(a, r#"["USE_API","api",[1]]"#, Some(33));
    s.answer(c, c, "[\"used\"]");
    s.send(c, r#"["CREATE_API","other"]"#, None);
    s.send(c, r#"["DESTROY_API","other"]"#, Some(34));
    for api in ["api", "other"] {
        s.send(a, &format!(r#"["CHECK_API_NAME","{api}"]"#), Some(35));
    }
    // Presence.
    s.join(4, "twin", Some("b"));
    s.join(5, "nameless", None);
    s.send(b, r#"["JOIN_ROOM","kept"]"#, Some(39));
    s.send(a, r#"["P2P_EMIT","b","left alone",[]]"#, Some(40));
    s.leave(b);
    s.leave(c);
    s.send(a, r#"["LIST_CLIENTS"]"#, Some(41));
    for client in ["a", "b"] {
        s.send(
            a,
            &format!(r#"["GET_CLIENT_CONNECTED_STATUS","{client}"]"#),
            Some(42),
        );
    }
    s.send(a, r#"["CHECK_API_NAME","api"]"#, Some(43));
    s.join(6, "b again", Some("b"));
    s.send(a, r#"["EMIT_ROOM","kept","back",3]"#, Some(44));
    s.send(zoe, "[\"P2P_EMIT\",\"zo\u{eb}\",\"me\",[]]", Some(45));
    stage.script
}

/// What one play lacks and what it has more than another, as lines of a diff with
/// their places.
fn difference(without: &[String], with: &[String]) -> String {
    // The longest common part, found backwards, as for any diff.
    let mut common = vec![vec![0_usize; with.len() + 1]; without.len() + 1];
    for (i, old) in without.iter().enumerate().rev() {
        for (j, new) in with.iter().enumerate().rev() {
            common[i][j] = if old == new {
                common[i + 1][j + 1] + 1
            } else {
                common[i + 1][j].max(common[i][j + 1])
            };
        }
    }
    let (mut i, mut j, mut text) = (0, 0, String::new());
    while i < without.len() || j < with.len() {
        if i < without.len() && j < with.len() && without[i] == with[j] {
            (i, j) = (i + 1, j + 1);
        } else if j == with.len() || (i < without.len() && common[i + 1][j] >= common[i][j + 1]) {
            let _ = writeln!(text, "  - {i}. {}", without[i]);
            i += 1;
        } else {
            let _ = writeln!(text, "  + {j}. {}", with[j]);
            j += 1;
        }
    }
    text
}

/// Faults that this play cannot show: they are the shell's, need connections that share an id,
/// or end the test.
fn elsewhere(fault: Fault) -> bool {
    let special = matches!(fault, Fault::Crash | Fault::Panic | Fault::UnregisterById);
    fault.group() == Group::Connections || special
}

#[test]
fn each_fault_does_what_it_says() {
    let without = play(Vec::new());
    let mut text = String::from("the play:\n");
    for (i, line) in without.iter().enumerate() {
        let _ = writeln!(text, "    {i}. {line}");
    }
    for fault in Fault::ALL
        .iter()
        .copied()
        .filter(|fault| !elsewhere(*fault))
    {
        let once = play(vec![format!("{fault}:1").parse().unwrap()]);
        let difference = difference(&without, &once);
        assert!(!difference.is_empty(), "{fault} does nothing");
        let _ = write!(text, "\n{fault}: {}\n{difference}", fault.text());
    }
    insta::assert_snapshot!(text);
}

#[test]
#[should_panic(expected = "a panic that was asked for")]
fn a_panic_is_one() {
    play(vec!["panic".parse().unwrap()]);
}

#[test]
fn a_play_with_a_probability_is_repeated_by_its_seed() {
    let on = || vec!["drop-event:p=0.5".parse().unwrap()];
    assert_eq!(play(on()), play(on()));
    assert_ne!(play(on()), play(Vec::new()));
}
