//! Core API: who is connected, and rooms.

use sio_p2p_protocol::{
    ConnectedStatusAck, EmitRoom, EmptyAck, Failure, GetClientConnectedStatus, JoinRoomV1,
    JoinRoomV1Ack, JoinsRoom, LeaveRoomV1, LeavesRoom, ListClientsAck, NullAck, RoomName, forward,
};

use crate::relay::Relay;
use crate::relay::authorize::Action;
use crate::relay::limit::Limit;
use crate::relay::output::{ConnectionId, Data};
use crate::relay::respond::RequestContext;
use crate::relay::rooms::{Account, Joining, NotJoined};

/// The action by which a service makes a topic of a room that it joins.
const CREATE_TOPIC: &str = "SERVICE_CREATE_TOPIC";

impl Relay {
    /// `LIST_CLIENTS`: every client id once (SRV-CORE-10).
    pub(in crate::relay) fn list_clients(&self, context: RequestContext<'_>) {
        if let Err(failure) = self.permit(context.from, &Action::ListClients) {
            return context.fail(&failure);
        }
        context.answer(ListClientsAck(self.registry.list()).encode());
    }

    /// `GET_CLIENT_CONNECTED_STATUS`: `[true]` or `[null]` (SRV-CORE-12).
    pub(in crate::relay) fn client_connected_status(
        &self,
        context: RequestContext<'_>,
        event: &GetClientConnectedStatus,
    ) {
        let client = event.client.as_ref();
        if let Err(failure) = self.permit(context.from, &Action::QueryStatus { client }) {
            return context.fail(&failure);
        }
        let connected = client.is_some_and(|client| self.registry.find(client).is_some());
        context.answer(ConnectedStatusAck(connected).encode());
    }

    /// `JOIN_ROOM` of the first dialect, which can move others: a client that
    /// is a service takes its subscribers into the room of a topic that way.
    pub(in crate::relay) fn join_room_v1(
        &mut self,
        context: RequestContext<'_>,
        event: &JoinRoomV1,
    ) {
        let rooms = event.rooms.as_slice();
        let outcome = match &event.who {
            JoinsRoom::Sender { action } => {
                let topic = action.to_text().as_deref() == Some(CREATE_TOPIC);
                self.join_rooms(context.from, rooms, topic)
            }
            JoinsRoom::Client(client) => {
                let Some(outcome) = self.subscribe(context.from, client, rooms) else {
                    // The original answers with an error object, which JSON makes `{}`.
                    let nothing = Failure::SubscriberUnknown.payload();
                    return context.answer(JoinRoomV1Ack::Failed(nothing).encode());
                };
                outcome
            }
        };
        match outcome {
            Ok(()) => context.answer(JoinRoomV1Ack::Joined.encode()),
            Err(failure) => context.fail(&failure),
        }
    }

    /// `JOIN_ROOM` of the second dialect. Plugin 1.12.1 answers `[null]`, 2.0.0
    /// never does; clients of both take the answer (SRV-CORE-19).
    pub(in crate::relay) fn join_room_v2(
        &mut self,
        context: RequestContext<'_>,
        rooms: &[RoomName],
    ) {
        match self.join_rooms(context.from, rooms, false) {
            Ok(()) => context.answer(NullAck.encode()),
            Err(failure) => context.fail(&failure),
        }
    }

    /// `LEAVE_ROOM` of the first dialect, which can move others and end topics.
    ///
    /// The original leaves the ack of one form unanswered and does not survive
    /// the end of a room that nobody is in; here all forms answer alike.
    pub(in crate::relay) fn leave_room_v1(
        &mut self,
        context: RequestContext<'_>,
        event: &LeaveRoomV1,
    ) {
        let rooms = event.rooms.as_slice();
        let outcome = match &event.who {
            LeavesRoom::Sender { .. } => self.leave_rooms(context.from, rooms),
            LeavesRoom::Client(client) => self.unsubscribe(context.from, client, rooms),
            LeavesRoom::Everybody => self.end_topics(context.from, rooms, context.outbox),
        };
        match outcome {
            Ok(()) => context.answer(EmptyAck.encode()),
            Err(failure) => context.fail(&failure),
        }
    }

    /// `LEAVE_ROOM` of the second dialect; see [`join_room_v2`](Self::join_room_v2).
    pub(in crate::relay) fn leave_room_v2(
        &mut self,
        context: RequestContext<'_>,
        rooms: &[RoomName],
    ) {
        match self.leave_rooms(context.from, rooms) {
            Ok(()) => context.answer(NullAck.encode()),
            Err(failure) => context.fail(&failure),
        }
    }

    /// `EMIT_ROOM`: every member but the sender gets the event (SRV-CORE-F8).
    ///
    /// The sender need not be a member. Members are never asked for an ack:
    /// there could be only one answer for all of them. A sender that asks for
    /// one gets an empty one from the server (SRV-CORE-20).
    pub(in crate::relay) fn emit_room(&mut self, mut context: RequestContext<'_>, event: EmitRoom) {
        let EmitRoom { room, event, args } = event;
        let action = Action::EmitRoom {
            room: &room,
            event: &event,
        };
        let allowed = self
            .check_message(&event, &args, &context.attachments)
            .and_then(|()| self.check_event(&event))
            .and_then(|()| self.permit(context.from, &action));
        if let Err(failure) = allowed {
            return context.fail(&failure);
        }
        let data = Data {
            json: forward(&event, &args),
            attachments: std::mem::take(&mut context.attachments),
        };
        // A room without members is no error, and nobody learns which rooms exist
        // (SRV-CORE-22).
        let members = self.rooms.members(&room);
        let others = members.filter(|member| *member != context.from);
        context.outbox.event_to_all(others, data);
        context.answer(EmptyAck.encode());
    }

    /// Puts the sender into rooms, in order, until one of them is refused. It may
    /// make topics of them.
    fn join_rooms(
        &mut self,
        who: ConnectionId,
        rooms: &[RoomName],
        topic: bool,
    ) -> Result<(), Failure> {
        self.permit_all(who, rooms, |room| Action::JoinRoom { room })?;
        self.put_into(who, rooms, topic, Account::Own)
    }

    /// Puts a connection into rooms, on its own account or on another's.
    pub(in crate::relay) fn put_into(
        &mut self,
        who: ConnectionId,
        rooms: &[RoomName],
        topic: bool,
        account: Account,
    ) -> Result<(), Failure> {
        let how = Joining {
            topic,
            account,
            rooms: self.policy.rooms,
            moves: self.policy.moves,
            topics: self.policy.topics,
        };
        for room in rooms {
            self.policy
                .check(Limit::RoomNameBytes, room.as_str().len())?;
            let joined = self.rooms.join(who, room, &how);
            joined.map_err(|reason| {
                self.policy.exceeded(match reason {
                    NotJoined::Rooms => Limit::Rooms,
                    NotJoined::Moves => Limit::Moves,
                    NotJoined::Topics => Limit::Topics,
                })
            })?;
        }
        Ok(())
    }

    /// Takes the sender out of rooms; those it is not in do not matter.
    pub(in crate::relay) fn leave_rooms(
        &mut self,
        who: ConnectionId,
        rooms: &[RoomName],
    ) -> Result<(), Failure> {
        self.permit_all(who, rooms, |room| Action::LeaveRoom { room })?;
        for room in rooms {
            self.rooms.leave(who, room);
        }
        Ok(())
    }
}
