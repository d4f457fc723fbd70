//! The task of a connection: the only owner of the transport.
//!
//! One task for the whole life of a client, through all its connections. Within it, reading and
//! writing run side by side, so that a server that does not read cannot keep this client from
//! reading. Nothing is spawned per message, so order is that of the wire.
//!
//! ```text
//! handles ──► outbox ──► write ──► transport
//!    ▲                                 │
//!    └── queues ◄── families ◄── read ◄┘
//! ```
//!
//! Reading never waits for the application. What it takes from the wire it puts into queues that
//! take everything, and it looks *before* it reads whether these have room (see `queue.rs`). So
//! an answer is never stuck behind a listener that is slow to take its messages, unless that
//! listener has used up the whole budget.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use sio_p2p_protocol::ServerEvent;
use sio_p2p_transport::{
    CloseReason, Data, Incoming, Packet, PacketReceiver, PacketSender, PacketSocket, Place,
    SendError,
};
use tokio::sync::watch;

use crate::{
    acks::Waiter,
    events::ConnectionEvent,
    message::Responder,
    outbox::{Outgoing, Waiting},
    reconnect::{self, Attempts, End, Next, closing},
    shared::Shared,
    state::ConnectionState,
};

/// Runs a client from its first connection to its end.
pub(crate) async fn run(
    shared: Arc<Shared>,
    mut socket: PacketSocket,
    mut outgoing: Waiting,
    mut close: watch::Receiver<bool>,
) {
    // The first connection is served as it is; later ones have something to restore.
    let mut first = true;
    let mut attempts = Attempts::new(shared.options.reconnect);
    let reason = loop {
        let (end, served) = connection(&shared, socket, &mut outgoing, &mut close, first).await;
        attempts.ended(served);
        let was_first = std::mem::replace(&mut first, false);
        match reconnect::next(&shared, end, was_first, &mut attempts, &mut close).await {
            Next::Connected(next) => socket = next,
            Next::Ended(reason) => break reason,
        }
    };
    tracing::debug!(%reason, "client ended");
    shared.close(&reason);
}

/// How long a connection lasts that the server has taken without a word. One that it does not
/// take, it ends at once.
const TAKEN: Duration = Duration::from_secs(1);

/// Whether the server serves a connection, or has only let it in: it may still turn out that
/// it takes this client for a second one of its id.
struct Served<'s> {
    shared: &'s Shared,
    first: bool,
    yes: AtomicBool,
}

impl Served<'_> {
    /// It does, and a connection that is not the first has come back with it.
    fn yes(&self) {
        if !self.yes.swap(true, Ordering::Relaxed) && !self.first {
            self.shared.events.send(&ConnectionEvent::Connected);
        }
    }

    /// What this packet says about it.
    fn heard(&self, packet: &Packet) {
        if !self.yes.load(Ordering::Relaxed) && !is_refusal(packet, self.shared) {
            self.yes();
        }
    }
}

/// Whether a packet is the end of a connection, or says that there is another one of this id.
fn is_refusal(packet: &Packet, shared: &Shared) -> bool {
    match packet {
        Packet::Event { data, ack, .. } => {
            match ServerEvent::decode(&data.json, ack.is_some(), shared.dialect) {
                Ok(ServerEvent::ServerError(error)) => reconnect::is_duplicate(&error.text),
                _ => false,
            }
        }
        Packet::Disconnect { .. } => true,
        _ => false,
    }
}

