//! The packet level: a connection as packets in and packets out.

use std::{collections::VecDeque, sync::Arc};

use tokio::{
    sync::{Semaphore, mpsc, watch},
    time::{Instant, timeout_at},
};
use tokio_util::sync::PollSemaphore;

use crate::{
    carrier::Carrier,
    close::CloseReason,
    control::Control,
    cookies::Cookies,
    decode::Decoder,
    dial::{Dialer, Line},
    driver::{Driver, Timers},
    error::{ConnectError, Refusal, SendError, Stage},
    frame::{EioVersion, Frame},
    halves::{Incoming, Link, PacketReceiver, PacketSender},
    handshake::{Handshake, read_open, socket_id},
    heartbeat::Heartbeat,
    options::ConnectOptions,
    packet::Packet,
    packet_reader::PacketReader,
    packet_writer::PacketWriter,
    polling::Polling,
    transports::{InUse, Transport, Transports},
    upgrade::{settle, upgrade},
    websocket::WebSocket,
    wire::Wire,
};

/// Commands that wait for the connection before `send` waits as well.
const COMMANDS: usize = 64;

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
    /// Connects: TCP, TLS if asked for, WebSocket or first poll, Engine.IO handshake and, unless switched off by
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
        let dialer = Dialer::new(options)?;
        let line = dialer.dial_until(deadline, timeout).await?;
        let (wire, handshake) = match options.transports {
            Transports::WebSocket => open_websocket(line, options, deadline, timeout).await?,
            Transports::Polling | Transports::PollingThenUpgrade => {
                open_polling(dialer, line, options, deadline, timeout).await?
            }
        };
        let in_use = wire.watch();
        let mut socket = Self::start(wire, in_use, handshake, options);
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
        in_use: watch::Receiver<InUse>,
        handshake: Handshake,
        options: &ConnectOptions,
    ) -> Self {
        let (commands, command_receiver) = mpsc::channel(COMMANDS);
        let (inbound, packets) = mpsc::unbounded_channel();
        let (ended, end) = watch::channel(None);
        let control = Arc::new(Control::new());
        let home = options
            .send_connect
            .then(|| home(&options.namespace).to_owned());
        // What one semaphore can count, and one acquisition take.
        let room_size = options.receive_buffer.clamp(1, u32::MAX as usize >> 4);
        let driver = Driver {
            wire,
            reader: PacketReader {
                eio: options.eio,
                home: home.clone(),
                decoder: Decoder::new(options.max_attachments, options.max_packet_size),
                inbound,
                room: PollSemaphore::new(Arc::new(Semaphore::new(room_size))),
                room_size,
                pending: None,
            },
            writer: PacketWriter::new(command_receiver),
            heartbeat: Heartbeat::new(
                options.eio,
                options.heartbeat,
                handshake.ping_interval,
                handshake.ping_timeout,
                Instant::now(),
            ),
            observer: options.observer.clone(),
            control: Arc::clone(&control),
            close_timeout: options.close_timeout,
            timers: Timers::new(),
        };
        tokio::spawn(driver.run(ended));
        let link = Arc::new(Link {
            control,
            home,
            end,
            in_use,
        });
        let receiver = PacketReceiver {
            handshake: Arc::new(handshake),
            packets,
            early: VecDeque::new(),
            told: false,
            link: Arc::clone(&link),
        };
        Self {
            sender: PacketSender {
                eio: options.eio,
                commands,
                link,
            },
            receiver,
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
                    self.receiver.link.control.set_connected(true);
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
            Err(SendError::Closed(_)) => Err(ConnectError::Closed(self.sender.closed().await)),
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
    pub async fn send(&self, packet: Packet) -> Result<(), SendError<Packet>> {
        self.sender.send(packet).await
    }

    /// See [`PacketSender::send_frame`].
    pub async fn send_frame(&self, frame: Frame) -> Result<(), SendError<Frame>> {
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

    /// See [`PacketSender::transport`].
    pub fn transport(&self) -> Transport {
        self.sender.transport()
    }

    /// See [`PacketSender::upgraded`].
    pub async fn upgraded(&self) -> bool {
        self.sender.upgraded().await
    }

    /// See [`PacketSender::poll_waits`].
    pub async fn poll_waits(&self) -> bool {
        self.sender.poll_waits().await
    }

    /// See [`PacketSender::close_reason`].
    pub fn close_reason(&self) -> Option<CloseReason> {
        self.sender.close_reason()
    }
}

/// WebSocket and Engine.IO handshake.
async fn open_websocket(
    mut line: Line,
    options: &ConnectOptions,
    deadline: Instant,
    timeout: impl Fn(Stage) -> ConnectError,
) -> Result<(Carrier, Handshake), ConnectError> {
    let target = options.target(Transport::WebSocket);
    let cookies = Cookies::default();
    let asked = upgrade(&mut line, options, &cookies, &target);
    let received = timeout_at(deadline, asked)
        .await
        .map_err(|_| timeout(Stage::Upgrade))??;
    let open = async {
        let received = settle(&mut line, received).await?;
        let mut wire = WebSocket::new(line, received, options.max_message_size).await;
        let handshake = read_open(&mut wire, options.eio, &options.observer).await?;
        Ok((Carrier::websocket(wire, options), handshake))
    };
    timeout_at(deadline, open)
        .await
        .map_err(|_| timeout(Stage::Open))?
}

/// First poll and Engine.IO handshake.
async fn open_polling(
    dialer: Dialer,
    line: Line,
    options: &ConnectOptions,
    deadline: Instant,
    timeout: impl Fn(Stage) -> ConnectError,
) -> Result<(Carrier, Handshake), ConnectError> {
    let asked = Polling::open(dialer.clone(), line, options);
    let mut wire = timeout_at(deadline, asked)
        .await
        .map_err(|_| timeout(Stage::Upgrade))??;
    let opened = read_open(&mut wire, options.eio, &options.observer);
    let handshake = timeout_at(deadline, opened)
        .await
        .map_err(|_| timeout(Stage::Open))??;
    let carrier = Carrier::polling(wire, &handshake, dialer, options);
    Ok((carrier, handshake))
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
