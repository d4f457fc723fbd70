//! What has arrived, put where steps look for it.

use sio_p2p_transport::{Incoming, Packet};

use crate::json::unquote;
use crate::player::peer::Peers;
use crate::player::peer::actor::{AckSeen, Arrival};
use crate::player::play::bindings::Bindings;
use crate::player::play::event::EventSeen;

impl Peers {
    /// Takes in one thing that has arrived.
    pub(crate) fn take(&mut self, arrival: Arrival, bindings: &Bindings) {
        let fence_name = bindings.fence_name();
        let echo_prefix = bindings.echo_prefix();
        let Some(actor) = self.actors.get_mut(&arrival.actor) else {
            return;
        };
        let connection = actor
            .connection
            .as_mut()
            .filter(|connection| connection.generation == arrival.generation);
        let Some(connection) = connection else { return };
        let inbox = &mut connection.inbox;
        match arrival.what {
            Incoming::Closed(reason) => inbox.closed = Some(reason),
            Incoming::Packet(Packet::Event {
                data,
                ack,
                namespace,
            }) if namespace == "/" => {
                let event = EventSeen {
                    order: inbox.arrived,
                    data,
                    ack,
                };
                inbox.arrived += 1;
                match fence_number(&event, &fence_name) {
                    Some(number) => {
                        inbox.fences.insert(number);
                    }
                    None => inbox.events.push_back(event),
                }
            }
            Incoming::Packet(Packet::Ack {
                data,
                id,
                namespace,
            }) if namespace == "/" => {
                let ack = AckSeen {
                    order: inbox.arrived,
                    data,
                };
                inbox.arrived += 1;
                inbox.acks.entry(id).or_default().push_back(ack);
            }
            // The end of the connection follows and says why.
            Incoming::Packet(Packet::Disconnect { namespace }) if namespace == "/" => {}
            Incoming::Packet(packet) => {
                let echo = packet.namespace().strip_prefix(&echo_prefix);
                if let Some(number) = echo.and_then(|number| number.parse().ok()) {
                    inbox.fences.insert(number);
                } else {
                    inbox.packets.push_back((inbox.arrived, packet));
                    inbox.arrived += 1;
                }
            }
        }
    }
}

/// The number of a fence, which is the last argument of the event with the fence's name.
fn fence_number(event: &EventSeen, name: &str) -> Option<u64> {
    // A look at the text first: most events are none.
    if !event.data.json.contains(name) {
        return None;
    }
    let elements = event.data.elements();
    let found = unquote(elements.first()?.get())?;
    (found == name)
        .then(|| elements.last()?.get().parse().ok())
        .flatten()
}
