//! Sending, and what it means that nothing could be sent.

use sio_p2p_transport::{Packet, SendError};

use crate::player::peer::Asked;
use crate::player::peer::outgoing::Outgoing;
use crate::player::play::Play;
use crate::player::play::stop::Stop;
use crate::scenario::text::Text;

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
    match play.peers.open(from)?.emit(outgoing, number).await {
        Ok(number) => Ok(number),
        Err(error) => Err(unsent(play, from, &error).await),
    }
}

pub(crate) async fn send_packet(play: &mut Play, from: &str, packet: Packet) -> Result<(), Stop> {
    match play.peers.open(from)?.send(packet).await {
        Ok(()) => Ok(()),
        Err(error) => Err(unsent(play, from, &error).await),
    }
}

/// A packet could not be sent: mostly because the connection has just ended, which its
/// reader is about to tell.
pub(super) async fn unsent(play: &mut Play, from: &str, error: &SendError) -> Stop {
    let wait = play.wait();
    while play.peers.is_open(from) && play.arrival(wait).await {}
    if play.peers.is_open(from) {
        return Stop::broken(format!("{from} cannot send: {error}"));
    }
    play.peers.lost(from)
}

/// Sends a packet that asks for an ack, under a name.
pub(super) async fn ask(
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
