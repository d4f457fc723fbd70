//! The verbs that a peer acts by.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sio_p2p_protocol::Dialect;
use sio_p2p_transport::Frame;

use crate::player::peer::lowering::{self, Outgoing};
use crate::player::peer::send::{ask, send, unsent};
use crate::player::peer::{connect, engine, fences, heartbeat, questions};
use crate::player::play::Play;
use crate::player::play::stop::Stop;
use crate::scenario::body::{CreateApi, DestroyApi, OpenStream, RoomChange, SendFrame};
use crate::scenario::step::Action;
use crate::scenario::value::Pattern;

/// Does what an action of a peer says.
pub(crate) async fn act(play: &mut Play, action: &Action) -> Result<(), Stop> {
    match action {
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
        // Observations have a place of their own; a note is no action.
        _ => Ok(()),
    }
}

fn message(
    play: &mut Play,
    from: &str,
    to: &str,
    event: &str,
    args: &[Pattern],
    ack: bool,
) -> Result<Outgoing, Stop> {
    let args = play.bindings.arguments(args).map_err(Stop::broken)?;
    let target = play.id(to)?;
    let dialect = play.peers.get(from)?.dialect;
    lowering::message(dialect, play.bindings.id(from), &target, event, args, ack)
        .map_err(Stop::broken)
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

async fn change_room(
    play: &mut Play,
    body: &RoomChange,
    lower: fn(Dialect, &str, bool) -> Result<Outgoing, String>,
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