/// Serves one connection until it ends; gives whether the server has served it.
async fn connection(
    shared: &Arc<Shared>,
    socket: PacketSocket,
    outgoing: &mut Waiting,
    close: &mut watch::Receiver<bool>,
    first: bool,
) -> (End, bool) {
    let served = Served {
        shared,
        first,
        yes: AtomicBool::new(false),
    };
    let epoch = if first {
        shared.outbox.epoch()
    } else {
        shared.outbox.next_epoch()
    };
    let sid = socket.handshake().sid.clone();
    let (sender, mut receiver) = socket.split();
    // What needs no answer goes out before anything that the application has queued; the rest
    // is asked for while the connection is in use already.
    let restoring = async {
        if !first {
            reconnect::restore(shared).await;
        }
        std::future::pending::<()>().await;
    };
    let prelude = if first {
        Vec::new()
    } else {
        reconnect::prelude(shared)
    };
    let writing = async {
        for packet in prelude {
            // On a connection that has ended, the reader ends this.
            let _ = sender.send(packet).await;
        }
        shared
            .state
            .send_replace(ConnectionState::Connected { sid });
        write(shared, &sender, outgoing, epoch).await;
        // What the server has said before the end is still read, and with it the reason.
        std::future::pending::<()>().await;
    };
    let taken = async {
        tokio::time::sleep(TAKEN).await;
        served.yes();
        std::future::pending::<()>().await;
    };
    // Whichever ends first ends the others, at an await: each of them may be dropped there
    // without harm, because a packet is taken from its queue only when it can be handed on.
    tokio::select! {
        // A wish to close that came while offline counts as well.
        () = closing(close) => {}
        reason = read(shared, &mut receiver, &served) => {
            return (End::Lost(reason), served.yes.into_inner());
        }
        () = taken => {}
        () = writing => {}
        () = restoring => {}
    }
    // Everything queued by now was queued before the wish to close, and is still sent.
    while let Some(next) = outgoing.try_next() {
        let Ok(place) = sender.reserve().await else {
            break;
        };
        if put(shared, place, next, epoch).is_some() {
            break;
        }
    }
    sender.close().await;
    (End::Closed, true)
}

/// Writes what is queued, in order. Ends when the connection does.
async fn write(shared: &Shared, sender: &PacketSender, outgoing: &mut Waiting, epoch: u64) {
    // The place comes first: a packet is only taken when it can be handed on, so none is lost
    // when the connection ends here. The outbox is closed by this task alone, at its end.
    while let Ok(place) = sender.reserve().await {
        let Some(next) = outgoing.next().await else {
            return;
        };
        if let Some(returned) = put(shared, place, next, epoch) {
            return outgoing.give_back(returned);
        }
    }
}

/// Writes one packet; gives it back if the connection has ended.
fn put(shared: &Shared, place: Place<'_>, next: Outgoing, epoch: u64) -> Option<Outgoing> {
    // What belongs to a former connection has no meaning on this one: the answer to a question
    // that nobody waits for, the data of a stream that has ended with it.
    if next.epoch.is_some_and(|wanted| wanted != epoch) {
        if let Packet::Event { ack: Some(id), .. } = &next.packet {
            shared.acks.abandon(*id);
        }
        return None;
    }
    // A question that nobody waits for any more, because its deadline passed while offline.
    // Chunks of a stream go out whoever waits: they were written before it was dropped.
    if let Packet::Event { ack: Some(id), .. } = &next.packet
        && !shared.acks.sending(*id)
        && next.epoch.is_none()
    {
        return None;
    }
    // Room in the outbox is given back when `next` is gone: when the transport has the packet.
    let Outgoing {
        packet,
        epoch,
        room,
    } = next;
    match place.send(packet) {
        Ok(()) => None,
        Err(SendError::Closed(packet)) => {
            if let Packet::Event { ack: Some(id), .. } = &packet {
                shared.acks.not_sent(*id);
            }
            Some(Outgoing {
                packet,
                epoch,
                room,
            })
        }
        Err(error) => {
            tracing::warn!(%error, "packet that cannot be written");
            None
        }
    }
}

/// Reads until the connection ends, and says why it did.
async fn read(
    shared: &Arc<Shared>,
    receiver: &mut PacketReceiver,
    served: &Served<'_>,
) -> CloseReason {
    loop {
        // Back-pressure: a packet is only read when the application has room for it, and the
        // connection for the answer it may need.
        shared.budget.room().await;
        shared.outbox.reply_room().await;
        match receiver.recv().await {
            Some(Incoming::Packet(packet)) => {
                served.heard(&packet);
                dispatch(shared, packet);
            }
            Some(Incoming::Closed(reason)) => return reason,
            None => return CloseReason::Lost("the transport is gone".to_owned()),
        }
    }
}

