//! What connections do, falsified before the relay hears of it.

use std::sync::Arc;

use sio_p2p_protocol::{
    AddTargetAck, ClientEvent, DestroyApi, Dialect, EmptyAck, EventName, JoinRoomV1Ack, JoinsRoom,
    LeavesRoom, NullAck, PEER_STREAM_DESTROYED, STREAM_DATA_PREFIX, forward,
};

use super::{Cause, Fault, Faults, What, rewrite};
use crate::relay::{Answer, ConnectionId, Data, Handshake, Outbox, Output, Packet, Relay, Request};

/// What a reserved name is hidden behind while the relay looks at it.
pub(super) const HIDDEN: &str = "\u{1}hidden:";

impl Faults {
    /// A connection has joined; see [`Relay::connected`].
    pub(crate) fn connected(
        &mut self,
        relay: &mut Relay,
        outbox: &mut Outbox,
        connection: ConnectionId,
        mut handshake: Handshake,
    ) {
        self.cause = cause(What::Joining, connection);
        if let Some(id) = handshake.client_id.as_mut().filter(|id| !id.is_ascii())
            && self.hit(Fault::MangleClientId)
        {
            *id = rewrite::mangle(id);
        }
        if handshake.client_id.is_none() && self.hit(Fault::RefuseAnonymous) {
            let packet = Packet::Disconnect;
            return self.send(Output {
                to: connection,
                packet,
            });
        }
        let taken = handshake.client_id.is_some()
            && self.present.values().any(|id| *id == handshake.client_id);
        if taken && self.hit(Fault::AdmitDuplicate) {
            handshake.client_id = None;
        }
        let client = handshake.client_id.clone();
        self.present.insert(connection, client.clone());
        if self.hit(Fault::RegisterLate) {
            self.late.insert(connection, handshake);
            return;
        }
        relay.connected(connection, handshake, outbox);
        let Some(joins) = client.and_then(|client| self.joins.remove(&client)) else {
            return;
        };
        if !taken && self.hit(Fault::InheritRooms) {
            for join in joins {
                relay.received(connection, unasked(join), outbox);
            }
        }
    }

    /// A connection has sent an event; see [`Relay::received`].
    pub(crate) fn received(
        &mut self,
        relay: &mut Relay,
        outbox: &mut Outbox,
        from: ConnectionId,
        mut request: Request,
    ) {
        if self.deaf {
            return;
        }
        self.cause = Cause {
            ack: request.ack,
            ..cause(what(&request), from)
        };
        if let Some(handshake) = self.late.remove(&from) {
            return relay.connected(from, handshake, outbox);
        }
        if self.falsify(relay, outbox, &mut request) {
            relay.received(from, request, outbox);
            relay.faults = crate::relay::RelayFaults::default();
        }
    }

    /// A connection has answered an event; see [`Relay::acked`].
    pub(crate) fn acked(
        &mut self,
        relay: &mut Relay,
        outbox: &mut Outbox,
        from: ConnectionId,
        id: u64,
        answer: Answer,
    ) {
        if self.deaf {
            return;
        }
        self.cause = cause(What::Answer(id), from);
        if let Some(asked) = self.asked.get(&id).copied()
            && asked.to != from
            && !self.answered.contains_key(&id)
            && self.hit(Fault::AcceptForeignAck)
        {
            return relay.acked(asked.to, id, answer, outbox);
        }
        if let Some((to, source_id)) = self.answered.get(&id).copied()
            && self.hit(Fault::AcceptSecondAck)
        {
            return self.ack(to, Some(source_id), answer.data);
        }
        relay.acked(from, id, answer, outbox);
    }

    /// A connection has gone; see [`Relay::gone`].
    pub(crate) fn gone(
        &mut self,
        relay: &mut Relay,
        outbox: &mut Outbox,
        connection: ConnectionId,
    ) {
        self.cause = cause(What::Leaving, connection);
        self.late.remove(&connection);
        self.held.retain(|(_, output)| output.to != connection);
        let Some(client) = self.present.remove(&connection) else {
            return relay.gone(connection, outbox);
        };
        self.departed.extend(client.clone());
        if self.hit(Fault::ForgetToUnregister) {
            return;
        }
        let provides = self.apis.values().any(|owner| *owner == connection);
        relay.faults.keep_apis = provides && self.hit(Fault::KeepApi);
        if !relay.faults.keep_apis {
            self.apis.retain(|_, owner| *owner != connection);
        }
        relay.gone(connection, outbox);
        relay.faults.keep_apis = false;
        self.take_id_along(relay, outbox, client.as_ref());
    }

