//! Names as a careless server compares them: of clients, rooms, APIs and streams.

use std::collections::BTreeSet;

use parking_lot::Mutex;
use serde_json::Value;
use sio_p2p_protocol::STREAM_DATA_PREFIX;
use sio_p2p_transport::Data;

use super::faults::{ProxyFault, ProxyFaultSpec};
use crate::fault::event_name;

/// How much of a name a server keeps that keeps too little.
const KEPT: usize = 48;
/// How many names are remembered.
const REMEMBERED: usize = 1 << 16;

/// What is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Named {
    Client,
    Room,
    Api,
    Stream,
}

impl Named {
    /// As faults name it.
    fn word(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Room => "room",
            Self::Api => "api",
            Self::Stream => "stream",
        }
    }
}

/// What a careless server makes of names.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// All that it has met.
    known: Mutex<BTreeSet<(Named, String)>>,
}

impl Names {
    /// The name that the server takes this one for, if the fault is one of names.
    pub(super) fn taken_for(
        &self,
        spec: &ProxyFaultSpec,
        named: Named,
        name: &str,
    ) -> Option<String> {
        if spec.only.as_ref().is_some_and(|only| only != named.word()) {
            return None;
        }
        let other = match spec.fault {
            ProxyFault::FoldCase => name.to_lowercase(),
            ProxyFault::Normalize => composed(name),
            ProxyFault::CutName => name.chars().take(KEPT).collect(),
            ProxyFault::TrimName => name.trim().to_owned(),
            ProxyFault::NumberName => by_value(name),
            ProxyFault::PrefixName => self.known_like(named, name),
            _ => return None,
        };
        (other != name).then_some(other)
    }

    fn known_like(&self, named: Named, name: &str) -> String {
        let mut known = self.known.lock();
        let like = |known: &&(Named, String)| {
            known.0 == named && (known.1.starts_with(name) || name.starts_with(&known.1))
        };
        if let Some((_, like)) = known.iter().find(like) {
            return like.clone();
        }
        if known.len() < REMEMBERED {
            known.insert((named, name.to_owned()));
        }
        name.to_owned()
    }

    /// The event of a client as the server takes it; `None` if it takes it as it is.
    pub(super) fn misread(&self, spec: &ProxyFaultSpec, data: &Data) -> Option<Data> {
        let event = event_name(data)?;
        let mut value: Value = serde_json::from_str(&data.json).ok()?;
        let args = value.as_array_mut()?.get_mut(1..)?;
        let mut changed = false;
        each_name(&event, args, &mut |named, name| {
            if let Some(other) = self.taken_for(spec, named, name) {
                *name = other;
                changed = true;
            }
        });
        changed.then(|| Data::with_attachments(value.to_string(), data.attachments.clone()))
    }
}

/// Shows every name in an event of a client.
fn each_name(event: &str, args: &mut [Value], see: &mut impl FnMut(Named, &mut String)) {
    match (event, args) {
        ("P2P_EMIT" | "P2P_EMIT_ACKNOWLEDGE", [Value::Object(message), ..]) => {
            text(Named::Client, message.get_mut("targetClientId"), see);
            stream(message.get_mut("event"), see);
        }
        ("P2P_EMIT", [target, event, ..]) => {
            text(Named::Client, Some(target), see);
            stream(Some(event), see);
        }
        ("ADD_TARGET" | "MULTI_API_ADD_TARGET" | "GET_CLIENT_CONNECTED_STATUS", [id, ..]) => {
            text(Named::Client, Some(id), see);
        }
        ("CREATE_STREAM" | "MULTI_API_CREATE_STREAM", [Value::Object(info), ..]) => {
            text(Named::Client, info.get_mut("targetClientId"), see);
            text(Named::Stream, info.get_mut("sourceStreamId"), see);
            text(Named::Stream, info.get_mut("targetStreamId"), see);
        }
        ("EMIT_ROOM", [room, ..]) => text(Named::Room, Some(room), see),
        // `v1` names an action first, and perhaps a client.
        ("JOIN_ROOM" | "LEAVE_ROOM", [room] | [room, Value::Null] | [_, room] | [_, _, room]) => {
            match room {
                Value::Array(rooms) => {
                    for room in rooms {
                        text(Named::Room, Some(room), see);
                    }
                }
                room => text(Named::Room, Some(room), see),
            }
        }
        ("CHECK_API_NAME" | "CREATE_API" | "USE_API" | "DESTROY_API", [api, ..]) => {
            text(Named::Api, Some(api), see);
        }
        _ => {}
    }
}

