//! What the relay says, falsified before the shells hear of it.

use std::sync::Arc;

use sio_p2p_protocol::{PEER_STREAM_DESTROYED, STREAM_DATA_PREFIX};

use super::incoming::HIDDEN;
use super::{Asked, Cause, Fault, Faults, Question, Until, What, rewrite};
use crate::relay::{ConnectionId, Data, Output, Packet};

/// An ack id that the relay never gives out.
const UNASKED: u64 = 1 << 52;

/// The members of a request for a stream that mean something to the server.
const STREAM_MEMBERS: [&str; 5] = [
    "sourceStreamId",
    "targetStreamId",
    "targetClientId",
    "sourceClientId",
    "channel",
];

/// An event on its way out.
struct Event {
    to: ConnectionId,
    data: Data,
    ack: Option<u64>,
}

impl From<Event> for Output {
    fn from(event: Event) -> Self {
        let Event { to, data, ack } = event;
        let data = Arc::new(data);
        let packet = Packet::Event { data, ack };
        Self { to, packet }
    }
}

impl Faults {
    /// Takes a packet of the relay; what becomes of it is sent.
    pub(crate) fn pass(&mut self, output: Output) {
        if self.deaf {
            return;
        }
        let Output { to, packet } = output;
        match packet {
            Packet::Event { data, ack } => {
                let data = Arc::unwrap_or_clone(data);
                self.event(Event { to, data, ack });
            }
            Packet::Ack { data, id } => match self.cause.what {
                What::Answer(question) => self.answer(to, data, id, question),
                What::Leaving => {
                    if !self.hit(Fault::ForgetPendingAcks) {
                        self.own_ack(to, data, id);
                    }
                }
                _ => self.own_ack(to, data, id),
            },
            Packet::Disconnect => {
                self.present.remove(&to);
                let joining = self.cause.what == What::Joining;
                if !(joining && self.hit(Fault::KeepRejected)) {
                    let packet = Packet::Disconnect;
                    self.send(Output { to, packet });
                }
            }
        }
    }

    fn event(&mut self, mut event: Event) {
        let Cause { what, from, .. } = self.cause;
        let name = rewrite::event_name(&event.data.json);
        if let Some(id) = event.ack {
            let question = match what {
                What::AddTarget | What::CreateStream => Question::Offer,
                _ => Question::Event,
            };
            let to = event.to;
            self.asked.insert(id, Asked { to, question });
        }
        let between_clients = matches!(what, What::Message | What::RoomMessage | What::ApiCall);
        if name == "SERVER_ERROR" && !(between_clients && event.to != from) {
            return self.server_error(event);
        }
        match what {
            What::Message | What::RoomMessage | What::ApiCall | What::Answer(_) => {
                return self.between_clients(event, &name);
            }
            What::Leaving => return self.notice(event, &name),
            What::AddTarget if self.hit(Fault::ForgeTarget) => {
                let receiver = rewrite::string(&self.id(event.to));
                rewrite::edit(&mut event.data, |elements| {
                    elements.truncate(1);
                    elements.push(receiver);
                });
            }
            What::CreateStream => self.offer(&mut event, &name),
            What::EndTopic if self.hit(Fault::ForgetTopicEnd) => return,
            _ => {}
        }
        self.send(event.into());
    }

    /// An event that a client sends to another, to a room or to an API.
    fn between_clients(&mut self, mut event: Event, name: &str) {
        let Cause { what, from, .. } = self.cause;
        let to = event.to;
        if let Some(reserved) = name.strip_prefix(HIDDEN) {
            let name = rewrite::string(reserved);
            rewrite::edit(&mut event.data, |elements| elements[0] = name);
        }
        let ends = name.starts_with(STREAM_DATA_PREFIX)
            && rewrite::elements(&event.data.json)
                .last()
                .is_some_and(|last| last == "null");
        let missed = what == What::RoomMessage && !self.cause.missed;
        self.cause.missed = true;
        if (missed && self.hit(Fault::MissMember))
            || (ends && self.hit(Fault::DropStreamEnd))
            || (name == PEER_STREAM_DESTROYED && self.hit(Fault::DropStreamDestroyed))
            || (to == from && self.hit(Fault::LoseOwnEvents))
            || self.hit(Fault::DropEvent)
        {
            return;
        }
        self.change_event(&mut event);
        if self.hit(Fault::ResetConnection) {
            return self.reset(to);
        }
        // An answer has nobody to go astray from: its data belongs to a stream.
        if let Some(other) = self.somebody_else(to, from) {
            if self.hit(Fault::MisdirectEvent) {
                event.to = other;
            } else if self.hit(Fault::CopyEvent) {
                self.copy(&event, other);
            }
        }
        if self.present.contains_key(&from) && to != from && self.hit(Fault::EchoEvent) {
            self.copy(&event, from);
        }
        if self.hit(Fault::DoubleEvent) {
            self.copy(&event, event.to);
        }
        if self.hit(Fault::SwapEvents) {
            self.hold(Until::Event, event.into());
        } else if self.hit(Fault::OvertakenEvent) {
            self.hold(Until::Ack, event.into());
        } else if self.hit(Fault::DelayEvent) {
            self.delay(event.into());
        } else {
            self.send(event.into());
        }
    }

