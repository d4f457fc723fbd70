//! A relay that goes the short way with messages and acks, or the long one.

use bytes::Bytes;
use sio_p2p_protocol::{ClientId, EventName, MessageRef, argument_list};
use sio_p2p_server::relay::{
    Answer, Callee, ConnectionId, Data, HostEvent, Outbox, Packet, Policy, Relay, Request,
};

/// What was sent: to whom, which packet with its id, its text and attachments.
pub(crate) type Sent = (u64, String, String, Vec<Bytes>);

/// A relay, and whether it goes the short way.
pub(crate) struct Side {
    pub(crate) relay: Relay,
    pub(crate) outbox: Outbox,
    short: bool,
    /// How often it went the short way.
    pub(crate) taken: usize,
}

impl Side {
    pub(crate) fn new(policy: Policy, short: bool) -> Self {
        let mut side = Self {
            relay: Relay::new(policy),
            outbox: Outbox::default(),
            short,
            taken: 0,
        };
        let service = Callee::Service {
            service: ClientId::new("svc").unwrap(),
            event: EventName::new("e").unwrap(),
        };
        let mut host = side.relay.as_host(&mut side.outbox);
        host.provide(&service).unwrap();
        side
    }

    pub(crate) fn sent(&mut self) -> Vec<Sent> {
        let outputs = std::iter::from_fn(|| self.outbox.next());
        outputs
            .map(|output| match output.packet {
                Packet::Event { data, ack } => sent(
                    output.to,
                    "event",
                    ack,
                    &data.json,
                    data.attachments.clone(),
                ),
                Packet::Ack { data, id } => {
                    sent(output.to, "ack", Some(id), &data.json, data.attachments)
                }
                Packet::Disconnect => sent(output.to, "disconnect", None, "", vec![]),
            })
            .collect()
    }

    pub(crate) fn receive(
        &mut self,
        from: ConnectionId,
        json: &str,
        ack: Option<u64>,
        attachments: Vec<Bytes>,
    ) -> Vec<Sent> {
        if let Some(message) = MessageRef::read(json).filter(|_| self.short) {
            let attached = attachments.iter().map(Bytes::len).sum();
            let outbox = &mut self.outbox;
            if let Some(route) = self.relay.route(from, &message, ack, attached, outbox) {
                self.taken += 1;
                assert!(self.outbox.is_empty());
                let text = message.forwarded().concat();
                let event = sent(route.to, "event", route.ack, &text, attachments);
                let confirm = route
                    .confirm
                    .map(|id| sent(from, "ack", Some(id), "[]", vec![]));
                return std::iter::once(event).chain(confirm).collect();
            }
        }
        let request = Request::read(json, attachments, ack).unwrap();
        self.relay.received(from, request, &mut self.outbox);
        self.sent()
    }

    pub(crate) fn answer(&mut self, from: ConnectionId, id: u64, json: &str) -> Vec<Sent> {
        if let Some(text) = argument_list(json).filter(|_| self.short)
            && let Some(route) = self.relay.route_ack(from, id, &mut self.outbox)
        {
            self.taken += 1;
            assert!(self.outbox.is_empty());
            return vec![sent(route.to, "ack", Some(route.id), text, vec![])];
        }
        let answer = Answer::read(Data::from(json.to_owned())).unwrap();
        self.relay.acked(from, id, answer, &mut self.outbox);
        self.sent()
    }
}

fn sent(
    to: ConnectionId,
    kind: &str,
    id: Option<u64>,
    text: &str,
    attachments: Vec<Bytes>,
) -> Sent {
    (to.0, format!("{kind} {id:?}"), text.to_owned(), attachments)
}

/// What the host was told.
pub(crate) fn told(side: &mut Side) -> Vec<HostEvent> {
    std::iter::from_fn(|| side.outbox.next_host_event()).collect()
}
