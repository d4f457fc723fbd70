//! A WebSocket through a proxy that may do things wrong: messages are read, and written again.

use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use sio_p2p_transport::{EioVersion, Frame};
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

use super::faults::ProxyFault;
use super::faulty::Hub;
use super::meddle::{Fate, Lane};
use crate::record::recorder::MAX_MESSAGE;
use crate::runner::trace::Way;

/// How many frames of others may wait for a client.
const QUEUE: usize = 1024;
/// How long the other direction may go on when one has ended.
const GOODBYE: Duration = Duration::from_secs(10);

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
    let (way, others) = mpsc::channel(QUEUE);
    let number = hub.enter(way.clone());
    let lane = |way| Lane::new(way, eio, hub.meddler.clone());
    let out = outward(from_client, to_server, way, lane(Way::Out), hub);
    let back = backward(from_server, to_client, others, lane(Way::In), hub, number);
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
    }
    hub.leave(number);
}

async fn websocket(upgraded: Upgraded, role: Role) -> Socket {
    let config = WebSocketConfig::default()
        .max_message_size(Some(MAX_MESSAGE))
        .max_frame_size(Some(MAX_MESSAGE));
    WebSocketStream::from_raw_socket(TokioIo::new(upgraded), role, Some(config)).await
}

/// From the client to the server.
async fn outward(
    mut from: SplitStream<Socket>,
    mut to: Sink,
    client: mpsc::Sender<Frame>,
    mut lane: Lane,
    hub: &Hub,
) -> End {
    let end = loop {
        let frame = match next(&mut from).await {
            Ok(frame) => frame,
            Err(end) => break end,
        };
        let fate = lane.take(frame);
        for answer in fate.answers {
            if client.send(answer).await.is_err() {
                break;
            }
        }
        // A server that has closed need not be known to have.
        let hidden = hub.meddler.has(ProxyFault::Grant);
        if write(&mut to, fate.passes, hub).await.is_err() && !hidden {
            return End::Broken;
        }
    };
    if hub.meddler.has(ProxyFault::HideLeaving) {
        // The server waits for a client that is no longer there.
        std::future::pending::<()>().await;
    }
    if end == End::Closed {
        let _ = to.close().await;
    }
    end
}

/// From the server to the client, and what others are to get.
async fn backward(
    mut from: SplitStream<Socket>,
    mut to: Sink,
    mut others: mpsc::Receiver<Frame>,
    mut lane: Lane,
    hub: &Hub,
    number: u64,
) -> End {
    loop {
        let frame = tokio::select! {
            frame = next(&mut from) => frame,
            Some(frame) = others.recv() => {
                if write(&mut to, vec![frame], hub).await.is_err() {
                    return End::Broken;
                }
                continue;
            }
        };
        let frame = match frame {
            Ok(frame) => frame,
            Err(_) if hub.meddler.has(ProxyFault::Grant) => {
                // The client waits for a server that is no longer there.
                return std::future::pending().await;
            }
            Err(End::Closed) => {
                let _ = to.close().await;
                return End::Closed;
            }
            Err(End::Broken) => return End::Broken,
        };
        let Fate {
            passes,
            copies,
            cut,
            ..
        } = lane.take(frame);
        hub.copy(number, &copies);
        if cut || write(&mut to, passes, hub).await.is_err() {
            return End::Broken;
        }
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

async fn write(to: &mut Sink, frames: Vec<Frame>, hub: &Hub) -> Result<(), End> {
    for frame in frames {
        hub.delay().await;
        let message = match frame {
            Frame::Text(text) => Message::text(text),
            Frame::Binary(data) => Message::binary(data),
            Frame::Close { .. } => continue,
        };
        to.send(message).await.map_err(|_| End::Broken)?;
    }
    Ok(())
}
