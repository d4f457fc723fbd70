//! Looking into an inbox: is what a verb expects there?

mod other;

use sio_p2p_protocol::Dialect;

use crate::blame::{How, Sign};
use crate::json::{elements, quote, shorten, unquote};
use crate::player::matching::event::{ExpectedEvent, Misfit};
use crate::player::matching::{self, describe_arguments};
use crate::player::peer::{Requested, lowering};
use crate::player::play::Play;
use crate::player::play::attempt::Attempt;
use crate::player::play::finding::Finding;
use crate::player::play::stop::Stop;
use crate::scenario::body::{Acked, StreamOffered};
use crate::scenario::failures::{FailureCodes, wordings};
use crate::scenario::step::Action;
use crate::scenario::text::Text;
use crate::scenario::value::{ArgumentsPattern, Pattern};

/// An event that is expected as the next at an actor.
pub(crate) struct Expected {
    pub(crate) at: String,
    pub(crate) event: ExpectedEvent,
    /// The name of the request, if the event must ask for an ack.
    request: Option<String>,
    /// The actor whose leaving it tells.
    leaver: Option<String>,
}

impl Expected {
    fn new(
        at: &str,
        name: impl Into<String>,
        args: ArgumentsPattern,
        request: Option<String>,
    ) -> Self {
        let event = ExpectedEvent {
            name: name.into(),
            args,
            asks: request.is_some(),
        };
        Self {
            at: at.to_owned(),
            event,
            request,
            leaver: None,
        }
    }
}

pub(crate) fn words(play: &Play, expected: &Expected) -> String {
    format!("event {}", expected.event.words(&play.bindings))
}

/// Looks once; takes out what matches.
pub(crate) fn attempt(play: &mut Play, action: &Action) -> Result<Attempt, Stop> {
    match action {
        Action::Acked(body) => match_ack(play, body),
        Action::Closed(body) => other::match_end(play, body),
        Action::ReceivePacket(body) => other::match_packet(play, body),
        _ => match expected(play, action)? {
            Some(expected) => match_event(play, expected),
            None => Ok(Attempt::Pending),
        },
    }
}

