//! The host: the program that the server is part of, as a participant.
//!
//! The host is a connection without a socket, [`ConnectionId::HOST`]. It acts
//! through [`Host`], and hears through [`HostEvent`](super::HostEvent)s, which come out of the
//! outbox beside the packets. So everything that links, answers and undoes works
//! for it as it does for clients, and the relay stays free of tasks and channels.

mod room;
mod service;
mod stream;

use std::time::Duration;

use sio_p2p_protocol::{Args, ClientId, Dialect, EventName, Failure};

use super::Relay;
use super::acks::{Pending, Question};
use super::failure::no_target;
use super::host_event::HostCall;
use super::output::{Answer, ConnectionId, Data, Outbox};
use super::respond;

/// What the host can do. Made by [`Relay::as_host`] for one action or several.
#[derive(Debug)]
pub struct Host<'a> {
    pub(super) relay: &'a mut Relay,
    pub(super) outbox: &'a mut Outbox,
}

impl Relay {
    /// Lets the host act. What its actions give rise to is put into the outbox.
    pub fn as_host<'a>(&'a mut self, outbox: &'a mut Outbox) -> Host<'a> {
        Host {
            relay: self,
            outbox,
        }
    }
}

impl Host<'_> {
    /// Every client id once, in the order of `LIST_CLIENTS` (SRV-CORE-10).
    pub fn clients(&self) -> Vec<ClientId> {
        self.relay.registry.list()
    }

    /// The connection that a client id stands for, if it is connected.
    pub fn find(&self, client: &ClientId) -> Option<ConnectionId> {
        self.relay.registry.find(client)
    }

    /// Ends the connection of a client and undoes all that it took part in, as if it
    /// had left. False if it is not connected.
    ///
    /// Client libraries of the original do not reconnect by themselves after that.
    pub fn disconnect(&mut self, client: &ClientId) -> bool {
        // All of those that share the id, or the client would still be there.
        let holders = self.relay.registry.holders(client).to_vec();
        for connection in &holders {
            self.relay.gone(*connection, self.outbox);
            self.outbox.disconnect(*connection);
        }
        !holders.is_empty()
    }

    /// Sends an event to a client (SRV-MSG-26), and asks it for an ack if `ack`
    /// has an id, which comes back with the answer (SRV-MSG-27).
    ///
    /// Fails if the client is not connected or the name of the event is reserved;
    /// nothing is sent then.
    pub fn emit(
        &mut self,
        target: &ClientId,
        event: &EventName,
        args: Args,
        ack: Option<u64>,
    ) -> Result<(), Failure> {
        let wait = self.relay.policy.ack_timeout;
        let ack = ack.map(|id| (id, wait));
        // Only the second dialect has events of the server's own.
        self.send(Dialect::V2, target, event, args, ack)
    }

    /// As [`emit`](Self::emit), for an ack that is waited for as long as the connection
    /// lasts: a sender that repeats a message until it is acked must not miss a late ack.
    pub fn emit_persistent(
        &mut self,
        target: &ClientId,
        event: &EventName,
        args: Args,
        ack: u64,
    ) -> Result<(), Failure> {
        let ack = Some((ack, Duration::MAX));
        self.send(Dialect::V2, target, event, args, ack)
    }

    /// Answers a call or a chunk. The answer of one that is not waited for any more,
    /// for example because the caller has left, goes nowhere.
    pub fn answer(&mut self, id: u64, args: Args) {
        let data = Data::from(args);
        let answer = Answer { data };
        self.relay
            .acked(ConnectionId::HOST, id, answer, self.outbox);
    }

    /// Leaves a call unanswered for good. The caller is told as if a provider had
    /// left before it answered (SRV-MSG-30).
    pub fn refuse(&mut self, id: u64) {
        if let Some(pending) = self.relay.acks.answer(ConnectionId::HOST, id) {
            respond::target_left(self.outbox, pending);
        }
    }

    /// Turns a call away and tells the caller why.
    pub fn decline(&mut self, called: &HostCall, failure: &Failure) {
        match called.ack {
            // A caller that no longer waits has been told another reason.
            Some(id) => {
                if let Some(pending) = self.relay.acks.answer(ConnectionId::HOST, id) {
                    respond::give_up(self.outbox, &pending, failure);
                }
            }
            None if self.relay.registry.contains(called.caller.connection) => {
                respond::server_error(self.outbox, called.caller.connection, failure);
            }
            None => {}
        }
    }

    /// Sends an event to a client, with failures in the words of a dialect. The ack, if
    /// one is wanted, has an id and a time for which it is waited for.
    fn send(
        &mut self,
        dialect: Dialect,
        target: &ClientId,
        event: &EventName,
        args: Args,
        ack: Option<(u64, Duration)>,
    ) -> Result<(), Failure> {
        if event.is_reserved() {
            return Err(Failure::reserved_event_name(event));
        }
        let Some(to) = self.find(target) else {
            return Err(no_target(dialect, target));
        };
        let question = Question::Message(dialect, target.clone());
        let ack = ack.map(|(id, wait)| self.ask(to, id, question, wait));
        self.outbox.event(to, Data::named(event, args), ack);
        Ok(())
    }

    /// Enters an ack that the host wants from a connection, and waits for that long.
    fn ask(
        &mut self,
        target: ConnectionId,
        source_id: u64,
        question: Question,
        wait: Duration,
    ) -> u64 {
        let pending = Pending {
            source: ConnectionId::HOST,
            source_id,
            target,
            question,
        };
        self.relay.ask_within(self.outbox, pending, wait)
    }
}
