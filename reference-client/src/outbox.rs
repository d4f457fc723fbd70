//! What waits to be sent: one queue, so that order is kept whoever sends.
//!
//! The queue is bounded in bytes. While there is a connection, senders wait for room, which is
//! how back-pressure of the server reaches them; while there is none, the policy decides.
//!
//! The queue itself takes everything; what bounds it is a semaphore whose permits are bytes. A
//! packet carries its permits until it is written, so room is counted once, wherever the packet
//! is. Replies of the connection have a small semaphore of their own, counted in packets: the
//! connection must not wait for the application's room, of which there may be none.
//!
//! Every packet that only makes sense on one connection carries the number of that connection,
//! its *epoch*, and is dropped on any other. This is what keeps stale answers, stream data and
//! farewells from being sent after a reconnect, as the original does.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use sio_p2p_protocol::ClientEvent;
use sio_p2p_transport::{Data, Packet};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch},
    time::timeout,
};

use crate::{error::SendError, state::ConnectionState};

/// What to do with packets while there is no connection.
///
/// A packet that was handed to a connection just before it broke may be lost, as in every client
/// of Socket.IO; it is not sent again, because it may have arrived. One that the connection did
/// not take any more goes out first on the next. Whoever must know asks for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WhileOffline {
    /// Keep them for the next connection until the buffer is full, then refuse.
    #[default]
    Buffer,
    /// Keep them, and wait for room when the buffer is full, up to the deadline of the call.
    Wait,
    /// Refuse them at once.
    Refuse,
}

/// How many packets that the connection itself sends, such as answers, may wait.
const REPLIES: usize = 1_024;

/// What a packet costs beside its payload.
const SURCHARGE: usize = 128;

/// A packet on its way out.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) packet: Packet,
    /// The connection it belongs to; on any other it has no meaning (answers, stream data).
    pub(crate) epoch: Option<u64>,
    /// The room it takes until it is written.
    pub(crate) room: Option<OwnedSemaphorePermit>,
}

/// The writer's end: what is queued, and before it what a connection has given back.
#[derive(Debug)]
pub(crate) struct Waiting {
    queue: mpsc::UnboundedReceiver<Outgoing>,
    returned: Option<Outgoing>,
}

impl Waiting {
    /// The next packet; `None` once the outbox is gone. Cancel safe.
    pub(crate) async fn next(&mut self) -> Option<Outgoing> {
        match self.returned.take() {
            Some(returned) => Some(returned),
            None => self.queue.recv().await,
        }
    }

    /// The next packet, if there is one.
    pub(crate) fn try_next(&mut self) -> Option<Outgoing> {
        self.returned.take().or_else(|| self.queue.try_recv().ok())
    }

    /// Takes a packet back that a connection did not take: it is the next one again.
    pub(crate) fn give_back(&mut self, outgoing: Outgoing) {
        self.returned = Some(outgoing);
    }
}

/// The senders' end.
#[derive(Debug, Clone)]
pub(crate) struct Outbox {
    queue: mpsc::UnboundedSender<Outgoing>,
    /// The bytes that are left for the application's packets.
    room: Arc<Semaphore>,
    /// The packets that are left for the connection's own.
    replies: Arc<Semaphore>,
    /// All bytes there are.
    limit: usize,
    /// What the server takes in one packet; it closes the connection on more.
    max_packet: usize,
    policy: WhileOffline,
    /// Whether there is a connection that makes room.
    state: watch::Receiver<ConnectionState>,
    epoch: Arc<AtomicU64>,
}

impl Outbox {
    /// A new outbox for packets of at most `max_packet` bytes, and its reading end.
    pub(crate) fn new(
        limit: usize,
        max_packet: usize,
        policy: WhileOffline,
        state: watch::Receiver<ConnectionState>,
    ) -> (Self, Waiting) {
        let (queue, receiver) = mpsc::unbounded_channel();
        // What one semaphore can count, and one acquisition take.
        let limit = limit.clamp(1, u32::MAX as usize >> 4);
        let outbox = Self {
            queue,
            room: Arc::new(Semaphore::new(limit)),
            replies: Arc::new(Semaphore::new(REPLIES)),
            limit,
            max_packet,
            policy,
            state,
            epoch: Arc::default(),
        };
        let returned = None;
        let queue = receiver;
        (outbox, Waiting { queue, returned })
    }

    /// Whether nothing may wait for a connection.
    pub(crate) fn refuses_offline(&self) -> bool {
        self.policy == WhileOffline::Refuse
    }

    /// The number of the current connection, or of the gap between two.
    pub(crate) fn epoch(&self) -> u64 {
        self.epoch.load(Ordering::Acquire)
    }

    /// A connection begins or has ended: what belongs to another one goes nowhere.
    pub(crate) fn next_epoch(&self) -> u64 {
        self.epoch.fetch_add(1, Ordering::AcqRel) + 1
    }

