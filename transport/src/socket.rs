//! The packet level: a connection as packets in and packets out.

use std::{
    collections::VecDeque,
    sync::{Arc, atomic::Ordering},
};

use tokio::{
    net::TcpStream,
    sync::{Semaphore, mpsc, oneshot, watch},
    time::{Instant, timeout_at},
};
use tokio_util::sync::PollSemaphore;

use crate::{
    close::CloseReason,
    decode::Decoder,
    driver::{Command, Driver, Order, Received, Setup, Shared},
    error::{ConnectError, Refusal, SendError, Stage},
    frame::{EioVersion, Frame},
    handshake::{Handshake, read_open, socket_id},
    heartbeat::Heartbeat,
    options::ConnectOptions,
    packet::Packet,
    upgrade::upgrade,
    websocket::{WebSocket, Wire},
};

/// Commands that wait for the connection before `send` waits as well.
const COMMANDS: usize = 64;

/// What the receiving side learns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// A packet of the server.
    Packet(Packet),
    /// The end of the connection, told once, after all packets.
    Closed(CloseReason),
}

/// A connection at packet level: both halves in one.
///
/// Dropping it (or the last half of it) says goodbye in the background, as [`close`](Self::close)
/// does, as long as the runtime lives.
#[derive(Debug)]
pub struct PacketSocket {
    sender: PacketSender,
    receiver: PacketReceiver,
}

impl PacketSocket {
    /// Connects: TCP, WebSocket, Engine.IO handshake and, unless switched off by
    /// [`send_connect`](ConnectOptions::send_connect), the namespace.
    ///
    /// Must be called within a tokio runtime, on which the connection's task is spawned. If the
    /// future is dropped, the connection is given up.
    pub async fn connect(options: &ConnectOptions) -> Result<Self, ConnectError> {
        options.check()?;
        let deadline = Instant::now() + options.connect_timeout;
        let timeout = |waiting_for| ConnectError::Timeout {
            after: options.connect_timeout,
            waiting_for,
        };
        let address = options.authority();
        let mut tcp = timeout_at(deadline, TcpStream::connect(&address))
            .await
            .map_err(|_| timeout(Stage::Tcp))?
            .and_then(|tcp| tcp.set_nodelay(true).map(|()| tcp))
            .map_err(|source| ConnectError::Unreachable { address, source })?;
        let received = timeout_at(deadline, upgrade(&mut tcp, options))
            .await
            .map_err(|_| timeout(Stage::Upgrade))??;
        let mut wire = WebSocket::new(tcp, received, options.max_message_size).await;
        let handshake = timeout_at(deadline, read_open(&mut wire, options.eio, &options.tap))
            .await
            .map_err(|_| timeout(Stage::Open))??;
        let mut socket = Self::start(wire, handshake, options);
        if options.send_connect {
            timeout_at(deadline, socket.enter(options))
                .await
                .map_err(|_| timeout(Stage::Connect))??;
        }
        Ok(socket)
    }

    /// Spawns the task of an open wire.
    pub(crate) fn start(
        wire: impl Wire + Send + 'static,
        handshake: Handshake,
        options: &ConnectOptions,
    ) -> Self {
        let (commands, command_receiver) = mpsc::channel(COMMANDS);
        let (inbound, packets) = mpsc::unbounded_channel();
        let (ended, end) = watch::channel(None);
        let shared = Arc::new(Shared::new());
        let home = options
            .send_connect
            .then(|| home(&options.namespace).to_owned());
        let room_size = options.receive_buffer.clamp(1, u32::MAX as usize >> 4);
        let driver = Driver::new(Setup {
            wire,
            eio: options.eio,
            home: home.clone(),
            heartbeat: Heartbeat::new(
                options.eio,
                options.heartbeat,
                handshake.ping_interval,
                handshake.ping_timeout,
                Instant::now(),
            ),
            decoder: Decoder::new(options.max_attachments, options.max_packet_size),
            tap: options.tap.clone(),
            shared: Arc::clone(&shared),
            commands: command_receiver,
            inbound,
            room: PollSemaphore::new(Arc::new(Semaphore::new(room_size))),
            room_size,
            close_timeout: options.close_timeout,
        });
        tokio::spawn(driver.run(ended));
        let link = Arc::new(Link { shared, home, end });
        Self {
            sender: PacketSender {
                eio: options.eio,
                commands,
                link: Arc::clone(&link),
            },
            receiver: PacketReceiver {
                handshake: Arc::new(handshake),
                packets,
                early: VecDeque::new(),
                told: false,
                link,
            },
        }
    }

