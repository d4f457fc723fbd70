//! The verbs that a peer acts by.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sio_p2p_transport::Frame;

use crate::player::peer::send::{ask, send, unsent};
use crate::player::peer::{connect, engine, fences, heartbeat, lowering, questions};
use crate::player::play::Play;
use crate::player::play::stop::Stop;
use crate::scenario::body::SendFrame;
use crate::scenario::step::Action;

/// Does what an action of a peer says.
pub(crate) async fn act(play: &mut Play, action: &Action) -> Result<(), Stop> {
    if let Some((from, request, outgoing)) = lowering::lower(play, action)? {
        if let Some(request) = request {
            let number = match action {
                Action::Request(body) => body.number,
                _ => None,
            };
            return ask(play, from, request, outgoing, number).await;
        }
        send(play, from, outgoing).await?;
        return match action {
            // No ack says when it is done: what the server does next for this client comes
            // after it.
            Action::JoinRoom(_)
            | Action::LeaveRoom(_)
            | Action::CreateApi(_)
            | Action::DestroyApi(_) => questions::client_list(play, from).await.map(drop),
            _ => Ok(()),
        };
    }
    match action {
        Action::Refused(body) => connect::refused(play, body).await,
        Action::Disconnect(body) => connect::disconnect(play, body).await,
        Action::CheckApi(body) => questions::check_api(play, body).await,
        Action::SendFrame(body) => send_frame(play, body).await,
        Action::Http(body) => engine::http(play, body).await,
        Action::Probe(body) => engine::probe(play, body).await,
        Action::ListClients(body) => questions::list_clients(play, body).await,
        Action::Gone(body) => questions::gone(play, body).await,
        Action::ConnectionStatus(body) => questions::connection_status(play, body).await,
        Action::Fence(body) => fences::fence(play, &[(body.from.clone(), body.to.clone())]).await,
        Action::Heartbeat(body) => heartbeat::heartbeat(play, body).await,
        Action::PassTime(body) => heartbeat::pass_time(play, body).await,
        Action::Note(_) => Ok(()),
        // Observations have a place of their own.
        _ => Err(Stop::broken("a verb that the player does not know yet")),
    }
}

async fn send_frame(play: &mut Play, body: &SendFrame) -> Result<(), Stop> {
    let frame = match (&body.text, &body.binary) {
        (Some(text), None) => Frame::Text(play.bindings.fill_raw(text)?),
        (None, Some(base64)) => {
            let bytes = STANDARD.decode(base64);
            Frame::binary(bytes.map_err(|error| format!("not base64: {error}"))?)
        }
        _ => return Err(Stop::broken("send_frame needs either text or binary")),
    };
    let sender = play.peers.open(&body.from)?.sender();
    match sender.send_frame(frame).await {
        Ok(()) => Ok(()),
        Err(error) => Err(unsent(play, &body.from, &error.forget()).await),
    }
}
