//! One direction of a connection, and what goes wrong on it.

mod inward;
mod outward;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sio_p2p_protocol::STREAM_DATA_PREFIX;
use sio_p2p_transport::{EioVersion, Frame, FrameReader, Heard, Packet};
use tokio::time::Instant;

use super::faults::{ProxyFault, ProxyFaultSpec};
use super::naming::{Named, Names};
use super::talk::Talk;
use crate::fault::event_name;
use crate::player::play::trace::Way;
use crate::record::recorder::MAX_MESSAGE;

/// More attachments than any packet has.
const MAX_ATTACHMENTS: usize = 10_000;
/// How long a packet waits at most for one that is to come before it.
const HASTE: Duration = Duration::from_millis(40);
/// How long something takes that was acked before it was done.
const LATENESS: Duration = Duration::from_millis(500);

/// What goes wrong, and what never does.
#[derive(Debug, Clone, Default)]
pub(super) struct Meddler {
    /// The fault; without one all is well.
    pub(super) spec: Option<ProxyFaultSpec>,
    /// Events that hold this text are left alone.
    pub(super) spare: Option<String>,
    /// The names that have been met.
    pub(super) names: Arc<Names>,
}

/// What becomes of a frame.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Fate {
    /// What goes on in its place.
    pub(super) passes: Vec<Frame>,
    /// What every other client gets, or the server from every other client.
    pub(super) copies: Vec<Frame>,
    /// What goes back to the sender.
    pub(super) answers: Vec<Frame>,
    /// The connection breaks.
    pub(super) cut: bool,
}

impl Fate {
    fn pass(frames: Vec<Frame>) -> Self {
        Self {
            passes: frames,
            ..Self::default()
        }
    }
}

impl Meddler {
    pub(super) fn has(&self, fault: ProxyFault) -> bool {
        self.spec.as_ref().is_some_and(|spec| spec.fault == fault)
    }

    fn hits(&self, fault: ProxyFault, names: &[&str]) -> bool {
        let spec = self.spec.as_ref();
        spec.is_some_and(|spec| spec.hits(fault, names))
    }

