//! Leavings that take others along.

use sio_p2p_protocol::{LeaveRoomV1, LeavesRoom, Payload};

use super::incoming::unasked;
use super::{Fault, Faults};
use crate::relay::{ConnectionId, Outbox, Relay};

impl Faults {
    /// The other connections of an id go, too, as far as the relay knows.
    pub(super) fn take_id_along(
        &mut self,
        relay: &mut Relay,
        outbox: &mut Outbox,
        id: Option<&String>,
    ) {
        let same =
            |(_, other): &(&ConnectionId, &Option<String>)| id.is_some() && other.as_ref() == id;
        let others = self.present.iter().filter(same);
        let others: Vec<_> = others.map(|(other, _)| *other).collect();
        if !others.is_empty() && self.hit(Fault::UnregisterById) {
            for other in others {
                relay.gone(other, outbox);
            }
        }
    }

    /// All clients that are present leave the same rooms.
    pub(super) fn all_leave_v1(
        &mut self,
        relay: &mut Relay,
        outbox: &mut Outbox,
        leave: &LeaveRoomV1,
    ) {
        let action = match &leave.who {
            LeavesRoom::Sender { action } => action.clone(),
            _ => Payload::null(),
        };
        let others: Vec<_> = self.present.keys().copied().collect();
        for other in others {
            let leave = LeaveRoomV1 {
                who: LeavesRoom::Sender {
                    action: action.clone(),
                },
                ack: false,
                ..leave.clone()
            };
            relay.received(other, unasked(leave.into()), outbox);
        }
    }
}