/// Handles one packet. Never waits, and sends one packet at most: so much room for replies was
/// made sure of before the packet was read.
fn dispatch(shared: &Arc<Shared>, packet: Packet) {
    // Peers meet in the default namespace; other ones are none of ours.
    if packet.namespace() != "/" {
        return;
    }
    match packet {
        Packet::Event { data, ack, .. } => on_event(shared, data, ack),
        Packet::Ack { id, data, .. } => on_ack(shared, id, data),
        // The handshake is the transport's, and so is the end of the namespace.
        Packet::Connect { .. } | Packet::Disconnect { .. } | Packet::ConnectError { .. } => {}
    }
}

fn on_ack(shared: &Arc<Shared>, id: u64, data: Data) {
    match shared.acks.take(id) {
        Some(Waiter::Future(waiter)) => drop(waiter.send(Ok(data))),
        Some(Waiter::Subscriber { responder, client }) => {
            Shared::on_subscriber_joined(responder, &client, &data);
        }
        None => tracing::debug!(id, "answer that nobody waits for"),
    }
}

fn on_event(shared: &Arc<Shared>, data: Data, ack: Option<u64>) {
    let event = match ServerEvent::decode(&data.json, ack.is_some(), shared.dialect) {
        Ok(event) => event,
        // Peers can send protocol events that are none; nothing of that may harm (CLI-CORE-3).
        Err(error) => return tracing::warn!(%error, "event that breaks the protocol"),
    };
    let responder = ack.map(|id| Responder::new(&shared.outbox, shared.options.deadline, id));
    let attachments = data.attachments;
    // Every declaration of the catalogue stands here: one without a handler does not compile.
    match event {
        ServerEvent::ServerError(error) => shared.on_server_error(error),
        ServerEvent::ServerPing(_) => shared.on_server_ping(responder),
        ServerEvent::MultiApiAddTarget(added) => shared.on_target_added(added.source, responder),
        ServerEvent::AddTarget(added) => shared.on_target_added(Some(added.source), responder),
        ServerEvent::MultiApiTargetDisconnect(left) => {
            if let Some(client) = left.client {
                shared.on_target_left(client);
            }
        }
        ServerEvent::TargetDisconnect(left) => shared.on_target_left(left.client),
        ServerEvent::Forwarded(forwarded) => {
            shared.on_forwarded(forwarded, attachments, responder);
        }
        ServerEvent::MultiApiCreateStream(offer) => {
            shared
                .streams
                .on_offered(&shared.targets, None, &offer.info, attachments, responder);
        }
        ServerEvent::CreateStream(offer) => {
            shared
                .streams
                .on_offered(&shared.targets, None, &offer.info, attachments, responder);
        }
        ServerEvent::CreateStreamChannel(offer) => {
            shared.streams.on_offered(
                &shared.targets,
                Some(offer.channel),
                &offer.info,
                attachments,
                responder,
            );
        }
        ServerEvent::StreamDataV1(data) => {
            let (source, chunk) = (Some(&data.source), &data.chunk);
            shared
                .streams
                .on_data(source, &data.stream, chunk, &attachments, responder);
        }
        ServerEvent::StreamDataV2(data) => {
            shared
                .streams
                .on_data(None, &data.stream, &data.chunk, &attachments, responder);
        }
        ServerEvent::PeerStreamDestroyedV1(gone) => {
            shared
                .streams
                .on_peer_destroyed(Some(&gone.client), &gone.stream);
        }
        ServerEvent::PeerStreamDestroyedV2(gone) => {
            shared.streams.on_peer_destroyed(None, &gone.stream);
        }
        ServerEvent::SubscribeTopic(request) => shared.on_subscribe(request, responder),
        ServerEvent::UnsubscribeTopic(request) => shared.on_unsubscribe(request),
        ServerEvent::TopicPublication(publication) => {
            shared.on_publication(publication, attachments);
        }
        ServerEvent::TopicBeingDestroyed(ended) => shared.on_topic_ended(&ended.room),
    }
}
