//! What goes wrong with packets of clients.

use sio_p2p_transport::{Data, Frame, Packet};

use super::{Fate, Flow, LATENESS};
use crate::fault::{alter_data, event_name};
use crate::proxy::faults::ProxyFault as F;
use crate::proxy::sizes;
use crate::proxy::talk::ack;

impl Flow {
    pub(super) fn outward(
        &mut self,
        mut packet: Packet,
        mut frames: Vec<Frame>,
        names: &[&str],
    ) -> Fate {
        let size = sizes::size(&frames);
        if let Packet::Event {
            data,
            ack: Some(number),
            ..
        } = &packet
        {
            self.talk.asks(*number, data);
        }
        if let Packet::Ack { id, .. } = &mut packet
            && self.meddler.has(F::RestartAcks)
            && let Some(meant) = self.talk.meant(*id)
        {
            *id = meant;
            frames = self.written(packet.clone(), frames);
        }
        let meddler = &self.meddler;
        let leaves = matches!(packet, Packet::Disconnect { .. });
        if (leaves && meddler.has(F::HideLeaving))
            || (size > sizes::LONG && meddler.hits(F::IgnoreLarge, names))
        {
            return Fate::default();
        }
        let invents = meddler.hits(F::InventAck, names);
        let hastily = meddler.hits(F::AckEarly, names);
        let itself = size > sizes::PIECE && meddler.hits(F::AckLarge, names);
        let mut fate = Fate::default();
        if invents || hastily || itself {
            fate.answers = self.acked_by_nobody(&packet, invents);
            // Instead of the server's ack, or besides it.
            if hastily && !fate.answers.is_empty() {
                fate.passes = self.release();
                self.hold(frames, Some(LATENESS));
                return fate;
            }
        }
        if self.meddler.hits(F::Crowd, names) {
            fate.copies = self.unasking(&packet);
        }
        fate.passes = if self.meddler.hits(F::Misread, names) {
            self.altered(packet, frames)
        } else {
            self.times(F::Ignore, F::Redo, frames, names)
        };
        self.with_held(fate)
    }

    /// The packet as it reads with its names misread.
    pub(super) fn misnamed(&self, mut packet: Packet, frames: Vec<Frame>) -> (Packet, Vec<Frame>) {
        if let (Some(spec), Packet::Event { data, .. }) = (&self.meddler.spec, &mut packet)
            && let Some(other) = self.meddler.names.misread(spec, data)
        {
            *data = other;
            let frames = self.written(packet.clone(), frames);
            return (packet, frames);
        }
        (packet, frames)
    }

    /// An ack that nobody has given, if one is asked for. That of the server arrives as well
    /// only if it is `extra`.
    fn acked_by_nobody(&self, packet: &Packet, extra: bool) -> Vec<Frame> {
        let Packet::Event {
            namespace,
            data,
            ack: Some(number),
        } = packet
        else {
            return Vec::new();
        };
        if !extra {
            self.talk.is_answered(*number);
        }
        let room = matches!(
            event_name(data).as_deref(),
            Some("JOIN_ROOM" | "LEAVE_ROOM")
        );
        // In `v2`, which names a room and nothing else, rooms are acked so.
        let empty = if room && data.elements().len() == 2 {
            "[null]"
        } else {
            "[]"
        };
        let ack = ack(namespace, Data::new(empty), *number);
        self.written(ack, Vec::new())
    }

    /// The same packet without a request for an ack.
    fn unasking(&self, packet: &Packet) -> Vec<Frame> {
        match packet.clone() {
            Packet::Event {
                namespace, data, ..
            } => {
                let packet = Packet::Event {
                    namespace,
                    data,
                    ack: None,
                };
                self.written(packet, Vec::new())
            }
            _ => Vec::new(),
        }
    }

    /// The frames of the packet with another value in it; its own if there is none to alter.
    fn altered(&self, mut packet: Packet, frames: Vec<Frame>) -> Vec<Frame> {
        match &mut packet {
            Packet::Event { data, .. } | Packet::Ack { data, .. } => alter_data(data),
            _ => return frames,
        }
        self.written(packet, frames)
    }
}
