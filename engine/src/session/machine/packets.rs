//! What the client says, and what is queued for it.

use std::time::Duration;

use super::{Machine, Received};
use crate::packet::Packet;
use crate::session::{Bounds, Queue, Transport};
use crate::{CloseReason, Generation};

impl Machine {
    /// The client has sent something, whatever it is.
    pub(crate) fn heard(&mut self, now: Duration, bounds: &Bounds) {
        self.heartbeat.heard(now, bounds);
    }

    /// The client has sent a packet over its transport.
    pub(crate) fn received<'a>(
        &mut self,
        packet: &'a Packet<'_>,
        now: Duration,
        bounds: &Bounds,
    ) -> Received<'a> {
        if !self.is_open() {
            return Received::Nothing;
        }
        match (packet, self.generation) {
            (Packet::Message(text), _) => return Received::Text(text),
            (Packet::Binary(data), _) => return Received::Binary(data),
            (Packet::Ping(_), Generation::V3) => self.beat("3", bounds),
            (Packet::Pong(_), Generation::V4) => {
                self.heartbeat.answered(now, bounds);
                // The next is due earlier than this one was, if the timeout is longer than
                // the interval.
                self.wakes.timer = true;
            }
            // A heartbeat in the wrong direction.
            (Packet::Ping(_), Generation::V4) | (Packet::Pong(_), Generation::V3) => {
                self.end(CloseReason::ParseError);
            }
            (Packet::Close, _) => {
                self.end(CloseReason::TransportClose);
                // A poll that waits gets a `6`: the client knows that this is the end.
                if let Queue::Packets { .. } = self.queue
                    && self.queue.depth().0 > 0
                {
                    self.queue.clear();
                    self.queue.text("6");
                }
            }
            // Packets of the server, or of a probe. The official server takes no notice.
            _ => {}
        }
        Received::Nothing
    }

    /// Queues a heartbeat or the answer to one.
    pub(super) fn beat(&mut self, packet: &str, bounds: &Bounds) {
        if self.queue.has_room_for_heartbeat(bounds) {
            self.queue.text(packet);
            self.queued();
        }
    }

    /// The WebSocket that is the transport has brought a ping of RFC 6455.
    pub(crate) fn pinged(&mut self, data: &[u8], bounds: &Bounds) {
        if !self.is_open() || !self.queue.has_room_for_heartbeat(bounds) {
            return;
        }
        if let Queue::Frames(frames) = &mut self.queue {
            frames.pong(data);
            self.queued();
        }
    }

    /// The client has sent what is no packet.
    pub(crate) fn misread(&mut self) {
        self.end(CloseReason::ParseError);
    }

    /// Something was queued.
    pub(crate) fn queued(&mut self) {
        match self.transport {
            Transport::Polling => self.wakes.poll = true,
            Transport::WebSocket => self.wakes.frames = true,
        }
    }

    /// Whether messages may be queued.
    pub(crate) fn takes_messages(&self) -> bool {
        self.is_open()
    }
}
