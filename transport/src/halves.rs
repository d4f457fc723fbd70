//! The sending and the receiving half of a connection.

use std::{collections::VecDeque, sync::Arc};

use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    close::CloseReason,
    control::{Control, Order, closed},
    error::SendError,
    frame::{EioVersion, Frame},
    handshake::Handshake,
    packet::Packet,
    packet_reader::Received,
    packet_writer::Command,
    transports::{InUse, Transport},
};

/// What the receiving side learns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// A packet of the server.
    Packet(Packet),
    /// The end of the connection, told once, after all packets.
    Closed(CloseReason),
}

/// The receiving half of a connection.
#[derive(Debug)]
pub struct PacketReceiver {
    pub(crate) handshake: Arc<Handshake>,
    pub(crate) packets: mpsc::UnboundedReceiver<Received>,
    /// What arrived while the namespace was being connected.
    pub(crate) early: VecDeque<Received>,
    pub(crate) told: bool,
    pub(crate) link: Arc<Link>,
}

impl PacketReceiver {
    /// The next packet; after the last one, once, why the connection ended; then `None`.
    ///
    /// Cancel safe: no packet is lost if the future is dropped. Heartbeats are answered whether
    /// or not this is called.
    pub async fn recv(&mut self) -> Option<Incoming> {
        if let Some(received) = self.next_received().await {
            return Some(Incoming::Packet(received.packet));
        }
        if self.told {
            return None;
        }
        let reason = self.link.closed().await;
        self.told = true;
        Some(Incoming::Closed(reason))
    }

    /// The next packet, still counting against the receive buffer.
    pub(crate) async fn next_received(&mut self) -> Option<Received> {
        match self.early.pop_front() {
            Some(received) => Some(received),
            None => self.packets.recv().await,
        }
    }

    /// What the server said in the handshake.
    pub fn handshake(&self) -> &Handshake {
        &self.handshake
    }
}

/// The sending half of a connection; clones send on the same connection.
#[derive(Debug, Clone)]
pub struct PacketSender {
    pub(crate) eio: EioVersion,
    pub(crate) commands: mpsc::Sender<Command>,
    pub(crate) link: Arc<Link>,
}

impl PacketSender {
    /// Queues a packet, attachments included; packets are written in the order of these calls.
    /// Waits while the queue is full because the server does not read.
    ///
    /// The payload is sent as it is, valid or not. Fails if the packet cannot be encoded; gives
    /// it back if the connection has ended or is closing. Cancel safe: if the future is dropped
    /// before it is done, nothing has been queued.
    pub async fn send(&self, packet: Packet) -> Result<(), SendError<Packet>> {
        match self.reserve().await {
            Ok(place) => place.send(packet),
            Err(_) => Err(SendError::Closed(packet)),
        }
    }