    /// Connects the namespace. Packets that arrive meanwhile are kept for [`recv`](Self::recv).
    async fn enter(&mut self, options: &ConnectOptions) -> Result<(), ConnectError> {
        let wanted = home(&options.namespace);
        let request = Packet::Connect {
            namespace: options.namespace.clone(),
            data: options.auth.clone(),
        };
        // Engine.IO 3 servers connect the default namespace unasked, before any other.
        let mut asked = options.eio == EioVersion::V4;
        if asked {
            self.ask(request.clone()).await?;
        }
        loop {
            let Some(received) = self.receiver.packets.recv().await else {
                return Err(ConnectError::Closed(self.receiver.link.closed().await));
            };
            match &received.packet {
                Packet::Connect { namespace, data } if home(namespace) == wanted => {
                    let mut handshake = Handshake::clone(&self.receiver.handshake);
                    handshake.connect_data.clone_from(data);
                    let engine_sid = &handshake.engine_sid;
                    handshake.sid = socket_id(options.eio, wanted, engine_sid, data.as_deref());
                    if handshake.sid.is_none() {
                        return Err(ConnectError::MissingSid);
                    }
                    self.receiver.handshake = Arc::new(handshake);
                    self.receiver
                        .link
                        .shared
                        .connected
                        .store(true, Ordering::SeqCst);
                    return Ok(());
                }
                Packet::Connect { namespace, .. } if namespace == "/" && !asked => {
                    asked = true;
                    self.ask(request.clone()).await?;
                }
                Packet::ConnectError { namespace, data } if home(namespace) == wanted || !asked => {
                    let (namespace, data) = (namespace.clone(), data.clone());
                    return Err(ConnectError::Refused(Refusal { namespace, data }));
                }
                _ => self.receiver.early.push_back(received),
            }
        }
    }

    async fn ask(&self, request: Packet) -> Result<(), ConnectError> {
        match self.sender.send(request).await {
            Ok(()) => Ok(()),
            Err(SendError::Encode(error)) => Err(ConnectError::InvalidOptions(error.to_string())),
            Err(SendError::Closed) => Err(ConnectError::Closed(self.sender.closed().await)),
        }
    }

    /// What the server said in the handshake.
    pub fn handshake(&self) -> &Handshake {
        self.receiver.handshake()
    }

    /// A further handle for sending.
    pub fn sender(&self) -> PacketSender {
        self.sender.clone()
    }

    /// Takes the connection apart, for tasks that only send or only receive.
    pub fn split(self) -> (PacketSender, PacketReceiver) {
        (self.sender, self.receiver)
    }

    /// See [`PacketReceiver::recv`].
    pub async fn recv(&mut self) -> Option<Incoming> {
        self.receiver.recv().await
    }

    /// See [`PacketSender::send`].
    pub async fn send(&self, packet: Packet) -> Result<(), SendError> {
        self.sender.send(packet).await
    }

    /// See [`PacketSender::send_frame`].
    pub async fn send_frame(&self, frame: Frame) -> Result<(), SendError> {
        self.sender.send_frame(frame).await
    }

    /// See [`PacketSender::flush`].
    pub async fn flush(&self) -> Result<(), SendError> {
        self.sender.flush().await
    }

    /// See [`PacketSender::close`].
    pub async fn close(&self) -> CloseReason {
        self.sender.close().await
    }

    /// See [`PacketSender::abort`].
    pub async fn abort(&self) -> CloseReason {
        self.sender.abort().await
    }

    /// See [`PacketSender::hang_up`].
    pub async fn hang_up(&self) -> CloseReason {
        self.sender.hang_up().await
    }

    /// See [`PacketSender::close_reason`].
    pub fn close_reason(&self) -> Option<CloseReason> {
        self.sender.close_reason()
    }
}

/// The receiving half of a connection.
#[derive(Debug)]
pub struct PacketReceiver {
    handshake: Arc<Handshake>,
    packets: mpsc::UnboundedReceiver<Received>,
    /// What arrived while the namespace was being connected.
    early: VecDeque<Received>,
    told: bool,
    link: Arc<Link>,
}

