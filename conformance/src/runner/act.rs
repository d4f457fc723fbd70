//! The verbs that do something, and those that ask the server and look at its answer.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sio_p2p_protocol::{ConnectedStatusAck, ListClientsAck};
use sio_p2p_transport::{ConnectError, ConnectOptions, Data, Frame, Packet};
use tokio::time::Instant;

use super::actor::Actor;
use super::lowering::{self, Outgoing};
use super::play::{Asked, Play, Stop};
use super::verdict::Finding;
use crate::json::shorten;
use crate::scenario::body::{Disconnect, Leaving, ListClients, RoomChange, SendFrame};
use crate::scenario::step::Action;
use crate::scenario::text::Text;

impl Play {
    /// Does what an action says.
    pub(super) async fn act(&mut self, action: &Action) -> Result<(), Stop> {
        match action {
            Action::Connect(names) => {
                for name in names {
                    self.connect(name).await?;
                }
                Ok(())
            }
            Action::Refused(at) => self.refused(&at.at).await,
            Action::Disconnect(body) => self.disconnect(body).await,
            Action::Emit(body) => {
                let event = self.fill(&body.event)?;
                let outgoing = self.message(&body.from, &body.to, &event, &body.args, false)?;
                self.send(&body.from, outgoing).await.map(drop)
            }
            Action::Request(body) => {
                let event = self.fill(&body.event)?;
                let outgoing = self.message(&body.from, &body.to, &event, &body.args, true)?;
                self.ask(&body.from, &body.r#as, outgoing).await
            }
            Action::Answer(body) => self.answer(&body.request, &body.args).await,
            Action::AddTarget(body) => {
                let target = self.id(&body.to)?;
                let outgoing = lowering::add_target(self.actor(&body.from)?.dialect, &target)
                    .map_err(Stop::broken)?;
                self.ask(&body.from, &body.r#as, outgoing).await
            }
            Action::JoinRoom(body) => self.change_room(body, lowering::join_room).await,
            Action::LeaveRoom(body) => self.change_room(body, lowering::leave_room).await,
            Action::EmitRoom(body) => {
                let (room, event) = (self.fill(&body.room)?, self.fill(&body.event)?);
                let args = self.world.arguments(&body.args).map_err(Stop::broken)?;
                let outgoing = lowering::emit_room(&room, &event, args).map_err(Stop::broken)?;
                self.send(&body.from, outgoing).await.map(drop)
            }
            Action::SendPacket(body) => {
                let event = self.fill(&body.event)?;
                let args = self.world.arguments(&body.args).map_err(Stop::broken)?;
                let outgoing = lowering::raw_packet(&event, args, body.r#as.is_some());
                match &body.r#as {
                    Some(request) => self.ask(&body.from, request, outgoing).await,
                    None => self.send(&body.from, outgoing).await.map(drop),
                }
            }
            Action::SendFrame(body) => self.send_frame(body).await,
            Action::ListClients(body) => self.list_clients(body).await,
            Action::Gone(body) => {
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
            Action::ConnectionStatus(body) => {
                let id = self.id(&body.who)?;
                let question = lowering::connection_status(&id).map_err(Stop::broken)?;
                let data = self.question(&body.from, "connection status", question).await?;
                match ConnectedStatusAck::decode(&data.json) {
                    Ok(answer) if answer.0 == body.connected => Ok(()),
                    Ok(_) | Err(_) => {
                        let message =
                            format!("the connection status of {} is not as it should be", body.who);
                        let expected = if body.connected { "[true]" } else { "[null]" };
                        Err(Stop::Broken(Finding::new(message).comparing(expected, data.json)))
                    }
                }
            }
            Action::Fence(body) => {
                self.fence(&[(body.from.clone(), body.to.clone())]).await
            }
            Action::Silent(body) => {
                let names = body.at.iter().cloned().collect();
                self.fence_all(&names, &BTreeSet::new()).await?;
                self.drain();
                body.at.iter().try_for_each(|name| self.no_leftovers(name, false))
            }
            Action::Unanswered(body) => self.unanswered(&body.request).await,
            Action::StillServing(_) => {
                super::probe::probe(&self.url, self.dialect, self.eio).await.map_err(|finding| {
                    let message = "the server no longer serves: two fresh clients could not \
                        exchange a message";
                    Stop::Down(Finding { message: message.to_owned(), ..finding })
                })
            }
            // Observations have a place of their own; a note is no action.
            _ => Ok(()),
        }
    }

    pub(super) fn actor(&mut self, name: &str) -> Result<&mut Actor, Stop> {
        self.actors
            .get_mut(name)
            .ok_or_else(|| Stop::broken(format!("the scenario has no actor {name}")))
    }

    pub(super) fn id(&self, name: &str) -> Result<String, Stop> {
        self.world
            .id(name)
            .map(str::to_owned)
            .ok_or_else(|| Stop::broken(format!("{name} has no client id")))
    }

    pub(super) fn fill(&self, text: &Text) -> Result<String, Stop> {
        self.world.fill(text).map_err(Stop::broken)
    }

    fn message(
        &mut self,
        from: &str,
        to: &str,
        event: &str,
        args: &[crate::scenario::value::Pattern],
        ack: bool,
    ) -> Result<Outgoing, Stop> {
        let args = self.world.arguments(args).map_err(Stop::broken)?;
        let target = self.id(to)?;
        let dialect = self.actor(from)?.dialect;
        lowering::message(dialect, self.world.id(from), &target, event, args, ack)
            .map_err(Stop::broken)
    }

    /// Sends an event packet; gives the number of the ack that it asks for.
    pub(super) async fn send(&mut self, from: &str, outgoing: Outgoing) -> Result<Option<u64>, Stop> {
        let Some(connection) = self.actor(from)?.open() else { return Err(self.lost(from)) };
        match connection.emit(outgoing).await {
            Ok(number) => Ok(number),
            Err(error) => Err(self.unsent(from, &error).await),
        }
    }

    pub(super) async fn send_packet(&mut self, from: &str, packet: Packet) -> Result<(), Stop> {
        let Some(connection) = self.actor(from)?.open() else { return Err(self.lost(from)) };
        match connection.send(packet).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.unsent(from, &error).await),
        }
    }

    /// A packet could not be sent: mostly because the connection has just ended, which its
    /// reader is about to tell.
    async fn unsent(&mut self, from: &str, error: &sio_p2p_transport::SendError) -> Stop {
        let until = Instant::now() + self.deadline;
        while self.actors.get(from).is_some_and(Actor::is_open) && self.arrival(until).await {}
        if self.actors.get(from).is_some_and(Actor::is_open) {
            return Stop::broken(format!("{from} cannot send: {error}"));
        }
        self.lost(from)
    }

    /// Sends a packet that asks for an ack, under a name.
    async fn ask(
        &mut self,
        from: &str,
        name: &Text,
        outgoing: Outgoing,
    ) -> Result<(), Stop> {
        let request = self.fill(name)?;
        let number = self.send(from, outgoing).await?;
        let generation = self.actor(from)?.generations;
        if let Some(number) = number {
            let asked = Asked { actor: from.to_owned(), generation, number };
            self.asked.insert(request, asked);
        }
        Ok(())
    }

    /// Sends a question to the server itself and waits for its ack.
    async fn question(
        &mut self,
        from: &str,
        about: &str,
        outgoing: Outgoing,
    ) -> Result<Data, Stop> {
        let number = self.send(from, outgoing).await?.unwrap_or_default();
        let until = Instant::now() + self.deadline;
        loop {
            self.drain();
            let connection = self.actor(from)?.connection.as_mut();
            let acks = connection.and_then(|connection| connection.inbox.acks.get_mut(&number));
            if let Some(ack) = acks.and_then(std::collections::VecDeque::pop_front) {
                return Ok(ack.data);
            }
            if !self.actor(from)?.is_open() {
                return Err(self.lost(from));
            }
            if !self.arrival(until).await {
                let message = format!("{from} got no answer to its question for the {about}");
                return Err(Stop::Broken(
                    Finding::new(message).comparing("an ack", self.unmatched()),
                ));
            }
        }
    }

    /// The ids in the server's list of clients, in its order.
    pub(super) async fn client_list(&mut self, from: &str) -> Result<Vec<String>, Stop> {
        let data = self.question(from, "list of clients", lowering::list_clients()).await?;
        match ListClientsAck::decode(&data.json) {
            Ok(list) => Ok(list.0.iter().map(|id| id.as_str().to_owned()).collect()),
            Err(error) => Err(Stop::Broken(
                Finding::new("the answer to LIST_CLIENTS is not a list of client ids")
                    .comparing("[[id, …]]", format!("{}\n{error}", shorten(&data.json, 200))),
            )),
        }
    }

    async fn list_clients(&mut self, body: &ListClients) -> Result<(), Stop> {
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
            let expected = body.includes.iter().map(|name| self.id(name)).collect::<Result<Vec<_>, _>>()?;
            let actual: Vec<_> = listed.iter().filter(|id| expected.contains(id)).cloned().collect();
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
        Ok(())
    }

    fn options(&mut self, name: &str) -> Result<ConnectOptions, Stop> {
        let (dialect_query, id) = {
            let scenario = &self.check.scenario;
            let document = scenario.actors.get(name).map(|(actor, _)| actor);
            let query = document.and_then(|actor| actor.query.as_ref());
            (query.map(|text| self.world.fill(text)).transpose(), self.world.id(name))
        };
        let untestable = |error: ConnectError| Stop::Untestable(Finding::new(error.to_string()));
        let mut options = ConnectOptions::new(&self.url).map_err(untestable)?;
        match (dialect_query.map_err(Stop::broken)?, id) {
            (Some(query), _) => options = options.raw_query(&query),
            (None, Some(id)) => options = options.query("clientId", id),
            (None, None) => {}
        }
        let tap = self.trace.tap(name);
        let deadline = self.deadline;
        let eio = self.actor(name)?.eio;
        Ok(options.eio(eio).connect_timeout(deadline).tap(tap))
    }

    async fn connect(&mut self, name: &str) -> Result<(), Stop> {
        // A connection that the server has ended must have been noticed by a step.
        self.drain();
        self.no_leftovers(name, true)?;
        let options = self.options(name)?;
        let mailbox = self.mailbox.clone();
        match self.actor(name)?.connect(&options, &mailbox).await {
            Ok(()) => {
                self.talked = true;
                Ok(())
            }
            Err(error @ (ConnectError::Unreachable { .. } | ConnectError::InvalidOptions(_))) => {
                let message = format!("{name} could not reach the server");
                Err(Stop::Untestable(Finding::new(message).comparing("a connection", error.to_string())))
            }
            Err(error) => {
                let message = format!("{name} was not accepted");
                let finding = Finding::new(message).comparing("a connection", error.to_string());
                Err(Stop::Broken(finding))
            }
        }
    }

    async fn refused(&mut self, name: &str) -> Result<(), Stop> {
        let options = self.options(name)?;
        let mailbox = self.mailbox.clone();
        match self.actor(name)?.connect(&options, &mailbox).await {
            Ok(()) => Err(Stop::broken(format!("{name} was accepted"))),
            Err(
                ConnectError::Http(_) | ConnectError::Refused(_) | ConnectError::Closed(_),
            ) => Ok(()),
            Err(error @ ConnectError::Unreachable { .. }) => {
                let message = format!("{name} could not reach the server");
                Err(Stop::Untestable(Finding::new(message).comparing("a refusal", error.to_string())))
            }
            Err(error) => {
                let message = format!("{name} was neither accepted nor refused");
                Err(Stop::Broken(Finding::new(message).comparing("a refusal", error.to_string())))
            }
        }
    }

    async fn disconnect(&mut self, body: &Disconnect) -> Result<(), Stop> {
        let actor = self.actor(&body.from)?;
        if !actor.is_open() {
            return Err(self.lost(&body.from));
        }
        actor.left = true;
        let Some(connection) = actor.connection.take() else { return Ok(()) };
        let patience = self.deadline;
        match body.how {
            Leaving::Clean => connection.leave(patience).await,
            Leaving::Abrupt => connection.abort().await,
        }
        Ok(())
    }

    async fn answer(
        &mut self,
        request: &Text,
        args: &[crate::scenario::value::Pattern],
    ) -> Result<(), Stop> {
        let request = self.fill(request)?;
        let Some(requested) = self.requested.get(&request).cloned() else {
            return Err(Stop::broken(format!("nobody has received {request}")));
        };
        let args = self.world.arguments(args).map_err(Stop::broken)?;
        let data = Data::with_attachments(args.json, args.attachments);
        let packet = Packet::Ack { namespace: "/".to_owned(), data, id: requested.number };
        self.send_packet(&requested.actor, packet).await
    }

    async fn change_room(
        &mut self,
        body: &RoomChange,
        lower: fn(sio_p2p_protocol::Dialect, &str, bool) -> Result<Outgoing, String>,
    ) -> Result<(), Stop> {
        let room = self.fill(&body.room)?;
        let dialect = self.actor(&body.from)?.dialect;
        let outgoing = lower(dialect, &room, body.r#as.is_some()).map_err(Stop::broken)?;
        if let Some(request) = &body.r#as {
            return self.ask(&body.from, request, outgoing).await;
        }
        self.send(&body.from, outgoing).await?;
        // Nobody says when it is done: whatever the server does next for this client comes
        // after it.
        self.client_list(&body.from).await.map(drop)
    }

    async fn send_frame(&mut self, body: &SendFrame) -> Result<(), Stop> {
        let frame = match (&body.text, &body.binary) {
            (Some(text), None) => {
                Frame::Text(self.world.fill_raw(text).map_err(Stop::broken)?)
            }
            (None, Some(base64)) => Frame::binary(
                STANDARD
                    .decode(base64)
                    .map_err(|error| Stop::broken(format!("not base64: {error}")))?,
            ),
            _ => return Err(Stop::broken("send_frame needs either text or binary")),
        };
        let Some(connection) = self.actor(&body.from)?.open() else {
            return Err(self.lost(&body.from));
        };
        match connection.sender().send_frame(frame).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.unsent(&body.from, &error).await),
        }
    }
}
