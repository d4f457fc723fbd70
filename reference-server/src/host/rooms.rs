//! Rooms and connections, as the program sees them.

use sio_p2p_protocol::{ClientId, EventName, Failure, RoomName};

use super::Handle;
use super::handle::EmitError;
use crate::relay::{Content, Peer};

/// Why a client was not put into a room.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the client was not put into the room: {0}")]
pub struct JoinError(pub Failure);

impl Handle {
    /// True if a client is connected (SRV-CORE-12).
    pub fn is_connected(&self, client: &ClientId) -> bool {
        self.driver.lock_driver().host().find(client).is_some()
    }

    /// Ends the connection of a client, and undoes all that it took part in. False if
    /// it is not connected.
    ///
    /// Client libraries of the original do not reconnect by themselves after that.
    pub fn disconnect(&self, client: &ClientId) -> bool {
        self.driver.lock_driver().host().disconnect(client)
    }

    /// Puts a client into a room (SRV-CORE-F7). Joining twice changes nothing.
    ///
    /// Fails if the client is not connected, or may not be in as many rooms.
    pub fn join(&self, client: &ClientId, room: &RoomName) -> Result<(), JoinError> {
        let mut driver = self.driver.lock_driver();
        let joined = driver.host().join(client, room);
        joined.map_err(JoinError)
    }

    /// Takes a client out of a room, and says whether it was in it.
    pub fn leave(&self, client: &ClientId, room: &RoomName) -> bool {
        self.driver.lock_driver().host().leave(client, room)
    }

    /// The members of a room, in the order of joining.
    pub fn members(&self, room: &RoomName) -> Vec<Peer> {
        self.driver.lock_driver().host().members(room)
    }

    /// Sends an event to every member of a room (SRV-CORE-F8), and returns how many
    /// there are. Nobody is asked for an ack.
    pub fn emit_room(
        &self,
        room: &RoomName,
        event: &EventName,
        content: impl Into<Content>,
    ) -> Result<usize, EmitError> {
        let content = content.into();
        let mut driver = self.driver.lock_driver();
        let sent = driver.host().emit_room(room, event, content);
        sent.map_err(EmitError)
    }
}