    /// Waits for a place in the queue, for who takes a packet from somewhere only when it can be
    /// handed on. Cancel safe. Fails if the connection has ended or is closing.
    pub async fn reserve(&self) -> Result<Place<'_>, SendError> {
        match self.commands.reserve().await {
            Ok(permit) => Ok(Place {
                permit,
                sender: self,
            }),
            Err(_) => Err(SendError::Closed(())),
        }
    }

    /// Queues a raw frame, exactly as given: for hostile tests. A raw close frame ends the
    /// connection as soon as the server answers it. Otherwise like [`send`](Self::send).
    pub async fn send_frame(&self, frame: Frame) -> Result<(), SendError<Frame>> {
        let Ok(place) = self.commands.reserve().await else {
            return Err(SendError::Closed(frame));
        };
        place.send(Command::Frames(vec![frame]));
        Ok(())
    }

    /// Waits until everything queued before has been handed to the operating system, or on
    /// polling, until the server has answered the requests that carried it. On a WebSocket this
    /// does not mean that the server has read it; only an answer of the server proves that.
    pub async fn flush(&self) -> Result<(), SendError> {
        let (done, flushed) = oneshot::channel();
        let queued = self.commands.send(Command::Flush(done)).await;
        queued.map_err(|_| SendError::Closed(()))?;
        flushed.await.map_err(|_| SendError::Closed(()))
    }

    /// The carrier in use at the moment; see [`upgraded`](Self::upgraded).
    pub fn transport(&self) -> Transport {
        self.link.in_use.borrow().transport
    }

    /// Waits until the connection uses a WebSocket, which may be at once; `false` if it ends
    /// before. Cancel safe. With [`Transports::Polling`](crate::Transports::Polling), or if the
    /// upgrade fails, this waits for the end of the connection.
    pub async fn upgraded(&self) -> bool {
        let mut in_use = self.link.in_use.clone();
        let reached = in_use.wait_for(|now| now.transport == Transport::WebSocket);
        reached.await.is_ok()
    }

    /// Waits until a poll (a GET) has been handed to the operating system and waits for its
    /// answer, which may be at once; `false` if the connection ends before, or uses a
    /// WebSocket. Cancel safe. What is done then is met by a server with a poll in its hands:
    /// for tests of what it does about one that breaks off.
    pub async fn poll_waits(&self) -> bool {
        let mut in_use = self.link.in_use.clone();
        let reached =
            in_use.wait_for(|now| now.poll_waits || now.transport == Transport::WebSocket);
        reached.await.is_ok_and(|now| now.poll_waits) && self.close_reason().is_none()
    }

    /// Ends the connection cleanly: writes what is queued, leaves the namespace (`41`), sends an
    /// empty WebSocket close frame and waits for the server's, for `close_timeout` at most.
    /// Packets that still arrive are received as far as the receive buffer has room.
    ///
    /// Gives the reason why the connection ended: [`CloseReason::Local`], unless something else
    /// came first. If the future is dropped, the connection closes all the same.
    pub async fn close(&self) -> CloseReason {
        self.end(Order::Close).await
    }

    /// Drops the connection without goodbye, by TCP reset (`SO_LINGER` 0): the rudest end.
    /// What is queued is lost, and so may be what the server has not read; to be sure that
    /// something arrived, wait for an answer to it first.
    pub async fn abort(&self) -> CloseReason {
        self.end(Order::Reset).await
    }

    /// Drops the connection without goodbye, by an orderly end of the TCP stream (FIN): like a
    /// killed process. What is queued is lost; what has been flushed still arrives, unless data
    /// of the server lies unread because the application is slow: then the end is a reset, too.
    pub async fn hang_up(&self) -> CloseReason {
        self.end(Order::HangUp).await
    }

    /// Stops the connection without ending it: nothing is read or written any more, heartbeats
    /// included, and the server's end of it goes unnoticed. TCP stays open, like that of a
    /// process which hangs, until the connection is dropped, closed or aborted; it then ends
    /// without goodbye. What is queued may be lost.
    pub fn freeze(&self) {
        self.link.control.freeze();
    }

    /// Ends the connection cleanly in the background, see [`close`](Self::close).
    pub fn begin_close(&self) {
        self.link.control.order(Order::Close);
    }

    async fn end(&self, order: Order) -> CloseReason {
        self.link.control.order(order);
        self.closed().await
    }

    /// Why the connection ended, `None` while it lives.
    pub fn close_reason(&self) -> Option<CloseReason> {
        self.link.end.borrow().clone()
    }

    /// Waits for the end of the connection; TCP is gone when this returns. Cancel safe.
    pub async fn closed(&self) -> CloseReason {
        self.link.closed().await
    }
}

/// A place in the queue of a connection, given back when dropped.
#[derive(Debug)]
pub struct Place<'a> {
    permit: mpsc::Permit<'a, Command>,
    sender: &'a PacketSender,
}

impl Place<'_> {
    /// Queues a packet as [`PacketSender::send`] does, without waiting.
    pub fn send(self, packet: Packet) -> Result<(), SendError<Packet>> {
        let sender = self.sender;
        if sender.commands.is_closed() {
            return Err(SendError::Closed(packet));
        }
        let leaves = matches!(&packet, Packet::Disconnect { namespace }
            if sender.link.home.as_deref() == Some(namespace));
        self.permit
            .send(Command::Frames(packet.into_frames(sender.eio)?));
        if leaves {
            sender.link.control.set_connected(false);
        }
        Ok(())
    }
}

/// What keeps a connection alive: when the last half is dropped, it says goodbye.
#[derive(Debug)]
pub(crate) struct Link {
    pub(crate) control: Arc<Control>,
    pub(crate) home: Option<String>,
    pub(crate) end: watch::Receiver<Option<CloseReason>>,
    pub(crate) in_use: watch::Receiver<InUse>,
}

impl Link {
    pub(crate) async fn closed(&self) -> CloseReason {
        closed(self.end.clone()).await
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.control.order(Order::Close);
    }
}
