//! The verbs that do something.

use std::collections::BTreeSet;

use sio_p2p_transport::{Data, Packet};

use crate::player::client::{driver, finish};
use crate::player::peer::{connect, fences, send};
use crate::player::play::Play;
use crate::player::play::bindings::Rendered;
use crate::player::play::finding::Finding;
use crate::player::play::stop::Stop;
use crate::player::{client, observe, peer, probe};
use crate::scenario::step::Action;
use crate::scenario::text::Text;
use crate::scenario::value::Pattern;

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
        Action::Disconnect(body) if play.clients.has(&body.from) => {
            driver::disconnect_client(play, &body.from).await
        }
        Action::Answer(body) => answer(play, &body.request, &body.args).await,
        Action::Client(verb) => client::act::act(play, verb).await,
        Action::Silent(body) => {
            let names = body.at.iter().cloned().collect();
            fences::fence_all(play, &names, &BTreeSet::new()).await?;
            finish::fence_clients(play).await?;
            play.drain();
            finish::are_silent(play, &body.at)?;
            body.at
                .iter()
                .try_for_each(|name| play.peers.no_leftovers(name, false))
        }
        Action::Unanswered(body) => observe::unanswered(play, &body.request).await,
        Action::StillServing(_) => {
            let (peers, check) = (&play.peers, &play.check);
            let probed = probe::probe(&peers.url, peers.road.clone(), check).await;
            probed.map_err(|finding| {
                let message = "two fresh clients could not exchange a message".to_owned();
                Stop::Broken(Finding { message, ..finding })
            })
        }
        _ => peer::act::act(play, action).await,
    }
}

async fn answer(play: &mut Play, request: &Text, args: &[Pattern]) -> Result<(), Stop> {
    let request = play.fill(request)?;
    let Some(requested) = play.peers.requested.get(&request).cloned() else {
        return Err(Stop::broken(format!("nobody has received {request}")));
    };
    if play.clients.has(&requested.actor) {
        let args = play.bindings.arguments(args)?;
        return play
            .clients
            .serve(&requested.actor, ack(args, requested.number));
    }
    play.drain();
    play.peers.is_about_to_answer(&request);
    let args = play.bindings.arguments(args)?;
    send::send_packet(play, &requested.actor, ack(args, requested.number)).await
}

fn ack(args: Rendered, id: u64) -> Packet {
    Packet::Ack {
        namespace: "/".to_owned(),
        data: Data::with_attachments(args.json, args.attachments),
        id,
    }
}
