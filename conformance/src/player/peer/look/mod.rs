//! Looking into an inbox: is what a verb expects there?

mod other;

use sio_p2p_protocol::Dialect;

use crate::json::{elements, quote, shorten, unquote};
use crate::player::finding::Finding;
use crate::player::matching::{self, describe_arguments};
use crate::player::peer::leftovers::describe;
use crate::player::play::{Play, Requested, Stop};
use crate::scenario::body::{Acked, FailureCodes, StreamOffered};
use crate::scenario::step::Action;
use crate::scenario::text::Text;
use crate::scenario::value::{ArgumentsPattern, Pattern};

/// An event that is expected as the next at an actor.
pub(crate) struct Expected {
    pub(crate) at: String,
    /// Name as JSON text.
    pub(crate) name: String,
    args: ArgumentsPattern,
    /// The name of the request, if the event must ask for an ack.
    asks: Option<String>,
    /// The actor whose leaving it tells.
    leaver: Option<String>,
}

/// What a look at the inbox shows.
pub(crate) enum Look {
    /// It is there, and has been taken out.
    Matched,
    /// Nothing yet.
    Pending,
    /// Something else is there.
    Other(Finding),
}

impl Play {
    pub(crate) fn words(&self, expected: &Expected) -> String {
        let ack = if expected.asks.is_some() {
            ", asking for an ack"
        } else {
            ""
        };
        format!(
            "event {} {}{ack}",
            expected.name,
            describe_arguments(&self.world, &expected.args)
        )
    }

    /// Looks once; takes out what matches.
    pub(crate) fn look(&mut self, action: &Action) -> Result<Look, Stop> {
        if let Some(look) = self.look_at_clients(action)? {
            return Ok(look);
        }
        match action {
            Action::Acked(body) => self.look_for_ack(body),
            Action::Closed(body) => self.look_for_end(body),
            Action::ReceivePacket(body) => self.look_for_packet(body),
            _ => match self.expected(action)? {
                Some(expected) => self.look_for_event(expected),
                None => Ok(Look::Pending),
            },
        }
    }

    /// The event that a verb expects.
    pub(crate) fn expected(&self, action: &Action) -> Result<Option<Expected>, Stop> {
        let fill = |text: &Option<Text>| text.as_ref().map(|text| self.fill(text)).transpose();
        let dialect_of = |name: &str| self.actors.get(name).map(|actor| actor.dialect);
        Ok(Some(match action {
            Action::Receive(body) => Expected {
                at: body.at.clone(),
                name: quote(&self.fill(&body.event)?),
                args: self.with_source(body.from.as_deref(), &body.args),
                asks: fill(&body.r#as)?,
                leaver: None,
            },
            Action::TargetAdded(body) => {
                let dialect = body
                    .dialect
                    .or(dialect_of(&body.from))
                    .unwrap_or(self.dialect);
                let json =
                    crate::player::peer::lowering::target_added(dialect, self.world.id(&body.from));
                let request = self.fill(&body.r#as)?;
                literal_event(&body.at, &json.map_err(Stop::broken)?, Some(request))
            }
            Action::StreamOffered(body) => self.offered(body)?,
            Action::TargetLeft(body) => {
                let dialect = body
                    .dialect
                    .or(dialect_of(&body.at))
                    .unwrap_or(self.dialect);
                let json =
                    crate::player::peer::lowering::target_left(dialect, self.world.id(&body.who));
                let told = literal_event(&body.at, &json.map_err(Stop::broken)?, None);
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
                        let dialect = dialect_of(&body.at).unwrap_or(self.dialect);
                        self.failure(code, dialect, body.who.as_deref())?
                    }
                };
                Expected {
                    at: body.at.clone(),
                    name: quote("SERVER_ERROR"),
                    args,
                    asks: None,
                    leaver: None,
                }
            }
            _ => return Ok(None),
        }))
    }

    /// The arguments as the receiver sees them: a `v1` sender's id comes first.
    fn with_source(&self, from: Option<&str>, args: &ArgumentsPattern) -> ArgumentsPattern {
        let speaks_v1 = |name: &str| {
            self.actors
                .get(name)
                .map_or(self.dialect, |actor| actor.dialect)
                == Dialect::V1
        };
        match (from.filter(|name| speaks_v1(name)), args) {
            (Some(name), ArgumentsPattern::Exactly(patterns)) => {
                let source = match self.world.id(name) {
                    Some(id) => Pattern::String(Text::literal(id)),
                    None => Pattern::Plain("null"),
                };
                let mut all = vec![source];
                all.extend(patterns.iter().cloned());
                ArgumentsPattern::Exactly(all)
            }
            _ => args.clone(),
        }
    }

    /// One argument: the text of a failure, in any wording of the dialect.
    fn failure(
        &self,
        codes: &FailureCodes,
        dialect: Dialect,
        who: Option<&str>,
    ) -> Result<ArgumentsPattern, Stop> {
        let who = who.and_then(|name| self.world.id(name));
        let texts = crate::scenario::failures::wordings(codes.as_slice(), dialect, who)
            .map_err(Stop::broken)?;
        Ok(ArgumentsPattern::Exactly(vec![Pattern::OneOf(texts)]))
    }

