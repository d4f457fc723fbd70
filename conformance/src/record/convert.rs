//! A recording as a scenario of the suite.
//!
//! Clients become actors with generated ids, rooms and APIs become generated names, acks are
//! bound to their requests, and what a server chose at random is kept where it first comes.
//! The order of a recording is that of one observer. Where it is the wire's (what one client
//! sends and receives, and cause before effect) it stays; where several clients have sent to
//! one before any of it came, what came may come in any order. What the wire does not show is
//! fenced: that a server has read something, or has noticed who has left.

use std::collections::{BTreeMap, BTreeSet};

use super::line::{Kind, Line};
use super::recording::Recording;
use super::variables::Variables;
use crate::json::quote;
use crate::player::play::trace::Way;
use crate::scenario::body::{
    Acked, Answer, Closed, ClosedBy, Disconnect, Emit, Fence, Gone, Leaving, ListClients, Receive,
    Refused, Request, SendPacket, ServerErrorSeen,
};
use crate::scenario::step::Action;
use crate::scenario::text::Text;
use crate::scenario::value::{ArgumentsPattern, Pattern};

/// A message: to whom, event and arguments.
type Message = (String, Text, Vec<Pattern>);

/// Why a recording cannot be a scenario.
#[derive(Debug, thiserror::Error)]
#[error("{path}: line {t}: {why}")]
pub struct ConvertError {
    /// The recording.
    pub path: String,
    /// Number of the line, 0 for the whole.
    pub t: u64,
    /// What is in the way.
    pub why: String,
}

/// A step, and who it is about.
pub(super) struct Made {
    pub(super) action: Action,
    /// For an event that was received: at whom, and whose packet caused it.
    pub(super) received: Option<(String, Option<String>)>,
}

/// A recording on its way to become a scenario.
pub(super) struct Converter<'r> {
    pub(super) recording: &'r Recording,
    pub(super) variables: Variables,
    pub(super) steps: Vec<Made>,
    /// Names of requests, by client, direction and number.
    pub(super) requests: BTreeMap<(String, bool, u64), String>,
    /// What was sent and has not caused anything yet: the client, and the text.
    pub(super) sent: Vec<(String, String)>,
    pub(super) open: BTreeSet<String>,
    /// Who has sent something of which nothing has come yet.
    pub(super) busy: Option<String>,
}

/// The text of a scenario file with this id.
pub fn convert(recording: &Recording, id: &str) -> Result<String, ConvertError> {
    let failed = |t, why: String| ConvertError {
        path: recording.path.clone(),
        t,
        why,
    };
    if recording.has_application() {
        let why = "the application on the server takes part, which no scenario can tell it to";
        return Err(failed(0, why.to_owned()));
    }
    let mut converter = Converter {
        recording,
        variables: Variables::new(recording),
        steps: Vec::new(),
        requests: BTreeMap::new(),
        sent: Vec::new(),
        open: BTreeSet::new(),
        busy: None,
    };
    for line in &recording.lines {
        converter.line(line).map_err(|why| failed(line.t, why))?;
    }
    converter.file(id).map_err(|why| failed(0, why))
}