    /// Falsifies a request. False if the relay must not hear of it.
    fn falsify(&mut self, relay: &mut Relay, outbox: &mut Outbox, request: &mut Request) -> bool {
        let Cause { from, ack, .. } = self.cause;
        let Ok(event) = &mut request.event else {
            if self.hit(Fault::Crash) {
                std::process::exit(101);
            }
            self.deaf = self.hit(Fault::Deaf);
            return !self.deaf;
        };
        let ignored = match event.dialects() {
            [Dialect::V1] => self.hit(Fault::IgnoreV1),
            [Dialect::V2] => self.hit(Fault::IgnoreV2),
            _ => false,
        };
        if ignored {
            return false;
        }
        match event {
            ClientEvent::P2pEmitV1(message) => self.message(relay, &mut message.event),
            ClientEvent::P2pEmitAcknowledge(message) => self.message(relay, &mut message.event),
            ClientEvent::P2pEmitV2(message) => self.message(relay, &mut message.event),
            ClientEvent::EmitRoom(message) => {
                self.hide_reserved(&mut message.event);
                let json = forward(&message.event, &message.args);
                return self.room_message(json, &request.attachments);
            }
            ClientEvent::AddTarget(_) | ClientEvent::MultiApiAddTarget(_)
                if self.hit(Fault::AnswerForTarget) =>
            {
                self.ack(from, ack, AddTargetAck::Accepted.encode().into());
                return false;
            }
            ClientEvent::JoinRoomV1(join) => {
                let own = matches!(join.who, JoinsRoom::Sender { .. });
                let event = event.clone();
                return self.join(own, event, JoinRoomV1Ack::Joined.encode());
            }
            ClientEvent::JoinRoomV2(_) => {
                let event = event.clone();
                return self.join(true, event, NullAck.encode());
            }
            ClientEvent::LeaveRoomV1(leave) => {
                let topic = matches!(leave.who, LeavesRoom::Everybody);
                if !topic && self.hit(Fault::LeakRoom) {
                    self.ack(from, ack, EmptyAck.encode().into());
                    return false;
                }
                if !topic && self.hit(Fault::LeaveForAll) {
                    let leave = leave.clone();
                    self.all_leave_v1(relay, outbox, &leave);
                }
            }
            ClientEvent::LeaveRoomV2(_) if self.hit(Fault::LeakRoom) => {
                self.ack(from, ack, NullAck.encode().into());
                return false;
            }
            ClientEvent::LeaveRoomV2(leave) if self.hit(Fault::LeaveForAll) => {
                let others: Vec<_> = self.present.keys().copied().collect();
                for other in others {
                    relay.received(other, unasked(leave.clone().into()), outbox);
                }
            }
            ClientEvent::CreateApi(create) => {
                if self.hit(Fault::ForgetApi) {
                    self.ack(from, ack, EmptyAck.encode().into());
                    return false;
                }
                let api = create.api.clone();
                match self.apis.get(&api).copied() {
                    Some(owner) if owner != from && self.hit(Fault::HijackApi) => {
                        let given_up = DestroyApi::One(api.clone());
                        relay.received(owner, unasked(given_up.into()), outbox);
                    }
                    Some(_) => return true,
                    None => {}
                }
                self.apis.insert(api, from);
            }
            ClientEvent::DestroyApi(destroy) => {
                let destroy = destroy.clone();
                return self.destroy_api(relay, outbox, &destroy);
            }
            _ => {}
        }
        true
    }

    /// A message from one client to another.
    fn message(&mut self, relay: &mut Relay, event: &mut EventName) {
        let Cause { from, ack, .. } = self.cause;
        assert!(!self.hit(Fault::Panic), "a panic that was asked for");
        if ack.is_some() && self.hit(Fault::AnswerEarly) {
            self.ack(from, ack, EmptyAck.encode().into());
        }
        self.hide_reserved(event);
        let name = event.as_str();
        let on_stream = name.starts_with(STREAM_DATA_PREFIX) || name == PEER_STREAM_DESTROYED;
        relay.faults.hold_nothing = on_stream && self.hit(Fault::HoldNothing);
    }