/// The event that a verb expects.
pub(crate) fn expected(play: &Play, action: &Action) -> Result<Option<Expected>, Stop> {
    let fill = |text: &Option<Text>| text.as_ref().map(|text| play.fill(text)).transpose();
    let dialect_of = |name: &str| play.peers.actors.get(name).map(|actor| actor.dialect);
    Ok(Some(match action {
        Action::Receive(body) => {
            let args = with_source(play, body.from.as_deref(), &body.args);
            let name = quote(&play.fill(&body.event)?);
            Expected::new(&body.at, name, args, fill(&body.r#as)?)
        }
        Action::TargetAdded(body) => {
            let dialect = body
                .dialect
                .or(dialect_of(&body.from))
                .unwrap_or(play.check.dialect);
            let json = lowering::target_added(dialect, play.bindings.id(&body.from));
            let request = play.fill(&body.r#as)?;
            literal_event(&body.at, &json?, Some(request))
        }
        Action::StreamOffered(body) => offered(play, body)?,
        Action::TargetLeft(body) => {
            let dialect = body
                .dialect
                .or(dialect_of(&body.at))
                .unwrap_or(play.check.dialect);
            let json = lowering::target_left(dialect, play.bindings.id(&body.who));
            let told = literal_event(&body.at, &json?, None);
            Expected {
                leaver: Some(body.who.clone()),
                ..told
            }
        }
        Action::ServerError(body) => {
            let args = match &body.failure {
                None => ArgumentsPattern::Exactly(vec![Pattern::Any(
                    crate::scenario::value::Kind::String,
                )]),
                Some(code) => {
                    let dialect = dialect_of(&body.at).unwrap_or(play.check.dialect);
                    failure(play, code, dialect, body.who.as_deref())?
                }
            };
            Expected::new(&body.at, quote("SERVER_ERROR"), args, None)
        }
        _ => return Ok(None),
    }))
}

/// The arguments as the receiver sees them: a `v1` sender's id comes first.
fn with_source(play: &Play, from: Option<&str>, args: &ArgumentsPattern) -> ArgumentsPattern {
    let speaks_v1 = |name: &str| {
        play.peers
            .actors
            .get(name)
            .map_or(play.check.dialect, |actor| actor.dialect)
            == Dialect::V1
    };
    let Some(name) = from.filter(|name| speaks_v1(name)) else {
        return args.clone();
    };
    args.after(match play.bindings.id(name) {
        Some(id) => Pattern::String(Text::literal(id)),
        None => Pattern::Plain("null"),
    })
}

/// One argument: the text of a failure, in any wording of the dialect.
fn failure(
    play: &Play,
    codes: &FailureCodes,
    dialect: Dialect,
    who: Option<&str>,
) -> Result<ArgumentsPattern, Stop> {
    let who = who.and_then(|name| play.bindings.id(name));
    let texts = wordings(codes.as_slice(), dialect, who)?;
    Ok(ArgumentsPattern::Exactly(vec![Pattern::OneOf(texts)]))
}

fn match_event(play: &mut Play, expected: Expected) -> Result<Attempt, Stop> {
    let words = words(play, &expected);
    let Some(connection) = play.peers.get(&expected.at)?.connection.as_ref() else {
        return Ok(Attempt::Pending);
    };
    let Some(event) = connection.inbox.events.front().cloned() else {
        return Ok(Attempt::Pending);
    };
    let Expected { at, leaver, .. } = &expected;
    let (name, args) = event.parts();
    let taken = expected
        .event
        .take(&mut play.bindings, &event, &name, &args);
    let leaver = leaver.as_deref();
    let sign = match &taken {
        Err(Misfit::Name) => {
            let seen = connection_events(play, at);
            let behind = seen.iter().skip(1).any(|seen| *seen == expected.event.name);
            Sign::instead(&unquote(&name).unwrap_or_default(), behind)
        }
        Err(Misfit::Arguments(difference)) => difference.how().into(),
        Err(Misfit::AsksForAck | Misfit::AsksForNone) => How::Asks.into(),
        Ok(()) => How::Early.into(),
    };
    let message = match (taken, leaver) {
        (Err(Misfit::Name), _) => {
            let name = shorten(&name, 60);
            format!("{at} received {name} instead of {}", expected.event.name)
        }
        (_, Some(who)) if play.peers.left_later(who, at, event.order) => {
            format!("{at} was told that {who} has left before it had")
        }
        (Err(Misfit::Arguments(difference)), _) => {
            format!("{at} received {name} with other arguments: {difference}")
        }
        (Err(Misfit::AsksForAck), _) => {
            format!("{at} received {name} that asks for an ack, which it should not")
        }
        (Err(Misfit::AsksForNone), _) => {
            format!("{at} received {name} that does not ask for an ack")
        }
        (Ok(()), _) => String::new(),
    };
    if !message.is_empty() {
        let finding = Finding::new(message).comparing(words, event.to_string());
        return Ok(Attempt::Mismatch(finding.signed(sign)));
    }
    if let (Some(request), Some(number)) = (&expected.request, event.ack) {
        let requested = Requested {
            actor: at.clone(),
            number,
        };
        play.peers.requested.insert(request.clone(), requested);
        play.bindings.ack_asked(request, number);
    }
    if let Some(connection) = &mut play.peers.get(&expected.at)?.connection {
        connection.inbox.events.pop_front();
        connection.inbox.has_matched(event.order);
    }
    Ok(Attempt::Matched)
}

/// The names of the events that have arrived at an actor, as JSON texts.
fn connection_events(play: &Play, at: &str) -> Vec<String> {
    let connection = play.peers.connection(at);
    let events = connection.into_iter().flat_map(|it| &it.inbox.events);
    events.map(|event| event.parts().0).collect()
}

fn match_ack(play: &mut Play, body: &Acked) -> Result<Attempt, Stop> {
    let request = play.fill(&body.request)?;
    let Some(asked) = play.peers.asked.get(&request).cloned() else {
        return Err(Stop::broken(format!(
            "nothing has been asked for as {request}"
        )));
    };
    let dialect = play.peers.get(&asked.actor)?.dialect;
    let expected = match (&body.failure, &body.args) {
        (Some(code), _) => failure(play, code, dialect, body.who.as_deref())?,
        (None, Some(args)) => args.clone(),
        (None, None) => ArgumentsPattern::default(),
    };
    let connection = play
        .peers
        .get(&asked.actor)?
        .connection
        .as_ref()
        .filter(|connection| connection.generation == asked.generation);
    let Some(inbox) = connection.map(|connection| &connection.inbox) else {
        return Ok(Attempt::Pending);
    };
    if body.next && !inbox.is_empty() && inbox.first_is_ack() != Some(asked.number) {
        let message = format!(
            "{} received something else before the ack of {request}",
            asked.actor
        );
        let finding = Finding::new(message).comparing("first the ack", play.peers.unmatched());
        return Ok(Attempt::Mismatch(finding.signed(How::Late)));
    }
    let acks = inbox.acks.get(&asked.number);
    let Some(ack) = acks.and_then(|acks| acks.front()) else {
        return Ok(Attempt::Pending);
    };
    let (data, order) = (ack.data.clone(), ack.order);
    let early = if body.next && inbox.has_overtaken(order) {
        let message = format!("the ack of {request} came before what had been sent ahead of it");
        Some((message, How::Late))
    } else if play.peers.is_too_early(&request, order) {
        let message = format!("the ack of {request} came before anybody had given it");
        Some((message, How::Early))
    } else {
        None
    };
    if let Some((message, how)) = early {
        let actual = format!("ack {}", shorten(&data.json, 200));
        let finding = Finding::new(message).comparing("an ack in its time", actual);
        return Ok(Attempt::Mismatch(finding.signed(how)));
    }
    match matching::take_arguments(&mut play.bindings, &expected, &data) {
        Ok(()) => {
            if let Some(connection) = &mut play.peers.get(&asked.actor)?.connection {
                connection.inbox.pop_ack(asked.number);
            }
            Ok(Attempt::Matched)
        }
        Err(difference) => {
            let how = difference.how();
            let message = format!("the ack of {request} is another: {difference}");
            let words = format!("ack {}", describe_arguments(&play.bindings, &expected));
            let actual = format!("ack {}", shorten(&data.json, 200));
            let finding = Finding::new(message).comparing(words, actual);
            Ok(Attempt::Mismatch(finding.signed(how)))
        }
    }
}

/// The request for a stream as the target sees it: the server states who asks, and hands
/// on whatever else the opener wrote.
fn offered(play: &Play, body: &StreamOffered) -> Result<Expected, Stop> {
    let dialect = body
        .dialect
        .or(play.peers.actors.get(&body.from).map(|actor| actor.dialect))
        .unwrap_or(play.check.dialect);
    let target = body.to.as_deref().unwrap_or(&body.at);
    let ids = (&body.source_stream, &body.target_stream);
    let info = lowering::stream(play, ids, target, body.channel.as_ref())?;
    let json = lowering::stream_offered(dialect, info);
    let mut expected = literal_event(&body.at, &json, Some(play.fill(&body.r#as)?));
    if let ArgumentsPattern::Exactly(args) = &mut expected.event.args
        && let Some(Pattern::Object(members)) = args.first_mut()
    {
        let source = Text::literal(play.id(&body.from)?);
        members.push((Text::literal("sourceClientId"), Pattern::String(source)));
        if let Some(Pattern::Object(more)) = &body.members {
            members.extend(more.iter().cloned());
        }
    }
    Ok(expected)
}

/// An event of the catalogue, given as the JSON text of its packet.
fn literal_event(at: &str, json: &str, asks: Option<String>) -> Expected {
    let mut parts = elements(json).unwrap_or_default().into_iter();
    let name = parts
        .next()
        .map(|name| name.get().to_owned())
        .unwrap_or_default();
    let args = parts
        .filter_map(|arg| Pattern::literal(arg.get()))
        .collect();
    Expected::new(at, name, ArgumentsPattern::Exactly(args), asks)
}
