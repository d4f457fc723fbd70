//! One packet after the other, with what was asked and not yet answered.

use std::collections::BTreeMap;

use serde_json::Value;
use sio_p2p_protocol::{
    AckNeed, ClauseId, ClientEvent, DecodeError, DecodeErrorKind, Dialect, EventSpec, ServerEvent,
};
use sio_p2p_transport::Packet;

use super::{Finding, Verdict, acks};
use crate::json::shorten;
use crate::player::play::trace::Way;

/// How much of an argument list a sentence shows.
const SHOWN: usize = 80;

/// A packet, or what stands in its place, with its place, its connection and its sender.
pub(super) type Heard = (String, String, Option<Way>, Result<Packet, String>);

/// What is known so far.
pub(super) struct Judge {
    /// The dialect that was asked for.
    asked: Option<Dialect>,
    /// What each connection speaks.
    dialects: BTreeMap<String, Dialect>,
    /// What a connection that does not tell speaks.
    usual: Dialect,
    /// Events that wait for their answers: by connection, sender and ack id.
    open: BTreeMap<(String, Way, u64), &'static EventSpec>,
}

/// An event that could be read.
struct Read {
    way: Way,
    spec: &'static EventSpec,
    /// Its arguments as a conforming sender writes them.
    again: String,
    wants_ack: bool,
}

impl Judge {
    pub(super) fn new(heard: &[Heard], asked: Option<Dialect>) -> Self {
        let told = heard.iter().filter_map(|(_, connection, way, packet)| {
            let Ok(Packet::Event { data, ack, .. }) = packet else {
                return None;
            };
            let event = ClientEvent::decode(&data.json, ack.is_some()).ok()?;
            match event.dialects() {
                [dialect] if *way != Some(Way::In) => Some((connection.clone(), *dialect)),
                _ => None,
            }
        });
        let mut dialects = BTreeMap::new();
        for (connection, dialect) in told {
            dialects.entry(connection).or_insert(dialect);
        }
        let usual = dialects.values().next().copied().unwrap_or(Dialect::V2);
        Self {
            asked,
            usual: asked.unwrap_or(usual),
            dialects,
            open: BTreeMap::new(),
        }
    }

