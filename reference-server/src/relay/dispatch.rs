//! Which event is handled where.

use sio_p2p_protocol::{ClientEvent, Dialect, ListClients};

use super::Relay;
use super::call::Call;

impl Relay {
    /// Hands an event to the file of its API family.
    ///
    /// The match is exhaustive on purpose: an event that the catalogue declares
    /// and nobody handles is an error of the build, not of a user.
    pub(super) fn handle(&mut self, call: Call<'_>, event: ClientEvent) {
        match event {
            // core.rs
            ClientEvent::JoinRoomV1(event) => self.join_room_v1(call, &event),
            ClientEvent::JoinRoomV2(event) => self.join_room_v2(call, event.rooms.as_slice()),
            ClientEvent::LeaveRoomV1(event) => self.leave_room_v1(call, &event),
            ClientEvent::LeaveRoomV2(event) => self.leave_room_v2(call, event.rooms.as_slice()),
            ClientEvent::EmitRoom(event) => self.emit_room(call, event),
            ClientEvent::ListClients(ListClients) => self.list_clients(call),
            ClientEvent::GetClientConnectedStatus(event) => {
                self.client_connected_status(call, &event);
            }

            // message.rs
            ClientEvent::P2pEmitV1(event) => self.emit_unanswerable(call, event.into()),
            ClientEvent::P2pEmitAcknowledge(event) => self.emit(call, event.into()),
            ClientEvent::P2pEmitV2(event) => self.emit(call, event.into()),
            ClientEvent::MultiApiAddTarget(event) => {
                self.add_target(call, event.target, Dialect::V1);
            }
            ClientEvent::AddTarget(event) => self.add_target(call, event.target, Dialect::V2),

            // stream.rs
            ClientEvent::MultiApiCreateStream(event) => {
                self.create_stream(call, event.info, Dialect::V1);
            }
            ClientEvent::CreateStream(event) => self.create_stream(call, event.info, Dialect::V2),

            // service.rs
            ClientEvent::CheckApiName(event) => self.check_api_name(call, &event.api),
            ClientEvent::CreateApi(event) => self.create_api(call, &event.api),
            ClientEvent::UseApi(event) => self.use_api(call, event),
            ClientEvent::DestroyApi(event) => self.destroy_api(call, &event),
        }
    }
}