    /// The client that a server takes this one for, whose id is percent-encoded as in a query.
    pub(super) fn taken_for(&self, id: &str) -> Option<String> {
        let name = percent_decode_str(id).decode_utf8().ok()?;
        let other = self
            .names
            .taken_for(self.spec.as_ref()?, Named::Client, &name)?;
        Some(utf8_percent_encode(&other, NON_ALPHANUMERIC).to_string())
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
pub(super) struct Flow {
    way: Way,
    eio: EioVersion,
    meddler: Meddler,
    talk: Talk,
    reader: FrameReader,
    /// The frames of a packet whose attachments are still to come.
    part: Vec<Frame>,
    /// A packet that lets the next one pass first.
    held: Vec<Frame>,
    /// The ack that is held.
    held_ack: Option<Packet>,
    /// When what is held passes, though nothing has come after it.
    held_until: Option<Instant>,
}

impl Flow {
    pub(super) fn new(way: Way, eio: EioVersion, meddler: Meddler, talk: Talk) -> Self {
        Self {
            way,
            eio,
            meddler,
            talk,
            reader: FrameReader::new(eio, MAX_MESSAGE, MAX_ATTACHMENTS),
            part: Vec::new(),
            held: Vec::new(),
            held_ack: None,
            held_until: None,
        }
    }

    /// When what is held has to pass.
    pub(super) fn due(&self) -> Option<Instant> {
        self.held_until
    }

    /// What has been held for long enough.
    pub(super) fn release(&mut self) -> Vec<Frame> {
        self.held_until = None;
        self.held_ack = None;
        std::mem::take(&mut self.held)
    }

    /// What is held and has a time, now that nothing more comes.
    pub(super) fn release_in_time(&mut self) -> Vec<Frame> {
        match self.held_until {
            Some(_) => self.release(),
            None => Vec::new(),
        }
    }

    /// Decides about the next frame. What cannot be read passes as it is, and so do
    /// heartbeats unless they are the point.
    pub(super) fn take(&mut self, frame: Frame) -> Fate {
        let message = match &frame {
            Frame::Text(text) => text.starts_with('4'),
            Frame::Binary(_) => true,
            Frame::Close { .. } => false,
        };
        if !message && let Some(fate) = self.heartbeat(&frame) {
            return fate;
        }
        let heard = self.reader.read(frame.clone());
        match heard {
            Ok(Heard::Packet(packet)) => {
                self.part.push(frame);
                let frames = std::mem::take(&mut self.part);
                self.talk.passes();
                self.packet(packet, frames)
            }
            Ok(Heard::Nothing) if message => {
                self.part.push(frame);
                Fate::default()
            }
            _ => {
                let mut passes = std::mem::take(&mut self.part);
                passes.push(frame);
                Fate::pass(passes)
            }
        }
    }

    /// What becomes of a heartbeat, if it is the point. In Engine.IO 4 the server asks and the
    /// client answers, in 3 it is the other way round.
    fn heartbeat(&self, frame: &Frame) -> Option<Fate> {
        let (asks, answers) = (Frame::text("2"), Frame::text("3"));
        let (of_server, of_client) = match self.eio {
            EioVersion::V4 => (&asks, &answers),
            EioVersion::V3 => (&answers, &asks),
        };
        let lost = self.meddler.has(ProxyFault::LoseHeartbeats);
        if self.way == Way::In && lost && frame == of_server {
            return Some(Fate::default());
        }
        if !self.meddler.has(ProxyFault::HideSilence) {
            return None;
        }
        match (self.way, self.eio) {
            (Way::In, EioVersion::V4) if *frame == asks => Some(Fate {
                answers: vec![answers],
                ..Fate::pass(vec![asks])
            }),
            (Way::Out, EioVersion::V4) if frame == of_client => Some(Fate::default()),
            _ => None,
        }
    }

    fn packet(&mut self, packet: Packet, frames: Vec<Frame>) -> Fate {
        let names = names(&packet);
        let names: Vec<_> = names.iter().map(String::as_str).collect();
        // Names are misread in every packet, those of the runner's own included.
        let (packet, frames) = match self.way {
            Way::Out => self.misnamed(packet, frames),
            Way::In => (packet, frames),
        };
        let spared = self.meddler.spares(&packet);
        let hastens =
            self.meddler.has(ProxyFault::Hasten) || self.meddler.has(ProxyFault::LoseBeforeEnd);
        if spared && hastens {
            let mut passes = self.release();
            passes.extend(frames);
            return Fate::pass(passes);
        }
        if spared {
            return self.with_held(Fate::pass(frames));
        }
        match self.way {
            Way::In => self.inward(packet, frames, &names),
            Way::Out => self.outward(packet, frames, &names),
        }
    }

    /// Whatever lets others pass first comes behind the first that does pass.
    fn with_held(&mut self, mut fate: Fate) -> Fate {
        if !fate.passes.is_empty() {
            let held = self.release();
            fate.passes.extend(held);
        } else if fate.cut {
            self.held.clear();
        }
        fate
    }

    /// Holds a packet until something else passes, or until then.
    fn hold(&mut self, frames: Vec<Frame>, wait: Option<Duration>) {
        self.held = frames;
        self.held_until = wait.map(|wait| Instant::now() + wait);
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

    /// The frames of a packet that has been changed; others if it cannot be written.
    fn written(&self, packet: Packet, otherwise: Vec<Frame>) -> Vec<Frame> {
        packet.into_frames(self.eio).unwrap_or(otherwise)
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
            let mut names = vec!["event".to_owned()];
            if let Some(event) = event_name(data) {
                if event.starts_with(STREAM_DATA_PREFIX) {
                    let last = data.elements().last().map(|last| last.get());
                    let ends = last == Some("null");
                    names.push(if ends { "end" } else { "chunk" }.to_owned());
                }
                names.push(event);
            }
            names
        }
    }
}
