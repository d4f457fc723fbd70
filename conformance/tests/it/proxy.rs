//! A faulty server: the reference server behind a proxy that does something wrong.
//!
//! The proxy sees every text frame of every client and may keep, change, repeat or
//! redirect it, hang, or die. So each fault is one closure, and all else stays right.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use parking_lot::Mutex;
use sio_p2p_server::Config;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::{accept_hdr_async, connect_async};

/// Which way a frame goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    /// From a client to the server.
    Out,
    /// From the server to a client.
    In,
}

/// What becomes of a frame.
#[derive(Debug)]
pub(crate) enum Fate {
    /// It passes as it is.
    Pass,
    /// It vanishes.
    Drop,
    /// These go on in its place.
    Become(Vec<String>),
    /// It passes, and every other client gets a copy.
    Leak,
    /// The connection that it belongs to is closed.
    Close,
    /// From now on nothing passes any more, on any connection.
    Hang,
    /// The whole server goes away.
    Die,
}

/// Decides about every text frame: the client's id, the way, the text.
pub(crate) type Fault = Box<dyn FnMut(&str, Way, &str) -> Fate + Send>;

struct Shared {
    upstream: String,
    fault: Mutex<Fault>,
    /// Who is refused at the handshake.
    refused: fn(&str) -> bool,
    clients: Mutex<HashMap<u64, mpsc::UnboundedSender<Message>>>,
    state: watch::Sender<State>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Well,
    Hung,
    Dead,
}

/// Starts a faulty server and gives its URL.
pub(crate) async fn faulty(fault: Fault) -> String {
    start(fault, |_| false).await
}

/// Starts a server that is right, but refuses some client ids.
pub(crate) async fn refusing(refused: fn(&str) -> bool) -> String {
    start(Box::new(|_, _, _| Fate::Pass), refused).await
}

async fn start(fault: Fault, refused: fn(&str) -> bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve(listener, fault, refused));
    url
}

/// Serves on a listener until a fault ends it.
pub(crate) async fn serve(listener: TcpListener, fault: Fault, refused: fn(&str) -> bool) {
    let inner = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let upstream = inner.local_addr().unwrap().to_string();
    let server = tokio::spawn(sio_p2p_server::serve(
        inner,
        Config::default(),
        std::future::pending::<()>(),
    ));
    let shared = Arc::new(Shared {
        upstream,
        fault: Mutex::new(fault),
        refused,
        clients: Mutex::default(),
        state: watch::Sender::new(State::Well),
    });
    let mut state = shared.state.subscribe();
    let mut number = 0;
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                let (stream, _) = accepted.unwrap();
                number += 1;
                tokio::spawn(connection(Arc::clone(&shared), stream, number));
            }
            () = death(&mut state) => break,
        }
    }
    server.abort();
}

/// Waits until a fault has ended the server.
async fn death(state: &mut watch::Receiver<State>) {
    let _ = state.wait_for(|state| *state == State::Dead).await;
}

async fn connection(shared: Arc<Shared>, stream: TcpStream, number: u64) {
    let mut uri = String::new();
    let mut id = String::new();
    #[expect(clippy::result_large_err, reason = "the type of the library")]
    let handshake = |request: &Request, response: Response| {
        uri = request.uri().to_string();
        let pairs = request.uri().query().unwrap_or_default().split('&');
        id = pairs
            .filter_map(|pair| pair.strip_prefix("clientId="))
            .collect();
        if (shared.refused)(&id) {
            let mut refusal = ErrorResponse::new(Some("no".to_owned()));
            *refusal.status_mut() = 403.try_into().unwrap();
            return Err(refusal);
        }
        Ok(response)
    };
    let Ok(downstream) = accept_hdr_async(stream, handshake).await else {
        return;
    };
    let Ok((upstream, _)) = connect_async(format!("ws://{}{uri}", shared.upstream)).await else {
        return;
    };
    let (mut to_client, mut from_client) = downstream.split();
    let (mut to_server, mut from_server) = upstream.split();
    let (sender, mut outgoing) = mpsc::unbounded_channel();
    shared.clients.lock().insert(number, sender.clone());
    let mut state = shared.state.subscribe();
    loop {
        let (way, message) = tokio::select! {
            message = from_client.next() => (Way::Out, message),
            message = from_server.next() => (Way::In, message),
            Some(message) = outgoing.recv() => {
                if to_client.send(message).await.is_err() {
                    break;
                }
                continue;
            }
            () = death(&mut state) => break,
        };
        let Some(Ok(message)) = message else { break };
        if *state.borrow() == State::Hung {
            continue;
        }
        let messages = match &message {
            Message::Text(text) => {
                let fate = (shared.fault.lock())(&id, way, text);
                match fate {
                    Fate::Pass => vec![message],
                    Fate::Drop => Vec::new(),
                    Fate::Become(texts) => texts.into_iter().map(Message::text).collect(),
                    Fate::Leak => {
                        for (other, sender) in &*shared.clients.lock() {
                            if *other != number {
                                let _ = sender.send(message.clone());
                            }
                        }
                        vec![message]
                    }
                    Fate::Close => break,
                    Fate::Hang => {
                        shared.state.send_replace(State::Hung);
                        Vec::new()
                    }
                    Fate::Die => {
                        shared.state.send_replace(State::Dead);
                        break;
                    }
                }
            }
            _ => vec![message],
        };
        for message in messages {
            let sent = match way {
                Way::Out => to_server.send(message).await.is_ok(),
                Way::In => sender.send(message).is_ok(),
            };
            if !sent {
                break;
            }
        }
    }
    shared.clients.lock().remove(&number);
}
