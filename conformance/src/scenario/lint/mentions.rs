//! What a verb mentions: who acts, who observes, who is spoken of, which names it gives.

use crate::client::ClientVerb;
use crate::scenario::body::{FailureCodes, RoomChange};
use crate::scenario::step::Action;
use crate::scenario::text::Text;
use crate::scenario::value::{ArgumentsPattern, Pattern};

/// Everything a verb mentions.
#[derive(Debug, Default)]
pub(super) struct Mentions<'a> {
    /// They act: they have to be connected.
    pub(super) acting: Vec<&'a str>,
    /// They observe: they have to be connected, or just have been.
    pub(super) observing: Vec<&'a str>,
    /// They are spoken of, and may be anywhere.
    pub(super) named: Vec<&'a str>,
    /// A request that is given a name at its source.
    pub(super) asks: Option<&'a Text>,
    /// A request that is given a name at its target.
    pub(super) takes: Option<&'a Text>,
    /// A request of which the ack is looked at.
    pub(super) awaits: Option<&'a Text>,
    /// A request that is answered.
    pub(super) answers: Option<&'a Text>,
    /// Values that are sent.
    pub(super) sent: Vec<&'a Pattern>,
    /// Every string with holes.
    pub(super) texts: Vec<&'a Text>,
    /// Names under which received strings are kept.
    pub(super) keeps: Vec<&'a str>,
    /// Failure codes.
    pub(super) failures: Option<&'a FailureCodes>,
}

impl<'a> Mentions<'a> {
    /// What this verb mentions.
    pub(super) fn of(action: &'a Action) -> Self {
        let mut all = Self::default();
        all.collect(action);
        for text in [all.asks, all.takes, all.awaits, all.answers]
            .into_iter()
            .flatten()
        {
            all.texts.push(text);
        }
        for value in all.sent.clone() {
            value.texts(&mut |text| all.texts.push(text));
        }
        all
    }

