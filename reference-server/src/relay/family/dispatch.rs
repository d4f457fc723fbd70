//! Which event is handled where.

use sio_p2p_protocol::{ClientEvent, Dialect, ListClients};

use crate::relay::Relay;
use crate::relay::respond::RequestContext;

impl Relay {
    /// Hands an event to the file of its API family.
    ///
    /// The match is exhaustive on purpose: an event that the catalogue declares
    /// and nobody handles is an error of the build, not of a user.
    pub(in crate::relay) fn handle(&mut self, context: RequestContext<'_>, event: ClientEvent) {
        match event {
            // core.rs
            ClientEvent::JoinRoomV1(event) => self.join_room_v1(context, &event),
            ClientEvent::JoinRoomV2(event) => self.join_room_v2(context, event.rooms.as_slice()),
            ClientEvent::LeaveRoomV1(event) => self.leave_room_v1(context, &event),
            ClientEvent::LeaveRoomV2(event) => self.leave_room_v2(context, event.rooms.as_slice()),
            ClientEvent::EmitRoom(event) => self.emit_room(context, event),
            ClientEvent::ListClients(ListClients) => self.list_clients(context),
            ClientEvent::GetClientConnectedStatus(event) => {
                self.client_connected_status(context, &event);
            }

            // message.rs
            ClientEvent::P2pEmitV1(event) => self.emit_unanswerable(context, event.into()),
            ClientEvent::P2pEmitAcknowledge(event) => self.emit(context, event.into()),
            ClientEvent::P2pEmitV2(event) => self.emit(context, event.into()),
            ClientEvent::MultiApiAddTarget(event) => {
                self.add_target(context, event.target, Dialect::V1);
            }
            ClientEvent::AddTarget(event) => self.add_target(context, event.target, Dialect::V2),

            // stream.rs
            ClientEvent::MultiApiCreateStream(event) => {
                self.create_stream(context, event.info, Dialect::V1);
            }
            ClientEvent::CreateStream(event) => {
                self.create_stream(context, event.info, Dialect::V2);
            }

            // service.rs
            ClientEvent::CheckApiName(event) => self.check_api_name(context, &event.api),
            ClientEvent::CreateApi(event) => self.create_api(context, &event.api),
            ClientEvent::UseApi(event) => self.use_api(context, event),
            ClientEvent::DestroyApi(event) => self.destroy_api(context, &event),
        }
    }
}
