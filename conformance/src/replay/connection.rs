//! One client of a replay: its connection, and what has come and was not looked at yet.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use sio_p2p_transport::{Incoming, Packet, PacketReceiver, PacketSender, PacketSocket};
use tokio::time::{Instant, timeout_at};

use super::names::Names;
use crate::attachments::from_wire;
use crate::json::elements;
use crate::record::{Kind, Line};

/// Something that came, in the words of the recording.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) kind: Kind,
    pub(crate) event: Option<String>,
    /// Arguments as a JSON array.
    pub(crate) args: String,
    pub(crate) id: Option<u64>,
}

/// As a [`Line`] would be written.
impl std::fmt::Display for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let args = elements(&self.args).unwrap_or_default();
        let line = Line {
            t: 0,
            client: String::new(),
            dir: crate::player::play::trace::Way::In,
            kind: self.kind,
            event: self.event.clone(),
            args: args.into_iter().map(ToOwned::to_owned).collect(),
            id: self.id,
            binary: 0,
            nsp: None,
        };
        line.fmt(f)
    }
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Connection {
    sender: PacketSender,
    receiver: PacketReceiver,
    inbox: VecDeque<Seen>,
    /// The namespaces of echoes and the events of fences that have come back.
    pub(crate) fences: BTreeSet<String>,
    /// Why it has ended.
    pub(crate) closed: Option<String>,
    /// The end has been given out.
    end_told: bool,
    /// Numbers of the acks that the server asked for, by those of the recording.
    pub(crate) asked: BTreeMap<u64, u64>,
    /// Events that this client has asked to be acked, by number.
    pub(crate) questions: BTreeMap<u64, String>,
}

impl Connection {
    pub(crate) fn new(socket: PacketSocket) -> Self {
        let (sender, receiver) = socket.split();
        Self {
            sender,
            receiver,
            inbox: VecDeque::new(),
            fences: BTreeSet::new(),
            closed: None,
            end_told: false,
            asked: BTreeMap::new(),
            questions: BTreeMap::new(),
        }
    }

    pub(crate) fn sender(&self) -> &PacketSender {
        &self.sender
    }

    /// Whether it is open, as far as is known.
    pub(crate) fn is_open(&self) -> bool {
        self.closed.is_none() && self.sender.close_reason().is_none()
    }

    /// Looks at what is next without taking it; `None` if nothing comes in time.
    pub(crate) async fn peek(&mut self, names: &Names, until: Instant) -> Option<&Seen> {
        while self.inbox.is_empty() {
            if !self.receive(names, until).await {
                return None;
            }
        }
        self.inbox.front()
    }

    /// Takes what [`peek`](Self::peek) has shown.
    pub(crate) fn pop(&mut self) -> Option<Seen> {
        self.inbox.pop_front()
    }

    /// Puts back what was taken too early.
    pub(crate) fn put_back(&mut self, seen: Seen) {
        self.inbox.push_front(seen);
    }

    /// What waits.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = &Seen> {
        self.inbox.iter()
    }

    /// Receives one thing more; `false` if nothing comes in time, or ever.
    pub(crate) async fn receive(&mut self, names: &Names, until: Instant) -> bool {
        match timeout_at(until, self.receiver.recv()).await {
            Ok(Some(Incoming::Packet(packet))) => {
                self.sort(packet, names);
                true
            }
            Ok(Some(Incoming::Closed(reason))) => {
                self.closed = Some(reason.to_string());
                if !std::mem::replace(&mut self.end_told, true) {
                    self.inbox.push_back(Seen {
                        kind: Kind::Close,
                        event: None,
                        args: "[]".to_owned(),
                        id: None,
                    });
                }
                true
            }
            Ok(None) | Err(_) => false,
        }
    }

    fn sort(&mut self, packet: Packet, names: &Names) {
        let mut rename = |text: &str| names.received(text);
        let seen = match packet {
            Packet::Event { data, ack, .. } => {
                let list = from_wire(&data, &mut rename);
                let parts = elements(&list).unwrap_or_default();
                let event = parts.first().map_or("", |name| name.get());
                let event = crate::json::unquote(event).unwrap_or_else(|| event.to_owned());
                if event.starts_with(FENCE) {
                    self.fences.insert(event);
                    return;
                }
                let args: Vec<_> = parts.iter().skip(1).map(|arg| arg.get()).collect();
                Seen {
                    kind: Kind::Event,
                    event: Some(event),
                    args: format!("[{}]", args.join(",")),
                    id: ack,
                }
            }
            Packet::Ack { data, id, .. } => {
                let question = self.questions.get(&id).map(String::as_str);
                let args = if question == Some("LIST_CLIENTS") {
                    ours_of(&data.json, names)
                } else {
                    from_wire(&data, &mut rename)
                };
                Seen {
                    kind: Kind::Ack,
                    event: None,
                    args,
                    id: Some(id),
                }
            }
            Packet::ConnectError { namespace, .. } if namespace.starts_with(ECHO) => {
                self.fences.insert(namespace);
                return;
            }
            Packet::ConnectError { data, .. } => Seen {
                kind: Kind::ConnectError,
                event: None,
                args: format!("[{}]", data.unwrap_or_default()),
                id: None,
            },
            Packet::Connect { data, .. } => Seen {
                kind: Kind::Connect,
                event: None,
                args: format!("[{}]", data.unwrap_or_default()),
                id: None,
            },
            Packet::Disconnect { .. } => Seen {
                kind: Kind::Disconnect,
                event: None,
                args: "[]".to_owned(),
                id: None,
            },
        };
        self.inbox.push_back(seen);
    }
}

/// How the events begin by which a replay makes sure that nothing more comes.
pub(crate) const FENCE: &str = "p2p-conformance-fence-";
/// How the namespaces begin that it asks for to make sure that a server has read something.
pub(crate) const ECHO: &str = "/p2p-conformance-echo-";

/// A list of clients without those that do not belong to the replay, sorted: a server may
/// have other users, and some list their clients by what the ids look like.
pub(crate) fn ours_of(json: &str, names: &Names) -> String {
    let Ok((ids,)) = serde_json::from_str::<(Vec<String>,)>(json) else {
        return json.to_owned();
    };
    let ours = ids.into_iter().filter(|id| names.is_ours(id));
    let mut ours: Vec<_> = ours.map(|id| names.received(&id).unwrap_or(id)).collect();
    ours.sort();
    serde_json::json!([ours]).to_string()
}
