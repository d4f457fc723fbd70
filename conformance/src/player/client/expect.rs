//! The verbs that look at a client under test: at what its driver reports, and at what the
//! scripted server got from it.

use bytes::Bytes;
use sio_p2p_protocol::{ClientEvent, Dialect};

use crate::json::{members, quote, shorten, unquote};
use crate::player::client::{Clients, act};
use crate::player::matching::{self, Difference, describe, describe_arguments};
use crate::player::play::Play;
use crate::player::play::attempt::Attempt;
use crate::player::play::bindings::Bindings;
use crate::player::play::event::EventSeen;
use crate::player::play::finding::Finding;
use crate::player::play::stop::Stop;
use crate::scenario::body::{Acked, Expect, ExpectMessage, ReadStream, Replied, Told};
use crate::scenario::step::ClientVerb;
use crate::scenario::text::Text;
use crate::scenario::value::{ArgumentsPattern, Pattern};

/// Members of events that a client may or may not know.
const VAGUE: [&str; 3] = ["from", "reason", "error"];

/// Looks once for what a verb about a client under test expects.
pub(crate) fn attempt(play: &mut Play, verb: &ClientVerb) -> Result<Attempt, Stop> {
    match verb {
        ClientVerb::Replied(body) => match_reply(play, body),
        ClientVerb::Told(body) => {
            let (clients, bindings) = (&mut play.clients, &mut play.bindings);
            Ok(match_told(clients, bindings, body))
        }
        ClientVerb::Read(body) => match_data(play, body),
        ClientVerb::Expect(body) => match_packet_of(play, body),
        ClientVerb::ExpectMessage(body) => match_message(play, body),
        ClientVerb::Joined(body) => {
            let joined = play.clients.scripted(&body.client)?.joined.pop_front();
            if joined.is_some()
                && let Some(client) = play.clients.all.get_mut(&body.client)
            {
                client.connected = true;
            }
            Ok(joined.map_or(Attempt::Pending, |_| Attempt::Matched))
        }
        ClientVerb::Left(body) => {
            let gone = std::mem::take(&mut play.clients.scripted(&body.client)?.gone);
            Ok(if gone {
                Attempt::Matched
            } else {
                Attempt::Pending
            })
        }
        _ => Ok(Attempt::Pending),
    }
}

/// Compares a value with a pattern, and keeps what the pattern keeps.
pub(crate) fn fits(
    bindings: &mut Bindings,
    pattern: &Pattern,
    json: &str,
    attachments: &[Bytes],
) -> Result<(), Difference> {
    matching::compare(bindings, pattern, json, attachments, "the value")?;
    let list = ArgumentsPattern::Exactly(vec![pattern.clone()]);
    for (name, text) in matching::kept(&list, &format!("[{json}]")) {
        bindings.keep(&name, text);
    }
    Ok(())
}

fn match_reply(play: &mut Play, body: &Replied) -> Result<Attempt, Stop> {
    let name = play.fill(&body.command)?;
    let Some((client, id)) = play.clients.commands.get(&name).cloned() else {
        return Err(Stop::broken(format!("there is no command {name}")));
    };
    let driven = play.clients.all.get_mut(&client);
    let Some(reply) = driven.and_then(|driven| driven.replies.remove(&id)) else {
        return Ok(Attempt::Pending);
    };
    let compared = act::compare_reply(
        &mut play.bindings,
        &client,
        &name,
        &reply,
        body.value.as_ref(),
        body.error.as_ref(),
    );
    Ok(compared.map_or_else(Attempt::Mismatch, |()| Attempt::Matched))
}