    /// A message to a room. False if the relay must not hear of it.
    fn room_message(&mut self, json: String, attachments: &[bytes::Bytes]) -> bool {
        let Cause { from, ack, .. } = self.cause;
        let data = Arc::new(Data {
            json: json.replace(&HIDDEN.replace('\u{1}', "\\u0001"), ""),
            attachments: attachments.to_vec(),
        });
        let copy = |to| Output {
            to,
            packet: Packet::Event {
                data: Arc::clone(&data),
                ack: None,
            },
        };
        if self.hit(Fault::EchoRoom) {
            self.send(copy(from));
        }
        if self.hit(Fault::RoomToAll) {
            let present: Vec<_> = self.present.keys().copied().collect();
            for to in present.into_iter().filter(|to| *to != from) {
                self.send(copy(to));
            }
            self.ack(from, ack, EmptyAck.encode().into());
            return false;
        }
        true
    }

    /// A client joins rooms, perhaps the sender. False if none does.
    fn join(&mut self, own: bool, event: ClientEvent, confirmation: String) -> bool {
        let Cause { from, ack, .. } = self.cause;
        if self.hit(Fault::JoinNothing) {
            self.ack(from, ack, confirmation.into());
            return false;
        }
        if own {
            let joins = self.joins.entry(self.id(from)).or_default();
            joins.push(event);
        }
        true
    }

    /// A client gives up an API. False if the relay must not hear of it.
    fn destroy_api(
        &mut self,
        relay: &mut Relay,
        outbox: &mut Outbox,
        destroy: &DestroyApi,
    ) -> bool {
        let Cause { from, ack, .. } = self.cause;
        let own = match destroy {
            DestroyApi::One(api) => self.apis.get(api) == Some(&from),
            DestroyApi::All => self.apis.values().any(|owner| *owner == from),
        };
        if own && self.hit(Fault::DestroyNothing) {
            self.ack(from, ack, EmptyAck.encode().into());
            return false;
        }
        let DestroyApi::One(api) = destroy else {
            self.apis.retain(|_, owner| *owner != from);
            return true;
        };
        match self.apis.get(api).copied() {
            Some(owner) if owner != from => {
                if !self.hit(Fault::DestroyForeignApi) {
                    return true;
                }
                relay.received(owner, unasked(destroy.clone().into()), outbox);
                self.ack(from, ack, EmptyAck.encode().into());
                self.apis.remove(api);
                false
            }
            _ => {
                self.apis.remove(api);
                true
            }
        }
    }

    /// Makes a reserved name pass the relay.
    fn hide_reserved(&mut self, event: &mut EventName) {
        if event.is_reserved()
            && self.hit(Fault::SendReserved)
            && let Ok(hidden) = EventName::new(format!("{HIDDEN}{event}"))
        {
            *event = hidden;
        }
    }

    /// Sends an ack that the relay knows nothing of, if there is one to send.
    pub(super) fn ack(&mut self, to: ConnectionId, id: Option<u64>, data: Data) {
        if let Some(id) = id {
            let packet = Packet::Ack { data, id };
            self.send(Output { to, packet });
        }
    }
}

fn cause(what: What, from: ConnectionId) -> Cause {
    Cause {
        what,
        from,
        ..Cause::default()
    }
}

/// A request that nobody waits for.
pub(super) fn unasked(event: ClientEvent) -> Request {
    Request {
        event: Ok(event),
        attachments: Vec::new(),
        ack: None,
    }
}

/// What a request is about.
fn what(request: &Request) -> What {
    let Ok(event) = &request.event else {
        return What::Other;
    };
    match event {
        ClientEvent::P2pEmitV1(_)
        | ClientEvent::P2pEmitAcknowledge(_)
        | ClientEvent::P2pEmitV2(_) => What::Message,
        ClientEvent::EmitRoom(_) => What::RoomMessage,
        ClientEvent::UseApi(_) => What::ApiCall,
        ClientEvent::AddTarget(_) | ClientEvent::MultiApiAddTarget(_) => What::AddTarget,
        ClientEvent::CreateStream(_) | ClientEvent::MultiApiCreateStream(_) => What::CreateStream,
        ClientEvent::ListClients(_) => What::List,
        ClientEvent::GetClientConnectedStatus(_) => What::Status,
        ClientEvent::CheckApiName(_) => What::CheckApi,
        ClientEvent::LeaveRoomV1(_) => What::EndTopic,
        _ => What::Other,
    }
}
