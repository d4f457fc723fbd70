//! Looking once: whether what an observation expects is there, at whom, and what is said when it
//! does not come.

use super::finding::Finding;
use super::play::Play;
use super::stop::Stop;
use super::{client, peer};
use crate::scenario::step::{Action, ClientVerb};
use crate::scenario::verb::Body;

/// What an attempt to match an observation comes to.
pub(crate) enum Attempt {
    /// It is there, and has been taken out.
    Matched,
    /// Nothing yet.
    Pending,
    /// Something else is there.
    Mismatch(Finding),
}

/// Looks once; takes out what matches.
pub(crate) fn attempt(play: &mut Play, action: &Action) -> Result<Attempt, Stop> {
    match action {
        Action::Client(verb) => client::expect::attempt(play, verb),
        Action::Acked(body) => {
            let request = play.fill(&body.request)?;
            match play.clients.asked.get(&request).cloned() {
                Some((name, number)) => {
                    client::expect::match_ack(play, &request, (&name, number), body)
                }
                None => peer::expect::attempt(play, action),
            }
        }
        _ => peer::expect::attempt(play, action),
    }
}

/// The client that an observation looks at, if it looks at one.
fn client_of(play: &Play, action: &Action) -> Result<Option<String>, Stop> {
    let clients = &play.clients;
    let named = match action {
        Action::Client(ClientVerb::Replied(body)) => {
            clients.commands.get(&play.fill(&body.command)?)
        }
        Action::Acked(body) => clients.asked.get(&play.fill(&body.request)?),
        _ => return Ok(action.client().map(str::to_owned)),
    };
    Ok(named.map(|(client, _)| client.clone()))
}

/// The actor that an observation looks at.
pub(crate) fn place(play: &Play, action: &Action) -> Result<String, Stop> {
    if let Some(client) = client_of(play, action)? {
        return Ok(client);
    }
    if let Action::Acked(body) = action {
        let request = play.fill(&body.request)?;
        let asked = play.peers.asked.get(&request);
        return asked
            .map(|asked| asked.actor.clone())
            .ok_or_else(|| Stop::broken(format!("nothing has been asked for as {request}")));
    }
    let observer = action.observer().map(str::to_owned);
    observer.ok_or_else(|| Stop::broken("not an observation"))
}

/// Waiting is pointless when the connection that is looked at has ended.
pub(crate) fn still_possible(play: &Play, action: &Action) -> Result<(), Stop> {
    let at = place(play, action)?;
    if play.clients.has(&at) {
        return play.clients.goes_on(&at);
    }
    if play.peers.is_open(&at) {
        Ok(())
    } else {
        Err(play.peers.lost(&at))
    }
}

/// The finding that an observation has not come true in time.
pub(crate) fn missing(play: &Play, action: &Action) -> Stop {
    if let Some(stop) = client::finish::missing(play, action) {
        return stop;
    }
    let what = match action {
        Action::Acked(body) => {
            let request = play.fill(&body.request).unwrap_or_default();
            format!("{request} was not answered")
        }
        Action::Closed(body) => format!("the server did not end the connection of {}", body.at),
        Action::ReceivePacket(body) => format!("{} received no such packet", body.at),
        _ => match peer::expect::expected(play, action) {
            Ok(Some(expected)) => {
                format!("{} did not receive event {}", expected.at, expected.name)
            }
            _ => "nothing came".to_owned(),
        },
    };
    let expected = match peer::expect::expected(play, action) {
        Ok(Some(expected)) => peer::expect::words(play, &expected),
        _ => "an arrival within the deadline".to_owned(),
    };
    Stop::Broken(Finding::new(what).comparing(expected, play.peers.unmatched()))
}
