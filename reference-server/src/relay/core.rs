//! Core API: who is connected, and rooms.

use sio_p2p_protocol::{
    ConnectedStatusAck, EmitRoom, EmptyAck, Failure, GetClientConnectedStatus, JoinRoomV1,
    JoinRoomV1Ack, JoinsRoom, LeaveRoomV1, LeavesRoom, ListClientsAck, NullAck, RoomName, forward,
};

use super::Relay;
use super::authorize::Action;
use super::call::Call;
use super::limit::Limit;
use super::output::{ConnectionId, Data};
use super::rooms::{Joining, NotJoined};

/// The action by which a service makes a topic of a room that it joins.
const CREATE_TOPIC: &str = "SERVICE_CREATE_TOPIC";

impl Relay {
    /// `LIST_CLIENTS`: every client id once (SRV-CORE-10).
    pub(super) fn list_clients(&self, call: Call<'_>) {
        if let Err(failure) = self.permit(call.from, &Action::ListClients) {
            return call.fail(&failure);
        }
        call.answer(ListClientsAck(self.registry.list()).encode());
    }

    /// `GET_CLIENT_CONNECTED_STATUS`: `[true]` or `[null]` (SRV-CORE-12).
    pub(super) fn client_connected_status(&self, call: Call<'_>, event: &GetClientConnectedStatus) {
        let client = event.client.as_ref();
        if let Err(failure) = self.permit(call.from, &Action::QueryStatus { client }) {
            return call.fail(&failure);
        }
        let connected = client.is_some_and(|client| self.registry.find(client).is_some());
        call.answer(ConnectedStatusAck(connected).encode());
    }

    /// `JOIN_ROOM` of the first dialect, which can move others: a client that
    /// is a service takes its subscribers into the room of a topic that way.
    pub(super) fn join_room_v1(&mut self, call: Call<'_>, event: &JoinRoomV1) {
        let rooms = event.rooms.as_slice();
        let outcome = match &event.who {
            JoinsRoom::Sender { action } => {
                let topic = action.to_text().as_deref() == Some(CREATE_TOPIC);
                self.join_rooms(call.from, rooms, topic)
            }
            JoinsRoom::Client(client) => {
                let Some(outcome) = self.subscribe(call.from, client, rooms) else {
                    // The original answers with an error object, which JSON makes `{}`.
                    let nothing = Failure::SubscriberUnknown.payload();
                    return call.answer(JoinRoomV1Ack::Failed(nothing).encode());
                };
                outcome
            }
        };
        match outcome {
            Ok(()) => call.answer(JoinRoomV1Ack::Joined.encode()),
            Err(failure) => call.fail(&failure),
        }
    }

    /// `JOIN_ROOM` of the second dialect. Plugin 1.12.1 answers `[null]`, 2.0.0
    /// never does; clients of both take the answer (SRV-CORE-19).
    pub(super) fn join_room_v2(&mut self, call: Call<'_>, rooms: &[RoomName]) {
        match self.join_rooms(call.from, rooms, false) {
            Ok(()) => call.answer(NullAck.encode()),
            Err(failure) => call.fail(&failure),
        }
    }

    /// `LEAVE_ROOM` of the first dialect, which can move others and end topics.
    ///
    /// The original leaves the ack of one form unanswered and does not survive
    /// the end of a room that nobody is in; here all forms answer alike.
    pub(super) fn leave_room_v1(&mut self, call: Call<'_>, event: &LeaveRoomV1) {
        let rooms = event.rooms.as_slice();
        let outcome = match &event.who {
            LeavesRoom::Sender { .. } => self.leave_rooms(call.from, rooms),
            LeavesRoom::Client(client) => self.unsubscribe(call.from, client, rooms),
            LeavesRoom::Everybody => self.end_topics(call.from, rooms, call.outbox),
        };
        match outcome {
            Ok(()) => call.answer(EmptyAck.encode()),
            Err(failure) => call.fail(&failure),
        }
    }

    /// `LEAVE_ROOM` of the second dialect; see [`join_room_v2`](Self::join_room_v2).
    pub(super) fn leave_room_v2(&mut self, call: Call<'_>, rooms: &[RoomName]) {
        match self.leave_rooms(call.from, rooms) {
            Ok(()) => call.answer(NullAck.encode()),
            Err(failure) => call.fail(&failure),
        }
    }

    /// `EMIT_ROOM`: every member but the sender gets the event (SRV-CORE-F8).
    ///
    /// The sender need not be a member. Members are never asked for an ack:
    /// there could be only one answer for all of them. A sender that asks for
    /// one gets an empty one from the server (SRV-CORE-20).
    pub(super) fn emit_room(&mut self, mut call: Call<'_>, event: EmitRoom) {
        let EmitRoom { room, event, args } = event;
        let action = Action::EmitRoom {
            room: &room,
            event: &event,
        };
        let allowed = self
            .check_message(&event, &args, &call.attachments)
            .and_then(|()| self.permit(call.from, &action));
        if let Err(failure) = allowed {
            return call.fail(&failure);
        }
        let data = Data {
            json: forward(&event, &args),
            attachments: std::mem::take(&mut call.attachments),
        };
        // A room without members is no error, and nobody learns which rooms exist
        // (SRV-CORE-22).
        let members = self.rooms.members(&room);
        let others = members.filter(|member| *member != call.from);
        call.outbox.event_to_all(others, data);
        call.answer(EmptyAck.encode());
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
        self.put_into(who, rooms, topic)
    }

    /// Puts a connection into rooms, whoever wants it there.
    pub(super) fn put_into(
        &mut self,
        who: ConnectionId,
        rooms: &[RoomName],
        topic: bool,
    ) -> Result<(), Failure> {
        let how = Joining {
            topic,
            // Its own room, named after its sid, does not count.
            rooms: self.policy.rooms.saturating_add(1),
            topics: self.policy.topics,
        };
        for room in rooms {
            self.policy
                .check(Limit::RoomNameBytes, room.as_str().len())?;
            let joined = self.rooms.join(who, room, how);
            joined.map_err(|reason| {
                self.policy.exceeded(match reason {
                    NotJoined::TooManyRooms => Limit::Rooms,
                    NotJoined::TooManyTopics => Limit::Topics,
                })
            })?;
        }
        Ok(())
    }

    /// Takes the sender out of rooms; those it is not in do not matter.
    pub(super) fn leave_rooms(
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