fn text(named: Named, value: Option<&mut Value>, see: &mut impl FnMut(Named, &mut String)) {
    if let Some(Value::String(name)) = value {
        see(named, name);
    }
}

/// The id of a stream stands behind the beginning that all events of streams have.
fn stream(event: Option<&mut Value>, see: &mut impl FnMut(Named, &mut String)) {
    let Some(Value::String(event)) = event else {
        return;
    };
    if let Some(id) = event.strip_prefix(STREAM_DATA_PREFIX) {
        let mut id = id.to_owned();
        see(Named::Stream, &mut id);
        *event = format!("{STREAM_DATA_PREFIX}{id}");
    }
}

/// With the commonest accents composed, as normalization form C has them.
fn composed(name: &str) -> String {
    let pairs = [
        ("e\u{301}", "é"),
        ("a\u{308}", "ä"),
        ("o\u{308}", "ö"),
        ("u\u{308}", "ü"),
        ("A\u{30a}", "Å"),
    ];
    let mut name = name.to_owned();
    for (apart, together) in pairs {
        name = name.replace(apart, together);
    }
    name
}

/// Without zeros before a number at the end.
fn by_value(name: &str) -> String {
    let head = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let number = name.get(head.len()..).unwrap_or_default();
    let value = number.trim_start_matches('0');
    if value.is_empty() && !number.is_empty() {
        return format!("{head}0");
    }
    format!("{head}{value}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn misread(spec: &str, json: &str) -> String {
        let spec = spec.parse().unwrap();
        let data = Data::new(json);
        let other = Names::default().misread(&spec, &data);
        other.map_or_else(|| json.to_owned(), |data| data.json)
    }

    #[test]
    fn names_are_found_where_they_stand() {
        for (only, before, after) in [
            (
                "client",
                r#"["P2P_EMIT","B","E",["C"]]"#,
                r#"["P2P_EMIT","b","E",["C"]]"#,
            ),
            (
                "room",
                r#"["JOIN_ROOM",["R","S"]]"#,
                r#"["JOIN_ROOM",["r","s"]]"#,
            ),
            (
                "room",
                r#"["LEAVE_ROOM","ACTION","B","R"]"#,
                r#"["LEAVE_ROOM","ACTION","B","r"]"#,
            ),
            (
                "room",
                r#"["EMIT_ROOM","R","E","X"]"#,
                r#"["EMIT_ROOM","r","E","X"]"#,
            ),
            ("api", r#"["USE_API","F","X"]"#, r#"["USE_API","f","X"]"#),
            (
                "stream",
                r#"["P2P_EMIT","B","P2P_EMIT_STREAM-from-stream-S",[1]]"#,
                r#"["P2P_EMIT","B","P2P_EMIT_STREAM-from-stream-s",[1]]"#,
            ),
            ("room", r#"["USE_API","F","X"]"#, r#"["USE_API","F","X"]"#),
        ] {
            assert_eq!(misread(&format!("proxy-fold-case:{only}"), before), after);
        }
    }

    #[test]
    fn names_are_taken_for_others() {
        let long = "x".repeat(KEPT);
        for (fault, before, after) in [
            ("proxy-normalize", "cafe\u{301}", "café".to_owned()),
            ("proxy-trim-name", " x ", "x".to_owned()),
            ("proxy-number-name", "r-007", "r-7".to_owned()),
            ("proxy-number-name", "r-00", "r-0".to_owned()),
            ("proxy-cut-name", &format!("{long}y"), long.clone()),
        ] {
            let spec = fault.parse().unwrap();
            let other = Names::default().taken_for(&spec, Named::Room, before);
            assert_eq!(other, Some(after), "{fault}");
        }
        let names = Names::default();
        let spec = "proxy-prefix-name".parse().unwrap();
        assert_eq!(names.taken_for(&spec, Named::Room, "hall"), None);
        let other = names.taken_for(&spec, Named::Room, "hallway");
        assert_eq!(other.as_deref(), Some("hall"));
        assert_eq!(names.taken_for(&spec, Named::Api, "hallway"), None);
    }
}
