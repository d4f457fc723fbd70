//! The verbs that do something.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sio_p2p_transport::{Data, Frame, Packet};

use crate::player::bindings::Rendered;
use crate::player::client::{driver, finish};
use crate::player::finding::Finding;
use crate::player::peer::actor::Actor;
use crate::player::peer::lowering::{self, Outgoing};
use crate::player::peer::{Asked, connect, engine, fences, heartbeat, questions};
use crate::player::play::Play;
use crate::player::stop::Stop;
use crate::player::{client, observe};
use crate::scenario::body::{CreateApi, DestroyApi, OpenStream, RoomChange, SendFrame};
use crate::scenario::step::Action;
use crate::scenario::text::Text;

/// Does what an action says.
pub(crate) async fn act(play: &mut Play, action: &Action) -> Result<(), Stop> {
    match action {
        Action::Connect(names) => {
            for name in names {
                if play.clients.has(name) {
                    driver::connect_client(play, name).await?;
                    continue;
                }
                connect::connect(play, name).await?;
            }
            Ok(())
        }
        Action::Refused(body) => connect::refused(play, body).await,
        Action::Disconnect(body) => connect::disconnect(play, body).await,
        Action::Emit(body) => {
            let event = play.fill(&body.event)?;
            let outgoing = message(play, &body.from, &body.to, &event, &body.args, false)?;
            send(play, &body.from, outgoing).await.map(drop)
        }
        Action::Request(body) => {
            let event = play.fill(&body.event)?;
            let outgoing = message(play, &body.from, &body.to, &event, &body.args, true)?;
            ask(play, &body.from, &body.r#as, outgoing, body.number).await
        }
        Action::Answer(body) => answer(play, &body.request, &body.args).await,
        Action::Client(verb) => client::act::act(play, verb).await,
        Action::AddTarget(body) => {
            let target = play.id(&body.to)?;
            let outgoing = lowering::add_target(play.peers.get(&body.from)?.dialect, &target)
                .map_err(Stop::broken)?;
            ask(play, &body.from, &body.r#as, outgoing, None).await
        }
        Action::OpenStream(body) => open_stream(play, body).await,
        Action::CheckApi(body) => questions::check_api(play, body).await,
        Action::CreateApi(body) => create_api(play, body).await,
        Action::DestroyApi(body) => destroy_api(play, body).await,
        Action::UseApi(body) => {
            let api = play.fill(&body.api)?;
            let args = play.bindings.arguments(&body.args).map_err(Stop::broken)?;
            let outgoing = lowering::use_api(&api, args, body.r#as.is_some());
            let outgoing = outgoing.map_err(Stop::broken)?;
            match &body.r#as {
                Some(request) => ask(play, &body.from, request, outgoing, None).await,
                None => send(play, &body.from, outgoing).await.map(drop),
            }
        }
        Action::JoinRoom(body) => change_room(play, body, lowering::join_room).await,
        Action::LeaveRoom(body) => change_room(play, body, lowering::leave_room).await,
        Action::EmitRoom(body) => {
            let (room, event) = (play.fill(&body.room)?, play.fill(&body.event)?);
            let args = play.bindings.arguments(&body.args).map_err(Stop::broken)?;
            let outgoing = lowering::emit_room(&room, &event, args).map_err(Stop::broken)?;
            send(play, &body.from, outgoing).await.map(drop)
        }
        Action::SendPacket(body) => {
            let event = play.fill(&body.event)?;
            let args = play.bindings.arguments(&body.args).map_err(Stop::broken)?;
            let outgoing = lowering::raw_packet(&event, args, body.r#as.is_some());
            match &body.r#as {
                Some(request) => ask(play, &body.from, request, outgoing, None).await,
                None => send(play, &body.from, outgoing).await.map(drop),
            }
        }
        Action::SendFrame(body) => send_frame(play, body).await,
        Action::Http(body) => engine::http(play, body).await,
        Action::Probe(body) => engine::probe(play, body).await,
        Action::ListClients(body) => questions::list_clients(play, body).await,
        Action::Gone(body) => questions::gone(play, body).await,
        Action::ConnectionStatus(body) => questions::connection_status(play, body).await,
        Action::Fence(body) => fences::fence(play, &[(body.from.clone(), body.to.clone())]).await,
        Action::Heartbeat(body) => heartbeat::heartbeat(play, body).await,
        Action::PassTime(body) => heartbeat::pass_time(play, body).await,
        Action::Silent(body) => {
            let names = body.at.iter().cloned().collect();
            fences::fence_all(play, &names, &BTreeSet::new()).await?;
            finish::fence_clients(play).await?;
            play.drain();
            play.clients.are_silent(&body.at)?;
            body.at
                .iter()
                .try_for_each(|name| play.peers.no_leftovers(name, false))
        }
        Action::Unanswered(body) => observe::unanswered(play, &body.request).await,
        Action::StillServing(_) => {
            let probed = crate::player::probe::probe(
                &play.peers.url,
                play.peers.road.clone(),
                play.check.dialect,
                play.check.eio,
                play.check.transport,
            )
            .await;
            probed.map_err(|finding| {
                let message = "two fresh clients could not exchange a message".to_owned();
                Stop::Broken(Finding { message, ..finding })
            })
        }
        // Observations have a place of their own; a note is no action.
        _ => Ok(()),
    }
}

fn message(
    play: &mut Play,
    from: &str,
    to: &str,
    event: &str,
    args: &[crate::scenario::value::Pattern],
    ack: bool,
) -> Result<Outgoing, Stop> {
    let args = play.bindings.arguments(args).map_err(Stop::broken)?;
    let target = play.id(to)?;
    let dialect = play.peers.get(from)?.dialect;
    lowering::message(dialect, play.bindings.id(from), &target, event, args, ack)
        .map_err(Stop::broken)
}

/// Sends an event packet; gives the number of the ack that it asks for.
pub(crate) async fn send(
    play: &mut Play,
    from: &str,
    outgoing: Outgoing,
) -> Result<Option<u64>, Stop> {
    send_as(play, from, outgoing, None).await
}

/// The same under this number instead of the next one.
async fn send_as(
    play: &mut Play,
    from: &str,
    outgoing: Outgoing,
    number: Option<u64>,
) -> Result<Option<u64>, Stop> {
    let Some(connection) = play.peers.get(from)?.open() else {
        return Err(play.peers.lost(from));
    };
    match connection.emit(outgoing, number).await {
        Ok(number) => Ok(number),
        Err(error) => Err(unsent(play, from, &error).await),
    }
}

pub(crate) async fn send_packet(play: &mut Play, from: &str, packet: Packet) -> Result<(), Stop> {
    let Some(connection) = play.peers.get(from)?.open() else {
        return Err(play.peers.lost(from));
    };
    match connection.send(packet).await {
        Ok(()) => Ok(()),
        Err(error) => Err(unsent(play, from, &error).await),
    }
}

/// A packet could not be sent: mostly because the connection has just ended, which its
/// reader is about to tell.
async fn unsent(play: &mut Play, from: &str, error: &sio_p2p_transport::SendError) -> Stop {
    let wait = play.wait();
    while play.peers.actors.get(from).is_some_and(Actor::is_open) && play.arrival(wait).await {}
    if play.peers.actors.get(from).is_some_and(Actor::is_open) {
        return Stop::broken(format!("{from} cannot send: {error}"));
    }
    play.peers.lost(from)
}

/// Sends a packet that asks for an ack, under a name.
async fn ask(
    play: &mut Play,
    from: &str,
    name: &Text,
    outgoing: Outgoing,
    number: Option<u64>,
) -> Result<(), Stop> {
    let request = play.fill(name)?;
    let number = send_as(play, from, outgoing, number).await?;
    let generation = play.peers.get(from)?.generations;
    if let Some(number) = number {
        let asked = Asked {
            actor: from.to_owned(),
            generation,
            number,
        };
        play.peers.is_asked(request, asked);
    }
    Ok(())
}

async fn open_stream(play: &mut Play, body: &OpenStream) -> Result<(), Stop> {
    let info = lowering::stream(
        &play.fill(&body.source_stream)?,
        &play.fill(&body.target_stream)?,
        &play.id(&body.to)?,
        body.channel
            .as_ref()
            .map(|text| play.fill(text))
            .transpose()?,
    );
    let members: Vec<_> = body.members.iter().cloned().collect();
    let members = play.bindings.arguments(&members).map_err(Stop::broken)?;
    let dialect = play.peers.get(&body.from)?.dialect;
    let outgoing = lowering::open_stream(dialect, info.map_err(Stop::broken)?, members);
    ask(play, &body.from, &body.r#as, outgoing, None).await
}

async fn create_api(play: &mut Play, body: &CreateApi) -> Result<(), Stop> {
    let outgoing = lowering::create_api(&play.fill(&body.api)?).map_err(Stop::broken)?;
    send(play, &body.from, outgoing).await?;
    // As for rooms: nobody says when it is done.
    questions::client_list(play, &body.from).await.map(drop)
}

async fn destroy_api(play: &mut Play, body: &DestroyApi) -> Result<(), Stop> {
    let api = body.api.as_ref().map(|text| play.fill(text)).transpose()?;
    let outgoing = lowering::destroy_api(api.as_deref()).map_err(Stop::broken)?;
    send(play, &body.from, outgoing).await?;
    questions::client_list(play, &body.from).await.map(drop)
}

async fn answer(
    play: &mut Play,
    request: &Text,
    args: &[crate::scenario::value::Pattern],
) -> Result<(), Stop> {
    let request = play.fill(request)?;
    if let Some((client, id)) = play.clients.requested.get(&request).cloned() {
        let args = play.bindings.arguments(args).map_err(Stop::broken)?;
        return play.clients.serve(&client, ack(args, id));
    }
    let Some(requested) = play.peers.requested.get(&request).cloned() else {
        return Err(Stop::broken(format!("nobody has received {request}")));
    };
    play.drain();
    play.peers.is_about_to_answer(&request);
    let args = play.bindings.arguments(args).map_err(Stop::broken)?;
    send_packet(play, &requested.actor, ack(args, requested.number)).await
}

fn ack(args: Rendered, id: u64) -> Packet {
    Packet::Ack {
        namespace: "/".to_owned(),
        data: Data::with_attachments(args.json, args.attachments),
        id,
    }
}

async fn change_room(
    play: &mut Play,
    body: &RoomChange,
    lower: fn(sio_p2p_protocol::Dialect, &str, bool) -> Result<Outgoing, String>,
) -> Result<(), Stop> {
    let room = play.fill(&body.room)?;
    let dialect = play.peers.get(&body.from)?.dialect;
    let outgoing = lower(dialect, &room, body.r#as.is_some()).map_err(Stop::broken)?;
    if let Some(request) = &body.r#as {
        return ask(play, &body.from, request, outgoing, None).await;
    }
    send(play, &body.from, outgoing).await?;
    // Nobody says when it is done: whatever the server does next for this client comes
    // after it.
    questions::client_list(play, &body.from).await.map(drop)
}

async fn send_frame(play: &mut Play, body: &SendFrame) -> Result<(), Stop> {
    let frame = match (&body.text, &body.binary) {
        (Some(text), None) => Frame::Text(play.bindings.fill_raw(text).map_err(Stop::broken)?),
        (None, Some(base64)) => Frame::binary(
            STANDARD
                .decode(base64)
                .map_err(|error| Stop::broken(format!("not base64: {error}")))?,
        ),
        _ => return Err(Stop::broken("send_frame needs either text or binary")),
    };
    let Some(connection) = play.peers.get(&body.from)?.open() else {
        return Err(play.peers.lost(&body.from));
    };
    match connection.sender().send_frame(frame).await {
        Ok(()) => Ok(()),
        Err(error) => Err(unsent(play, &body.from, &error.forget()).await),
    }
}
