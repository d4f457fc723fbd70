//! The scripted server's side of one client: what has come from it and no step has matched.

use std::collections::{BTreeMap, VecDeque};

use sio_p2p_protocol::Dialect;
use sio_p2p_transport::{Data, Packet};

use crate::player::play::event::EventSeen;
use crate::player::scripted::server::{Said, Server};

/// The server's side of one client, when the server is scripted.
#[derive(Debug)]
pub(crate) struct Scripted {
    pub(crate) server: Server,
    /// Event packets that no step has matched.
    pub(crate) events: VecDeque<EventSeen>,
    /// Acks that no step has matched, by the number of the event.
    pub(crate) acks: BTreeMap<u64, VecDeque<Data>>,
    /// What is neither, in words.
    pub(crate) others: VecDeque<String>,
    /// Queries of handshakes that no step has matched.
    pub(crate) joined: VecDeque<String>,
    /// The query of the last one.
    pub(crate) query: String,
    /// The connection that is open or was last.
    pub(crate) generation: u64,
    /// It has ended, and no step has seen it.
    pub(crate) gone: bool,
    pub(crate) next_ack: u64,
}

impl Scripted {
    pub(crate) fn new(server: Server) -> Self {
        Self {
            server,
            events: VecDeque::new(),
            acks: BTreeMap::new(),
            others: VecDeque::new(),
            joined: VecDeque::new(),
            query: String::new(),
            generation: 0,
            gone: false,
            next_ack: 0,
        }
    }

    /// Takes note of what the server saw, which is no fence.
    pub(crate) fn saw(&mut self, generation: u64, what: Said) {
        match what {
            Said::Joined { query } => {
                self.generation = generation;
                self.gone = false;
                self.query.clone_from(&query);
                self.joined.push_back(query);
            }
            Said::Gone if generation == self.generation => self.gone = true,
            Said::Garbage(what) => self.others.push_back(what),
            Said::Packet(Packet::Event {
                data,
                ack,
                namespace,
            }) if namespace == "/" => self.events.push_back(EventSeen {
                order: 0,
                data,
                ack,
            }),
            Said::Packet(Packet::Ack { data, id, .. }) => {
                self.acks.entry(id).or_default().push_back(data);
            }
            // An older connection; and a goodbye, which the end of the connection follows.
            Said::Gone | Said::Packet(Packet::Disconnect { .. }) => {}
            Said::Packet(packet) => self.others.push_back(format!("{packet:?}")),
        }
    }
}

/// What a relay would deliver of a fence that a client has sent to itself, whatever form it
/// has given it: fences prove order and say nothing about forms.
pub(crate) fn fence_reply(json: &str, fence: &str, id: &str, dialect: Dialect) -> Option<Packet> {
    let after = json.rsplit(fence).next()?;
    let digits = after.trim_start_matches(|c: char| !c.is_ascii_digit());
    // In `v1` the sender's id stands before the number.
    let number = match dialect {
        Dialect::V2 => digits
            .split(|c: char| !c.is_ascii_digit())
            .next()?
            .to_owned(),
        Dialect::V1 => {
            let mut numbers = after.rsplit(|c: char| !c.is_ascii_digit());
            numbers.find(|text| !text.is_empty())?.to_owned()
        }
    };
    let (event, id) = (crate::json::quote(fence), crate::json::quote(id));
    Some(match dialect {
        Dialect::V1 => Packet::event(format!("[{event},{id},{number}]")),
        Dialect::V2 => Packet::event(format!("[{event},{number}]")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fences_come_back_in_any_form() {
        for (json, dialect, expected) in [
            (
                r#"["P2P_EMIT","c-1f","fence-9a0",[12],null]"#,
                Dialect::V2,
                r#"["fence-9a0",12]"#,
            ),
            (
                r#"["P2P_EMIT",{"targetClientId":"c-1","event":"fence-9a0","args":["c-1",7]}]"#,
                Dialect::V1,
                r#"["fence-9a0","c-1",7]"#,
            ),
        ] {
            let packet = fence_reply(json, "fence-9a0", "c-1", dialect);
            assert_eq!(packet, Some(Packet::event(expected)), "{json}");
        }
    }
}
