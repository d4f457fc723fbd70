//! What a WebSocket has brought.

use std::time::Duration;

use tokio::time::Instant;

use super::Link;
use crate::CloseReason;
use crate::handler::Handler;
use crate::packet::Packet;
use crate::session::Received;
use crate::socket::Batch;
use crate::websocket::{Incoming, ReadError};

/// A turn that brought more messages than this, but fewer bytes than [`LARGE`], leaves
/// its writing for after the turns of other connections, which may have more for the same
/// clients.
const FEW: usize = 1;

/// See [`FEW`].
const LARGE: usize = 16 << 10;

/// How long a connection may take before others have their turn. Several messages to a large
/// room fit in, so that each member gets them in one write.
pub(super) const TURN: Duration = Duration::from_millis(1);

/// The same for one that has always more to say. Each time it gets half of the time that it
/// had before, down to this, so that many of them do not keep others waiting. When there is
/// nothing to read any more, it begins anew.
const SHORT_TURN: Duration = Duration::from_micros(50);

/// However long they take, so many messages belong to one turn: on a machine that has too much
/// to do time passes by itself, and turns that end early would make everything dearer.
const SOME: usize = 32;

/// Unless they take as long as this, as messages with a long answer do.
const LONG_TURN: Duration = Duration::from_millis(8);

/// How reading a buffer has ended.
enum Outcome {
    /// All of it was read.
    Go,
    /// There is more in the buffer, but the time is over, or the program wants a pause.
    More,
    /// The WebSocket is of no use any more.
    Over(CloseReason),
}

impl<H: Handler> Link<H> {
    /// Handles all that was read at once, and then writes what came of it.
    pub(super) async fn turn(&mut self, mut buffer: Vec<u8>) {
        let mut batch = Batch::new();
        let mut messages = 0;
        let bytes = buffer.len();
        let mut at = 0;
        let outcome = self.read(&mut buffer, &mut at, &mut messages, &mut batch);
        self.keep(buffer, at);
        self.unread = matches!(outcome, Outcome::More);
        if self.unread {
            self.turn = (self.turn / 2).max(SHORT_TURN);
        }
        if let Outcome::Over(reason) = outcome {
            self.socket.act(&mut batch, |machine, _| {
                machine.websocket_gone(self.prober, reason);
            });
        } else if self.transport {
            self.socket.heard();
            if let Some(wait) = self.server.handler.pause(&self.socket) {
                self.pause(wait);
            }
        }
        self.server.settle(&self.socket, &mut batch);
        if messages > FEW && bytes < LARGE && !self.unread {
            tokio::task::yield_now().await;
            batch.flush();
        } else {
            batch.flush();
            if bytes >= LARGE || self.unread {
                // It may never stop sending.
                tokio::task::yield_now().await;
            }
        }
    }

    /// Before anything that ends the session, what came of earlier messages is written: the
    /// client has sent them before, and may wait for the answers.
    fn read(
        &mut self,
        buffer: &mut [u8],
        at: &mut usize,
        messages: &mut usize,
        batch: &mut Batch<H::Data>,
    ) -> Outcome {
        let began = Instant::now();
        loop {
            let Self {
                server,
                socket,
                reader,
                ..
            } = self;
            let between_messages = *at > 0 && *at < buffer.len() && !socket.is_closed();
            if between_messages {
                let least = if *messages < SOME {
                    LONG_TURN
                } else {
                    self.turn
                };
                if began.elapsed() >= least || server.handler.pause(socket).is_some() {
                    return Outcome::More;
                }
            }
            let generation = socket.generation();
            let packet = match reader.next(buffer, at) {
                Ok(None) => return Outcome::Go,
                Ok(Some(Incoming::Text(text))) => {
                    *messages += 1;
                    // By far the most frequent case.
                    if let Some(text) = text.strip_prefix('4')
                        && self.transport
                    {
                        if !socket.is_closed() {
                            server.handler.text(socket, text, batch);
                        }
                        continue;
                    }
                    Packet::from_text(generation, text).ok()
                }
                Ok(Some(Incoming::Binary(data))) => {
                    *messages += 1;
                    Packet::from_binary(generation, data).ok()
                }
                Ok(Some(Incoming::Ping(data))) => {
                    *messages += 1;
                    if self.transport {
                        let bounds = server.shared.bounds;
                        socket.act(batch, |machine, _| machine.pinged(data, &bounds));
                    }
                    continue;
                }
                Ok(Some(Incoming::Pong)) => {
                    *messages += 1;
                    continue;
                }
                Ok(Some(Incoming::Close { code })) => {
                    batch.flush();
                    self.close(code);
                    return Outcome::Over(CloseReason::TransportClose);
                }
                Err(error) => {
                    batch.flush();
                    return self.refuse(error);
                }
            };
            let Some(packet) = packet else {
                batch.flush();
                return Outcome::Over(CloseReason::ParseError);
            };
            if packet == Packet::Close {
                batch.flush();
            }
            if self.transport {
                let bounds = server.shared.bounds;
                let received = socket.act(batch, |machine, now| {
                    machine.received(&packet, now, &bounds)
                });
                match received {
                    Received::Nothing => {}
                    Received::Text(text) => server.handler.text(socket, text, batch),
                    Received::Binary(data) => server.handler.binary(socket, data, batch),
                }
                continue;
            }
            let prober = self.prober;
            if packet == Packet::Upgrade {
                socket.attach(self.io.clone());
            }
            match socket.act(batch, |machine, now| machine.probed(prober, &packet, now)) {
                Ok(Some(answer)) => {
                    if !self.answer_probe(&answer) {
                        return Outcome::Over(CloseReason::TransportError);
                    }
                }
                Ok(None) => self.transport = true,
                Err(_) => return Outcome::Over(CloseReason::ParseError),
            }
        }
    }

    /// The client has broken the rules of RFC 6455.
    fn refuse(&mut self, error: ReadError) -> Outcome {
        tracing::debug!(%error, "closing a WebSocket");
        self.close(Some(error.close_code()));
        Outcome::Over(match error {
            ReadError::TooBig { .. } => CloseReason::TooLarge,
            _ => CloseReason::ParseError,
        })
    }
}