    pub(super) fn packet(
        &mut self,
        verdict: &mut Verdict,
        place: &str,
        connection: &str,
        way: Option<Way>,
        packet: &Packet,
    ) {
        if packet.namespace() != "/" {
            return;
        }
        let mut find =
            |way: Option<Way>, what: String, clause: Option<ClauseId>, is_fault: bool| {
                let place = place.to_owned();
                verdict.findings.push(Finding {
                    place,
                    way,
                    what,
                    clause,
                    is_fault,
                });
            };
        match packet {
            Packet::Event { data, ack, .. } => {
                verdict.events += 1;
                let read = match self.read(connection, way, &data.json, ack.is_some()) {
                    Ok(read) => read,
                    Err(error) if error.kind == DecodeErrorKind::UnknownEvent => {
                        verdict.foreign += 1;
                        return;
                    }
                    Err(error) => {
                        let clause = error.clause;
                        return find(way, error.to_string(), clause, true);
                    }
                };
                let Read {
                    way, spec, again, ..
                } = &read;
                let clause = spec.clauses.first().copied();
                if let Some(id) = ack {
                    self.open.insert((connection.to_owned(), *way, *id), spec);
                }
                let dialect = self.asked.filter(|asked| !spec.speaks(*asked));
                if let Some(dialect) = dialect {
                    let what = format!("{}: expected an event of dialect {dialect}", spec.key);
                    find(Some(*way), what, clause, true);
                }
                let name = spec.name;
                if spec.ack.need == AckNeed::Never && ack.is_some() {
                    let what = format!(
                        "{name}: expected no ack id, because {}, found one{}",
                        "nobody answers",
                        told(clause)
                    );
                    return find(Some(*way), what, clause, true);
                }
                let written = arguments(&data.json);
                let differs = differ(&written, again);
                let asks_otherwise = spec.ack.content.is_some() && read.wants_ack != ack.is_some();
                if differs || asks_otherwise {
                    let what = format!(
                        "{name}: receivers take {} for {}, which is what senders write{}",
                        shorten(&written, SHOWN),
                        shorten(again, SHOWN),
                        told(clause)
                    );
                    find(Some(*way), what, clause, false);
                }
            }
            Packet::Ack { data, id, .. } => {
                verdict.acks += 1;
                let Some((asker, spec)) = self.answered(connection, way, *id) else {
                    let what = format!("ack {id}: nobody asked for it in what was captured");
                    return find(way, what, None, false);
                };
                let from = match asker {
                    Way::Out => Way::In,
                    Way::In => Way::Out,
                };
                let Some(content) = spec.ack.content else {
                    return;
                };
                match acks::again(content.type_name, &data.json) {
                    Some(Err(error)) => {
                        // One type answers several events; this is the one that was asked.
                        let event = format!("ack of {}", spec.name);
                        let clause = spec.clauses.first().copied().or(error.clause);
                        let error = DecodeError {
                            event,
                            clause,
                            ..error
                        };
                        find(Some(from), error.to_string(), clause, true);
                    }
                    Some(Ok(again)) if differ(&data.json, &again) => {
                        let clause = spec.clauses.first().copied();
                        let what = format!(
                            "ack of {}: receivers take {} for {again}, which is what senders write{}",
                            spec.name,
                            shorten(&data.json, SHOWN),
                            told(clause)
                        );
                        find(Some(from), what, clause, false);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    /// What an ack answers: who asked, and for what.
    fn answered(
        &mut self,
        connection: &str,
        way: Option<Way>,
        id: u64,
    ) -> Option<(Way, &'static EventSpec)> {
        let askers = match way {
            Some(Way::Out) => &[Way::In][..],
            Some(Way::In) => &[Way::Out],
            None => &[Way::Out, Way::In],
        };
        askers.iter().find_map(|asker| {
            let spec = self.open.remove(&(connection.to_owned(), *asker, id))?;
            Some((*asker, spec))
        })
    }

    /// An event as one of the side that sent it. If that is not known, it is the client's
    /// where it can be.
    fn read(
        &self,
        connection: &str,
        way: Option<Way>,
        data: &str,
        ack: bool,
    ) -> Result<Read, DecodeError> {
        let by_client = || {
            let event = ClientEvent::decode(data, ack)?;
            Ok(Read {
                way: Way::Out,
                spec: event.spec(),
                again: event.arguments().as_json().to_owned(),
                wants_ack: event.wants_ack(),
            })
        };
        let by_server = || {
            let spoken = self.asked.or(self.dialects.get(connection).copied());
            let event = ServerEvent::decode(data, ack, spoken.unwrap_or(self.usual))?;
            Ok(Read {
                way: Way::In,
                spec: event.spec(),
                again: event.arguments().as_json().to_owned(),
                wants_ack: event.wants_ack(),
            })
        };
        match way {
            Some(Way::Out) => by_client(),
            Some(Way::In) => by_server(),
            None => by_client().or_else(|error: DecodeError| match by_server() {
                // What servers hand on may have any name, and says nothing about who sent it.
                Ok(read) if read.spec.key == "any.server.<event>" => match error.kind {
                    DecodeErrorKind::UnknownEvent => Ok(read),
                    _ => Err(error),
                },
                Ok(read) => Ok(read),
                Err(_) => Err(error),
            }),
        }
    }
}

/// The arguments behind the name, as text.
fn arguments(event: &str) -> String {
    let args = crate::json::elements(event).unwrap_or_default();
    let args: Vec<&str> = args.iter().skip(1).map(|arg| arg.get()).collect();
    format!("[{}]", args.join(","))
}

/// Whether two texts are different values. What is nested too deeply to be read is not told
/// apart.
fn differ(one: &str, other: &str) -> bool {
    let read = |text: &str| serde_json::from_str::<Value>(text).ok();
    match (read(one), read(other)) {
        (Some(one), Some(other)) => one != other,
        _ => false,
    }
}

fn told(clause: Option<ClauseId>) -> String {
    clause
        .map(|clause| format!(" ({clause})"))
        .unwrap_or_default()
}
