//! One connection of a play, and what has arrived on it and not been matched yet.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use sio_p2p_protocol::Dialect;
use sio_p2p_transport::{
    CloseReason, ConnectError, ConnectOptions, Data, EioVersion, Frame, Handshake, Incoming,
    Packet, PacketSender, PacketSocket, SendError,
};
use tokio::sync::{Semaphore, mpsc};

use crate::player::peer::beats::{Beats, Rhythm};
use crate::player::peer::outgoing::Outgoing;
use crate::player::peer::pace::Pace;
use crate::player::play::event::EventSeen;
use crate::scenario::TransportName;
use crate::scenario::text::Text;

/// How many bytes one play may receive: a flood costs the scenario, not the runner.
const BUDGET: usize = 256 << 20;

/// Something that arrived for an actor.
#[derive(Debug)]
pub(crate) struct Arrival {
    /// Whose connection.
    pub(crate) actor: String,
    /// Which connection of that actor: it may leave and come back.
    pub(crate) generation: u64,
    /// What.
    pub(crate) what: Incoming,
}

/// The common end of all readers of a play.
#[derive(Debug, Clone)]
pub(crate) struct Mailbox {
    sender: mpsc::UnboundedSender<Arrival>,
    budget: Arc<Semaphore>,
}

impl Mailbox {
    /// A mailbox and the end to read from.
    pub(crate) fn new() -> (Self, mpsc::UnboundedReceiver<Arrival>) {
        let (sender, receiver) = mpsc::unbounded_channel();
        (
            Self {
                sender,
                budget: Arc::new(Semaphore::new(BUDGET)),
            },
            receiver,
        )
    }

    async fn read(
        self,
        actor: String,
        generation: u64,
        mut socket: sio_p2p_transport::PacketReceiver,
    ) {
        while let Some(what) = socket.recv().await {
            let size = u32::try_from(weight(&what)).unwrap_or(u32::MAX);
            // Never given back: the budget is for the whole play.
            match self.budget.acquire_many(size).await {
                Ok(permit) => permit.forget(),
                Err(_) => return,
            }
            let arrival = Arrival {
                actor: actor.clone(),
                generation,
                what,
            };
            if self.sender.send(arrival).is_err() {
                return;
            }
        }
    }
}

fn weight(what: &Incoming) -> usize {
    match what {
        Incoming::Packet(Packet::Event { data, .. } | Packet::Ack { data, .. }) => {
            64 + data.json.len()
                + data
                    .attachments
                    .iter()
                    .map(bytes::Bytes::len)
                    .sum::<usize>()
        }
        _ => 64,
    }
}

/// An ack that has arrived.
#[derive(Debug, Clone)]
pub(crate) struct AckSeen {
    /// The place in the order of arrival, acks counted with the events.
    pub(crate) order: u64,
    /// The arguments.
    pub(crate) data: Data,
}

/// What has arrived and not been matched.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    /// Events in the order of arrival.
    pub(crate) events: VecDeque<EventSeen>,
    /// Acks by the number of the request.
    pub(crate) acks: BTreeMap<u64, VecDeque<AckSeen>>,
    /// Packets that are neither, each with its place in the order of arrival.
    pub(crate) packets: VecDeque<(u64, Packet)>,
    /// Fences that have come through.
    pub(crate) fences: BTreeSet<u64>,
    /// Why the connection has ended.
    pub(crate) closed: Option<CloseReason>,
    /// How many packets have arrived, fences of namespaces apart.
    pub(crate) arrived: u64,
    /// The last place in the order of arrival that a step has taken something out of.
    pub(crate) matched: Option<u64>,
}

impl Inbox {
    /// The number of the ack that came before everything else that is not matched, if the
    /// first of all is an ack.
    pub(crate) fn first_is_ack(&self) -> Option<u64> {
        let (order, number) = self.first_ack()?;
        let event = self.events.front().map_or(u64::MAX, |event| event.order);
        (order < event).then_some(number)
    }

    /// Takes the first ack with this number out.
    pub(crate) fn pop_ack(&mut self, number: u64) -> Option<AckSeen> {
        let ack = self.acks.get_mut(&number)?.pop_front()?;
        self.has_matched(ack.order);
        Some(ack)
    }

    /// Takes out what came first of all, whatever it is.
    pub(crate) fn pop_first(&mut self) -> Option<Packet> {
        let namespace = "/".to_owned();
        let event = self.events.front().map_or(u64::MAX, |event| event.order);
        let other = self.packets.front().map_or(u64::MAX, |(order, _)| *order);
        if other < event && self.first_ack().is_none_or(|(order, _)| other < order) {
            return self.packets.pop_front().map(|(_, packet)| packet);
        }
        if let Some(id) = self.first_is_ack() {
            let AckSeen { data, .. } = self.pop_ack(id)?;
            return Some(Packet::Ack {
                namespace,
                data,
                id,
            });
        }
        let EventSeen { data, ack, .. } = self.events.pop_front()?;
        Some(Packet::Event {
            namespace,
            data,
            ack,
        })
    }

    /// The first ack: its place in the order of arrival, and its number.
    fn first_ack(&self) -> Option<(u64, u64)> {
        let acks = self.acks.iter();
        let acks = acks.filter_map(|(number, acks)| Some((acks.front()?.order, *number)));
        acks.min()
    }

