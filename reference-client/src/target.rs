//! Targets: a link between two clients, by which each learns that the other has left.
//!
//! Adding a target makes a link in the server; so does every request to open a stream. A link has
//! no end of its own: it lasts until one of the two connections does (SRV-MSG-19), and both ends
//! are told, whoever made it. The notice is what ends streams and listeners for a departed client.

use std::time::Duration;

use sio_p2p_protocol::{
    AddTarget, AddTargetAck, ClientEvent, ClientId, Dialect, MultiApiAddTarget, Payload, Place,
};

use crate::{
    broadcast::EventStream,
    client::Client,
    error::{CallError, Refused},
    events::TargetEvent,
    message::Responder,
    shared::Shared,
};

/// What a client that was not accepted is told.
const NOT_ACCEPTED: &str = "this client does not accept being added as a target";

impl Client {
    /// Adds a client as a target: from now on each of the two learns when the other has left,
    /// see [`target_events`](Self::target_events). After a reconnect it is added again.
    ///
    /// The error tells who refused, and why (CLI-MSG-F1): the server, because there is no such
    /// client, or that client. Cancel safe; a dropped future may leave the two linked.
    pub async fn add_target(&self, target: impl AsRef<str>) -> Result<(), CallError> {
        let target = ClientId::new(target.as_ref())?;
        self.shared.ask_target(&target, self.deadline()).await?;
        self.shared.targets.add(target);
        Ok(())
    }

    /// Who adds this client, and which linked clients leave, from now on.
    pub fn target_events(&self) -> EventStream<TargetEvent> {
        self.shared.targets.events.subscribe(&self.shared.budget)
    }
}

impl Shared {
    /// Adds a target again on a new connection.
    pub(crate) async fn restore_target(&self, target: &ClientId) -> Result<(), CallError> {
        self.ask_target(target, self.options.deadline).await
    }

    /// Asks to add a target.
    async fn ask_target(&self, target: &ClientId, deadline: Duration) -> Result<(), CallError> {
        let question: ClientEvent = match self.dialect {
            Dialect::V1 => MultiApiAddTarget {
                target: target.clone(),
            }
            .into(),
            Dialect::V2 => AddTarget {
                target: target.clone(),
            }
            .into(),
        };
        // The link exists before the target answers, and it may leave at any time.
        self.targets.link(target.clone());
        let answer = self
            .ask((question, Vec::new()), Some(target), None, deadline)
            .await?;
        match AddTargetAck::decode(&answer.json)? {
            AddTargetAck::Accepted => Ok(()),
            AddTargetAck::Refused(why) => Err(Refused::new(&why, Place::AddTargetAck).into()),
        }
    }

    /// Somebody added this client: answered at once (CLI-MSG-10), with an empty ack or a reason.
    pub(crate) fn on_target_added(&self, source: Option<ClientId>, responder: Option<Responder>) {
        let accepted = self.options.accept_targets.accepts(source.as_ref());
        let answer = if accepted {
            AddTargetAck::Accepted
        } else {
            AddTargetAck::Refused(Payload::string(NOT_ACCEPTED))
        };
        if let Some(responder) = responder {
            responder.reply(answer.encode());
        }
        if let (true, Some(source)) = (accepted, source) {
            self.targets.link(source.clone());
            self.tell_target_event(TargetEvent::AddedBy(source));
        }
    }

    /// A linked client has left. All but the first of several notices find nothing to do.
    pub(crate) fn on_target_left(&self, client: ClientId) {
        self.targets.forget(&client);
        self.listeners().target_left(&client);
        self.streams.target_left(&client);
        if self.targets.unlink(&client) {
            self.tell_target_event(TargetEvent::Left(client));
        }
    }
}
