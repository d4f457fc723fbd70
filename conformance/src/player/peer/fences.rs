//! Proofs that nothing (more) comes: round trips along the same path, never waiting.
//!
//! A fence from `a` to `b` is a message with a number that only this play knows. The
//! server handles what `a` sends in order and delivers to `b` in order, so when the fence
//! has arrived, everything that `a` had caused at `b` has arrived before it. Servers that
//! put an event off by a tick, or hand it to another task, are caught by sending every
//! fence twice, the second time when all of the first have come back.

use std::collections::BTreeSet;

use sio_p2p_transport::Packet;
use tokio::time::Instant;

use crate::blame::{How, Sign, Subject};
use crate::player::peer::{Peers, lowering, questions, send};
use crate::player::play::Play;
use crate::player::play::bindings::{Bindings, Rendered};
use crate::player::play::stop::Stop;

/// How often every fence is sent.
const ROUNDS: usize = 2;

/// How long to pause between two looks at the list of clients. The pause is only to leave
/// the processor to others; what is waited for is a fact, not a time.
const LISTING_PAUSE: std::time::Duration = std::time::Duration::from_millis(2);

impl Peers {
    /// Whether a fence has come to an actor, or to another connection with the same id.
    fn has_come(&self, bindings: &Bindings, to: &str, number: u64) -> bool {
        let id = bindings.id(to);
        self.actors
            .values()
            .filter(|actor| actor.name == to || (id.is_some() && bindings.id(&actor.name) == id))
            .filter_map(|actor| actor.connection.as_ref())
            .any(|connection| connection.inbox.fences.contains(&number))
    }

    /// Whether a message to the actor's id arrives at this very connection.
    fn is_addressable(&self, bindings: &Bindings, name: &str) -> bool {
        let Some(id) = bindings.id(name) else {
            return false;
        };
        let sharing = self
            .actors
            .values()
            .filter(|actor| actor.is_open() && bindings.id(&actor.name) == Some(id));
        sharing.count() == 1
    }
}

/// Sends fences between the pairs and waits until all have come through.
pub(crate) async fn fence(play: &mut Play, pairs: &[(String, String)]) -> Result<(), Stop> {
    let mut waiting = BTreeSet::new();
    for (from, to) in pairs {
        let Some(target) = play.bindings.id(to).map(str::to_owned) else {
            return Err(Stop::broken(format!(
                "no fence to {to}: it has no client id"
            )));
        };
        play.fences += 1;
        let number = play.fences;
        let args = Rendered {
            json: format!("[{number}]"),
            attachments: Vec::new(),
        };
        let source = play.bindings.id(from).map(str::to_owned);
        let dialect = play.peers.get(from)?.dialect;
        let name = play.bindings.fence_name();
        let outgoing = lowering::message(dialect, source.as_deref(), &target, &name, args, false)?;
        send::send(play, from, outgoing).await?;
        waiting.insert((from.clone(), to.clone(), number));
    }
    come_through(play, waiting, false).await
}

/// A round trip of each actor's own connection: it asks for a namespace that does not
/// exist. For actors that nobody can address.
pub(crate) async fn echo(play: &mut Play, actors: &[String]) -> Result<(), Stop> {
    let mut waiting = BTreeSet::new();
    for name in actors {
        play.fences += 1;
        let number = play.fences;
        let namespace = format!("{}{number}", play.bindings.echo_prefix());
        let packet = Packet::Connect {
            namespace,
            data: None,
        };
        send::send_packet(play, name, packet).await?;
        waiting.insert((name.clone(), name.clone(), number));
    }
    come_through(play, waiting, true).await
}

async fn come_through(
    play: &mut Play,
    mut waiting: BTreeSet<(String, String, u64)>,
    echo: bool,
) -> Result<(), Stop> {
    let wait = play.wait();
    loop {
        play.drain();
        let ids: Vec<_> = waiting.iter().cloned().collect();
        for fence in ids {
            if play.peers.has_come(&play.bindings, &fence.1, fence.2) {
                waiting.remove(&fence);
            }
        }
        // Of several that are missing always the same is named, because baselines know the
        // message; which sender's fence is lost may depend on the order at the server.
        let first = waiting.iter().min_by_key(|(from, to, _)| (to, from));
        let Some((from, to, _)) = first.cloned() else {
            return Ok(());
        };
        for name in [&to, &from] {
            play.peers.open(name)?;
        }
        if !play.arrival(wait).await {
            let message = if echo {
                format!("a question of {to} to the server was not answered")
            } else {
                format!("a message to {to} did not arrive")
            };
            let expected = format!("the fence from {from} to {to} that closes this step");
            let subject = if echo { Subject::Echo } else { Subject::Fence };
            let stop = Stop::broken(message).comparing(expected, play.peers.unmatched());
            return Err(stop.signed(Sign::about(subject, How::Missing)));
        }
    }
}

/// Fences from every open actor to each of these, twice. Those that cannot be addressed,
/// and the `fragile`, whose connection may rightly end at any moment, have an echo of
/// their own instead: a message to somebody who has just gone would make the server
/// complain to its sender, who has nothing to do with it.
pub(crate) async fn fence_all(
    play: &mut Play,
    to: &BTreeSet<String>,
    fragile: &BTreeSet<String>,
) -> Result<(), Stop> {
    let open = play.peers.open_names();
    let to: Vec<_> = to.intersection(&open).cloned().collect();
    let (addressable, hidden): (Vec<_>, Vec<_>) = to.into_iter().partition(|name| {
        play.peers.is_addressable(&play.bindings, name) && !fragile.contains(name)
    });
    let pairs: Vec<_> = open
        .iter()
        .filter(|from| play.bindings.id(from).is_some())
        .flat_map(|from| addressable.iter().map(move |to| (from.clone(), to.clone())))
        .collect();
    // An anonymous sender may be refused all service: its echo shows at least that the
    // server has read what it sent.
    let echoing: Vec<_> = open
        .iter()
        .filter(|name| play.bindings.id(name).is_none() || hidden.contains(name))
        .cloned()
        .collect();
    for _ in 0..ROUNDS {
        echo(play, &echoing).await?;
        fence(play, &pairs).await?;
    }
    Ok(())
}

/// Asks for the list of clients until none of the ids is in it. `false` if that does not
/// happen within the deadline.
pub(crate) async fn unlisted(
    play: &mut Play,
    observer: &str,
    ids: &[String],
) -> Result<bool, Stop> {
    // Each look is progress, so what counts here is time.
    let until = Instant::now() + play.deadline;
    loop {
        let listed = questions::client_list(play, observer).await?;
        if !ids.iter().any(|id| listed.contains(id)) {
            return Ok(true);
        }
        if Instant::now() >= until {
            return Ok(false);
        }
        tokio::time::sleep(LISTING_PAUSE).await;
    }
}
