//! The event level: emit, acknowledge, receive events.

use std::{sync::Arc, time::Duration};

use tokio::{sync::mpsc, time::timeout};

use crate::{
    ack::{AckError, AckTable, Responder},
    close::CloseReason,
    data::Data,
    error::{ConnectError, SendError},
    halves::{PacketReceiver, PacketSender},
    handshake::Handshake,
    options::ConnectOptions,
    packet::Packet,
    packet_reader::Received,
    socket::PacketSocket,
    transports::Transport,
};

/// A connection at event level, for one namespace. Clones are handles of the same connection.
///
/// When the last clone and the [`Events`] are dropped, the connection says goodbye in the
/// background.
#[derive(Debug, Clone)]
pub struct Connection {
    inner: Arc<Inner>,
}

/// Closes the connection when the application has let go of all of it.
#[derive(Debug)]
struct Inner {
    sender: PacketSender,
    acks: Arc<AckTable>,
    handshake: Arc<Handshake>,
    namespace: Arc<str>,
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.sender.begin_close();
    }
}

impl Connection {
    /// Connects, see [`PacketSocket::connect`]. The namespace is always connected, whatever
    /// [`send_connect`](ConnectOptions::send_connect) says.
    pub async fn connect(options: &ConnectOptions) -> Result<(Self, Events), ConnectError> {
        let options = options.clone().send_connect(true);
        let socket = PacketSocket::connect(&options).await?;
        let (sender, receiver) = socket.split();
        let handshake = Arc::clone(&receiver.handshake);
        let namespace: Arc<str> = receiver.link.home.as_deref().unwrap_or("/").into();
        let acks = Arc::new(AckTable::default());
        let (events, queue) = mpsc::unbounded_channel();
        tokio::spawn(dispatch(
            receiver,
            Arc::clone(&namespace),
            Arc::clone(&acks),
            events,
        ));
        let inner = Arc::new(Inner {
            sender,
            acks,
            handshake,
            namespace,
        });
        let events = Events {
            queue,
            inner: Arc::clone(&inner),
        };
        Ok((Self { inner }, events))
    }

    /// What the server said in the handshake.
    pub fn handshake(&self) -> &Handshake {
        &self.inner.handshake
    }

    /// Sends an event that asks for no acknowledgement. Waits only while the server does not
    /// read; cancel safe, like [`PacketSender::send`].
    pub async fn emit(&self, name: &str, args: impl Into<Data>) -> Result<(), SendError> {
        let data = args.into().with_event(name)?;
        self.send(data, None).await
    }

    /// Sends an event and waits for its acknowledgement, for `deadline` at most, the time to
    /// send it included.
    ///
    /// If the future is dropped, nobody waits for the answer any more; the event may have been
    /// sent. Answers are received even while nobody takes events, until those that wait fill
    /// the receive buffer.
    pub async fn emit_with_ack(
        &self,
        name: &str,
        args: impl Into<Data>,
        deadline: Duration,
    ) -> Result<Data, AckError> {
        let data = args.into().with_event(name)?;
        let answer = async {
            let Some(mut awaited) = self.inner.acks.open() else {
                return Err(AckError::Closed(self.closed().await));
            };
            match self.send(data, Some(awaited.id)).await {
                Ok(()) => {}
                Err(SendError::Encode(error)) => return Err(AckError::Encode(error)),
                Err(SendError::Closed(())) => return Err(AckError::Closed(self.closed().await)),
            }
            match awaited.answer().await {
                Some(data) => Ok(data),
                None => Err(AckError::Closed(self.closed().await)),
            }
        };
        timeout(deadline, answer)
            .await
            .unwrap_or(Err(AckError::Timeout { after: deadline }))
    }

    async fn send(&self, data: Data, ack: Option<u64>) -> Result<(), SendError> {
        let namespace = self.inner.namespace.to_string();
        self.inner
            .sender
            .send(Packet::Event {
                namespace,
                data,
                ack,
            })
            .await
            .map_err(SendError::forget)
    }

    /// See [`PacketSender::transport`].
    pub fn transport(&self) -> Transport {
        self.inner.sender.transport()
    }

    /// See [`PacketSender::upgraded`].
    pub async fn upgraded(&self) -> bool {
        self.inner.sender.upgraded().await
    }

    /// See [`PacketSender::close`].
    pub async fn close(&self) -> CloseReason {
        self.inner.sender.close().await
    }

    /// See [`PacketSender::abort`].
    pub async fn abort(&self) -> CloseReason {
        self.inner.sender.abort().await
    }

    /// See [`PacketSender::close_reason`].
    pub fn close_reason(&self) -> Option<CloseReason> {
        self.inner.sender.close_reason()
    }

    /// See [`PacketSender::closed`].
    pub async fn closed(&self) -> CloseReason {
        self.inner.sender.closed().await
    }
}

/// Resolves acknowledgements at once and queues events with the room they take in the receive
/// buffer, so that only that buffer bounds the queue. Ends with the connection.
async fn dispatch(
    mut receiver: PacketReceiver,
    namespace: Arc<str>,
    acks: Arc<AckTable>,
    events: mpsc::UnboundedSender<Received>,
) {
    while let Some(received) = receiver.next_received().await {
        if received.packet.namespace() != &*namespace {
            tracing::debug!(packet = ?received.packet, "packet of another namespace");
            continue;
        }
        match received.packet {
            Packet::Ack { id, data, .. } => acks.resolve(id, data),
            Packet::Event { .. } => drop(events.send(received)),
            // The end of the namespace is the end of the connection; the rest has no meaning
            // once connected.
            Packet::Connect { .. } | Packet::Disconnect { .. } | Packet::ConnectError { .. } => {}
        }
    }
    acks.close();
}

/// The events of a connection, in the order in which the server sent them.
///
/// Dropping it discards further events; those that ask for an acknowledgement get none.
#[derive(Debug)]
pub struct Events {
    queue: mpsc::UnboundedReceiver<Received>,
    inner: Arc<Inner>,
}

impl Events {
    /// The next event, or `None` when the connection has ended and all events are taken.
    /// [`Connection::closed`] tells why. Cancel safe: no event is lost.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            let Received { packet, .. } = self.queue.recv().await?;
            let Packet::Event { data, ack, .. } = packet else {
                continue;
            };
            let Some((name, args)) = data.split_event() else {
                continue;
            };
            let responder = ack.map(|id| {
                Responder::new(
                    self.inner.sender.clone(),
                    Arc::clone(&self.inner.namespace),
                    id,
                )
            });
            return Some(Event {
                name,
                args,
                responder,
            });
        }
    }
}

/// An event of the server.
#[derive(Debug)]
pub struct Event {
    /// Its name; the text of the number if the server used one.
    pub name: String,
    /// Its arguments, without the name.
    pub args: Data,
    /// Set if the server asks for an acknowledgement.
    pub responder: Option<Responder>,
}
