//! What comes before its cause: an ack that nobody has given yet, a notice of somebody who is
//! still there, an ack that has overtaken what was sent ahead of it.
//!
//! What is not matched yet cannot show that: a step takes its packet out whenever it came. So
//! the play remembers how much had arrived when the cause was made.

use std::collections::BTreeMap;

use crate::player::peer::actor::Inbox;
use crate::player::peer::{Asked, Peers};

/// How much had arrived where, when something was done.
#[derive(Debug, Default)]
pub(crate) struct Causes {
    /// By request: what had arrived at the source when it was answered first.
    answered: BTreeMap<String, u64>,
    /// By who has left first of all, and by who may be told.
    left: BTreeMap<String, BTreeMap<String, Mark>>,
}

/// How much has arrived at an actor, by one of its connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    generation: u64,
    arrived: u64,
}

impl Peers {
    /// A request is made, perhaps under the name of an earlier one.
    pub(crate) fn is_asked(&mut self, request: String, asked: Asked) {
        self.causes.answered.remove(&request);
        self.asked.insert(request, asked);
    }

    /// An actor is about to answer a request: an ack that is there already was given by
    /// nobody.
    pub(crate) fn is_about_to_answer(&mut self, request: &str) {
        let Some(asked) = self.asked.get(request) else {
            return;
        };
        let connection = self.connection(&asked.actor);
        let Some(connection) = connection.filter(|it| it.generation == asked.generation) else {
            return;
        };
        let arrived = connection.inbox.arrived;
        let answered = self.causes.answered.entry(request.to_owned());
        answered.or_insert(arrived);
    }

    /// Whether an ack came before anybody had answered, of those that somebody did answer.
    pub(crate) fn is_too_early(&self, request: &str, order: u64) -> bool {
        let answered = self.causes.answered.get(request);
        answered.is_some_and(|arrived| order < *arrived)
    }

    /// An actor is about to leave: who is told of that already is told too early.
    pub(crate) fn is_about_to_leave(&mut self, who: &str) {
        if self.causes.left.contains_key(who) {
            return;
        }
        let marks = self.actors.values().filter_map(|actor| {
            let connection = actor.connection.as_ref()?;
            let mark = Mark {
                generation: connection.generation,
                arrived: connection.inbox.arrived,
            };
            Some((actor.name.clone(), mark))
        });
        let marks = marks.collect();
        self.causes.left.insert(who.to_owned(), marks);
    }

    /// Whether an actor was told of a leaving before it was one.
    pub(crate) fn left_later(&self, who: &str, at: &str, order: u64) -> bool {
        let mark = self.causes.left.get(who).and_then(|marks| marks.get(at));
        mark.zip(self.connection(at))
            .is_some_and(|(mark, connection)| {
                mark.generation == connection.generation && order < mark.arrived
            })
    }
}

impl Causes {
    /// Whether an actor has answered this request.
    pub(crate) fn is_answered(&self, request: &str) -> bool {
        self.answered.contains_key(request)
    }
}

impl Inbox {
    /// A step has taken out what had this place in the order of arrival.
    pub(crate) fn has_matched(&mut self, order: u64) {
        self.matched = self.matched.max(Some(order));
    }

    /// Whether something has been matched that came after this.
    pub(crate) fn has_overtaken(&self, order: u64) -> bool {
        self.matched.is_some_and(|matched| order < matched)
    }
}
