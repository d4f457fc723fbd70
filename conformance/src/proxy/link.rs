//! A WebSocket through a proxy that may do things wrong: messages are read, and written again.

use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use sio_p2p_transport::{EioVersion, Frame};
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::faults::ProxyFault;
use super::faulty::{Hub, Ways};
use super::jitter::JitteryLine;
use super::meddle::Flow;
use super::talk::Talk;
use crate::player::play::trace::Way;
use crate::record::recorder::MAX_MESSAGE;

/// How many frames of others may wait for a client.
const QUEUE: usize = 1024;
/// How long the other direction may go on when one has ended.
const GOODBYE: Duration = Duration::from_secs(10);
/// How long a connection may be idle before it breaks, if that is what goes wrong.
const IDLE: Duration = Duration::from_secs(1);

type Socket = WebSocketStream<TokioIo<Upgraded>>;
type Sink = SplitSink<Socket, Message>;

/// How a direction has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// By a close frame, which has been passed on.
    Closed,
    /// Broken off.
    Broken,
}

/// Joins a client and the server once both have agreed to the upgrade, until one is gone.
pub(super) async fn join(client: OnUpgrade, server: OnUpgrade, hub: &Hub, eio: EioVersion) {
    let (Ok(client), Ok(server)) = tokio::join!(client, server) else {
        return;
    };
    let (to_client, from_client) = websocket(client, Role::Server).await.split();
    let (to_server, from_server) = websocket(server, Role::Client).await.split();
    let (client_way, for_client) = mpsc::channel(QUEUE);
    let (server_way, for_server) = mpsc::channel(QUEUE);
    let ways = Ways {
        to_client: client_way,
        to_server: server_way,
    };
    let talk = Talk::new();
    let number = hub.enter(ways.clone());
    let direction = |way, to, others, back| Direction {
        to,
        others,
        back,
        flow: Flow::new(way, eio, hub.meddler.clone(), talk.clone()),
        line: JitteryLine::new(hub.jitter),
        way,
        hub,
        number,
    };
    let out = direction(Way::Out, to_server, for_server, ways.to_client);
    let back = direction(Way::In, to_client, for_client, ways.to_server);
    let (out, back) = (out.run(from_client), back.run(from_server));
    let (mut out, mut back) = (std::pin::pin!(out), std::pin::pin!(back));
    // The answer to a goodbye may still be on its way.
    tokio::select! {
        end = &mut out => {
            if end == End::Closed {
                let _ = timeout(GOODBYE, back).await;
            }
        }
        end = &mut back => {
            if end == End::Closed {
                let _ = timeout(GOODBYE, out).await;
            }
        }
        () = idle(&talk, hub) => {}
        () = hub.beat_for_silent(number, eio) => {}
    }
    hub.leave(number);
}

/// Ends when no packet has passed for a while, if that is what goes wrong.
async fn idle(talk: &Talk, hub: &Hub) {
    if !hub.meddler.has(ProxyFault::CutIdle) {
        return std::future::pending().await;
    }
    loop {
        let until = talk.passed() + IDLE;
        if until <= Instant::now() {
            return;
        }
        sleep_until(until).await;
    }
}

async fn websocket(upgraded: Upgraded, role: Role) -> Socket {
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE));
    WebSocketStream::from_raw_socket(TokioIo::new(upgraded), role, Some(config)).await
}

/// One direction, and what others send in it.
struct Direction<'h> {
    to: Sink,
    others: mpsc::Receiver<Frame>,
    /// To the sender of this direction.
    back: mpsc::Sender<Frame>,
    flow: Flow,
    line: JitteryLine,
    way: Way,
    hub: &'h Hub,
    number: u64,
}

impl Direction<'_> {
    async fn run(mut self, mut from: SplitStream<Socket>) -> End {
        let end = loop {
            if let Err(end) = self.turn(&mut from).await {
                break end;
            }
        };
        if self.hides_leaving() {
            // The server waits for a client that is no longer there.
            std::future::pending::<()>().await;
        }
        end
    }

    fn hides_leaving(&self) -> bool {
        self.way == Way::Out && self.hub.meddler.has(ProxyFault::HideLeaving)
    }

    /// Does what is next.
    async fn turn(&mut self, from: &mut SplitStream<Socket>) -> Result<(), End> {
        let (due, arrival) = (self.flow.due(), self.line.next_arrival());
        let has_room = self.line.has_room();
        let frame = tokio::select! {
            () = at(arrival) => return self.deliver().await,
            frame = next(from), if has_room => frame,
            Some(frame) = self.others.recv(), if has_room => return self.send([frame]).await,
            () = at(due) => {
                let held = self.flow.release();
                return self.send(held).await;
            }
        };
        let grants = self.hub.meddler.has(ProxyFault::Grant);
        let frame = match frame {
            Ok(frame) => frame,
            // The client waits for a server that is no longer there.
            Err(_) if grants && self.way == Way::In => return std::future::pending().await,
            Err(End::Closed) => {
                if !self.hides_leaving() {
                    // What was held has come before the end all the same.
                    let held = self.flow.release_in_time();
                    let _ = self.send(held).await;
                    let _ = self.deliver_all().await;
                    let _ = self.to.close().await;
                }
                return Err(End::Closed);
            }
            Err(End::Broken) => {
                let _ = self.deliver_all().await;
                return Err(End::Broken);
            }
        };
        let fate = self.flow.take(frame);
        self.hub.copy(self.number, self.way, &fate.copies);
        for answer in fate.answers {
            if self.back.send(answer).await.is_err() {
                break;
            }
        }
        let sent = self.send(fate.passes).await;
        if fate.cut {
            return Err(End::Broken);
        }
        // A server that has closed need not be known to have.
        if grants && self.way == Way::Out {
            return Ok(());
        }
        sent
    }

    /// Sends frames off, and delivers what has arrived.
    async fn send(&mut self, frames: impl IntoIterator<Item = Frame>) -> Result<(), End> {
        for frame in frames {
            self.line.send(frame);
        }
        self.deliver().await
    }

    /// Writes what has arrived at the end of the line.
    async fn deliver(&mut self) -> Result<(), End> {
        while let Some(frame) = self.line.arrived() {
            let message = match frame {
                Frame::Text(text) => Message::text(text),
                Frame::Binary(data) => Message::binary(data),
                Frame::Close { .. } => continue,
            };
            self.to.send(message).await.map_err(|_| End::Broken)?;
        }
        Ok(())
    }

    /// Waits for all that is under way.
    async fn deliver_all(&mut self) -> Result<(), End> {
        while let Some(arrival) = self.line.next_arrival() {
            sleep_until(arrival).await;
            self.deliver().await?;
        }
        Ok(())
    }
}

/// Waits for a time, for ever if there is none.
async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}

/// The next frame, or how there will be none.
async fn next(from: &mut SplitStream<Socket>) -> Result<Frame, End> {
    loop {
        match from.next().await {
            Some(Ok(Message::Text(text))) => return Ok(Frame::text(text.as_str())),
            Some(Ok(Message::Binary(data))) => return Ok(Frame::binary(data)),
            Some(Ok(Message::Close(_))) => return Err(End::Closed),
            // Pings of WebSocket are answered by the library.
            Some(Ok(_)) => {}
            Some(Err(_)) | None => return Err(End::Broken),
        }
    }
}
