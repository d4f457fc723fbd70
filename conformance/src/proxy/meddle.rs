//! One direction of a connection, and what goes wrong on it.

use sio_p2p_transport::{Data, EioVersion, Frame, FrameReader, Heard, Packet};

use super::faults::{ProxyFault, ProxyFaultSpec};
use crate::fault::{alter_data, event_name};
use crate::record::recorder::MAX_MESSAGE;
use crate::runner::trace::Way;

/// More attachments than any packet has.
const MAX_ATTACHMENTS: usize = 10_000;

/// What goes wrong, and what never does.
#[derive(Debug, Clone)]
pub(super) struct Meddler {
    /// The fault; without one all is well.
    pub(super) spec: Option<ProxyFaultSpec>,
    /// Events that hold this text are left alone.
    pub(super) spare: Option<String>,
}

/// What becomes of a frame.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Fate {
    /// What goes on in its place.
    pub(super) passes: Vec<Frame>,
    /// What every other client gets.
    pub(super) copies: Vec<Frame>,
    /// What the client gets that has sent it.
    pub(super) answers: Vec<Frame>,
    /// The connection breaks.
    pub(super) cut: bool,
}

impl Meddler {
    pub(super) fn has(&self, fault: ProxyFault) -> bool {
        self.spec.as_ref().is_some_and(|spec| spec.fault == fault)
    }

    fn hits(&self, fault: ProxyFault, names: &[&str]) -> bool {
        let spec = self.spec.as_ref();
        spec.is_some_and(|spec| spec.hits(fault, names))
    }

    fn spares(&self, packet: &Packet) -> bool {
        let (Some(text), Packet::Event { data, .. }) = (&self.spare, packet) else {
            return false;
        };
        data.json.contains(text)
    }
}

/// One direction of a connection.
#[derive(Debug)]
pub(super) struct Lane {
    way: Way,
    eio: EioVersion,
    meddler: Meddler,
    reader: FrameReader,
    /// The frames of a packet whose attachments are still to come.
    part: Vec<Frame>,
    /// A packet that lets the next one pass first.
    held: Vec<Frame>,
}

impl Lane {
    pub(super) fn new(way: Way, eio: EioVersion, meddler: Meddler) -> Self {
        Self {
            way,
            eio,
            meddler,
            reader: FrameReader::new(eio, MAX_MESSAGE, MAX_ATTACHMENTS),
            part: Vec::new(),
            held: Vec::new(),
        }
    }

    /// Decides about the next frame. Heartbeats and what cannot be read pass as they are.
    pub(super) fn take(&mut self, frame: Frame) -> Fate {
        let message = match &frame {
            Frame::Text(text) => text.starts_with('4'),
            Frame::Binary(_) => true,
            Frame::Close { .. } => false,
        };
        let heard = self.reader.read(frame.clone());
        match heard {
            Ok(Heard::Packet(packet)) => {
                self.part.push(frame);
                let frames = std::mem::take(&mut self.part);
                self.packet(packet, frames)
            }
            Ok(Heard::Nothing) if message => {
                self.part.push(frame);
                Fate::default()
            }
            _ => {
                let mut passes = std::mem::take(&mut self.part);
                passes.push(frame);
                Fate {
                    passes,
                    ..Fate::default()
                }
            }
        }
    }

    fn packet(&mut self, packet: Packet, frames: Vec<Frame>) -> Fate {
        let mut fate = if self.meddler.spares(&packet) {
            Fate {
                passes: frames,
                ..Fate::default()
            }
        } else {
            let names = names(&packet);
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            match self.way {
                Way::In => self.inward(packet, frames, &names),
                Way::Out => self.outward(packet, frames, &names),
            }
        };
        // Whatever lets others pass first comes behind the first that does pass.
        if !fate.passes.is_empty() {
            fate.passes.append(&mut self.held);
        } else if fate.cut {
            self.held.clear();
        }
        fate
    }

    fn inward(&mut self, packet: Packet, frames: Vec<Frame>, names: &[&str]) -> Fate {
        let mut fate = Fate::default();
        if self.meddler.hits(ProxyFault::Cut, names) {
            fate.cut = true;
        } else if self.meddler.hits(ProxyFault::Swap, names) && self.held.is_empty() {
            self.held = frames;
        } else if self.meddler.hits(ProxyFault::Alter, names) {
            fate.passes = self.altered(packet, frames);
        } else if self.meddler.hits(ProxyFault::Copy, names) {
            fate.copies.clone_from(&frames);
            fate.passes = frames;
        } else {
            fate.passes = self.times(ProxyFault::Lose, ProxyFault::Repeat, frames, names);
        }
        fate
    }

    fn outward(&mut self, packet: Packet, frames: Vec<Frame>, names: &[&str]) -> Fate {
        let mut fate = Fate::default();
        if self.meddler.hits(ProxyFault::InventAck, names)
            && let Packet::Event { ack: Some(id), .. } = &packet
        {
            let namespace = packet.namespace().to_owned();
            let (data, id) = (Data::new("[]"), *id);
            let ack = Packet::Ack {
                namespace,
                data,
                id,
            };
            fate.answers = ack.into_frames(self.eio).unwrap_or_default();
        }
        let leaves = matches!(packet, Packet::Disconnect { .. });
        if leaves && self.meddler.has(ProxyFault::HideLeaving) {
            return fate;
        }
        fate.passes = if self.meddler.hits(ProxyFault::Misread, names) {
            self.altered(packet, frames)
        } else {
            self.times(ProxyFault::Ignore, ProxyFault::Redo, frames, names)
        };
        fate
    }

