//! Probes, the upgrade, and the WebSocket that is the transport.

use std::time::Duration;

use super::{Machine, Phase};
use crate::CloseReason;
use crate::packet::Packet;
use crate::session::probe::Probe;
use crate::session::{Bounds, Prober, Refusal, Transport};

/// The data of the heartbeats by which a probe is recognised.
const PROBE: &str = "probe";

impl Machine {
    /// A WebSocket has come for this session.
    pub(crate) fn probe(&mut self, now: Duration, bounds: &Bounds) -> Result<Prober, Refusal> {
        if !self.is_open() {
            return Err(Refusal::Ended);
        }
        if self.transport == Transport::WebSocket || self.probe.is_some() {
            return Err(Refusal::SecondWebSocket);
        }
        let prober = Prober(self.requests.number());
        self.probe = Some(Probe::new(prober, now + bounds.upgrade_timeout));
        self.wakes.timer = true;
        Ok(prober)
    }

    /// The WebSocket that has opened the session.
    pub(crate) fn own_websocket(&self) -> Option<Prober> {
        self.websocket
    }

    /// Whether this WebSocket is the transport.
    pub(crate) fn is_transport(&self, prober: Prober) -> bool {
        self.websocket == Some(prober)
    }

    /// Whether this WebSocket probes.
    pub(crate) fn is_probe(&self, prober: Prober) -> bool {
        self.probe.is_some_and(|probe| probe.prober == prober)
    }

    /// A WebSocket that probes has sent a packet. The result is what it is answered;
    /// `Err` if it has to go. The session stays as it was then.
    pub(crate) fn probed(
        &mut self,
        prober: Prober,
        packet: &Packet<'_>,
        now: Duration,
    ) -> Result<Option<Packet<'static>>, Refusal> {
        let Some(probe) = self.probe.as_mut().filter(|probe| probe.prober == prober) else {
            return Err(Refusal::SecondWebSocket);
        };
        match packet {
            Packet::Ping(data) if *data == PROBE => {
                probe.asked(now);
                self.wakes.timer = true;
                Ok(Some(Packet::Pong(PROBE)))
            }
            // Also without a `2probe` before it, as with the official server.
            Packet::Upgrade if self.phase == Phase::Open => {
                self.upgrade(prober);
                Ok(None)
            }
            _ => {
                self.probe = None;
                Err(Refusal::SecondWebSocket)
            }
        }
    }

    /// The WebSocket becomes the transport.
    fn upgrade(&mut self, prober: Prober) {
        self.probe = None;
        self.transport = Transport::WebSocket;
        self.websocket = Some(prober);
        self.queue.switch(self.generation);
        // A poll that waits is answered by a `6`.
        self.wakes.poll = true;
        self.wakes.frames = true;
    }

    /// A WebSocket is gone, in order or not.
    pub(crate) fn websocket_gone(&mut self, prober: Prober, reason: CloseReason) {
        if self.is_probe(prober) {
            self.probe = None;
        }
        if self.is_transport(prober) {
            self.end(reason);
        }
    }

    /// All frames of a session that is being closed are written.
    pub(crate) fn written_out(&mut self) {
        if let Phase::Closing(reason) = self.phase {
            self.phase = Phase::Ended(reason);
        }
    }
}
