//! Acks of the relay, falsified before the shells hear of them.

use super::{Fault, Faults, Question, Until, What, rewrite};
use crate::relay::{ConnectionId, Data, Output, Packet};

impl Faults {
    /// The answer of a client.
    pub(super) fn answer(&mut self, to: ConnectionId, mut data: Data, mut id: u64, question: u64) {
        self.answered.insert(question, (to, id));
        let asked = self.asked.get(&question).copied();
        if asked.is_some_and(|asked| asked.question == Question::Offer) {
            self.decision(&mut data);
        }
        if self.hit(Fault::DropAck) {
            return;
        }
        self.change_answer(&mut data);
        if self.hit(Fault::WrongAckId) {
            id += 1;
        }
        let other = self.somebody_else(to, self.cause.from);
        let to = match other {
            Some(other) if self.hit(Fault::MisdirectAck) => other,
            _ => to,
        };
        if self.hit(Fault::DoubleAck) {
            self.ack(to, Some(id), data.clone());
        }
        let packet = Packet::Ack { data, id };
        let output = Output { to, packet };
        if self.hit(Fault::OvertakenAck) {
            self.hold(Until::Event, output);
        } else if self.hit(Fault::DelayAck) {
            self.delay(output);
        } else {
            self.send(output);
        }
    }

    /// Changes what the answer of a client carries.
    fn change_answer(&mut self, data: &mut Data) {
        let arguments = rewrite::elements(&data.json).len();
        if arguments > 0 {
            if self.hit(Fault::EmptyAck) {
                *data = "[]".to_owned().into();
                return;
            }
            if self.hit(Fault::AlterAck) {
                rewrite::edit(data, |elements| {
                    rewrite::ALTERED.clone_into(&mut elements[0]);
                });
            }
            if self.hit(Fault::TruncateAck) {
                rewrite::edit(data, |elements| elements.truncate(arguments - 1));
            }
            if self.hit(Fault::RewriteAck) {
                data.json = rewrite::rewrite(&data.json);
            }
        }
        if self.hit(Fault::NestAck) {
            rewrite::edit(data, |elements| rewrite::nest(elements, 0));
        }
        if self.hit(Fault::TrailingNullAck) {
            rewrite::edit(data, |elements| elements.push("null".to_owned()));
        }
        if !data.attachments.is_empty() && self.hit(Fault::StripAckAttachments) {
            data.attachments.clear();
        }
    }

    /// The answer to a request to be a target, or for a stream.
    fn decision(&mut self, data: &mut Data) {
        // A first argument that is truthy refuses.
        let refused = rewrite::elements(&data.json)
            .first()
            .is_some_and(|first| !["null", "false", "0", "\"\""].contains(&first.as_str()));
        if refused && self.hit(Fault::HideRefusal) {
            *data = "[]".to_owned().into();
        } else if !refused && self.hit(Fault::InventRefusal) {
            *data = format!("[{}]", rewrite::ALTERED).into();
        }
    }

    /// An ack of the server itself.
    pub(super) fn own_ack(&mut self, to: ConnectionId, mut data: Data, id: u64) {
        match self.cause.what {
            What::List => self.listing(&mut data),
            What::Status | What::CheckApi => self.yes_or_no(&mut data),
            What::AddTarget | What::CreateStream => {
                if self.hit(Fault::WrongFailureText) {
                    data = format!("[{}]", rewrite::ALTERED).into();
                }
                self.decision(&mut data);
            }
            _ => {}
        }
        if self.hit(Fault::DropServerAck) {
            return;
        }
        if self.hit(Fault::DoubleServerAck) {
            self.ack(to, Some(id), data.clone());
        }
        self.ack(to, Some(id), data);
    }

    /// The answer of the server to `LIST_CLIENTS`.
    fn listing(&mut self, data: &mut Data) {
        let mut clients = rewrite::elements(&data.json)
            .first()
            .map(|list| rewrite::elements(list))
            .unwrap_or_default();
        if self.hit(Fault::ListTwice) {
            clients.extend(clients.first().cloned());
        }
        if self.hit(Fault::ListIncomplete) {
            clients.pop();
        }
        if self.hit(Fault::ListReversed) {
            clients.reverse();
        }
        let departed = self.departed.last().map(|client| rewrite::string(client));
        if let Some(departed) = departed.filter(|departed| !clients.contains(departed))
            && self.hit(Fault::ListDeparted)
        {
            clients.push(departed);
        }
        data.json = rewrite::array(&[rewrite::array(&clients)]);
    }

    /// The answer of the server to whether a client or an API is there.
    fn yes_or_no(&mut self, data: &mut Data) {
        let yes = data.json == "[true]";
        let (opposite, no) = match self.cause.what {
            What::Status => (Fault::WrongStatus, "[null]"),
            _ => (Fault::WrongApiCheck, "[false]"),
        };
        let no_or_yes = if yes { no } else { "[true]" };
        if self.hit(opposite) {
            no_or_yes.clone_into(&mut data.json);
        } else if data.json == "[null]" && self.hit(Fault::FalseStatus) {
            "[false]".clone_into(&mut data.json);
        }
    }
}