    fn times(
        &self,
        lose: ProxyFault,
        repeat: ProxyFault,
        frames: Vec<Frame>,
        names: &[&str],
    ) -> Vec<Frame> {
        let spec = self.meddler.spec.as_ref();
        let times = spec.map_or(1, |spec| spec.times(lose, repeat, names));
        let copies = std::iter::repeat_n(frames, times);
        copies.flatten().collect()
    }

    /// The frames of the packet with another value in it; its own if there is none to alter.
    fn altered(&self, mut packet: Packet, frames: Vec<Frame>) -> Vec<Frame> {
        match &mut packet {
            Packet::Event { data, .. } | Packet::Ack { data, .. } => alter_data(data),
            _ => return frames,
        }
        packet.into_frames(self.eio).unwrap_or(frames)
    }
}

/// The names by which a fault can hit a packet.
fn names(packet: &Packet) -> Vec<String> {
    match packet {
        Packet::Connect { .. } => vec!["connect".to_owned()],
        Packet::Disconnect { .. } => vec!["disconnect".to_owned()],
        Packet::ConnectError { .. } => vec!["connect_error".to_owned()],
        Packet::Ack { .. } => vec!["ack".to_owned()],
        Packet::Event { data, .. } => {
            let kind = "event".to_owned();
            std::iter::once(kind).chain(event_name(data)).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lane(way: Way, spec: &str) -> Lane {
        let meddler = Meddler {
            spec: Some(spec.parse().unwrap()),
            spare: Some("\"fence-".to_owned()),
        };
        Lane::new(way, EioVersion::V4, meddler)
    }

    /// What passes of these texts, in order.
    fn passes(way: Way, spec: &str, texts: &[&str]) -> Vec<String> {
        let mut lane = lane(way, spec);
        let fates = texts
            .iter()
            .flat_map(|text| lane.take(Frame::text(*text)).passes);
        let shown = fates.map(|frame| match frame {
            Frame::Text(text) => text,
            other => format!("{other:?}"),
        });
        shown.collect()
    }

    const EVENT: &str = r#"42["e",1]"#;
    const NEXT: &str = r#"42["f","x"]"#;
    const ACK: &str = "430[true]";
    const FENCE: &str = r#"42["fence-7",1]"#;

    #[test]
    fn packets_of_the_server_are_lost_repeated_altered_and_swapped() {
        let all = ["2", EVENT, ACK, FENCE];
        for (spec, expected) in [
            ("proxy-lose", vec!["2", FENCE]),
            ("proxy-lose:ack", vec!["2", EVENT, FENCE]),
            ("proxy-repeat:e", vec!["2", EVENT, EVENT, ACK, FENCE]),
            (
                "proxy-alter",
                vec!["2", r#"42["e",2.0]"#, "430[false]", FENCE],
            ),
            ("proxy-swap:e", vec!["2", ACK, EVENT, FENCE]),
            ("proxy-ignore", vec!["2", EVENT, ACK, FENCE]),
        ] {
            assert_eq!(passes(Way::In, spec, &all), expected, "{spec}");
        }
        let swapped = passes(Way::In, "proxy-swap", &[EVENT, NEXT, FENCE]);
        assert_eq!(swapped, [NEXT, EVENT, FENCE]);
        // The last of all comes after the fence that should have followed it.
        assert_eq!(
            passes(Way::In, "proxy-swap", &[EVENT, FENCE]),
            [FENCE, EVENT]
        );
    }

    #[test]
    fn packets_of_clients_are_ignored_done_twice_and_misread() {
        let all = ["40", EVENT, NEXT, "41"];
        for (spec, expected) in [
            ("proxy-ignore:event", vec!["40", "41"]),
            ("proxy-redo:f", vec!["40", EVENT, NEXT, NEXT, "41"]),
            (
                "proxy-misread:f",
                vec!["40", EVENT, r#"42["f","x~"]"#, "41"],
            ),
            ("proxy-hide-leaving", vec!["40", EVENT, NEXT]),
            ("proxy-ignore:connect", vec![EVENT, NEXT, "41"]),
        ] {
            assert_eq!(passes(Way::Out, spec, &all), expected, "{spec}");
        }
    }

    #[test]
    fn an_ack_is_invented_a_copy_is_made_and_a_connection_is_cut() {
        let mut inventing = lane(Way::Out, "proxy-invent-ack:e");
        let fate = inventing.take(Frame::text(r#"425["e"]"#));
        assert_eq!(fate.answers, [Frame::text("435[]")]);
        assert_eq!(fate.passes, [Frame::text(r#"425["e"]"#)]);
        assert_eq!(inventing.take(Frame::text(EVENT)).answers, []);

        let fate = lane(Way::In, "proxy-copy").take(Frame::text(EVENT));
        assert_eq!((fate.copies.len(), fate.passes.len()), (1, 1));

        let fate = lane(Way::In, "proxy-cut:e").take(Frame::text(EVENT));
        assert!(fate.cut && fate.passes.is_empty(), "{fate:?}");
    }

    #[test]
    fn a_packet_is_hit_with_its_attachments() {
        let head = Frame::text(r#"451-["e",{"_placeholder":true,"num":0}]"#);
        let mut losing = lane(Way::In, "proxy-lose:e");
        assert_eq!(losing.take(head.clone()), Fate::default());
        assert_eq!(losing.take(Frame::binary(&b"a"[..])), Fate::default());
        let mut altering = lane(Way::In, "proxy-alter:e");
        altering.take(head.clone());
        let fate = altering.take(Frame::binary(&b"a"[..]));
        assert_eq!(fate.passes, [head, Frame::binary(&b"a\xff"[..])]);
    }

    #[test]
    fn what_cannot_be_read_passes() {
        let hostile = ["4", "4x", "42", "42[", "45-1-[]"];
        assert_eq!(passes(Way::Out, "proxy-ignore:event", &hostile), hostile);
    }
}
