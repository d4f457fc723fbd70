//! Rooms, as the host fills and uses them.

use sio_p2p_protocol::{Args, ClientId, Dialect, EventName, Failure, RoomName};

use super::Host;
use crate::relay::Peer;
use crate::relay::failure::no_target;
use crate::relay::output::Data;
use crate::relay::rooms::Account;

impl Host<'_> {
    /// Puts a client into a room (SRV-CORE-F7). Joining twice changes nothing.
    ///
    /// Fails if the client is not connected, or may not be in as many rooms.
    pub fn join(&mut self, client: &ClientId, room: &RoomName) -> Result<(), Failure> {
        let Some(connection) = self.find(client) else {
            return Err(no_target(Dialect::V2, client));
        };
        let rooms = std::slice::from_ref(room);
        self.relay.put_into(connection, rooms, false, Account::Own)
    }

    /// Takes a client out of a room, and says whether it was in it.
    pub fn leave(&mut self, client: &ClientId, room: &RoomName) -> bool {
        let connection = self.find(client);
        connection.is_some_and(|connection| self.relay.rooms.leave(connection, room))
    }

    /// The members of a room, in the order of joining.
    pub fn members(&self, room: &RoomName) -> Vec<Peer> {
        let members = self.relay.rooms.members(room);
        let peer = |connection| Peer {
            connection,
            client: self.relay.registry.client(connection).cloned(),
        };
        members.map(peer).collect()
    }

    /// Sends an event to every member of a room (SRV-CORE-F8), and returns how many
    /// there are. Nobody is asked for an ack.
    ///
    /// Fails if the name of the event is reserved; nothing is sent then.
    pub fn emit_room(
        &mut self,
        room: &RoomName,
        event: &EventName,
        args: Args,
    ) -> Result<usize, Failure> {
        if event.is_reserved() {
            return Err(Failure::reserved_event_name(event));
        }
        let members: Vec<_> = self.relay.rooms.members(room).collect();
        let count = members.len();
        self.outbox.event_to_all(members, Data::named(event, args));
        Ok(count)
    }
}
