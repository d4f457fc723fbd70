//! What goes wrong with packets of the server.

use serde_json::{Value, json};
use sio_p2p_transport::{Data, Frame, Packet};
use tokio::time::Instant;

use super::{Fate, Flow, HASTE};
use crate::fault::alter_data;
use crate::proxy::faults::ProxyFault as F;
use crate::proxy::sizes;
use crate::proxy::talk::{Asked, ack};

/// How long an answer may take that is not forgotten.
const SLOW: std::time::Duration = std::time::Duration::from_secs(1);
/// What a small number of an ack can hold.
const NARROW: u64 = 1 << 16;
/// The notices that a peer has left, of `v1` and of `v2`.
const NOTICES: [&str; 2] = ["MULTI_API_TARGET_DISCONNECT", "TARGET_DISCONNECT"];
/// The id in a listing that belongs to no client.
const STRANGER: &str = "stranger";

impl Flow {
    pub(super) fn inward(&mut self, packet: Packet, frames: Vec<Frame>, names: &[&str]) -> Fate {
        let size = sizes::size(&frames);
        let question = match &packet {
            Packet::Ack { id, .. } => self.talk.question(*id),
            _ => None,
        };
        if self.is_lost(size, question.as_ref(), names) {
            return Fate::default();
        }
        let meddler = &self.meddler;
        if meddler.hits(F::Cut, names) || (size > sizes::HUGE && meddler.hits(F::CutLarge, names)) {
            return self.with_held(Fate {
                cut: true,
                ..Fate::default()
            });
        }
        if meddler.hits(F::Copy, names) {
            return Fate {
                copies: frames.clone(),
                ..Fate::pass(frames)
            };
        }
        let large = size > sizes::PIECE;
        let waits = large && meddler.hits(F::PassLarge, names);
        if (waits || meddler.hits(F::Swap, names)) && self.held.is_empty() {
            self.hold(frames, waits.then_some(HASTE));
            return Fate::default();
        }
        if meddler.has(F::Hasten) {
            return self.hastened(frames, names);
        }
        if meddler.has(F::LoseBeforeEnd) {
            return self.ended(frames, names);
        }
        if meddler.hits(F::TradeAcks, names) && matches!(packet, Packet::Ack { .. }) {
            return self.traded(packet, frames);
        }
        let frames = match self.changed(&packet, question.as_ref(), names) {
            Some(other) => self.written(other, frames),
            None if meddler.hits(F::SplitCharacter, names) => split(frames),
            None => frames,
        };
        let mut passes = self.times(F::Lose, F::Repeat, frames, names);
        if self.meddler.has(F::Foresee) {
            passes.extend(self.foreseen(question.as_ref()));
        }
        self.with_held(Fate::pass(passes))
    }

    fn is_lost(&self, size: usize, question: Option<&Asked>, names: &[&str]) -> bool {
        let meddler = &self.meddler;
        let slow = question.is_some_and(|asked| asked.at + SLOW < Instant::now());
        let leaves = names.iter().any(|name| NOTICES.contains(name));
        question.is_some_and(|asked| asked.answered)
            || (leaves && meddler.has(F::Foresee))
            || (slow && meddler.hits(F::ForgetSlow, names))
            || (size > sizes::LONG && meddler.hits(F::LoseLarge, names))
    }

    /// Each packet waits for one that is to come before it.
    fn hastened(&mut self, frames: Vec<Frame>, names: &[&str]) -> Fate {
        if self.meddler.hits(F::Hasten, names) && !self.held.is_empty() {
            return self.with_held(Fate::pass(frames));
        }
        let before = self.release();
        self.hold(frames, Some(HASTE));
        Fate::pass(before)
    }

    /// Each chunk waits for the next packet; if that is the end, it is lost.
    fn ended(&mut self, frames: Vec<Frame>, names: &[&str]) -> Fate {
        let mut passes = self.release();
        if names.contains(&"chunk") {
            self.hold(frames, Some(HASTE));
            return Fate::pass(passes);
        }
        if names.contains(&"end") {
            passes.clear();
        }
        passes.extend(frames);
        Fate::pass(passes)
    }