impl PacketReceiver {
    /// The next packet; after the last one, once, why the connection ended; then `None`.
    ///
    /// Cancel safe: no packet is lost if the future is dropped. Heartbeats are answered whether
    /// or not this is called.
    pub async fn recv(&mut self) -> Option<Incoming> {
        let received = match self.early.pop_front() {
            Some(received) => Some(received),
            None => self.packets.recv().await,
        };
        if let Some(received) = received {
            return Some(Incoming::Packet(received.packet));
        }
        if self.told {
            return None;
        }
        let reason = self.link.closed().await;
        self.told = true;
        Some(Incoming::Closed(reason))
    }

    /// What the server said in the handshake.
    pub fn handshake(&self) -> &Handshake {
        &self.handshake
    }
}

/// The sending half of a connection; clones send on the same connection.
#[derive(Debug, Clone)]
pub struct PacketSender {
    eio: EioVersion,
    commands: mpsc::Sender<Command>,
    link: Arc<Link>,
}

impl PacketSender {
    /// Queues a packet, attachments included; packets are written in the order of these calls.
    /// Waits while the queue is full because the server does not read.
    ///
    /// The payload is sent as it is, valid or not. Fails if the packet cannot be encoded or the
    /// connection has ended or is closing. Cancel safe: if the future is dropped before it is
    /// done, nothing has been queued.
    pub async fn send(&self, packet: Packet) -> Result<(), SendError> {
        let leaves = matches!(&packet, Packet::Disconnect { namespace }
            if self.link.home.as_deref() == Some(namespace));
        self.queue(Command::Frames(packet.into_frames(self.eio)?))
            .await?;
        if leaves {
            self.link.shared.connected.store(false, Ordering::SeqCst);
        }
        Ok(())
    }

    /// Queues a raw frame, exactly as given: for hostile tests. A raw close frame ends the
    /// connection as soon as the server answers it. Otherwise like [`send`](Self::send).
    pub async fn send_frame(&self, frame: Frame) -> Result<(), SendError> {
        self.queue(Command::Frames(vec![frame])).await
    }

    /// Waits until everything queued before has been handed to the operating system. This does
    /// not mean that the server has read it; only an answer of the server proves that.
    pub async fn flush(&self) -> Result<(), SendError> {
        let (done, flushed) = oneshot::channel();
        self.queue(Command::Flush(done)).await?;
        flushed.await.map_err(|_| SendError::Closed)
    }

    async fn queue(&self, command: Command) -> Result<(), SendError> {
        self.commands
            .send(command)
            .await
            .map_err(|_| SendError::Closed)
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

    /// Drops the connection without goodbye, by TCP reset (`SO_LINGER` 0): like a crashed host.
    /// What is queued is lost, and so may be what the server has not read; to be sure that
    /// something arrived, wait for an answer to it first.
    pub async fn abort(&self) -> CloseReason {
        self.end(Order::Reset).await
    }

    /// Drops the connection without goodbye, by an orderly end of the TCP stream (FIN): like a
    /// killed process. What is queued is lost; what has been flushed still arrives.
    pub async fn hang_up(&self) -> CloseReason {
        self.end(Order::HangUp).await
    }

    async fn end(&self, order: Order) -> CloseReason {
        self.link.shared.order(order);
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

/// What keeps a connection alive: when the last half is dropped, it says goodbye.
#[derive(Debug)]
struct Link {
    shared: Arc<Shared>,
    home: Option<String>,
    end: watch::Receiver<Option<CloseReason>>,
}

impl Link {
    async fn closed(&self) -> CloseReason {
        let mut end = self.end.clone();
        let reason = end
            .wait_for(Option::is_some)
            .await
            .ok()
            .and_then(|reason| reason.clone());
        // Without a reason the task is gone, which only the end of the runtime can do.
        reason.unwrap_or(CloseReason::Aborted)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.shared.order(Order::Close);
    }
}

/// The namespace without the query that Engine.IO 3 clients may append to it.
fn home(namespace: &str) -> &str {
    namespace
        .split_once('?')
        .map_or(namespace, |(path, _)| path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_namespace_query_is_no_part_of_the_name() {
        assert_eq!(home("/a?x=1"), "/a");
        assert_eq!(home("/"), "/");
    }
}