impl Converter<'_> {
    fn push(&mut self, action: Action) {
        self.steps.push(Made {
            action,
            received: None,
        });
    }

    fn line(&mut self, line: &Line) -> Result<(), String> {
        if line.nsp.is_some() {
            return Err("scenarios are about the default namespace".to_owned());
        }
        if line.is_control("close transport of client") {
            // As the replay has it: whoever closes it, the server learns that it is gone.
            let client = line.text(0).unwrap_or_default();
            if self.open.remove(&client) {
                let actor = self.variables.actor(&client);
                self.leaves(&actor, Leaving::Abrupt);
                self.noticed(&client, &actor);
            }
            return Ok(());
        }
        if line.kind == Kind::Control || (line.kind == Kind::Connect && line.dir == Way::Out) {
            if line.is_control("unreadable") {
                return Err("the connection could not be followed any further".to_owned());
            }
            return Ok(());
        }
        let actor = self.variables.actor(&line.client);
        if line.dir == Way::In {
            return self.came(line, &actor);
        }
        self.settle(&line.client);
        match line.kind {
            Kind::Event => self.sends(line, &actor)?,
            Kind::Ack => {
                let id = line.id.unwrap_or_default();
                let request = self.requests.get(&(line.client.clone(), true, id)).cloned();
                match request {
                    Some(request) => {
                        let args = self.variables.list(line, true)?;
                        let request = Text::literal(request);
                        self.push(Action::Answer(Answer { request, args }));
                    }
                    None => self.push(Action::Note(format!(
                        "{actor} acks {id}, which it was not asked for"
                    ))),
                }
                self.sent.push((line.client.clone(), line.list()));
                self.busy = Some(line.client.clone());
            }
            Kind::Disconnect | Kind::Close if self.open.remove(&line.client) => {
                let how = match line.kind {
                    Kind::Disconnect => Leaving::Clean,
                    _ => Leaving::Abrupt,
                };
                if how == Leaving::Abrupt && self.busy.is_some() {
                    self.fence(&line.client);
                }
                self.busy = None;
                self.leaves(&actor, how);
                self.noticed(&line.client, &actor);
            }
            _ => {}
        }
        Ok(())
    }

    fn sends(&mut self, line: &Line, actor: &str) -> Result<(), String> {
        let name = line.event.clone().unwrap_or_default();
        self.sent.push((line.client.clone(), line.event_list()));
        if name == "LIST_CLIENTS" && line.id.is_some() {
            // The question is asked when its answer is looked at.
            return Ok(());
        }
        self.busy = Some(line.client.clone());
        let request = line.id.map(|id| self.request("ask", line, false, id));
        let from = actor.to_owned();
        let message = self.message(line)?;
        let action = match (message, request) {
            (Some((to, event, args)), Some(r#as)) => Action::Request(Request {
                from,
                to,
                event,
                args,
                r#as,
                number: None,
            }),
            (Some((to, event, args)), None) => Action::Emit(Emit {
                from,
                to,
                event,
                args,
            }),
            (None, r#as) => Action::SendPacket(SendPacket {
                from,
                event: self.variables.event(&name, true)?,
                args: self.variables.list(line, true)?,
                r#as,
            }),
        };
        self.push(action);
        Ok(())
    }

    /// A message of `v2` to an actor, in the words of scenarios: to whom, event, arguments.
    fn message(&mut self, line: &Line) -> Result<Option<Message>, String> {
        let plain = match (line.args.as_slice(), line.id) {
            ([_, _, _], Some(_)) => true,
            ([_, _, _, ack], None) => ack.get() == "null",
            _ => false,
        };
        if line.event.as_deref() != Some("P2P_EMIT") || !plain {
            return Ok(None);
        }
        let (Some(target), Some(event)) = (line.text(0), line.text(1)) else {
            return Ok(None);
        };
        let Some(to) = self.variables.actor_of(&target) else {
            return Ok(None);
        };
        let args = line.args.get(2).map_or("[]", |args| args.get());
        if !args.starts_with('[') {
            return Ok(None);
        }
        let Pattern::Array(args) = self.variables.value(args, true)? else {
            return Ok(None);
        };
        Ok(Some((to, self.variables.event(&event, true)?, args)))
    }

    fn came(&mut self, line: &Line, actor: &str) -> Result<(), String> {
        self.busy = None;
        match line.kind {
            Kind::Connect => {
                self.open.insert(line.client.clone());
                self.push(Action::Connect(vec![actor.to_owned()]));
            }
            Kind::ConnectError => {
                self.push(Action::Refused(Refused {
                    at: actor.to_owned(),
                    text: None,
                    status: None,
                }));
            }
            Kind::Disconnect | Kind::Close if self.open.remove(&line.client) => {
                let by = match line.kind {
                    Kind::Disconnect => ClosedBy::Packet,
                    _ => ClosedBy::Transport,
                };
                self.push(Action::Closed(Closed {
                    at: actor.to_owned(),
                    by: Some(by),
                }));
            }
            // What came to somebody who had left is not looked at.
            _ if !self.open.contains(&line.client) => {}
            Kind::Event => {
                let request = line.id.map(|id| self.request("asked", line, true, id));
                let name = line.event.clone().unwrap_or_default();
                let cause = self.cause(&name);
                let failure = self.variables.failure(line, self.recording.dialect());
                let at = actor.to_owned();
                let action = match failure.filter(|_| name == "SERVER_ERROR") {
                    Some((failure, who)) => Action::ServerError(ServerErrorSeen {
                        at,
                        failure: Some(failure),
                        who,
                    }),
                    None => Action::Receive(Receive {
                        at,
                        event: self.variables.event(&name, false)?,
                        from: None,
                        args: ArgumentsPattern::Exactly(self.variables.list(line, false)?),
                        r#as: request,
                    }),
                };
                self.steps.push(Made {
                    action,
                    received: Some((line.client.clone(), cause)),
                });
            }
            Kind::Ack => self.acked(line, actor)?,
            _ => {}
        }
        Ok(())
    }

    fn acked(&mut self, line: &Line, actor: &str) -> Result<(), String> {
        let id = line.id.unwrap_or_default();
        let key = (line.client.clone(), false, id);
        let Some(request) = self.requests.get(&key).cloned() else {
            let listed = line.args.first().map_or("", |list| list.get());
            let Ok(ids) = serde_json::from_str::<Vec<String>>(listed) else {
                return Err("an ack of something that was not asked for".to_owned());
            };
            let (mut includes, mut excludes) = (Vec::new(), Vec::new());
            for (id, actor) in self.variables.actors() {
                let side = if ids.contains(id) {
                    &mut includes
                } else {
                    &mut excludes
                };
                side.push(actor.clone());
            }
            self.push(Action::ListClients(ListClients {
                from: actor.to_owned(),
                includes,
                in_order: false,
                excludes,
            }));
            return Ok(());
        };
        let mut acked = Acked {
            request: Text::literal(request),
            args: None,
            failure: None,
            who: None,
            next: false,
        };
        if let Some((failure, who)) = self.variables.failure(line, self.recording.dialect()) {
            (acked.failure, acked.who) = (Some(failure), who);
        } else {
            let args = self.variables.list(line, false)?;
            acked.args = Some(ArgumentsPattern::Exactly(args));
        }
        self.push(Action::Acked(acked));
        Ok(())
    }

    /// A name for a request: the first of its kind is `ask-a`, then `ask-a-2`.
    fn request(&mut self, kind: &str, line: &Line, taken: bool, id: u64) -> Text {
        let base = format!("{kind}-{}", self.variables.actor(&line.client));
        let used = self.requests.values();
        let count = used.filter(|name| {
            let rest = name.strip_prefix(&base);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with("-n"))
        });
        let name = match count.count() {
            0 => base,
            count => format!("{base}-n{}", count + 1),
        };
        self.requests
            .insert((line.client.clone(), taken, id), name.clone());
        Text::literal(name)
    }

    /// Whose packet caused an event: the last one that names it.
    fn cause(&mut self, event: &str) -> Option<String> {
        let name = quote(event);
        let found = self
            .sent
            .iter()
            .rposition(|(_, text)| text.contains(&name))?;
        Some(self.sent.get(found)?.0.clone())
    }

    /// The server has read what another client has sent, if nothing has come that shows it.
    fn settle(&mut self, client: &str) {
        if let Some(busy) = self.busy.take().filter(|busy| busy != client) {
            self.fence(&busy);
        }
    }

    fn leaves(&mut self, actor: &str, how: Leaving) {
        self.push(Action::Disconnect(Disconnect {
            from: actor.to_owned(),
            how,
        }));
    }

    fn fence(&mut self, client: &str) {
        if self.open.contains(client) && self.variables.has_own_id(client) {
            let actor = self.variables.actor(client);
            self.push(Action::Fence(Fence {
                from: actor.clone(),
                to: actor,
            }));
        }
    }

    /// The server notices that a client has left, if anybody is there to ask.
    fn noticed(&mut self, client: &str, actor: &str) {
        let witness = self
            .open
            .iter()
            .find(|other| self.variables.has_own_id(other));
        if let (Some(witness), true) = (witness, self.variables.has_own_id(client)) {
            let witness = self.variables.actor(witness);
            self.push(Action::Gone(Gone {
                at: witness,
                who: actor.to_owned(),
            }));
        }
    }
}
