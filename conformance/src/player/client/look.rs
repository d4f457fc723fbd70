//! The verbs that look at a client under test: at what its driver reports, and at what the
//! scripted server got from it.

use bytes::Bytes;
use sio_p2p_protocol::{ClientEvent, Dialect};

use crate::json::{members, quote, shorten, unquote};
use crate::player::finding::Finding;
use crate::player::matching::{self, Difference, describe, describe_arguments};
use crate::player::peer::actor::EventSeen;
use crate::player::peer::look::Look;
use crate::player::play::{Play, Stop};
use crate::scenario::body::{Expect, ExpectMessage, ReadStream, Replied, Told};
use crate::scenario::step::{Action, ClientVerb};
use crate::scenario::text::Text;
use crate::scenario::value::{ArgumentsPattern, Pattern};
use crate::scenario::verb::{Body, Mention};

/// Members of events that a client may or may not know.
const VAGUE: [&str; 3] = ["from", "reason", "error"];

impl Play {
    /// Looks once, if the action is about a client under test.
    pub(crate) fn look_at_clients(&mut self, action: &Action) -> Result<Option<Look>, Stop> {
        let Action::Client(verb) = action else {
            let Action::Acked(body) = action else {
                return Ok(None);
            };
            let name = self.fill(&body.request)?;
            let asked = self.cast.as_ref().and_then(|cast| cast.asked.get(&name));
            let Some((client, number)) = asked.cloned() else {
                return Ok(None);
            };
            let expected = body.args.clone().unwrap_or(ArgumentsPattern::Anything);
            return self
                .look_for_client_ack(&name, &client, number, &expected)
                .map(Some);
        };
        match verb {
            ClientVerb::Replied(body) => self.look_for_reply(body),
            ClientVerb::Told(body) => self.look_for_told(body),
            ClientVerb::Read(body) => self.look_for_data(body),
            ClientVerb::Expect(body) => self.look_for_packet_of(body),
            ClientVerb::ExpectMessage(body) => self.look_for_message(body),
            ClientVerb::Joined(body) => {
                let joined = self.seat(&body.client)?.joined.pop_front();
                if joined.is_some()
                    && let Some(client) = self.cast()?.clients.get_mut(&body.client)
                {
                    client.connected = true;
                }
                Ok(joined.map_or(Look::Pending, |_| Look::Matched))
            }
            ClientVerb::Left(body) => {
                let gone = std::mem::take(&mut self.seat(&body.client)?.gone);
                Ok(if gone { Look::Matched } else { Look::Pending })
            }
            _ => Ok(Look::Pending),
        }
        .map(Some)
    }

    /// The client that an observation looks at, if it looks at one.
    pub(crate) fn client_of(&self, action: &Action) -> Result<Option<String>, Stop> {
        let Some(cast) = &self.cast else {
            return Ok(None);
        };
        Ok(match action {
            Action::Client(ClientVerb::Replied(body)) => {
                let name = self.fill(&body.command)?;
                cast.commands.get(&name).map(|(client, _)| client.clone())
            }
            Action::Client(verb) => verb.client().map(str::to_owned),
            Action::Acked(body) => {
                let name = self.fill(&body.request)?;
                cast.asked.get(&name).map(|(client, _)| client.clone())
            }
            _ => None,
        })
    }

    /// Compares a value with a pattern, and keeps what the pattern keeps.
    pub(crate) fn fits(
        &mut self,
        pattern: &Pattern,
        json: &str,
        attachments: &[Bytes],
    ) -> Result<(), Difference> {
        matching::compare(&self.world, pattern, json, attachments, "the value")?;
        let list = ArgumentsPattern::Exactly(vec![pattern.clone()]);
        for (name, text) in matching::kept(&list, &format!("[{json}]")) {
            self.world.keep(&name, text);
        }
        Ok(())
    }

    fn look_for_reply(&mut self, body: &Replied) -> Result<Look, Stop> {
        let name = self.fill(&body.command)?;
        let Some((client, id)) = self.cast()?.commands.get(&name).cloned() else {
            return Err(Stop::broken(format!("there is no command {name}")));
        };
        let driven = self.cast()?.clients.get_mut(&client);
        let Some(reply) = driven.and_then(|driven| driven.replies.remove(&id)) else {
            return Ok(Look::Pending);
        };
        let compared = self.compare_reply(
            &client,
            &name,
            &reply,
            body.value.as_ref(),
            body.error.as_ref(),
        );
        Ok(compared.map_or_else(Look::Other, |()| Look::Matched))
    }

