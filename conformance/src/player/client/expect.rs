//! The verbs that look at a client under test: at what its driver reports, and at what the
//! scripted server got from it.

use std::collections::VecDeque;

use sio_p2p_protocol::{ClientEvent, Dialect};

use crate::json::{members, quote, shorten};
use crate::player::client::act;
use crate::player::matching::event::{ExpectedEvent, Misfit};
use crate::player::matching::{self, Difference, describe, describe_arguments};
use crate::player::peer::{Asked, Requested};
use crate::player::play::Play;
use crate::player::play::attempt::Attempt;
use crate::player::play::event::EventSeen;
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
        ClientVerb::Told(body) => match_told(play, body),
        ClientVerb::Read(body) => match_data(play, body),
        ClientVerb::Expect(body) => match_packet(play, body),
        ClientVerb::ExpectMessage(body) => match_message(play, body),
        ClientVerb::Joined(body) => {
            let joined = play.clients.scripted(&body.client)?.joined.pop_front();
            play.clients.get(&body.client)?.connected |= joined.is_some();
            Ok(Attempt::taken(joined.is_some()))
        }
        ClientVerb::Left(body) => {
            let gone = &mut play.clients.scripted(&body.client)?.gone;
            Ok(Attempt::taken(std::mem::take(gone)))
        }
        _ => Ok(Attempt::Pending),
    }
}

fn match_reply(play: &mut Play, body: &Replied) -> Result<Attempt, Stop> {
    let name = play.fill(&body.command)?;
    let Some((client, id)) = play.clients.commands.get(&name).cloned() else {
        return Err(Stop::broken(format!("there is no command {name}")));
    };
    let Some(reply) = play.clients.get(&client)?.replies.remove(&id) else {
        return Ok(Attempt::Pending);
    };
    let (value, error) = (body.value.as_ref(), body.error.as_ref());
    let compared = act::compare_reply(&mut play.bindings, &client, &name, &reply, value, error);
    Ok(compared.map_or_else(Attempt::Mismatch, |()| Attempt::Matched))
}

fn match_told(play: &mut Play, body: &Told) -> Result<Attempt, Stop> {
    let Some(event) = play.clients.get(&body.client)?.events.pop_front() else {
        return Ok(Attempt::Pending);
    };
    let Told { client, with, .. } = body;
    let compared = if event.name == body.event {
        let mut members = event.members.clone();
        members.json = without_vague(&members.json, with);
        matching::take_value(&mut play.bindings, with, &members)
    } else {
        Err(Difference {
            place: "the event".to_owned(),
            expected: body.event.clone(),
            actual: event.name.clone(),
        })
    };
    let Err(difference) = compared else {
        return Ok(Attempt::Matched);
    };
    let message = if event.name == body.event {
        format!("{client} reported a different {}: {difference}", body.event)
    } else {
        format!("{client} reported {} instead of {}", event.name, body.event)
    };
    let expected = format!("{} {}", body.event, describe(&play.bindings, with));
    let json = shorten(&event.members.json, 200);
    let actual = format!("{} {json}\n{difference}", event.name);
    // It stays where it is: another alternative may want it.
    play.clients.get(client)?.events.push_front(event);
    Ok(Attempt::mismatch(message, expected, actual))
}