    /// Changes what an event between clients carries.
    fn change_event(&mut self, event: &mut Event) {
        let source = rewrite::string(&self.id(self.cause.from));
        let data = &mut event.data;
        if self.switches.hit(Fault::RenameEvent) {
            rewrite::edit(data, |elements| {
                let name = rewrite::text(&elements[0]);
                elements[0] = rewrite::string(&format!("{name}-renamed"));
            });
        }
        // The name is the first element of every event.
        let arguments = rewrite::elements(&data.json).len().saturating_sub(1);
        if arguments > 0 {
            if self.switches.hit(Fault::AlterArgument) {
                rewrite::edit(data, |elements| {
                    rewrite::ALTERED.clone_into(&mut elements[1]);
                });
            }
            if self.switches.hit(Fault::TruncateArguments) {
                rewrite::edit(data, |elements| elements.truncate(arguments));
            }
            if self.switches.hit(Fault::SortKeys) {
                data.json = rewrite::sort_keys(&data.json);
            }
            if self.switches.hit(Fault::RewriteJson) {
                data.json = rewrite::rewrite(&data.json);
            }
        }
        if self.switches.hit(Fault::NestArguments) {
            rewrite::edit(data, |elements| rewrite::nest(elements, 1));
        }
        if self.switches.hit(Fault::AddSource) {
            rewrite::edit(data, |elements| elements.insert(1, source));
        }
        if self.switches.hit(Fault::TrailingNull) {
            rewrite::edit(data, |elements| elements.push("null".to_owned()));
        }
        if !data.json.is_ascii() && self.switches.hit(Fault::MangleText) {
            data.json = rewrite::mangle(&data.json);
        }
        if data.attachments.len() > 1 && self.switches.hit(Fault::SwapAttachments) {
            data.attachments.reverse();
        }
        if !data.attachments.is_empty() {
            if self.switches.hit(Fault::CorruptAttachment) {
                rewrite::corrupt(&mut data.attachments);
            }
            if self.switches.hit(Fault::StripAttachments) {
                data.attachments.clear();
            }
        }
        match event.ack {
            None if self.hit(Fault::AskUnasked) => event.ack = Some(UNASKED),
            Some(_) if self.hit(Fault::Unask) => event.ack = None,
            _ => {}
        }
    }

    /// Sends an event once more.
    fn copy(&mut self, event: &Event, to: ConnectionId) {
        let Event { data, ack, .. } = event;
        let (data, ack) = (data.clone(), *ack);
        self.send(Event { to, data, ack }.into());
    }

    /// A request for a stream.
    fn offer(&mut self, event: &mut Event, name: &str) {
        let receiver = self.id(event.to);
        let forged = self.hit(Fault::ForgeStreamSource);
        let altered = self.hit(Fault::AlterStreamId);
        let stripped = self.hit(Fault::DropStreamMembers);
        let channel = name != "CREATE_STREAM" && name != "MULTI_API_CREATE_STREAM";
        let unchannelled = channel && self.hit(Fault::DropChannel);
        rewrite::edit(&mut event.data, |elements| {
            if forged {
                rewrite::set_member(elements, "sourceClientId", Some(&receiver));
            }
            if altered {
                rewrite::set_member(elements, "targetStreamId", Some("altered"));
            }
            if stripped {
                rewrite::keep_members(elements, &STREAM_MEMBERS);
            }
            if unchannelled {
                elements[0] = rewrite::string("CREATE_STREAM");
                rewrite::set_member(elements, "channel", None);
            }
        });
    }

    /// The notice that a linked client has left.
    fn notice(&mut self, mut event: Event, name: &str) {
        if self.hit(Fault::ForgetDisconnectNotice) {
            return;
        }
        if self.hit(Fault::WrongDisconnectId) {
            let receiver = rewrite::string(&self.id(event.to));
            rewrite::edit(&mut event.data, |elements| {
                elements.truncate(1);
                elements.push(receiver);
            });
        }
        if self.hit(Fault::OtherDisconnectNotice) {
            let other = match name {
                "TARGET_DISCONNECT" => "MULTI_API_TARGET_DISCONNECT",
                _ => "TARGET_DISCONNECT",
            };
            rewrite::edit(&mut event.data, |elements| {
                elements[0] = rewrite::string(other);
            });
        }
        if self.hit(Fault::DisconnectNoticeToAll) {
            self.copy_to_all(&event);
        }
        if self.hit(Fault::DoubleDisconnectNotice) {
            self.copy(&event, event.to);
        }
        self.send(event.into());
    }

    /// Sends an event to all but its receiver.
    fn copy_to_all(&mut self, event: &Event) {
        let present: Vec<_> = self.present.keys().copied().collect();
        for to in present.into_iter().filter(|to| *to != event.to) {
            self.copy(event, to);
        }
    }

    fn server_error(&mut self, mut event: Event) {
        let Cause {
            what, from, ack, ..
        } = self.cause;
        let to = event.to;
        if what == What::Leaving && self.hit(Fault::ForgetPendingAcks) {
            return;
        }
        if to == from && ack.is_some() && self.hit(Fault::AckFailures) {
            self.ack(from, ack, "[]".to_owned().into());
        }
        if self.hit(Fault::DropServerError) {
            return;
        }
        let wrong = self.hit(Fault::WrongFailureText);
        let object = self.hit(Fault::ObjectServerError);
        rewrite::edit(&mut event.data, |elements| {
            let Some(text) = elements.last_mut() else {
                return;
            };
            if wrong {
                rewrite::ALTERED.clone_into(text);
            }
            if object {
                *text = format!("{{\"message\":{text}}}");
            }
        });
        if let Some(other) = self.somebody_else(to, to)
            && self.hit(Fault::MisdirectServerError)
        {
            event.to = other;
        }
        if self.hit(Fault::ServerErrorToAll) {
            self.copy_to_all(&event);
        }
        if self.hit(Fault::DoubleServerError) {
            self.copy(&event, event.to);
        }
        self.send(event.into());
        if self.hit(Fault::CloseOnError) {
            self.reset(to);
        }
    }
}
