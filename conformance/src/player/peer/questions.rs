//! Questions to the server itself: who is there, and is that one.

use sio_p2p_protocol::{
    ApiName, CheckApiName, CheckApiNameAck, ClientId, ConnectedStatusAck, GetClientConnectedStatus,
    ListClientsAck,
};
use sio_p2p_transport::Data;

use crate::blame::{How, Sign, Subject};
use crate::json::shorten;
use crate::player::peer::fences;
use crate::player::peer::lowering;
use crate::player::peer::outgoing::Outgoing;
use crate::player::peer::send::send;
use crate::player::play::Play;
use crate::player::play::stop::Stop;
use crate::scenario::body::{CheckApi, ConnectionStatus, Gone, ListClients};

/// Sends a question to the server itself and waits for its ack.
pub(crate) async fn question(
    play: &mut Play,
    from: &str,
    (about, asked): (&str, Subject),
    outgoing: Outgoing,
) -> Result<Data, Stop> {
    let number = send(play, from, outgoing).await?.unwrap_or_default();
    let wait = play.wait();
    loop {
        play.drain();
        let connection = play.peers.get(from)?.connection.as_mut();
        if let Some(connection) = connection
            && let Some(ack) = connection.inbox.pop_ack(number)
        {
            return Ok(ack.data);
        }
        play.peers.open(from)?;
        if !play.arrival(wait).await {
            let message = format!("{from} got no answer to its question for the {about}");
            let stop = Stop::broken(message).comparing("an ack", play.peers.unmatched());
            return Err(stop.signed(Sign::about(asked, How::Missing)));
        }
    }
}

/// The ids in the server's list of clients, in its order.
pub(crate) async fn client_list(play: &mut Play, from: &str) -> Result<Vec<String>, Stop> {
    let data = question(
        play,
        from,
        ("list of clients", Subject::Listing),
        lowering::list_clients(),
    )
    .await?;
    match ListClientsAck::decode(&data.json) {
        Ok(list) => Ok(list.0.iter().map(|id| id.as_str().to_owned()).collect()),
        Err(error) => Err(
            Stop::broken("the answer to LIST_CLIENTS is not a list of client ids").comparing(
                "[[id, …]]",
                format!("{}\n{error}", shorten(&data.json, 200)),
            ),
        ),
    }
}

pub(crate) async fn list_clients(play: &mut Play, body: &ListClients) -> Result<(), Stop> {
    let listed = client_list(play, &body.from).await?;
    for name in &body.includes {
        let id = play.id(name)?;
        let times = listed.iter().filter(|listed| **listed == id).count();
        if times != 1 {
            let message = match times {
                0 => format!("{name} is missing from the list of clients"),
                _ => format!("{name} is more than once in the list of clients"),
            };
            let stop = Stop::broken(message);
            let stop = stop.comparing(format!("{id} once"), format!("{times} times"));
            return Err(stop.signed(Sign::about(Subject::Listing, How::Different)));
        }
    }
    if body.in_order {
        let expected = body
            .includes
            .iter()
            .map(|name| play.id(name))
            .collect::<Result<Vec<_>, _>>()?;
        let actual: Vec<_> = listed
            .iter()
            .filter(|id| expected.contains(id))
            .cloned()
            .collect();
        if actual != expected {
            let stop = Stop::broken("the list of clients is in another order");
            let stop = stop.comparing(expected.join(", "), actual.join(", "));
            return Err(stop.signed(Sign::about(Subject::ListingOrder, How::Different)));
        }
    }
    for name in &body.excludes {
        let id = play.id(name)?;
        if listed.contains(&id) {
            let stop = Stop::broken(format!("{name} is in the list of clients"));
            return Err(stop.signed(Sign::about(Subject::Departure, How::Different)));
        }
    }
    play.peers.no_strangers(&listed)
}

/// Repeats the question until somebody is no longer listed.
pub(crate) async fn gone(play: &mut Play, body: &Gone) -> Result<(), Stop> {
    let id = play.id(&body.who)?;
    if fences::unlisted(play, &body.at, std::slice::from_ref(&id)).await? {
        return Ok(());
    }
    let message = format!("{} is still listed after it has left", body.who);
    let stop = Stop::broken(message).comparing(
        format!("a list of clients without {id}"),
        "a list with it, until the deadline",
    );
    Err(stop.signed(How::Different))
}

/// Asks whether an API exists.
pub(crate) async fn check_api(play: &mut Play, body: &CheckApi) -> Result<(), Stop> {
    let api: ApiName = lowering::name(play, &body.api)?;
    let is = if body.exists {
        "does not exist"
    } else {
        "exists"
    };
    let message = format!("the API {api} {is} although it should be otherwise");
    let outgoing = Outgoing::of(CheckApiName { api });
    let data = question(
        play,
        &body.from,
        ("name of an API", Subject::Existence),
        outgoing,
    )
    .await?;
    match CheckApiNameAck::decode(&data.json) {
        Ok(answer) if answer.0 == body.exists => Ok(()),
        _ => {
            let stop = Stop::broken(message).comparing(format!("[{}]", body.exists), data.json);
            Err(stop.signed(How::Different))
        }
    }
}

/// Asks whether a client is connected.
pub(crate) async fn connection_status(
    play: &mut Play,
    body: &ConnectionStatus,
) -> Result<(), Stop> {
    let client = ClientId::new(play.id(&body.who)?).map_err(lowering::unfit)?;
    let client = Some(client);
    let outgoing = Outgoing::of(GetClientConnectedStatus { client });
    let data = question(
        play,
        &body.from,
        ("connection status", Subject::Status),
        outgoing,
    )
    .await?;
    match ConnectedStatusAck::decode(&data.json) {
        Ok(answer) if answer.0 == body.connected => Ok(()),
        _ => {
            let who = &body.who;
            let message = format!("the connection status of {who} is not as it should be");
            let expected = if body.connected { "[true]" } else { "[null]" };
            Err(Stop::broken(message)
                .comparing(expected, data.json)
                .signed(How::Different))
        }
    }
}
