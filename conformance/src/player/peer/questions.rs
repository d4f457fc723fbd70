//! Questions to the server itself: who is there, and is that one.

use crate::json::shorten;
use crate::player::finding::Finding;
use crate::player::peer::lowering::{self, Outgoing};
use crate::player::play::{Play, Stop};
use crate::scenario::body::{CheckApi, ConnectionStatus, Gone, ListClients};
use sio_p2p_protocol::{CheckApiNameAck, ConnectedStatusAck, ListClientsAck};
use sio_p2p_transport::Data;

impl Play {
    /// Sends a question to the server itself and waits for its ack.
    pub(crate) async fn question(
        &mut self,
        from: &str,
        about: &str,
        outgoing: Outgoing,
    ) -> Result<Data, Stop> {
        let number = self.send(from, outgoing).await?.unwrap_or_default();
        let wait = self.wait();
        loop {
            self.drain();
            let connection = self.actor(from)?.connection.as_mut();
            if let Some(connection) = connection
                && let Some(ack) = connection.inbox.pop_ack(number)
            {
                return Ok(ack.data);
            }
            if !self.actor(from)?.is_open() {
                return Err(self.lost(from));
            }
            if !self.arrival(wait).await {
                let message = format!("{from} got no answer to its question for the {about}");
                return Err(Stop::Broken(
                    Finding::new(message).comparing("an ack", self.unmatched()),
                ));
            }
        }
    }

    /// The ids in the server's list of clients, in its order.
    pub(crate) async fn client_list(&mut self, from: &str) -> Result<Vec<String>, Stop> {
        let data = self
            .question(from, "list of clients", lowering::list_clients())
            .await?;
        match ListClientsAck::decode(&data.json) {
            Ok(list) => Ok(list.0.iter().map(|id| id.as_str().to_owned()).collect()),
            Err(error) => Err(Stop::Broken(
                Finding::new("the answer to LIST_CLIENTS is not a list of client ids").comparing(
                    "[[id, …]]",
                    format!("{}\n{error}", shorten(&data.json, 200)),
                ),
            )),
        }
    }

    pub(crate) async fn list_clients(&mut self, body: &ListClients) -> Result<(), Stop> {
        let listed = self.client_list(&body.from).await?;
        for name in &body.includes {
            let id = self.id(name)?;
            let times = listed.iter().filter(|listed| **listed == id).count();
            if times != 1 {
                let message = match times {
                    0 => format!("{name} is missing from the list of clients"),
                    _ => format!("{name} is more than once in the list of clients"),
                };
                return Err(Stop::Broken(
                    Finding::new(message).comparing(format!("{id} once"), format!("{times} times")),
                ));
            }
        }
        if body.in_order {
            let expected = body
                .includes
                .iter()
                .map(|name| self.id(name))
                .collect::<Result<Vec<_>, _>>()?;
            let actual: Vec<_> = listed
                .iter()
                .filter(|id| expected.contains(id))
                .cloned()
                .collect();
            if actual != expected {
                return Err(Stop::Broken(
                    Finding::new("the list of clients is in another order")
                        .comparing(expected.join(", "), actual.join(", ")),
                ));
            }
        }
        for name in &body.excludes {
            let id = self.id(name)?;
            if listed.contains(&id) {
                return Err(Stop::broken(format!("{name} is in the list of clients")));
            }
        }
        self.no_strangers(&listed)
    }

    /// Repeats the question until somebody is no longer listed.
    pub(crate) async fn gone(&mut self, body: &Gone) -> Result<(), Stop> {
        let id = self.id(&body.who)?;
        if self.unlisted(&body.at, std::slice::from_ref(&id)).await? {
            return Ok(());
        }
        let message = format!("{} is still listed after it has left", body.who);
        Err(Stop::Broken(Finding::new(message).comparing(
            format!("a list of clients without {id}"),
            "a list with it, until the deadline",
        )))
    }

    /// Asks whether an API exists.
    pub(crate) async fn check_api(&mut self, body: &CheckApi) -> Result<(), Stop> {
        let api = self.fill(&body.api)?;
        let question = lowering::check_api(&api).map_err(Stop::broken)?;
        let data = self
            .question(&body.from, "name of an API", question)
            .await?;
        match CheckApiNameAck::decode(&data.json) {
            Ok(answer) if answer.0 == body.exists => Ok(()),
            Ok(_) | Err(_) => {
                let is = if body.exists {
                    "does not exist"
                } else {
                    "exists"
                };
                let message = format!("the API {api} {is} although it should be otherwise");
                let expected = format!("[{}]", body.exists);
                Err(Stop::Broken(
                    Finding::new(message).comparing(expected, data.json),
                ))
            }
        }
    }

    /// Asks whether a client is connected.
    pub(crate) async fn connection_status(&mut self, body: &ConnectionStatus) -> Result<(), Stop> {
        let id = self.id(&body.who)?;
        let question = lowering::connection_status(&id).map_err(Stop::broken)?;
        let data = self
            .question(&body.from, "connection status", question)
            .await?;
        match ConnectedStatusAck::decode(&data.json) {
            Ok(answer) if answer.0 == body.connected => Ok(()),
            Ok(_) | Err(_) => {
                let message = format!(
                    "the connection status of {} is not as it should be",
                    body.who
                );
                let expected = if body.connected { "[true]" } else { "[null]" };
                Err(Stop::Broken(
                    Finding::new(message).comparing(expected, data.json),
                ))
            }
        }
    }
}
