//! Core: rooms, who is connected, errors from the server, and the server's ping.
//!
//! The server answers most questions, but not all: some failures it only reports by
//! `SERVER_ERROR`, which names a client and no question. These go to whoever listens
//! ([`Client::server_errors`]), and as a hint to questions about that client that then stay
//! unanswered. They never end a question early: the client may have come back meanwhile, and the
//! error may be about another message (CLI-CORE-3).

use sio_p2p_protocol::{
    ClientEvent, ClientId, ConnectedStatusAck, Dialect, EmitRoom, Failure,
    GetClientConnectedStatus, IntoArgs, JoinRoomV1, JoinRoomV1Ack, JoinRoomV2, JoinsRoom,
    LeaveRoomV1, LeaveRoomV2, LeavesRoom, ListClients, ListClientsAck, Payload, Place, PongAck,
    RoomName, Rooms,
};

use crate::{
    broadcast::EventStream,
    client::Client,
    error::{CallError, Refused, SendError},
    events::ServerError,
    message::{Responder, usable},
    shared::Shared,
};

/// The first argument of room packets of dialect `v1`, which has no effect there.
const ANY_ACTION: &str = "any";

impl Client {
    /// The errors of the server from now on, as a stream.
    pub fn server_errors(&self) -> EventStream<ServerError> {
        self.shared.core.errors.subscribe(&self.shared.budget)
    }

    /// The ids of all connected clients. Cancel safe.
    pub async fn list_clients(&self) -> Result<Vec<ClientId>, CallError> {
        let answer = self.ask(ListClients.into(), Vec::new(), None).await?;
        Ok(ListClientsAck::decode(&answer.json)?.0)
    }

    /// Whether a client is connected. Dialect `v1` has no such question, so there the list of
    /// all clients is asked for. Cancel safe.
    pub async fn is_connected(&self, client: impl AsRef<str>) -> Result<bool, CallError> {
        let client = ClientId::new(client.as_ref())?;
        if self.shared.dialect == Dialect::V1 {
            return Ok(self.list_clients().await?.contains(&client));
        }
        let client = Some(client);
        let question = GetClientConnectedStatus { client };
        let answer = self.ask(question.into(), Vec::new(), None).await?;
        Ok(ConnectedStatusAck::decode(&answer.json)?.0)
    }

    /// Joins a room; after a reconnect the client joins it again by itself.
    ///
    /// Done when the server has joined the room: what anybody emits to it from now on arrives,
    /// see [`ListenOptions::plain`](crate::ListenOptions::plain). Cancel safe; a dropped future may leave the
    /// room joined.
    pub async fn join_room(&self, room: impl AsRef<str>) -> Result<(), CallError> {
        let room = RoomName::new(room.as_ref())?;
        self.shared.core.rooms.lock().insert(room.clone());
        let joined = match self.shared.dialect {
            Dialect::V1 => {
                let event = self.shared.join(room.clone(), true);
                let answer = self.ask(event, Vec::new(), None).await;
                answer.and_then(|answer| match JoinRoomV1Ack::decode(&answer.json)? {
                    JoinRoomV1Ack::Joined => Ok(()),
                    JoinRoomV1Ack::Failed(why) => {
                        Err(Refused::new(&why, Place::JoinRoomAck).into())
                    }
                })
            }
            Dialect::V2 => self.handled(self.shared.join(room.clone(), true)).await,
        };
        if joined.is_err() {
            self.shared.core.rooms.lock().remove(&room);
        }
        joined
    }

    /// Leaves a room; to leave a room one is not in is harmless. Cancel safe like
    /// [`join_room`](Self::join_room).
    pub async fn leave_room(&self, room: impl AsRef<str>) -> Result<(), CallError> {
        let room = RoomName::new(room.as_ref())?;
        self.shared.core.rooms.lock().remove(&room);
        let rooms = Rooms::One(room);
        let ack = true;
        match self.shared.dialect {
            Dialect::V1 => {
                let action = Payload::string(ANY_ACTION);
                let who = LeavesRoom::Sender { action };
                let event = LeaveRoomV1 { who, rooms, ack }.into();
                self.ask(event, Vec::new(), None).await.map(drop)
            }
            Dialect::V2 => self.handled(LeaveRoomV2 { rooms, ack }.into()).await,
        }
    }

    /// Sends an event to every member of a room but this client, which need not be a member.
    /// Cancel safe like [`emit_to`](Self::emit_to).
    pub async fn emit_room(
        &self,
        room: impl AsRef<str>,
        event: impl AsRef<str>,
        args: impl IntoArgs,
    ) -> Result<(), SendError> {
        let args = args.into_args()?;
        let room = RoomName::new(room.as_ref())?;
        let event = usable(event.as_ref())?;
        let (args, attachments) = args.into_parts();
        let event = EmitRoom { room, event, args }.into();
        self.send(event, attachments).await
    }

    /// Waits until the server has handled a room packet of dialect `v2`.
    ///
    /// On Socket.IO 4 the original never answers these. Packets are handled in order, so a
    /// question sent right behind proves it as well; whichever is answered first counts.
    async fn handled(&self, event: ClientEvent) -> Result<(), CallError> {
        let client = Some(self.shared.id.clone());
        let fence = GetClientConnectedStatus { client };
        tokio::select! {
            biased;
            answer = self.ask(event, Vec::new(), None) => answer.map(drop),
            answer = self.ask(fence.into(), Vec::new(), None) => answer.map(drop),
        }
    }
}

impl Shared {
    /// The packet that joins a room.
    fn join(&self, room: RoomName, ack: bool) -> ClientEvent {
        let rooms = Rooms::One(room);
        match self.dialect {
            Dialect::V1 => {
                let action = Payload::string(ANY_ACTION);
                let who = JoinsRoom::Sender { action };
                JoinRoomV1 { who, rooms, ack }.into()
            }
            Dialect::V2 => JoinRoomV2 { rooms, ack }.into(),
        }
    }

    /// What joins all rooms again on a new connection.
    pub(crate) fn rejoin_rooms(&self) -> Vec<ClientEvent> {
        let rooms = self.core.rooms.lock().clone();
        rooms
            .into_iter()
            .map(|room| self.join(room, false))
            .collect()
    }

    pub(crate) fn on_server_error(&self, error: sio_p2p_protocol::ServerError) {
        let text = error.text;
        tracing::debug!(text, "error of the server");
        let failure = Failure::classify(&text, Place::ServerError);
        if let Some(client) = failure.as_ref().and_then(about) {
            self.acks.hint(client, &text);
        }
        self.core.said(&text);
        self.tell_server_error(ServerError { text, failure });
    }

    /// The server asks for a sign of life (CLI-CORE-2).
    pub(crate) fn on_server_ping(&self, responder: Option<Responder>) {
        if let Some(responder) = responder {
            let client = self.id.clone();
            responder.reply(PongAck { client }.encode());
        }
    }
}

/// The client that a failure is about.
fn about(failure: &Failure) -> Option<&str> {
    match failure {
        Failure::TargetNotFound { client }
        | Failure::MessageTargetNotConnected { client }
        | Failure::ClusterTargetNotConnected { client } => Some(client),
        _ => None,
    }
}
