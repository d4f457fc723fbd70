//! Rooms and connections, as the program sees them.

use sio_p2p_protocol::{ClientId, EventName, Failure, IntoArgs, InvalidName, RoomName};

use super::error::SendError;
use super::handle::Handle;
use crate::relay::Peer;

/// Why a client was not put into a room.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JoinError {
    /// An id or name that is none.
    #[error(transparent)]
    Name(#[from] InvalidName),
    /// The client is not connected, or may not be in as many rooms.
    #[error("the client was not put into the room: {0}")]
    Refused(Failure),
}

// An id or name that is none is that of nobody and of no room: where there is a natural
// answer to that, it is no error.
impl Handle {
    /// True if a client is connected (SRV-CORE-12).
    pub fn is_connected(&self, client: impl AsRef<str>) -> bool {
        let client = ClientId::new(client.as_ref());
        client.is_ok_and(|client| self.driver.lock_driver().host().find(&client).is_some())
    }

    /// Ends the connection of a client, and undoes all that it took part in. False if
    /// it is not connected.
    ///
    /// Client libraries of the original do not reconnect by themselves after that.
    pub fn disconnect(&self, client: impl AsRef<str>) -> bool {
        let client = ClientId::new(client.as_ref());
        client.is_ok_and(|client| self.driver.lock_driver().host().disconnect(&client))
    }

    /// Puts a client into a room (SRV-CORE-F7). Joining twice changes nothing.
    ///
    /// Fails if the client is not connected, or may not be in as many rooms.
    pub fn join_room(
        &self,
        client: impl AsRef<str>,
        room: impl AsRef<str>,
    ) -> Result<(), JoinError> {
        let client = ClientId::new(client.as_ref())?;
        let room = RoomName::new(room.as_ref())?;
        let mut driver = self.driver.lock_driver();
        let joined = driver.host().join(&client, &room);
        joined.map_err(JoinError::Refused)
    }

    /// Takes a client out of a room, and says whether it was in it.
    pub fn leave_room(&self, client: impl AsRef<str>, room: impl AsRef<str>) -> bool {
        match (ClientId::new(client.as_ref()), RoomName::new(room.as_ref())) {
            (Ok(client), Ok(room)) => self.driver.lock_driver().host().leave(&client, &room),
            _ => false,
        }
    }

    /// The members of a room, in the order of joining.
    pub fn room_members(&self, room: impl AsRef<str>) -> Vec<Peer> {
        match RoomName::new(room.as_ref()) {
            Ok(room) => self.driver.lock_driver().host().members(&room),
            Err(_) => Vec::new(),
        }
    }

    /// Sends an event to every member of a room (SRV-CORE-F8), and returns how many
    /// there are. Nobody is asked for an ack.
    pub fn emit_room(
        &self,
        room: impl AsRef<str>,
        event: impl AsRef<str>,
        args: impl IntoArgs,
    ) -> Result<usize, SendError> {
        let room = RoomName::new(room.as_ref())?;
        let event = EventName::new(event.as_ref())?;
        let args = args.into_args()?;
        let mut driver = self.driver.lock_driver();
        let sent = driver.host().emit_room(&room, &event, args);
        sent.map_err(SendError::Refused)
    }
}
