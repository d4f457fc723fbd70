//! The verbs that do something.

use std::collections::BTreeSet;

use crate::player::finding::Finding;
use crate::player::peer::actor::Actor;
use crate::player::peer::lowering::{self, Outgoing};
use crate::player::play::{Asked, Play, Stop};
use crate::scenario::body::{CreateApi, DestroyApi, OpenStream, RoomChange, SendFrame};
use crate::scenario::step::Action;
use crate::scenario::text::Text;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sio_p2p_transport::{Data, Frame, Packet};

impl Play {
    /// Does what an action says.
    pub(crate) async fn act(&mut self, action: &Action) -> Result<(), Stop> {
        if self.act_on_clients(action).await? {
            return Ok(());
        }
        match action {
            Action::Connect(names) => {
                for name in names {
                    if self.is_driven(name) {
                        self.connect_client(name).await?;
                        continue;
                    }
                    self.connect(name).await?;
                }
                Ok(())
            }
            Action::Refused(body) => self.refused(body).await,
            Action::Disconnect(body) => self.disconnect(body).await,
            Action::Emit(body) => {
                let event = self.fill(&body.event)?;
                let outgoing = self.message(&body.from, &body.to, &event, &body.args, false)?;
                self.send(&body.from, outgoing).await.map(drop)
            }
            Action::Request(body) => {
                let event = self.fill(&body.event)?;
                let outgoing = self.message(&body.from, &body.to, &event, &body.args, true)?;
                self.ask(&body.from, &body.r#as, outgoing, body.number)
                    .await
            }
            Action::Answer(body) => self.answer(&body.request, &body.args).await,
            Action::AddTarget(body) => {
                let target = self.id(&body.to)?;
                let outgoing = lowering::add_target(self.actor(&body.from)?.dialect, &target)
                    .map_err(Stop::broken)?;
                self.ask(&body.from, &body.r#as, outgoing, None).await
            }
            Action::OpenStream(body) => self.open_stream(body).await,
            Action::CheckApi(body) => self.check_api(body).await,
            Action::CreateApi(body) => self.create_api(body).await,
            Action::DestroyApi(body) => self.destroy_api(body).await,
            Action::UseApi(body) => {
                let api = self.fill(&body.api)?;
                let args = self.world.arguments(&body.args).map_err(Stop::broken)?;
                let outgoing = lowering::use_api(&api, args, body.r#as.is_some());
                let outgoing = outgoing.map_err(Stop::broken)?;
                match &body.r#as {
                    Some(request) => self.ask(&body.from, request, outgoing, None).await,
                    None => self.send(&body.from, outgoing).await.map(drop),
                }
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
                    Some(request) => self.ask(&body.from, request, outgoing, None).await,
                    None => self.send(&body.from, outgoing).await.map(drop),
                }
            }
            Action::SendFrame(body) => self.send_frame(body).await,
            Action::Http(body) => self.http(body).await,
            Action::Probe(body) => self.probe(body).await,
            Action::ListClients(body) => self.list_clients(body).await,
            Action::Gone(body) => self.gone(body).await,
            Action::ConnectionStatus(body) => self.connection_status(body).await,
            Action::Fence(body) => self.fence(&[(body.from.clone(), body.to.clone())]).await,
            Action::Heartbeat(body) => self.heartbeat(body).await,
            Action::PassTime(body) => self.pass_time(body).await,
            Action::Silent(body) => {
                let names = body.at.iter().cloned().collect();
                self.fence_all(&names, &BTreeSet::new()).await?;
                self.fence_clients().await?;
                self.drain();
                self.clients_are_silent(&body.at)?;
                body.at
                    .iter()
                    .try_for_each(|name| self.no_leftovers(name, false))
            }
            Action::Unanswered(body) => self.unanswered(&body.request).await,
            Action::StillServing(_) => {
                let probed = crate::player::probe::probe(
                    &self.url,
                    self.road.clone(),
                    self.dialect,
                    self.eio,
                    self.check.transport,
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

    pub(crate) fn actor(&mut self, name: &str) -> Result<&mut Actor, Stop> {
        self.actors
            .get_mut(name)
            .ok_or_else(|| Stop::broken(format!("the scenario has no actor {name}")))
    }

    pub(crate) fn id(&self, name: &str) -> Result<String, Stop> {
        self.world
            .id(name)
            .map(str::to_owned)
            .ok_or_else(|| Stop::broken(format!("{name} has no client id")))
    }

    pub(crate) fn fill(&self, text: &Text) -> Result<String, Stop> {
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
    pub(crate) async fn send(
        &mut self,
        from: &str,
        outgoing: Outgoing,
    ) -> Result<Option<u64>, Stop> {
        self.send_as(from, outgoing, None).await
    }

    /// The same under this number instead of the next one.
    async fn send_as(
        &mut self,
        from: &str,
        outgoing: Outgoing,
        number: Option<u64>,
    ) -> Result<Option<u64>, Stop> {
        let Some(connection) = self.actor(from)?.open() else {
            return Err(self.lost(from));
        };
        match connection.emit(outgoing, number).await {
            Ok(number) => Ok(number),
            Err(error) => Err(self.unsent(from, &error).await),
        }
    }

    pub(crate) async fn send_packet(&mut self, from: &str, packet: Packet) -> Result<(), Stop> {
        let Some(connection) = self.actor(from)?.open() else {
            return Err(self.lost(from));
        };
        match connection.send(packet).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.unsent(from, &error).await),
        }
    }

    /// A packet could not be sent: mostly because the connection has just ended, which its
    /// reader is about to tell.
    async fn unsent(&mut self, from: &str, error: &sio_p2p_transport::SendError) -> Stop {
        let wait = self.wait();
        while self.actors.get(from).is_some_and(Actor::is_open) && self.arrival(wait).await {}
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
        number: Option<u64>,
    ) -> Result<(), Stop> {
        let request = self.fill(name)?;
        let number = self.send_as(from, outgoing, number).await?;
        let generation = self.actor(from)?.generations;
        if let Some(number) = number {
            let asked = Asked {
                actor: from.to_owned(),
                generation,
                number,
            };
            self.is_asked(request, asked);
        }
        Ok(())
    }

    async fn open_stream(&mut self, body: &OpenStream) -> Result<(), Stop> {
        let info = lowering::stream(
            &self.fill(&body.source_stream)?,
            &self.fill(&body.target_stream)?,
            &self.id(&body.to)?,
            body.channel
                .as_ref()
                .map(|text| self.fill(text))
                .transpose()?,
        );
        let members: Vec<_> = body.members.iter().cloned().collect();
        let members = self.world.arguments(&members).map_err(Stop::broken)?;
        let dialect = self.actor(&body.from)?.dialect;
        let outgoing = lowering::open_stream(dialect, info.map_err(Stop::broken)?, members);
        self.ask(&body.from, &body.r#as, outgoing, None).await
    }

    async fn create_api(&mut self, body: &CreateApi) -> Result<(), Stop> {
        let outgoing = lowering::create_api(&self.fill(&body.api)?).map_err(Stop::broken)?;
        self.send(&body.from, outgoing).await?;
        // As for rooms: nobody says when it is done.
        self.client_list(&body.from).await.map(drop)
    }

    async fn destroy_api(&mut self, body: &DestroyApi) -> Result<(), Stop> {
        let api = body.api.as_ref().map(|text| self.fill(text)).transpose()?;
        let outgoing = lowering::destroy_api(api.as_deref()).map_err(Stop::broken)?;
        self.send(&body.from, outgoing).await?;
        self.client_list(&body.from).await.map(drop)
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
        self.is_about_to_answer(&request);
        let args = self.world.arguments(args).map_err(Stop::broken)?;
        let data = Data::with_attachments(args.json, args.attachments);
        let packet = Packet::Ack {
            namespace: "/".to_owned(),
            data,
            id: requested.number,
        };
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
            return self.ask(&body.from, request, outgoing, None).await;
        }
        self.send(&body.from, outgoing).await?;
        // Nobody says when it is done: whatever the server does next for this client comes
        // after it.
        self.client_list(&body.from).await.map(drop)
    }

    async fn send_frame(&mut self, body: &SendFrame) -> Result<(), Stop> {
        let frame = match (&body.text, &body.binary) {
            (Some(text), None) => Frame::Text(self.world.fill_raw(text).map_err(Stop::broken)?),
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
            Err(error) => Err(self.unsent(&body.from, &error.forget()).await),
        }
    }
}
