//! The verbs below Socket.IO: requests and WebSocket connections beside the connections of actors.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use sio_p2p_transport::{CloseReason, ConnectError, Frame, HttpRequest, SessionSocket};
use tokio::time::timeout_at;

use crate::blame::{How, Sign, Subject};
use crate::json::shorten;
use crate::player::peer::{connect, questions};
use crate::player::play::Play;
use crate::player::play::finding::Finding;
use crate::player::play::stop::Stop;
use crate::scenario::TransportName;
use crate::scenario::body::{Http, Noops, Probe, ProbeEnd};

/// What Engine.IO answers a poll that has nothing to tell.
const NOOP: &str = "6";
/// How much of an answer is shown.
const SHOWN: usize = 200;

/// A request, and the status of its answer.
pub(crate) async fn http(play: &mut Play, body: &Http) -> Result<(), Stop> {
    settled(play, &body.from).await?;
    let eio = play.peers.get(&body.from)?.eio;
    let access = Arc::clone(&play.peers.road.access);
    let options = access.options(play.peers.server_of(&play.check.scenario, &body.from), eio);
    let options = options.map_err(untestable)?.connect_timeout(play.deadline);
    let mut headers = Vec::new();
    for (name, value) in &body.headers {
        headers.push((name.clone(), play.fill(value)?));
    }
    let text = body.body.as_ref().map(|text| play.fill(text)).transpose()?;
    let request = HttpRequest {
        method: body.method.clone().unwrap_or_else(|| "GET".to_owned()),
        query: format!("EIO={eio}&{}", play.fill(&body.query)?),
        headers,
        body: Bytes::from(text.unwrap_or_default()),
    };
    let expected: Vec<_> = body.status.iter().map(ToString::to_string).collect();
    let expected = format!("status {}", expected.join(" or "));
    let answer = match request.send(&options).await {
        Ok(answer) => answer,
        Err(error @ ConnectError::InvalidOptions(_)) => return Err(untestable(error)),
        Err(error) => {
            let stop = Stop::broken("a request was not answered");
            return Err(stop.comparing(expected, error.to_string()));
        }
    };
    if body.status.contains(&answer.status) {
        return Ok(());
    }
    let said = shorten(&String::from_utf8_lossy(&answer.body), SHOWN);
    let actual = format!("status {}: {said}", answer.status);
    let finding = Finding::new("a request was answered otherwise").comparing(expected, actual);
    let finding = finding.signed(How::Different);
    // Servers that others use, too, may count requests.
    if play.peers.road.pace.is_some() && matches!(answer.status, 429 | 503) {
        return Err(Stop::Untestable(finding));
    }
    Err(Stop::Broken(finding))
}

/// A WebSocket that comes to a session, and what becomes of it.
pub(crate) async fn probe(play: &mut Play, body: &Probe) -> Result<(), Stop> {
    let name = body.from.as_str();
    settled(play, name).await?;
    let began = play.trace.age();
    let options = connect::options(play, name)?;
    let sid = play.bindings.engine(name)?;
    let may_end = body.then == ProbeEnd::Closed;
    let mut socket = match SessionSocket::connect(&options, &sid).await {
        Ok(socket) => socket,
        Err(ConnectError::Http(_)) if may_end => return Ok(()),
        Err(error @ ConnectError::InvalidOptions(_)) => return Err(untestable(error)),
        Err(error) => {
            let message = format!("a WebSocket for the session of {name} was not let in");
            return Err(Stop::broken(message).comparing("a WebSocket", error.to_string()));
        }
    };
    for text in &body.send {
        let text = play.fill(text)?;
        let sent = socket.send(Frame::text(text.as_str())).await;
        if let (Err(reason), false) = (sent, may_end) {
            return Err(ended(&format!("before {text} could be sent"), &reason));
        }
    }
    for text in &body.receive {
        let expected = play.fill(text)?;
        match heard(play, &mut socket).await {
            Some(Ok(Frame::Text(text))) if text == expected => {}
            Some(Ok(other)) => {
                let stop = Stop::broken("a probe was told something else");
                return Err(stop.comparing(expected, shown(&other)));
            }
            Some(Err(reason)) => return Err(ended(&format!("before {expected}"), &reason)),
            None => return Err(Stop::broken(format!("a probe did not hear {expected}"))),
        }
    }
    if let Some(noops) = &body.noops {
        be_empty(play, name, noops, began).await?;
    }
    match body.then {
        ProbeEnd::Hangs => play.peers.probes.push(socket),
        ProbeEnd::Cut => drop(socket),
        ProbeEnd::Closed => {
            return match heard(play, &mut socket).await {
                Some(Err(_)) => Ok(()),
                Some(Ok(frame)) => {
                    let stop = Stop::broken("a probe was answered instead of closed");
                    Err(stop.comparing("its end", shown(&frame)))
                }
                None => Err(Stop::broken("a probe was not closed")),
            };
        }
    }
    Ok(())
}

/// An actor that is to upgrade has done so, and the server knows.
async fn settled(play: &mut Play, name: &str) -> Result<(), Stop> {
    let patience = play.deadline;
    let actor = play.peers.get(name)?;
    if actor.transport != TransportName::Upgrade {
        return Ok(());
    }
    let Some(connection) = actor.open() else {
        return Ok(());
    };
    connection.upgraded(patience).await;
    // What the server answers on the WebSocket, it answers behind the upgrade.
    questions::client_list(play, name).await.map(drop)
}

/// The next frame of a probe; `None` if nothing comes in time.
async fn heard(play: &Play, socket: &mut SessionSocket) -> Option<Result<Frame, CloseReason>> {
    let wait = play.wait();
    loop {
        let until = wait.until(&play.trace);
        if let Ok(heard) = timeout_at(until, socket.recv()).await {
            return Some(heard);
        }
        if wait.until(&play.trace) <= until {
            return None;
        }
    }
}

/// Polls are answered without anything to tell, and not too fast.
async fn be_empty(play: &Play, name: &str, noops: &Noops, began: Duration) -> Result<(), Stop> {
    let wait = play.wait();
    loop {
        let next = play.trace.next_line();
        let seen = play.trace.count(name, NOOP, began);
        if seen >= noops.count {
            break;
        }
        let until = wait.until(&play.trace);
        if timeout_at(until, next).await.is_err() && wait.until(&play.trace) <= until {
            let message = format!("the polls of {name} were not let go of");
            let expected = format!("{} empty answers", noops.count);
            let stop = Stop::broken(message).comparing(expected, seen.to_string());
            return Err(stop.signed(Sign::about(Subject::Noops, How::Missing)));
        }
    }
    let took = play.trace.age().saturating_sub(began);
    let least = Duration::from_millis(noops.no_sooner_ms);
    if took >= least {
        return Ok(());
    }
    let message = format!("the polls of {name} were let go of too fast");
    let expected = format!("{} empty answers in {least:?} or more", noops.count);
    let stop = Stop::broken(message).comparing(expected, format!("{took:?}"));
    Err(stop.signed(Sign::about(Subject::Noops, How::Early)))
}

fn untestable(error: ConnectError) -> Stop {
    Stop::Untestable(Finding::new(error.to_string()))
}

fn ended(when: &str, reason: &CloseReason) -> Stop {
    Stop::broken(format!("a probe ended {when}")).comparing("an open WebSocket", reason.to_string())
}

fn shown(frame: &Frame) -> String {
    match frame {
        Frame::Text(text) => shorten(text, SHOWN),
        other => format!("{other:?}"),
    }
}