    fn traded(&mut self, packet: Packet, frames: Vec<Frame>) -> Fate {
        let Some(Packet::Ack {
            namespace,
            data: first,
            id: first_id,
        }) = self.held_ack.take()
        else {
            self.hold(frames, Some(HASTE));
            self.held_ack = Some(packet);
            return Fate::default();
        };
        let Packet::Ack { data, id, .. } = packet else {
            return Fate::pass(frames);
        };
        self.release();
        let mut passes = self.written(ack(&namespace, data, first_id), Vec::new());
        passes.extend(self.written(ack(&namespace, first, id), Vec::new()));
        Fate::pass(passes)
    }

    /// The packet as it arrives; `None` if it arrives as it is.
    fn changed(&self, packet: &Packet, question: Option<&Asked>, names: &[&str]) -> Option<Packet> {
        let meddler = &self.meddler;
        let mut packet = packet.clone();
        match &mut packet {
            Packet::Ack { id, .. } if meddler.hits(F::NarrowAcks, names) && *id >= NARROW => {
                *id %= NARROW;
                return Some(packet);
            }
            Packet::Event { ack: Some(id), .. } if meddler.hits(F::RestartAcks, names) => {
                *id = self.talk.number(*id);
                return Some(packet);
            }
            _ => {}
        }
        let is_ack = matches!(packet, Packet::Ack { .. });
        let (Packet::Event { data, .. } | Packet::Ack { data, .. }) = &mut packet else {
            return None;
        };
        let listing = question.is_some_and(|asked| asked.event == "LIST_CLIENTS");
        let changed = if meddler.hits(F::Alter, names) {
            alter_data(data);
            true
        } else if meddler.hits(F::CutText, names) {
            sizes::cut_texts(data)
        } else if meddler.hits(F::CutAttachment, names) {
            sizes::cut_attachments(&mut data.attachments)
        } else if names.contains(&"SERVER_ERROR") && meddler.hits(F::StaleFailure, names) {
            stale(data, self.talk.failure_before(data))
        } else if is_ack && !listing && meddler.hits(F::StaleAck, names) {
            stale(data, self.talk.ack_before(data))
        } else if listing {
            self.listed(data, names)
        } else {
            false
        };
        changed.then_some(packet)
    }

    /// The notice that a target which was just added has left.
    fn foreseen(&self, question: Option<&Asked>) -> Vec<Frame> {
        let Some((asked, who)) = question.and_then(|asked| Some((asked, asked.about.as_ref()?)))
        else {
            return Vec::new();
        };
        let notice = match asked.event.as_str() {
            "MULTI_API_ADD_TARGET" => NOTICES[0],
            "ADD_TARGET" => NOTICES[1],
            _ => return Vec::new(),
        };
        let packet = Packet::event(json!([notice, who]).to_string());
        self.written(packet, Vec::new())
    }

    /// Changes a listing; `false` if it stays as it is.
    fn listed(&self, data: &mut Data, names: &[&str]) -> bool {
        let Ok(mut value) = serde_json::from_str::<Value>(&data.json) else {
            return false;
        };
        let Some(ids) = value.get_mut(0).and_then(Value::as_array_mut) else {
            return false;
        };
        let meddler = &self.meddler;
        if meddler.hits(F::ListStranger, names) {
            ids.push(json!(STRANGER));
        } else if meddler.hits(F::ListTwice, names) {
            ids.extend(ids.first().cloned());
        } else if meddler.hits(F::ListShort, names) {
            ids.pop();
        } else {
            return false;
        }
        data.json = value.to_string();
        true
    }
}

fn stale(data: &mut Data, before: Option<Data>) -> bool {
    before.is_some_and(|before| {
        *data = before;
        true
    })
}

fn split(frames: Vec<Frame>) -> Vec<Frame> {
    let frames = frames.into_iter().map(|frame| match frame {
        Frame::Text(text) => Frame::text(sizes::split_characters(&text)),
        other => other,
    });
    frames.collect()
}