    /// Whether anything but what nobody can match is waiting.
    pub(crate) fn is_empty(&self) -> bool {
        self.events.is_empty() && self.acks.values().all(VecDeque::is_empty)
    }
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Connection {
    /// Which connection of the actor.
    pub(crate) generation: u64,
    /// What has arrived.
    pub(crate) inbox: Inbox,
    /// A `closed` step has seen the end of it.
    pub(crate) end_seen: bool,
    sender: PacketSender,
    next_ack: u64,
}

/// One actor of a play.
#[derive(Debug)]
pub(crate) struct Actor {
    /// Its name in the scenario.
    pub(crate) name: String,
    /// The dialect it speaks.
    pub(crate) dialect: Dialect,
    /// The Engine.IO generation by which it connects.
    pub(crate) eio: EioVersion,
    /// How it is carried.
    pub(crate) transport: TransportName,
    /// Its query, in place of one that has nothing but its client id.
    pub(crate) query: Option<Text>,
    /// Whether its requests state the generation.
    pub(crate) states_eio: bool,
    /// Its connection: the current one, or the last one if the server has closed it.
    pub(crate) connection: Option<Connection>,
    /// How often it has connected.
    pub(crate) generations: u64,
    /// It has left by itself since it last connected.
    pub(crate) left: bool,
    /// How often heartbeats are due on its last connection.
    pub(crate) rhythm: Option<Rhythm>,
    /// The heartbeats that have come.
    pub(crate) beats: Beats,
}

impl Actor {
    /// An actor that has not connected.
    pub(crate) fn new(name: &str, dialect: Dialect, eio: EioVersion) -> Self {
        Self {
            name: name.to_owned(),
            dialect,
            eio,
            transport: TransportName::default(),
            query: None,
            states_eio: true,
            connection: None,
            generations: 0,
            left: false,
            rhythm: None,
            beats: Beats::default(),
        }
    }

    /// Connects, at this pace if there is one, and starts reading; gives what the server said
    /// of the connection.
    pub(crate) async fn connect(
        &mut self,
        options: &ConnectOptions,
        pace: Option<&Pace>,
        mailbox: &Mailbox,
    ) -> Result<Handshake, ConnectError> {
        let socket = match pace {
            Some(pace) => pace.connect(options).await?,
            None => PacketSocket::connect(options).await?,
        };
        let (sender, receiver) = socket.split();
        let handshake = receiver.handshake().clone();
        self.rhythm = Some(Rhythm::of(&handshake));
        self.generations += 1;
        self.left = false;
        tokio::spawn(
            mailbox
                .clone()
                .read(self.name.clone(), self.generations, receiver),
        );
        self.connection = Some(Connection {
            generation: self.generations,
            inbox: Inbox::default(),
            end_seen: false,
            sender,
            next_ack: 0,
        });
        Ok(handshake)
    }

    /// The connection if it is open.
    pub(crate) fn open(&mut self) -> Option<&mut Connection> {
        self.connection
            .as_mut()
            .filter(|connection| connection.inbox.closed.is_none())
    }

    /// Whether the connection is open.
    pub(crate) fn is_open(&self) -> bool {
        self.connection
            .as_ref()
            .is_some_and(|connection| connection.inbox.closed.is_none())
    }
}

impl Connection {
    /// Sends an event packet; gives the number of the ack that was asked for.
    /// It is the next one, unless another is given.
    pub(crate) async fn emit(
        &mut self,
        outgoing: Outgoing,
        number: Option<u64>,
    ) -> Result<Option<u64>, SendError> {
        let ack = outgoing.asks.then(|| number.unwrap_or(self.next_ack));
        self.next_ack += u64::from(outgoing.asks && number.is_none());
        let packet = Packet::Event {
            namespace: "/".to_owned(),
            data: outgoing.data,
            ack,
        };
        self.sender.send(packet).await.map_err(SendError::forget)?;
        Ok(ack)
    }

    /// Sends any packet.
    pub(crate) async fn send(&self, packet: Packet) -> Result<(), SendError> {
        self.sender.send(packet).await.map_err(SendError::forget)
    }

    /// The sending half, for raw frames.
    pub(crate) fn sender(&self) -> &PacketSender {
        &self.sender
    }

    /// Leaves in good order: a disconnect packet, then the transport is closed.
    pub(crate) async fn leave(self, patience: Duration) {
        let _ = tokio::time::timeout(patience, self.sender.close()).await;
    }

    /// Reads and writes nothing any more, while TCP stays open.
    pub(crate) fn freeze(&self) {
        self.sender.freeze();
    }

    /// Waits until the upgrade to a WebSocket is done, but not for ever: a server may
    /// offer none.
    pub(crate) async fn upgraded(&self, patience: Duration) {
        let _ = tokio::time::timeout(patience, self.sender.upgraded()).await;
    }

    /// Makes sure that a poll waits at the server: it was written, and the server has answered
    /// posts since, which mean nothing to it. One post is not enough where a proxy has to pass
    /// the poll on, on a connection of its own.
    pub(crate) async fn polls(&self, patience: Duration) {
        let waits = async {
            self.sender.poll_waits().await;
            for _ in 0..5 {
                if self.sender.send_frame(Frame::text("6")).await.is_ok() {
                    let _ = self.sender.flush().await;
                }
            }
        };
        let _ = tokio::time::timeout(patience, waits).await;
    }

    /// Drops the TCP connection.
    pub(crate) async fn abort(self) {
        self.sender.abort().await;
    }
}