    /// Queues a packet, waiting for room up to the deadline. Cancel safe: either the packet is
    /// queued when this returns, or it is not queued at all.
    pub(crate) async fn send(
        &self,
        packet: Packet,
        epoch: Option<u64>,
        deadline: Duration,
    ) -> Result<(), SendError> {
        let size = self.check(&packet)?;
        let room = match timeout(deadline, self.acquire(size)).await {
            Ok(room) => room?,
            Err(_) => return Err(SendError::Timeout { after: deadline }),
        };
        self.push(packet, epoch, Some(room))
    }

    /// Queues a packet that the connection itself sends: an answer, a notice. Never waits; the
    /// connection makes sure of room before it reads what might need an answer.
    pub(crate) fn reply(&self, packet: Packet, epoch: Option<u64>) {
        let room = Arc::clone(&self.replies).try_acquire_owned().ok();
        let _ = self.push(packet, epoch, room);
    }

    /// Waits until one more reply has room. Cancel safe.
    pub(crate) async fn reply_room(&self) {
        drop(self.replies.acquire().await);
    }

    /// Nothing is sent any more: whoever waits for room is told.
    pub(crate) fn close(&self) {
        self.room.close();
        self.replies.close();
    }

    /// The bytes that wait to be sent, surcharges included.
    pub(crate) fn used(&self) -> usize {
        self.limit.saturating_sub(self.room.available_permits())
    }

    /// What the semaphore of the room is, for streams, which wait in `poll` functions.
    pub(crate) fn room(&self) -> Arc<Semaphore> {
        Arc::clone(&self.room)
    }

    /// The room that a packet of this many payload bytes takes.
    pub(crate) fn need(&self, size: usize) -> u32 {
        u32::try_from((size + SURCHARGE).min(self.limit)).unwrap_or(u32::MAX)
    }

    /// Queues a packet that has room already.
    pub(crate) fn push(
        &self,
        packet: Packet,
        epoch: Option<u64>,
        room: Option<OwnedSemaphorePermit>,
    ) -> Result<(), SendError> {
        let outgoing = Outgoing {
            packet,
            epoch,
            room,
        };
        self.queue.send(outgoing).map_err(|_| self.closed())
    }

    async fn acquire(&self, size: usize) -> Result<OwnedSemaphorePermit, SendError> {
        let need = self.need(size);
        let room = Arc::clone(&self.room);
        // Waiting comes to an end in any case: by room, by the deadline of the caller, or because
        // the semaphore is closed with the client.
        let mut state = self.state.clone();
        if self.policy == WhileOffline::Wait
            || matches!(*state.borrow(), ConnectionState::Closed(_))
        {
            return room
                .acquire_many_owned(need)
                .await
                .map_err(|_| self.closed());
        }
        if self.policy == WhileOffline::Refuse && !state.borrow().is_connected() {
            return Err(SendError::Offline);
        }
        if let Ok(room) = Arc::clone(&room).try_acquire_many_owned(need) {
            return Ok(room);
        }
        // No room: wait for it, but only as long as there is a connection that makes room.
        tokio::select! {
            room = room.acquire_many_owned(need) => room.map_err(|_| self.closed()),
            _ = state.wait_for(|state| !state.is_connected()) => Err(match self.policy {
                WhileOffline::Refuse => SendError::Offline,
                WhileOffline::Buffer | WhileOffline::Wait => SendError::BufferFull { limit: self.limit },
            }),
        }
    }

    fn check(&self, packet: &Packet) -> Result<usize, SendError> {
        let (Packet::Event { data, .. } | Packet::Ack { data, .. }) = packet else {
            return Ok(0);
        };
        let attachments: usize = data.attachments.iter().map(Bytes::len).sum();
        // Each is a message of its own for the server, and some count the attachments together.
        if data.json.len().max(attachments) > self.max_packet {
            let size = data.json.len() + attachments;
            let max = self.max_packet;
            return Err(SendError::TooLarge { size, max });
        }
        Ok(data.json.len() + attachments)
    }

    fn closed(&self) -> SendError {
        match &*self.state.borrow() {
            ConnectionState::Closed(reason) => SendError::Closed(reason.clone()),
            // The queue closes a moment before the state says why.
            _ => SendError::Closed(crate::state::DisconnectReason::Local),
        }
    }
}

/// The packet of a protocol event.
pub(crate) fn event(event: &ClientEvent, attachments: Vec<Bytes>, ack: Option<u64>) -> Packet {
    Packet::Event {
        namespace: "/".to_owned(),
        data: Data::with_attachments(event.encode(), attachments),
        ack,
    }
}

/// The packet of an answer.
pub(crate) fn ack(id: u64, data: Data) -> Packet {
    let namespace = "/".to_owned();
    Packet::Ack {
        namespace,
        data,
        id,
    }
}