    fn look_for_told(&mut self, body: &Told) -> Result<Look, Stop> {
        let driven = self.cast()?.clients.get_mut(&body.client);
        let Some(event) = driven.and_then(|driven| driven.events.pop_front()) else {
            return Ok(Look::Pending);
        };
        let compared = if event.name == body.event {
            let json = without_vague(&event.json, &body.with);
            self.fits(&body.with, &json, &event.attachments)
        } else {
            Err(Difference {
                place: "the event".to_owned(),
                expected: body.event.clone(),
                actual: event.name.clone(),
            })
        };
        let Err(difference) = compared else {
            return Ok(Look::Matched);
        };
        let message = if event.name == body.event {
            format!(
                "{} reported a different {}: {difference}",
                body.client, body.event
            )
        } else {
            format!(
                "{} reported {} instead of {}",
                body.client, event.name, body.event
            )
        };
        let expected = format!("{} {}", body.event, describe(&self.world, &body.with));
        let actual = format!("{} {}\n{difference}", event.name, shorten(&event.json, 200));
        // It stays where it is: another alternative may want it.
        if let Some(driven) = self.cast()?.clients.get_mut(&body.client) {
            driven.events.push_front(event);
        }
        Ok(Look::Other(
            Finding::new(message).comparing(expected, actual),
        ))
    }

    /// Bytes come in pieces of any size, and a piece may hold more than a step asks for.
    fn look_for_data(&mut self, body: &ReadStream) -> Result<Look, Stop> {
        let stream = self.fill(&body.stream)?;
        let Pattern::Binary(wanted) = &body.data else {
            return Err(Stop::broken("`read` expects $binary or $bytes"));
        };
        let Some(driven) = self.cast()?.clients.get_mut(&body.client) else {
            return Ok(Look::Pending);
        };
        let mut found = Vec::new();
        let mut pieces = 0;
        for event in &driven.events {
            match &event.data {
                Some((name, bytes)) if *name == stream => found.extend_from_slice(bytes),
                _ => break,
            }
            pieces += 1;
            if found.len() >= wanted.len() {
                break;
            }
        }
        let same = found.len().min(wanted.len());
        if found[..same] != wanted[..same] {
            let message = format!("{} read other bytes from {stream}", body.client);
            let shown = |bytes: &[u8]| format!("{} bytes: {}", bytes.len(), hex(bytes));
            let finding = Finding::new(message).comparing(shown(wanted), shown(&found));
            return Ok(Look::Other(finding));
        }
        if found.len() < wanted.len() {
            return Ok(match driven.events.get(pieces) {
                None => Look::Pending,
                Some(other) => Look::Other(
                    Finding::new(format!(
                        "{} reported {} before all bytes",
                        body.client, other.name
                    ))
                    .comparing(
                        format!("{} bytes of {stream}", wanted.len()),
                        format!("{} bytes", found.len()),
                    ),
                ),
            });
        }
        let rest = found.split_off(same);
        let last = driven.events.drain(..pieces).next_back();
        if let (Some(mut last), false) = (last, rest.is_empty()) {
            last.data = Some((stream, rest));
            driven.events.push_front(last);
        }
        Ok(Look::Matched)
    }

