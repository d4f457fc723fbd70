//! Coming and going: connections are made, refused and left.

use std::sync::Arc;

use sio_p2p_transport::{ConnectError, ConnectOptions};

use crate::blame::{How, Sign, Subject};
use crate::player::peer::heartbeat;
use crate::player::peer::pace::is_refusal_for_now;
use crate::player::peer::strangers::introduce;
use crate::player::play::Play;
use crate::player::play::finding::Finding;
use crate::player::play::stop::Stop;
use crate::scenario::TransportName;
use crate::scenario::body::{Disconnect, Leaving, Refused};
use crate::scenario::text::Part;

pub(crate) fn options(play: &mut Play, name: &str) -> Result<ConnectOptions, Stop> {
    let actor = play.peers.get(name)?;
    let (eio, states_eio, query) = (actor.eio, actor.states_eio, actor.query.clone());
    let query = query.map(|text| play.fill(&text)).transpose()?;
    let untestable = |error: ConnectError| Stop::Untestable(Finding::new(error.to_string()));
    let access = Arc::clone(&play.peers.road.access);
    let mut options = access
        .options(play.peers.server_of(&play.check.scenario, name), eio)
        .map_err(untestable)?;
    match (query, play.bindings.id(name)) {
        (Some(query), _) => options = options.raw_query(&query),
        (None, Some(id)) => options = options.query("clientId", id),
        (None, None) => {}
    }
    if let Some(id) = play.bindings.id(name) {
        introduce(id);
    }
    let trace = play.trace.observer(name);
    let deadline = play.deadline;
    let actor = play.peers.get(name)?;
    let beats = actor.beats.clone();
    let observer = move |direction, frame: &_| {
        beats.see(eio, direction, frame);
        trace(direction, frame);
    };
    Ok(options
        .transports(actor.transport.into())
        .state_eio(states_eio)
        .connect_timeout(deadline)
        .observe(observer))
}

pub(crate) async fn connect(play: &mut Play, name: &str) -> Result<(), Stop> {
    // A connection that the server has ended must have been noticed by a step.
    play.drain();
    play.peers.no_leftovers(name, true)?;
    let options = options(play, name)?;
    let mailbox = play.peers.mailbox.clone();
    let pace = play.peers.road.pace.clone();
    let actor = play.peers.get(name)?;
    match actor.connect(&options, pace.as_deref(), &mailbox).await {
        Ok(handshake) => {
            play.talked = true;
            let engine = Part::Engine(name.to_owned());
            play.bindings.learn(engine, handshake.engine_sid);
            if let Some(rhythm) = play.peers.get(name)?.rhythm {
                heartbeat::beats_soon(play, rhythm)?;
            }
            if let Some(sid) = handshake.sid {
                play.bindings.learn(Part::Socket(name.to_owned()), sid);
            }
            Ok(())
        }
        Err(error @ (ConnectError::Unreachable { .. } | ConnectError::InvalidOptions(_))) => {
            let message = format!("{name} could not reach the server");
            Err(Stop::Untestable(
                Finding::new(message).comparing("a connection", error.to_string()),
            ))
        }
        Err(error) if pace.is_some() && is_refusal_for_now(&error) => {
            let message = format!("{name} was told to come later for too long");
            Err(Stop::Untestable(
                Finding::new(message).comparing("a connection", error.to_string()),
            ))
        }
        Err(error) => {
            let message = format!("{name} was not accepted");
            let stop = Stop::broken(message).comparing("a connection", error.to_string());
            Err(stop.signed(Sign::about(Subject::Connection, How::Missing)))
        }
    }
}

pub(crate) async fn refused(play: &mut Play, body: &Refused) -> Result<(), Stop> {
    let name = body.at.as_str();
    let options = options(play, name)?;
    let mailbox = play.peers.mailbox.clone();
    // A refusal that is expected by its status is not waited out.
    let pace = play.peers.road.pace.clone();
    let pace = pace.filter(|_| body.status.is_none());
    let actor = play.peers.get(name)?;
    match actor.connect(&options, pace.as_deref(), &mailbox).await {
        Ok(_) => Err(Stop::broken(format!("{name} was accepted"))),
        Err(error) if body.text.is_some() || body.status.is_some() => {
            let (text, status) = match &error {
                ConnectError::Refused(refusal) => (refusal.message(), None),
                ConnectError::Http(refusal) => (None, Some(refusal.status)),
                _ => (None, None),
            };
            if text == body.text && status == body.status {
                return Ok(());
            }
            let message = format!("{name} was not refused in this way");
            let text = body.text.iter().map(|text| format!("the reason {text:?}"));
            let status = body.status.iter().map(|status| format!("status {status}"));
            let expected: Vec<_> = text.chain(status).collect();
            let expected = expected.join(" and ");
            Err(Stop::broken(message).comparing(expected, error.to_string()))
        }
        Err(error) if pace.is_some() && is_refusal_for_now(&error) => {
            let message = format!("{name} was told to come later for too long");
            Err(Stop::Untestable(
                Finding::new(message).comparing("a refusal for good", error.to_string()),
            ))
        }
        Err(ConnectError::Http(_) | ConnectError::Refused(_) | ConnectError::Closed(_)) => Ok(()),
        Err(error @ ConnectError::Unreachable { .. }) => {
            let message = format!("{name} could not reach the server");
            Err(Stop::Untestable(
                Finding::new(message).comparing("a refusal", error.to_string()),
            ))
        }
        Err(error) => {
            let message = format!("{name} was neither accepted nor refused");
            Err(Stop::broken(message).comparing("a refusal", error.to_string()))
        }
    }
}

pub(crate) async fn disconnect(play: &mut Play, body: &Disconnect) -> Result<(), Stop> {
    play.drain();
    play.peers.is_about_to_leave(&body.from);
    play.peers.open(&body.from)?;
    let actor = play.peers.get(&body.from)?;
    actor.left = true;
    let transport = actor.transport;
    let Some(connection) = actor.connection.take() else {
        return Ok(());
    };
    let patience = play.deadline;
    match body.how {
        Leaving::Clean => connection.leave(patience).await,
        Leaving::Abrupt => {
            // A session whose probe breaks stays on polling, and nobody could see that
            // its client has gone. So the WebSocket is its transport before it breaks.
            // Between two polls there is no connection that could break.
            match transport {
                TransportName::Upgrade => connection.upgraded(patience).await,
                TransportName::Polling => connection.polls(patience).await,
                TransportName::Websocket => {}
            }
            connection.abort().await;
        }
        Leaving::Silent => {
            connection.freeze();
            play.peers.silent.push(connection);
        }
    }
    Ok(())
}
