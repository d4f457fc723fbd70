//! Core API: who is connected, and rooms.

use sio_p2p_protocol::{
    ConnectedStatusAck, EmitRoom, EmptyAck, Failure, GetClientConnectedStatus, JoinRoomV1,
    JoinRoomV1Ack, JoinsRoom, LeaveRoomV1, LeavesRoom, ListClientsAck, NullAck, RoomName,
    ServerEvent, TopicBeingDestroyed, forward,
};

use super::Relay;
use super::call::Call;
use super::limit::Limit;
use super::output::{ConnectionId, Data, Outbox};

impl Relay {
    /// `LIST_CLIENTS`: every client id once (SRV-CORE-10).
    pub(super) fn list_clients(&self, call: Call<'_>) {
        call.answer(ListClientsAck(self.registry.list()).encode());
    }

    /// `GET_CLIENT_CONNECTED_STATUS`: `[true]` or `[null]` (SRV-CORE-12).
    pub(super) fn client_connected_status(&self, call: Call<'_>, event: &GetClientConnectedStatus) {
        let client = event.client.as_ref();
        let connected = client.is_some_and(|client| self.registry.find(client).is_some());
        call.answer(ConnectedStatusAck(connected).encode());
    }

    /// `JOIN_ROOM` of the first dialect, which can move others: a client that
    /// is a service takes its subscribers into the room of a topic that way.
    pub(super) fn join_room_v1(&mut self, call: Call<'_>, event: &JoinRoomV1) {
        let who = match &event.who {
            JoinsRoom::Sender { .. } => Some(call.from),
            JoinsRoom::Client(client) => self.registry.find(client),
        };
        let Some(who) = who else {
            // The original answers with an error object, which JSON makes `{}`.
            let nothing = Failure::SubscriberUnknown.payload();
            return call.answer(JoinRoomV1Ack::Failed(nothing).encode());
        };
        match self.join_rooms(who, event.rooms.as_slice()) {
            Ok(()) => call.answer(JoinRoomV1Ack::Joined.encode()),
            Err(failure) => call.fail(&failure),
        }
    }

    /// `JOIN_ROOM` of the second dialect. Plugin 1.12.1 answers `[null]`, 2.0.0
    /// never does; clients of both take the answer (SRV-CORE-19).
    pub(super) fn join_room_v2(&mut self, call: Call<'_>, rooms: &[RoomName]) {
        match self.join_rooms(call.from, rooms) {
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
        match &event.who {
            LeavesRoom::Sender { .. } => self.leave_rooms(call.from, rooms),
            LeavesRoom::Client(client) => {
                for room in rooms {
                    self.unsubscribe(call.from, client, room);
                }
            }
            LeavesRoom::Everybody => {
                for room in rooms {
                    self.end_topic(call.outbox, room);
                }
            }
        }
        call.answer(EmptyAck.encode());
    }

    /// `LEAVE_ROOM` of the second dialect; see [`join_room_v2`](Self::join_room_v2).
    pub(super) fn leave_room_v2(&mut self, call: Call<'_>, rooms: &[RoomName]) {
        self.leave_rooms(call.from, rooms);
        call.answer(NullAck.encode());
    }

    /// `EMIT_ROOM`: every member but the sender gets the event (SRV-CORE-F8).
    ///
    /// The sender need not be a member. Members are never asked for an ack:
    /// there could be only one answer for all of them. A sender that asks for
    /// one gets an empty one from the server (SRV-CORE-20).
    pub(super) fn emit_room(&mut self, mut call: Call<'_>, event: EmitRoom) {
        let EmitRoom { room, event, args } = event;
        if event.is_reserved() {
            return call.fail(&Failure::reserved_event_name(&event));
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

    /// Puts a connection into rooms, in order, until one of them is refused.
    fn join_rooms(&mut self, who: ConnectionId, rooms: &[RoomName]) -> Result<(), Failure> {
        // Its own room, named after its sid, does not count.
        let limit = self.policy.rooms.saturating_add(1);
        for room in rooms {
            self.policy
                .check(Limit::RoomNameBytes, room.as_str().len())?;
            if self.rooms.join(who, room, limit).is_err() {
                return Err(self.policy.exceeded(Limit::Rooms));
            }
        }
        Ok(())
    }

    /// Takes a connection out of rooms; those it is not in do not matter.
    fn leave_rooms(&mut self, who: ConnectionId, rooms: &[RoomName]) {
        for room in rooms {
            self.rooms.leave(who, room);
        }
    }

    /// Tells every member that a topic ends, in the order of joining, and
    /// empties its room (SRV-SVC-3).
    fn end_topic(&mut self, outbox: &mut Outbox, room: &RoomName) {
        let notice = ServerEvent::from(TopicBeingDestroyed { room: room.clone() }).encode();
        outbox.event_to_all(self.rooms.dissolve(room), notice.into());
    }
}