fn match_told(clients: &mut Clients, bindings: &mut Bindings, body: &Told) -> Attempt {
    let driven = clients.all.get_mut(&body.client);
    let Some(event) = driven.and_then(|driven| driven.events.pop_front()) else {
        return Attempt::Pending;
    };
    let compared = if event.name == body.event {
        let json = without_vague(&event.json, &body.with);
        fits(bindings, &body.with, &json, &event.attachments)
    } else {
        Err(Difference {
            place: "the event".to_owned(),
            expected: body.event.clone(),
            actual: event.name.clone(),
        })
    };
    let Err(difference) = compared else {
        return Attempt::Matched;
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
    let expected = format!("{} {}", body.event, describe(bindings, &body.with));
    let actual = format!("{} {}\n{difference}", event.name, shorten(&event.json, 200));
    // It stays where it is: another alternative may want it.
    if let Some(driven) = clients.all.get_mut(&body.client) {
        driven.events.push_front(event);
    }
    Attempt::Mismatch(Finding::new(message).comparing(expected, actual))
}

/// Bytes come in pieces of any size, and a piece may hold more than a step asks for.
fn match_data(play: &mut Play, body: &ReadStream) -> Result<Attempt, Stop> {
    let stream = play.fill(&body.stream)?;
    let Pattern::Binary(wanted) = &body.data else {
        return Err(Stop::broken("`read` expects $binary or $bytes"));
    };
    let Some(driven) = play.clients.all.get_mut(&body.client) else {
        return Ok(Attempt::Pending);
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
        return Ok(Attempt::Mismatch(finding));
    }
    if found.len() < wanted.len() {
        return Ok(match driven.events.get(pieces) {
            None => Attempt::Pending,
            Some(other) => Attempt::Mismatch(
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
    Ok(Attempt::Matched)
}

fn match_packet_of(play: &mut Play, body: &Expect) -> Result<Attempt, Stop> {
    let event = play.fill(&body.event)?;
    match_next_packet(play, &body.client, body.r#as.as_ref(), |play, seen| {
        let (name, args) = seen.parts();
        let words = describe_arguments(&play.bindings, &body.args);
        let expected = format!("event {} {words}", quote(&event));
        if unquote(&name).as_deref() != Some(&event) {
            return (expected, Err(None));
        }
        let compared =
            matching::arguments(&play.bindings, &body.args, &args, &seen.data.attachments);
        (
            expected,
            compared
                .map(|()| matching::kept(&body.args, &args))
                .map_err(Some),
        )
    })
}

fn match_message(play: &mut Play, body: &ExpectMessage) -> Result<Attempt, Stop> {
    let (event, target) = (play.fill(&body.event)?, play.id(&body.to)?);
    let source = play.id(&body.client)?;
    let dialect = play.check.dialect;
    // What precedes the arguments in `v1` is the sender's id.
    let wanted = match (&body.args, dialect) {
        (ArgumentsPattern::Exactly(args), Dialect::V1) => {
            let source = std::iter::once(Pattern::String(Text::literal(source)));
            ArgumentsPattern::Exactly(source.chain(args.iter().cloned()).collect())
        }
        (args, _) => args.clone(),
    };
    match_next_packet(play, &body.client, body.r#as.as_ref(), |play, seen| {
        let words = describe_arguments(&play.bindings, &wanted);
        let expected = format!("a message to {target}: {} {words}", quote(&event));
        let Some((to, name, args)) = message(&seen.data.json, seen.ack.is_some(), dialect) else {
            return (expected, Err(None));
        };
        if to != target || name != event {
            return (expected, Err(None));
        }
        let compared = matching::arguments(&play.bindings, &wanted, &args, &seen.data.attachments);
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
fn match_next_packet(
    play: &mut Play,
    client: &str,
    request: Option<&Text>,
    judge: impl Fn(&Play, &EventSeen) -> (String, Result<Vec<(String, String)>, Option<Difference>>),
) -> Result<Attempt, Stop> {
    let request = request.map(|text| play.fill(text)).transpose()?;
    let Some(seen) = play.clients.scripted(client)?.events.pop_front() else {
        return Ok(Attempt::Pending);
    };
    let (expected, judged) = judge(play, &seen);
    let wants = if request.is_some() {
        ", asking for an ack"
    } else {
        ""
    };
    let actual = seen.to_string();
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
                play.bindings.keep(&name, text);
            }
            if let (Some(request), Some(number)) = (request, seen.ack) {
                play.bindings.ack_asked(&request, number);
                let place = (client.to_owned(), number);
                play.clients.requested.insert(request, place);
            }
            return Ok(Attempt::Matched);
        }
        Ok(_) if request.is_some() => other(format!("{client} asked for no ack"), None),
        Ok(_) => other(format!("{client} asked for an ack"), None),
        Err(None) => other(format!("{client} sent something else"), None),
        Err(difference) => other(format!("{client} sent other arguments"), difference),
    };
    play.clients.scripted(client)?.events.push_front(seen);
    Ok(Attempt::Mismatch(finding))
}

/// Looks for the ack of a request that the scripted server has made.
pub(crate) fn match_ack(
    play: &mut Play,
    request: &str,
    (client, number): (&str, u64),
    body: &Acked,
) -> Result<Attempt, Stop> {
    let expected = body.args.as_ref().unwrap_or(&ArgumentsPattern::Anything);
    let acks = play.clients.scripted(client)?.acks.get_mut(&number);
    let Some(data) = acks.and_then(std::collections::VecDeque::pop_front) else {
        return Ok(Attempt::Pending);
    };
    match matching::arguments(&play.bindings, expected, &data.json, &data.attachments) {
        Ok(()) => {
            for (name, text) in matching::kept(expected, &data.json) {
                play.bindings.keep(&name, text);
            }
            Ok(Attempt::Matched)
        }
        Err(difference) => {
            let message = format!("{client} answered {request} differently");
            let expected = format!("ack {}", describe_arguments(&play.bindings, expected));
            let actual = format!("ack {}\n{difference}", shorten(&data.json, 200));
            Ok(Attempt::Mismatch(
                Finding::new(message).comparing(expected, actual),
            ))
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