/// Bytes come in pieces of any size, and a piece may hold more than a step asks for.
fn match_data(play: &mut Play, body: &ReadStream) -> Result<Attempt, Stop> {
    let stream = play.fill(&body.stream)?;
    let Pattern::Binary(wanted) = &body.data else {
        return Err(Stop::broken("`read` expects $binary or $bytes"));
    };
    let client = play.clients.get(&body.client)?;
    let mut found = Vec::new();
    let mut pieces = 0;
    for event in &client.events {
        match &event.bytes {
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
        return Ok(Attempt::mismatch(message, shown(wanted), shown(&found)));
    }
    if found.len() < wanted.len() {
        let Some(other) = client.events.get(pieces) else {
            return Ok(Attempt::Pending);
        };
        let message = format!("{} reported {} before all bytes", body.client, other.name);
        let expected = format!("{} bytes of {stream}", wanted.len());
        let actual = format!("{} bytes", found.len());
        return Ok(Attempt::mismatch(message, expected, actual));
    }
    let rest = found.split_off(same);
    let last = client.events.drain(..pieces).next_back();
    if let (Some(mut last), false) = (last, rest.is_empty()) {
        last.bytes = Some((stream, rest));
        client.events.push_front(last);
    }
    Ok(Attempt::Matched)
}

fn match_packet(play: &mut Play, body: &Expect) -> Result<Attempt, Stop> {
    let name = quote(&play.fill(&body.event)?);
    let (args, request) = (body.args.clone(), body.r#as.as_ref());
    let asks = request.is_some();
    let expected = ExpectedEvent { name, args, asks };
    match_event(play, &body.client, request, "event", &expected, |seen| {
        Some(seen.parts())
    })
}

fn match_message(play: &mut Play, body: &ExpectMessage) -> Result<Attempt, Stop> {
    let (name, target) = (quote(&play.fill(&body.event)?), play.id(&body.to)?);
    let source = play.id(&body.client)?;
    let dialect = play.check.dialect;
    let args = match dialect {
        Dialect::V1 => body.args.after(Pattern::String(Text::literal(source))),
        Dialect::V2 => body.args.clone(),
    };
    let request = body.r#as.as_ref();
    let asks = request.is_some();
    let expected = ExpectedEvent { name, args, asks };
    let what = format!("a message to {target}:");
    match_event(play, &body.client, request, &what, &expected, |seen| {
        let (to, name, args) = message(seen, dialect)?;
        (to == target).then(|| (quote(&name), args))
    })
}

/// Looks at the next event packet, and takes it out if it is the one that is expected. `read`
/// gives its name and its arguments, if it is of the right kind, and `kind` says which.
fn match_event(
    play: &mut Play,
    client: &str,
    request: Option<&Text>,
    kind: &str,
    expected: &ExpectedEvent,
    read: impl Fn(&EventSeen) -> Option<(String, String)>,
) -> Result<Attempt, Stop> {
    let request = request.map(|text| play.fill(text)).transpose()?;
    let words = format!("{kind} {}", expected.words(&play.bindings));
    let Some(seen) = play.clients.scripted(client)?.events.pop_front() else {
        return Ok(Attempt::Pending);
    };
    let taken = match read(&seen) {
        Some((name, args)) => expected.take(&mut play.bindings, &seen, &name, &args),
        None => Err(Misfit::Name),
    };
    let mut actual = seen.to_string();
    let what = match taken {
        Ok(()) => {
            if let (Some(request), Some(number)) = (request, seen.ack) {
                play.bindings.ack_asked(&request, number);
                let actor = client.to_owned();
                let requested = Requested { actor, number };
                play.peers.requested.insert(request, requested);
            }
            return Ok(Attempt::Matched);
        }
        Err(Misfit::Name) => "sent something else",
        Err(Misfit::Arguments(difference)) => {
            actual = format!("{actual}\n{difference}");
            "sent other arguments"
        }
        Err(Misfit::AsksForAck) => "asked for an ack",
        Err(Misfit::AsksForNone) => "asked for no ack",
    };
    // It stays where it is: another alternative may want it.
    play.clients.scripted(client)?.events.push_front(seen);
    Ok(Attempt::mismatch(format!("{client} {what}"), words, actual))
}

/// Looks for the ack of a request that the scripted server has made.
pub(crate) fn match_ack(
    play: &mut Play,
    request: &str,
    Asked { actor, number, .. }: &Asked,
    body: &Acked,
) -> Result<Attempt, Stop> {
    let expected = body.args.as_ref().unwrap_or(&ArgumentsPattern::Anything);
    let acks = play.clients.scripted(actor)?.acks.get_mut(number);
    let Some(data) = acks.and_then(VecDeque::pop_front) else {
        return Ok(Attempt::Pending);
    };
    let Err(difference) = matching::take_arguments(&mut play.bindings, expected, &data) else {
        return Ok(Attempt::Matched);
    };
    let message = format!("{actor} answered {request} differently");
    let expected = format!("ack {}", describe_arguments(&play.bindings, expected));
    let actual = format!("ack {}\n{difference}", shorten(&data.json, 200));
    Ok(Attempt::mismatch(message, expected, actual))
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
fn message(seen: &EventSeen, dialect: Dialect) -> Option<(String, String, String)> {
    let event = ClientEvent::decode(&seen.data.json, seen.ack.is_some()).ok()?;
    let (target, event, args) = match (event, dialect) {
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