    fn look_for_event(&mut self, expected: Expected) -> Result<Look, Stop> {
        let words = self.words(&expected);
        let Some(connection) = self.actor(&expected.at)?.connection.as_ref() else {
            return Ok(Look::Pending);
        };
        let Some(event) = connection.inbox.events.front().cloned() else {
            return Ok(Look::Pending);
        };
        let at = &expected.at;
        let (name, args) = event.parts();
        let other = |message: String| {
            Ok(Look::Other(
                Finding::new(message).comparing(words.clone(), describe(&event)),
            ))
        };
        if !same_name(&name, &expected.name) {
            return other(format!(
                "{at} received {} instead of {}",
                shorten(&name, 60),
                expected.name
            ));
        }
        if let Some(who) = expected.leaver.as_deref()
            && self.left_later(who, at, event.order)
        {
            return other(format!("{at} was told that {who} has left before it had"));
        }
        let compared =
            matching::arguments(&self.world, &expected.args, &args, &event.data.attachments);
        if let Err(difference) = compared {
            return other(format!(
                "{at} received {name} with other arguments: {difference}"
            ));
        }
        match (&expected.asks, event.ack) {
            (None, Some(_)) => {
                return other(format!(
                    "{at} received {name} that asks for an ack, which it should not"
                ));
            }
            (Some(_), None) => {
                return other(format!("{at} received {name} that does not ask for an ack"));
            }
            (Some(request), Some(number)) => {
                let requested = Requested {
                    actor: at.clone(),
                    number,
                };
                self.requested.insert(request.clone(), requested);
                self.world.ack_asked(request, number);
            }
            (None, None) => {}
        }
        for (name, text) in matching::kept(&expected.args, &args) {
            self.world.keep(&name, text);
        }
        if let Some(connection) = &mut self.actor(&expected.at)?.connection {
            connection.inbox.events.pop_front();
            connection.inbox.has_matched(event.order);
        }
        Ok(Look::Matched)
    }

    fn look_for_ack(&mut self, body: &Acked) -> Result<Look, Stop> {
        let request = self.fill(&body.request)?;
        let Some(asked) = self.asked.get(&request).cloned() else {
            return Err(Stop::broken(format!(
                "nothing has been asked for as {request}"
            )));
        };
        let dialect = self.actor(&asked.actor)?.dialect;
        let expected = match (&body.failure, &body.args) {
            (Some(code), _) => self.failure(code, dialect, body.who.as_deref())?,
            (None, Some(args)) => args.clone(),
            (None, None) => ArgumentsPattern::default(),
        };
        let connection = self
            .actor(&asked.actor)?
            .connection
            .as_ref()
            .filter(|connection| connection.generation == asked.generation);
        let Some(inbox) = connection.map(|connection| &connection.inbox) else {
            return Ok(Look::Pending);
        };
        if body.next && !inbox.is_empty() && inbox.first_is_ack() != Some(asked.number) {
            let message = format!(
                "{} received something else before the ack of {request}",
                asked.actor
            );
            let finding = Finding::new(message).comparing("first the ack", self.unmatched());
            return Ok(Look::Other(finding));
        }
        let acks = inbox.acks.get(&asked.number);
        let Some(ack) = acks.and_then(|acks| acks.front()) else {
            return Ok(Look::Pending);
        };
        let (data, order) = (ack.data.clone(), ack.order);
        let early = if body.next && inbox.has_overtaken(order) {
            Some(format!(
                "the ack of {request} came before what had been sent ahead of it"
            ))
        } else if self.is_too_early(&request, order) {
            Some(format!(
                "the ack of {request} came before anybody had given it"
            ))
        } else {
            None
        };
        if let Some(message) = early {
            let actual = format!("ack {}", shorten(&data.json, 200));
            let finding = Finding::new(message).comparing("an ack in its time", actual);
            return Ok(Look::Other(finding));
        }
        match matching::arguments(&self.world, &expected, &data.json, &data.attachments) {
            Ok(()) => {
                for (name, text) in matching::kept(&expected, &data.json) {
                    self.world.keep(&name, text);
                }
                if let Some(connection) = &mut self.actor(&asked.actor)?.connection {
                    connection.inbox.pop_ack(asked.number);
                }
                Ok(Look::Matched)
            }
            Err(difference) => {
                let message = format!("the ack of {request} is another: {difference}");
                let words = format!("ack {}", describe_arguments(&self.world, &expected));
                let actual = format!("ack {}", shorten(&data.json, 200));
                Ok(Look::Other(Finding::new(message).comparing(words, actual)))
            }
        }
    }
}

impl Play {
    /// The request for a stream as the target sees it: the server states who asks, and hands
    /// on whatever else the opener wrote.
    fn offered(&self, body: &StreamOffered) -> Result<Expected, Stop> {
        let dialect = body
            .dialect
            .or(self.actors.get(&body.from).map(|actor| actor.dialect))
            .unwrap_or(self.dialect);
        let target = body.to.as_deref().unwrap_or(&body.at);
        let info = crate::player::peer::lowering::stream(
            &self.fill(&body.source_stream)?,
            &self.fill(&body.target_stream)?,
            &self.id(target)?,
            body.channel
                .as_ref()
                .map(|text| self.fill(text))
                .transpose()?,
        );
        let json =
            crate::player::peer::lowering::stream_offered(dialect, info.map_err(Stop::broken)?);
        let mut expected = literal_event(&body.at, &json, Some(self.fill(&body.r#as)?));
        if let ArgumentsPattern::Exactly(args) = &mut expected.args
            && let Some(Pattern::Object(members)) = args.first_mut()
        {
            let source = Text::literal(self.id(&body.from)?);
            members.push((Text::literal("sourceClientId"), Pattern::String(source)));
            if let Some(Pattern::Object(more)) = &body.members {
                members.extend(more.iter().cloned());
            }
        }
        Ok(expected)
    }
}

/// Names are compared as strings: how a server escapes them is its own affair. What is not
/// a string has only its text.
fn same_name(left: &str, right: &str) -> bool {
    match (unquote(left), unquote(right)) {
        (Some(left), Some(right)) => left == right,
        _ => left == right,
    }
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
    Expected {
        at: at.to_owned(),
        name,
        args: ArgumentsPattern::Exactly(args),
        asks,
        leaver: None,
    }
}