    fn look_for_packet_of(&mut self, body: &Expect) -> Result<Look, Stop> {
        let event = self.fill(&body.event)?;
        self.look_at_packet(&body.client, body.r#as.as_ref(), |play, seen| {
            let (name, args) = seen.parts();
            let words = describe_arguments(&play.world, &body.args);
            let expected = format!("event {} {words}", quote(&event));
            if unquote(&name).as_deref() != Some(&event) {
                return (expected, Err(None));
            }
            let compared =
                matching::arguments(&play.world, &body.args, &args, &seen.data.attachments);
            (
                expected,
                compared
                    .map(|()| matching::kept(&body.args, &args))
                    .map_err(Some),
            )
        })
    }

    fn look_for_message(&mut self, body: &ExpectMessage) -> Result<Look, Stop> {
        let (event, target) = (self.fill(&body.event)?, self.id(&body.to)?);
        let source = self.id(&body.client)?;
        let dialect = self.dialect;
        // What precedes the arguments in `v1` is the sender's id.
        let wanted = match (&body.args, dialect) {
            (ArgumentsPattern::Exactly(args), Dialect::V1) => {
                let source = std::iter::once(Pattern::String(Text::literal(source)));
                ArgumentsPattern::Exactly(source.chain(args.iter().cloned()).collect())
            }
            (args, _) => args.clone(),
        };
        self.look_at_packet(&body.client, body.r#as.as_ref(), |play, seen| {
            let words = describe_arguments(&play.world, &wanted);
            let expected = format!("a message to {target}: {} {words}", quote(&event));
            let Some((to, name, args)) = message(&seen.data.json, seen.ack.is_some(), dialect)
            else {
                return (expected, Err(None));
            };
            if to != target || name != event {
                return (expected, Err(None));
            }
            let compared = matching::arguments(&play.world, &wanted, &args, &seen.data.attachments);
            (
                expected,
                compared
                    .map(|()| matching::kept(&wanted, &args))
                    .map_err(Some),
            )
        })
    }

    /// Looks at the next event packet; `judge` gives what is expected in words, and what is
    /// kept of a packet that fits, or the difference if there is one to show.
    fn look_at_packet(
        &mut self,
        client: &str,
        request: Option<&Text>,
        judge: impl Fn(&Self, &EventSeen) -> (String, Result<Vec<(String, String)>, Option<Difference>>),
    ) -> Result<Look, Stop> {
        let request = request.map(|text| self.fill(text)).transpose()?;
        let Some(seen) = self.seat(client)?.events.pop_front() else {
            return Ok(Look::Pending);
        };
        let (expected, judged) = judge(self, &seen);
        let wants = if request.is_some() {
            ", asking for an ack"
        } else {
            ""
        };
        let actual = crate::player::peer::leftovers::describe(&seen);
        let other = |message: String, more: Option<Difference>| {
            let actual = match more {
                Some(difference) => format!("{actual}\n{difference}"),
                None => actual.clone(),
            };
            Finding::new(message).comparing(format!("{expected}{wants}"), actual)
        };
        let finding = match judged {
            Ok(kept) if request.is_some() == seen.ack.is_some() => {
                for (name, text) in kept {
                    self.world.keep(&name, text);
                }
                if let (Some(request), Some(number)) = (request, seen.ack) {
                    self.world.ack_asked(&request, number);
                    let place = (client.to_owned(), number);
                    self.cast()?.requested.insert(request, place);
                }
                return Ok(Look::Matched);
            }
            Ok(_) if request.is_some() => other(format!("{client} asked for no ack"), None),
            Ok(_) => other(format!("{client} asked for an ack"), None),
            Err(None) => other(format!("{client} sent something else"), None),
            Err(difference) => other(format!("{client} sent other arguments"), difference),
        };
        self.seat(client)?.events.push_front(seen);
        Ok(Look::Other(finding))
    }

    fn look_for_client_ack(
        &mut self,
        request: &str,
        client: &str,
        number: u64,
        expected: &ArgumentsPattern,
    ) -> Result<Look, Stop> {
        let acks = self.seat(client)?.acks.get_mut(&number);
        let Some(data) = acks.and_then(std::collections::VecDeque::pop_front) else {
            return Ok(Look::Pending);
        };
        match matching::arguments(&self.world, expected, &data.json, &data.attachments) {
            Ok(()) => {
                for (name, text) in matching::kept(expected, &data.json) {
                    self.world.keep(&name, text);
                }
                Ok(Look::Matched)
            }
            Err(difference) => {
                let message = format!("{client} answered {request} differently");
                let expected = format!("ack {}", describe_arguments(&self.world, expected));
                let actual = format!("ack {}\n{difference}", shorten(&data.json, 200));
                Ok(Look::Other(
                    Finding::new(message).comparing(expected, actual),
                ))
            }
        }
    }
}

/// The members without those that the scenario does not name and clients need not know.
fn without_vague(json: &str, with: &Pattern) -> String {
    let named = |key: &str| match with {
        Pattern::Object(members) => members.iter().any(|(name, _)| name.source() == key),
        _ => true,
    };
    let kept: Vec<_> = members(json)
        .unwrap_or_default()
        .into_iter()
        .filter(|(key, _)| named(key) || !VAGUE.contains(&key.as_str()))
        .map(|(key, value)| format!("{}:{}", quote(&key), value.get()))
        .collect();
    format!("{{{}}}", kept.join(","))
}

/// Target, event and arguments of a message, if the packet is one in this dialect.
fn message(json: &str, ack: bool, dialect: Dialect) -> Option<(String, String, String)> {
    let (target, event, args) = match (ClientEvent::decode(json, ack).ok()?, dialect) {
        (ClientEvent::P2pEmitV1(body), Dialect::V1) => (body.target, body.event, body.args),
        (ClientEvent::P2pEmitAcknowledge(body), Dialect::V1) => {
            (body.target, body.event, body.args)
        }
        (ClientEvent::P2pEmitV2(body), Dialect::V2) => (body.target, body.event, body.args),
        _ => return None,
    };
    Some((
        target.as_str().to_owned(),
        event.as_str().to_owned(),
        args.as_json().to_owned(),
    ))
}

fn hex(bytes: &[u8]) -> String {
    let head: Vec<_> = bytes
        .iter()
        .take(24)
        .map(|byte| format!("{byte:02x}"))
        .collect();
    head.join(" ")
}