    fn collect(&mut self, action: &'a Action) {
        match action {
            // Whether they can connect and leave is seen to by the walk.
            Action::Note(_)
            | Action::Connect(_)
            | Action::StillServing(_)
            | Action::Refused(_)
            | Action::Disconnect(_) => {}
            Action::Closed(body) => self.observing.push(&body.at),
            Action::Emit(body) => {
                self.acting.push(&body.from);
                self.named.push(&body.to);
                self.texts.push(&body.event);
                self.sent.extend(&body.args);
            }
            Action::Request(body) => {
                self.acting.push(&body.from);
                self.named.push(&body.to);
                self.texts.push(&body.event);
                self.sent.extend(&body.args);
                self.asks = Some(&body.r#as);
            }
            Action::Receive(body) => {
                self.observing.push(&body.at);
                self.named.extend(body.from.as_deref());
                self.texts.push(&body.event);
                self.expected(Some(&body.args));
                self.takes = body.r#as.as_ref();
            }
            Action::Answer(body) => {
                self.sent.extend(&body.args);
                self.answers = Some(&body.request);
            }
            Action::Acked(body) => {
                self.named.extend(body.who.as_deref());
                self.expected(body.args.as_ref());
                self.awaits = Some(&body.request);
                self.failures = body.failure.as_ref();
            }
            Action::Unanswered(body) => self.awaits = Some(&body.request),
            Action::ServerError(body) => {
                self.observing.push(&body.at);
                self.named.extend(body.who.as_deref());
                self.failures = body.failure.as_ref();
            }
            Action::AddTarget(body) => {
                self.acting.push(&body.from);
                self.named.push(&body.to);
                self.asks = Some(&body.r#as);
            }
            Action::TargetAdded(body) => {
                self.observing.push(&body.at);
                self.named.push(&body.from);
                self.takes = Some(&body.r#as);
            }
            Action::TargetLeft(body) => {
                self.observing.push(&body.at);
                self.named.push(&body.who);
            }
            Action::JoinRoom(body) | Action::LeaveRoom(body) => self.room(body),
            Action::EmitRoom(body) => {
                self.acting.push(&body.from);
                self.texts.extend([&body.room, &body.event]);
                self.sent.extend(&body.args);
            }
            Action::ListClients(body) => {
                self.acting.push(&body.from);
                self.named.extend(
                    body.includes
                        .iter()
                        .chain(&body.excludes)
                        .map(String::as_str),
                );
            }
            Action::Gone(body) => {
                self.acting.push(&body.at);
                self.named.push(&body.who);
            }
            Action::ConnectionStatus(body) => {
                self.acting.push(&body.from);
                self.named.push(&body.who);
            }
            Action::OpenStream(body) => {
                self.acting.push(&body.from);
                self.named.push(&body.to);
                self.texts
                    .extend([&body.source_stream, &body.target_stream]);
                self.texts.extend(&body.channel);
                self.sent.extend(&body.members);
                self.asks = Some(&body.r#as);
            }
            Action::StreamOffered(body) => {
                self.observing.push(&body.at);
                self.named.push(&body.from);
                self.named.extend(body.to.as_deref());
                self.texts
                    .extend([&body.source_stream, &body.target_stream]);
                self.texts.extend(&body.channel);
                if let Some(members) = &body.members {
                    self.pattern(members);
                }
                self.takes = Some(&body.r#as);
            }
            Action::CheckApi(body) => {
                self.acting.push(&body.from);
                self.texts.push(&body.api);
            }
            Action::CreateApi(body) => {
                self.acting.push(&body.from);
                self.texts.push(&body.api);
            }
            Action::DestroyApi(body) => {
                self.acting.push(&body.from);
                self.texts.extend(&body.api);
            }
            Action::UseApi(body) => {
                self.acting.push(&body.from);
                self.texts.push(&body.api);
                self.sent.extend(&body.args);
                self.asks = body.r#as.as_ref();
            }
            Action::SendPacket(body) => {
                self.acting.push(&body.from);
                self.texts.push(&body.event);
                self.sent.extend(&body.args);
                self.asks = body.r#as.as_ref();
            }
            Action::SendFrame(body) => {
                self.acting.push(&body.from);
                self.texts.extend(body.text.as_ref());
            }
            Action::ReceivePacket(body) => {
                self.observing.push(&body.at);
                self.texts.extend(body.namespace.as_ref());
                if let Some(data) = &body.data {
                    data.texts(&mut |text| self.texts.push(text));
                }
            }
            Action::Http(body) => {
                self.named.push(&body.from);
                self.texts.push(&body.query);
                self.texts.extend(body.headers.values());
                self.texts.extend(&body.body);
            }
            Action::Probe(body) => {
                self.acting.push(&body.from);
                self.texts.extend(body.send.iter().chain(&body.receive));
            }
            Action::Fence(body) => {
                self.acting.push(&body.from);
                self.observing.push(&body.to);
            }
            Action::Heartbeat(body) => self.observing.push(&body.at),
            Action::PassTime(body) => self.acting.extend(body.at.iter().map(String::as_str)),
            Action::Client(verb) => self.client(verb),
            Action::Silent(body) => self.observing.extend(body.at.iter().map(String::as_str)),
        }
    }

    fn client(&mut self, verb: &'a ClientVerb) {
        match verb {
            ClientVerb::Drive(body) => {
                self.named.push(&body.client);
                self.sent.push(&body.with);
                self.asks = body.r#as.as_ref();
                for pattern in [&body.value, &body.error].into_iter().flatten() {
                    self.pattern(pattern);
                }
            }
            ClientVerb::Replied(body) => {
                self.awaits = Some(&body.command);
                for pattern in [&body.value, &body.error].into_iter().flatten() {
                    self.pattern(pattern);
                }
            }
            ClientVerb::Told(body) => {
                self.named.push(&body.client);
                self.pattern(&body.with);
            }
            ClientVerb::Read(body) => {
                self.named.push(&body.client);
                self.texts.push(&body.stream);
            }
            ClientVerb::Handshake(body) => {
                self.named.push(&body.client);
                self.texts.extend(body.query.values());
            }
            ClientVerb::Expect(body) => {
                self.named.push(&body.client);
                self.texts.push(&body.event);
                self.expected(Some(&body.args));
                self.takes = body.r#as.as_ref();
            }
            ClientVerb::ExpectMessage(body) => {
                self.named.extend([body.client.as_str(), body.to.as_str()]);
                self.texts.push(&body.event);
                self.expected(Some(&body.args));
                self.takes = body.r#as.as_ref();
            }
            ClientVerb::Send(body) => {
                self.named.push(&body.client);
                self.texts.push(&body.event);
                self.sent.extend(&body.args);
                self.asks = body.r#as.as_ref();
            }
            ClientVerb::SendMessage(body) => {
                self.named
                    .extend([body.client.as_str(), body.from.as_str()]);
                self.texts.push(&body.event);
                self.sent.extend(&body.args);
                self.asks = body.r#as.as_ref();
            }
            ClientVerb::SendText(body) => {
                self.named.push(&body.client);
                self.texts.push(&body.text);
            }
            ClientVerb::Admit(body) => self.named.push(&body.client),
            ClientVerb::HangUp(body) => self.named.push(&body.client),
            ClientVerb::Joined(body) | ClientVerb::Left(body) => self.named.push(&body.client),
        }
    }

    fn room(&mut self, body: &'a RoomChange) {
        self.acting.push(&body.from);
        self.texts.push(&body.room);
        self.asks = body.r#as.as_ref();
    }

    fn expected(&mut self, args: Option<&'a ArgumentsPattern>) {
        if let Some(ArgumentsPattern::Exactly(patterns)) = args {
            for pattern in patterns {
                self.pattern(pattern);
            }
        }
    }

    fn pattern(&mut self, pattern: &'a Pattern) {
        pattern.texts(&mut |text| self.texts.push(text));
        pattern.keeps(&mut |name| self.keeps.push(name));
    }
}
